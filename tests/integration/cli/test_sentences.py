"""Every command of the program, in every state an installation may be in: it works, or it ends with a sentence, never with a traceback."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from config import Settings
from seminar_app import create_app
from seminar_app.cli.database import install_migrations
from seminar_app.cli.sentences import put_in_sentences, sentence_of
from seminar_app.core import clock
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.people.identity import Identity, keep_identity
from seminar_app.web.database import db
from tests.conftest import SqliteDatabase, TestDatabase, settings_for
from tests.support.context import context
from tests.support.factories import Make
from tests.support.server import free_port

pytestmark = pytest.mark.sqlite_only

NEED_NOTHING = {"maintenance off", "maintenance on", "retention show", "settings list"}
MAKES_IT = {"database prepare"}
GO_ON = {"serve", "worker"}
"""Commands that run until they are stopped; tried where they refuse to start."""
TRIED_ELSEWHERE = {"drill"}
"""It runs `restore` and `serve` in processes of their own: test_drill.py."""
OF_OTHERS = {"db", "limiter"}


DIRECTORY = "code,name_es,name_en,level,country\nMP,Ministerio Público,Public Ministry,federal,GT\n"


def arguments(folder: Path) -> dict[str, list[str]]:
    """Return what each command is given: all that it asks for, so that it gets as far as the database."""
    backup, directory = folder / "some.backup", folder / "agencies.csv"
    backup.write_bytes(b"no backup")
    directory.write_text(DIRECTORY, encoding="utf-8")
    return {
        "agencies import": [str(directory)],
        "agencies seed": [],
        "attendance export": ["cancun-2014", "--format", "csv"],
        "audit anchor": [],
        "audit verify": [],
        "backup": [str(folder / "new.backup")],
        "attendance sheets": ["cancun-2014", "--output", str(folder / "sheets.pdf")],
        "certificates issue": ["cancun-2014"],
        "certificates verify": ["000001-BCDF-GHJK"],
        "database prepare": [],
        "demo load": [],
        "drill": [str(backup)],
        "job": ["delete-old-counts"],
        "keys check": [],
        "keys rotate": [],
        "maintenance off": [],
        "maintenance on": [],
        "messages deliver": [],
        "messages release": [],
        "messages test": ["ana@office.example"],
        "nominations import": ["cancun-2014", str(directory)],
        "participations rebuild": ["--check"],
        "people erase": ["--yes", "0" * 32],
        "people erased": [],
        "people reserve": ["0" * 32, "--reason", "own_request"],
        "people show-again": ["0" * 32, "--reason", "mistake"],
        "reports rows": [],
        "reports trained": [],
        "restore": ["--check", str(backup)],
        "retention run": [],
        "retention show": [],
        "serve": ["--no-jobs", "--port", str(free_port())],
        "settings check": [],
        "settings list": [],
        "users link": ["ana@office.example"],
        "users create": ["--email", "ana@office.example", "--name", "Ana Ruiz", "--role", "admin"],
        "users reset-second-factor": ["ana@office.example"],
        "worker": [],
    }


def names(command: click.Command, above: str = "") -> Iterator[str]:
    for name, each in getattr(command, "commands", {}).items():
        if isinstance(each, click.Group):
            yield from names(each, f"{above}{name} ")
        else:
            yield above + name


@contextmanager
def installed(settings: Settings) -> Iterator[Flask]:
    """An application of its own with these settings."""
    app = Context().run(create_app, settings)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def ask(app: Flask, command: str, given: list[str]) -> Result:
    """Run a command in a context of its own. Whatever it does, it must end in words."""
    done = Context().run(lambda: app.test_cli_runner().invoke(args=[*command.split(), *given]))
    assert done.exception is None or isinstance(done.exception, SystemExit), (command, done.exception)
    assert done.exit_code in (0, 1, 2), (command, done.output)
    assert "Traceback" not in done.output, (command, done.output)
    assert done.exit_code == 0 or done.output.strip(), (command, "it says nothing")
    return done


def ask_all(app: Flask, folder: Path, *, but: set[str]) -> dict[str, Result]:
    """Run every command except these and return what each said."""
    return {name: ask(app, name, given) for name, given in arguments(folder).items() if name not in but | TRIED_ELSEWHERE}


def ask_in(settings: Settings, folder: Path, *, but: set[str]) -> dict[str, Result]:
    """Run every command except these with these settings."""
    with installed(settings) as app:
        return ask_all(app, folder, but=but)


def settings_of(folder: Path, url: str | None = None, **changed: Any) -> Settings:
    return replace(
        settings_for(url or f"sqlite:///{folder / 'constancia.sqlite3'}", folder),
        smtp_url=f"smtp://127.0.0.1:{free_port()}?tls=none",
        audit_anchor=folder / "anchor" / "lines",
        **changed,
    )


def said_by(asked: dict[str, Result], *, but: set[str]) -> dict[str, str]:
    """Return the words of those that failed; all must have, except these."""
    assert {name for name, done in asked.items() if done.exit_code == 0} <= but
    return {name: done.output for name, done in asked.items() if done.exit_code}


def test_every_command_is_tried(app: Flask, tmp_path: Path) -> None:
    assert {name for name in names(app.cli) if name.split()[0] not in OF_OTHERS} == set(arguments(tmp_path))


def test_without_a_database_each_says_how_to_make_one(tmp_path: Path) -> None:
    asked = ask_in(settings_of(tmp_path), tmp_path, but=MAKES_IT | {"serve"})
    said = said_by(asked, but=NEED_NOTHING)
    for name in said.keys() - {"restore"}:
        assert "constancia database prepare" in said[name], (name, said[name])
        assert "there is no database at" in said[name].lower(), (name, said[name])
    assert "no backup" in said["restore"]
    assert not (tmp_path / "constancia.sqlite3").exists()


def test_with_an_empty_one_each_says_how_to_make_its_tables(tmp_path: Path) -> None:
    (tmp_path / "constancia.sqlite3").touch()
    said = said_by(ask_in(settings_of(tmp_path), tmp_path, but=MAKES_IT | {"serve"}), but=NEED_NOTHING)
    for name in said.keys() - {"restore", "backup"}:
        assert "the database is empty: `constancia database prepare`" in said[name].lower(), (name, said[name])


@pytest.mark.migrates
def test_with_one_of_an_older_version_what_fails_says_so(database: TestDatabase, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database.url)
    with installed(settings) as app:
        install_migrations(app)
        with app.app_context():
            downgrade(revision="0004")
    asked = ask_in(settings, tmp_path, but=MAKES_IT | {"serve"})
    assert all(asked[name].exit_code for name in ("settings check", "worker", "retention run", "users reset-second-factor"))
    for name, done in asked.items():
        if done.exit_code and name not in {"restore", "attendance export", "people erase", "people reserve", "people show-again"}:
            assert "of version 0004" in done.output, (name, done.output)


def test_where_the_server_of_the_database_is_away_each_says_so(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://constancia:secret@127.0.0.1:{free_port()}/constancia"
    said = said_by(ask_in(settings_of(tmp_path, url), tmp_path, but={"serve"}), but=NEED_NOTHING)
    for name in said.keys() - {"restore", "backup"}:
        assert "does not answer" in said[name], (name, said[name])
        assert "secret" not in said[name]


def test_with_other_keys_what_is_sealed_is_missed_and_named(database: TestDatabase, make: Make, session: Session, tmp_path: Path) -> None:
    person = make.person()
    with unit_of_work(session) as work:
        keep_identity(work, context(clock.now()), person=person, identity=Identity(passport="G12345678"))
    session.rollback()
    settings = settings_of(tmp_path, database.url, identity_keys=(f"other:{'o' * 40}",), secret_keys=("another key of thirty-two letters",))
    asked = ask_in(settings, tmp_path, but=MAKES_IT | GO_ON | {"demo load"})
    assert "«test», which IDENTITY_KEYS lacks" in asked["settings check"].output
    assert asked["settings check"].exit_code == asked["keys check"].exit_code == asked["keys rotate"].exit_code == 1
    assert "was changed" in asked["audit verify"].output


def test_on_a_full_disk_each_says_so_or_needs_no_room(database: SqliteDatabase, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, database.url)
    with installed(settings) as app:
        with app.app_context():
            event.listen(db.engine, "connect", lambda connection, _record: connection.execute("PRAGMA max_page_count = 1"))
        asked = ask_all(app, tmp_path, but=MAKES_IT | GO_ON)
    for name in ("agencies seed", "demo load"):
        assert (asked[name].exit_code, "The disk is full" in asked[name].output) == (1, True), asked[name].output


def test_with_a_file_that_may_only_be_read_each_says_who_runs_it(database: SqliteDatabase, tmp_path: Path) -> None:
    def read_only(_dialect: object, _record: object, arguments: list[str], _options: object) -> None:
        arguments[0] = arguments[0].replace("mode=rw", "mode=ro")

    with installed(settings_of(tmp_path, database.url)) as app:
        with app.app_context():
            event.listen(db.engine, "do_connect", read_only)
        asked = ask_all(app, tmp_path, but=MAKES_IT | GO_ON)
    for name in ("agencies seed", "messages test", "users create", "messages release"):
        assert "cannot be written by the user who runs this" in asked[name].output, (name, asked[name].output)


def test_where_the_folder_cannot_be_made_each_says_which(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    said = said_by(ask_in(settings_of(folder), tmp_path, but={"serve"}), but={"retention show", "settings list"})
    for name in said.keys() - {"restore"}:
        assert str(tmp_path / "file") in said[name], (name, said[name])


def test_a_database_in_somebody_elses_folder_is_told_from_one_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = Path.stat

    def closed(path: Path, **how: Any) -> Any:
        if path == tmp_path / "constancia.sqlite3":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return stat(path, **how)

    with installed(settings_of(tmp_path)) as app:
        monkeypatch.setattr(Path, "stat", closed)
        done = ask(app, "audit verify", [])
    assert "cannot be looked at by the user who runs this" in done.output
    assert "Permission denied" in done.output


def test_a_fault_of_the_program_itself_stays_a_traceback(app: Flask) -> None:
    with app.app_context():
        assert sentence_of(ProgrammingError("SELECT", {}, Exception("no such column"))) is None
        assert sentence_of(BrokenPipeError(errno.EPIPE, "Broken pipe")) is None, "Click ends quietly"
        assert sentence_of(DBAPIError("SELECT", {}, Exception("database is locked"))) is not None
        assert "UNIQUE" in str(sentence_of(IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed"))))


def test_a_command_is_put_in_sentences_once_however_many_applications_there_are() -> None:
    @click.command
    def works() -> None: ...

    put_in_sentences(works)
    once = works.callback
    put_in_sentences(works)
    assert works.callback is once
