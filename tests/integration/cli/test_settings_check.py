"""`settings check` asks what the settings name, tells what is wrong and what is left, and fails where something is wrong."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from config import Mode, Settings
from seminar_app.audit.checks import anchor_is_kept
from seminar_app.cli.checks import backup_is_new
from seminar_app.core import clock
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.web.checks import State
from seminar_app.web.health import newest_migration
from seminar_app.web.job_runs import BACKUP, WORKER, last_runs, note_run
from seminar_app.web.version import program_version
from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run
from tests.support.installation import reinstall
from tests.support.mail import ScriptedServer
from tests.support.server import free_port

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def mail_server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def good(database: TestDatabase, mail_server: ScriptedServer, tmp_path: Path) -> Settings:
    tmp_path.chmod(0o700)
    return replace(
        settings_for(database.url, database.folder),
        mode=Mode.PRODUCTION,
        public_url="https://seminars.fgr.example",
        smtp_url=mail_server.url,
        audit_anchor=tmp_path / "anchor" / "lines",
    )


def noted(session: Session, name: str, at: datetime) -> None:
    with unit_of_work(session) as work:
        note_run(work, name, now=at)


def test_a_fresh_installation_has_steps_left_and_nothing_wrong(good: Settings, database: TestDatabase, mail_server: ScriptedServer) -> None:
    done = run(good, "settings", "check")
    assert done.exit_code == 0, done.output
    first, *found, last = done.output.splitlines()
    assert first == f"Constancia {program_version()}, production, https://seminars.fgr.example"
    assert f"version {newest_migration()}." in found[0]
    assert str(database.folder / "test.sqlite3") in found[0]
    assert found[1] == f"  ok     Mail server: 127.0.0.1:{mail_server.port} answers: not encrypted, no sign-in."
    assert [line for line in found if line.startswith("  left   Worker: No worker has run yet")]
    assert [line for line in found if line.startswith("  left   Backup: None has been made yet.")]
    assert [line for line in found if line.startswith("  left   Audit log's anchor: The folder")]
    assert [line for line in found if line == "  ok     Spanish: The Spanish texts are compiled."]
    assert last.startswith("Nothing is wrong, ")
    assert last.endswith(" left to do.")


def test_a_worker_that_stopped_is_wrong(good: Settings, session: Session) -> None:
    noted(session, WORKER, clock.now() - timedelta(minutes=5))
    done = run(good, "settings", "check")
    assert done.exit_code == 1
    assert "wrong  Worker: No worker has run since" in done.output
    assert done.output.splitlines()[-1].startswith("1 wrong, ")


def test_what_the_template_has_and_names_nearly_right_are_told(good: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMINAR_DATADIR", "/var/lib/constancia")
    done = run(replace(good, public_url="https://seminars.example.org"), "settings", "check")
    assert done.exit_code == 1
    assert "wrong  PUBLIC_URL still names seminars.example.org" in done.output
    assert "mind   SEMINAR_DATADIR is set, and is no setting of this program. Is SEMINAR_DATA_DIR meant?" in done.output


def test_missing_spanish_is_wrong(good: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seminar_app.web.compiled._is_compiled", lambda _written: False)
    done = run(good, "settings", "check")
    assert done.exit_code == 1
    assert "wrong  Spanish: The Spanish texts are not compiled" in done.output


def test_a_mail_server_that_hangs_does_not_hold_it_for_long(good: Settings) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        begin = time.monotonic()
        done = run(replace(good, smtp_url=f"smtp://127.0.0.1:{silent.getsockname()[1]}?tls=none"), "settings", "check")
        assert time.monotonic() - begin < 8
    assert done.exit_code == 1
    assert "does not answer within 5 seconds" in done.output


def test_a_password_is_nowhere_in_it(good: Settings) -> None:
    done = run(replace(good, smtp_url=f"smtp://ana:s3cret@127.0.0.1:{free_port()}"), "settings", "check")
    assert done.exit_code == 1
    assert "s3cret" not in done.output


def test_a_backup_is_noted_and_its_age_told(good: Settings, session: Session, tmp_path: Path) -> None:
    assert run(good, "backup", str(tmp_path / "some.backup")).exit_code == 0
    run_noted = last_runs(session)[BACKUP]
    with force_locale("en"):
        assert backup_is_new(session, run_noted.ended_at + timedelta(hours=26)).state is State.DONE
        old = backup_is_new(session, run_noted.ended_at + timedelta(hours=27))
        assert old.state is State.WRONG
        assert "older than a day" in old.sentence


def test_a_backup_that_was_not_written_is_not_noted(good: Settings, session: Session, tmp_path: Path) -> None:
    assert run(good, "backup", str(tmp_path / "nowhere" / "some.backup")).exit_code == 1
    assert BACKUP not in last_runs(session)


@pytest.fixture
def anchor(app: Flask, session: Session, tmp_path: Path, now: datetime) -> Iterator[Callable[[], tuple[State, str]]]:
    reinstall(app, audit_anchor=tmp_path / "anchor" / "lines")

    def asked() -> tuple[State, str]:
        with force_locale("en"):
            found = anchor_is_kept(session, now)
        return found.state, found.sentence

    yield asked
    reinstall(app, audit_anchor=None)


def test_the_anchors_folder_is_looked_at(anchor: Callable[[], tuple[State, str]], tmp_path: Path) -> None:
    folder = tmp_path / "anchor"
    assert anchor()[0] is State.LEFT, "the folder is missing"
    folder.mkdir(mode=0o700)
    assert anchor()[0] is State.LEFT, "the file is missing"
    (folder / "lines").touch()
    assert anchor() == (State.DONE, f"It is kept in {folder / 'lines'}.")
    folder.chmod(0o755)
    assert anchor() == (State.WRONG, f"Other users of the machine have access to {folder}: «chmod 700 {folder}».")
    (folder / "lines").unlink()
    folder.rmdir()
    folder.touch()
    assert anchor() == (State.WRONG, f"The program cannot write {folder / 'lines'}.")


@pytest.mark.parametrize("command", [["audit", "anchor"], ["job", "anchor-audit-log"]])
def test_the_anchors_folder_is_made_where_it_is_missing(good: Settings, command: list[str]) -> None:
    assert good.audit_anchor is not None
    run(good, "agencies", "seed")
    done = run(good, *command)
    assert done.exit_code == 0, done.output
    assert good.audit_anchor.parent.stat().st_mode & 0o777 == 0o700
    assert len(good.audit_anchor.read_text().splitlines()) == 1
    assert "the one line of the anchor" in run(good, "audit", "verify").output


def test_an_anchor_that_was_changed_is_told_in_a_sentence_by_the_job_too(good: Settings) -> None:
    assert good.audit_anchor is not None
    good.audit_anchor.parent.mkdir(mode=0o700)
    good.audit_anchor.write_text("not a line\n")
    done = run(good, "job", "anchor-audit-log")
    assert (done.exit_code, "The anchor of the audit log was changed: line 1 cannot be read" in done.output) == (1, True)
