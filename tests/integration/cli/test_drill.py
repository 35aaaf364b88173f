"""The restore drill, as an administrator runs it once a month."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from click import ClickException
from sqlalchemy.orm import Session

from seminar_app.cli.backup.drill import drill
from seminar_app.core.values import replace
from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run
from tests.support.factories import Make

KEY = secrets.token_hex(32)


@pytest.mark.sqlite_only
def test_the_drill_restores_starts_and_asks(
    database: TestDatabase, session: Session, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.registration(make.seminar())
    file = tmp_path / "constancia.backup"
    settings = replace(settings_for(database.url, database.folder), backup_keys=(KEY,))
    assert run(settings, "backup", str(file)).exit_code == 0
    monkeypatch.setenv("SECRET_KEY", settings.secret_keys[0])
    monkeypatch.setenv("BACKUP_KEYS", f"k1:{KEY}")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("AUDIT_ANCHOR", str(anchor := tmp_path / "anchor"))
    anchor.write_text("of the database that is in use")
    assert [step for step, _seconds in drill(file)] == ["restored and looked through", "/readyz answers", "/ answers"]
    assert list(tmp_path.glob("anchor*")) == [anchor]
    monkeypatch.setenv("BACKUP_KEYS", f"k2:{secrets.token_hex(32)}")
    with pytest.raises(ClickException, match="another key"):
        drill(file)


@pytest.mark.sqlite_only
def test_on_postgresql_the_drill_asks_for_a_database_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://constancia@127.0.0.1/constancia")
    monkeypatch.delenv("DRILL_DATABASE_URL", raising=False)
    with pytest.raises(ClickException, match="empty database in DRILL_DATABASE_URL"):
        drill(tmp_path / "any.backup")
