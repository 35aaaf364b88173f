"""The restore drill, as somebody runs it once a month."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run
from tests.support.factories import Make
from tools.restore_drill import drill

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
    monkeypatch.setenv("BACKUP_KEY", KEY)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert [step for step, _seconds in drill(file)] == ["restored and looked through", "/readyz answers", "/ answers"]
    monkeypatch.setenv("BACKUP_KEY", secrets.token_hex(32))
    with pytest.raises(SystemExit, match="another BACKUP_KEY"):
        drill(file)
