"""A backup that an earlier version wrote is restored, migrated and read by this one."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from config import Settings
from seminar_app import create_app
from seminar_app.cli.backup.envelope import BackupReader
from seminar_app.core.values import replace
from seminar_app.web.database import db
from seminar_app.web.health import newest_migration
from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run

BACKUPS = Path(__file__).parents[2] / "backups"
OF_0008 = "demo-0008-{engine}.backup"
KEPT = ("person", "registration", "registration_history", "mark", "mark_history", "response", "answer", "outbox", "user_account")
"""Tables in which a restore and the migrations neither add nor take a row."""


@pytest.fixture
def restored(database: TestDatabase) -> Settings:
    keys = json.loads((BACKUPS / "keys.json").read_text(encoding="ascii"))
    engine = "sqlite" if database.url.startswith("sqlite") else "postgresql"
    settings = replace(
        settings_for(database.url, database.folder),
        secret_keys=(keys["secret_key"],),
        identity_keys=(f"local:{keys['identity_key']}",),
    )
    database.close()
    done = run(settings, "restore", str(BACKUPS / OF_0008.format(engine=engine)), "--yes", "--allow-unauthenticated")
    assert done.exit_code == 0, done.output
    return settings


def test_the_demonstration_of_an_earlier_version_is_restored_whole(restored: Settings) -> None:
    engine = "sqlite" if restored.database_url.startswith("sqlite") else "postgresql"
    with (BACKUPS / OF_0008.format(engine=engine)).open("rb") as source:
        counts = BackupReader(source, keys=(), secrets=(), allow_unauthenticated=True).manifest["counts"]
    app = create_app(restored)
    with app.app_context():
        assert db.session.scalar(text("SELECT version_num FROM alembic_version")) == newest_migration()
        tables = [db.metadata.tables[name] for name in KEPT if name in db.metadata.tables]
        found = {table.name: db.session.scalar(select(func.count()).select_from(table)) for table in tables}
        db.session.remove()
        db.engine.dispose()
    assert found == {table: counts[table] for table in found}
    assert "is whole" in run(restored, "audit", "verify").output
    exported = run(restored, "attendance", "export", "cancun-2014", "--format", "csv", "--lang", "keys").output
    lines = list(csv.DictReader(io.StringIO(exported.lstrip("\ufeff"))))
    assert len(lines) >= 90
    assert {"PGR", "CNS", "INM"} <= {line["agency"] for line in lines}
    assert any(line["completed"] for line in lines)
