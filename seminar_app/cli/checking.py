"""`settings check`: what the settings name is asked, and what the rooms know of this installation is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from msgspec import Struct

from config import FORMER_KEYS, SETTINGS, Mode, Settings, file_system_of
from seminar_app.cli.keys import lost_keys
from seminar_app.cli.look_alikes import unknown_names
from seminar_app.cli.template_values import template_values
from seminar_app.core import clock
from seminar_app.core.sqlite import database_path, sqlite_module, wal_is_safe
from seminar_app.messages.diagnosis import NoMail, greet
from seminar_app.messages.smtp import MailServer
from seminar_app.web.checks import State, findings
from seminar_app.web.database import db, session
from seminar_app.web.health import database_fault, maintenance_file, schema_found
from seminar_app.web.version import program_version

COLOURS = {"ok": "green", "left": "cyan", "mind": "yellow", "wrong": "red"}
WORDS = {State.DONE: "ok", State.LEFT: "left", State.WAITS: "mind", State.WRONG: "wrong"}
REDIS_SECONDS = 5


class Line(Struct, frozen=True):
    """A line of the answer; `word` is one of `COLOURS`."""

    word: str
    sentence: str


@click.command("check")
@with_appcontext
def check() -> None:
    """Ask database, mail server and Redis, and tell what is wrong with this installation, and what is left to do.

    The exit code is 1 where something is wrong. An invalid setting stops every command before it begins, this one too, with a
    sentence for each fault. `settings list` prints the settings.
    """
    settings: Settings = current_app.extensions["settings"]
    click.secho(f"Constancia {program_version()}, {settings.mode.value}, {settings.public_url}", bold=True)
    counts = dict.fromkeys(COLOURS, 0)
    for line in lines(settings):
        counts[line.word] += 1
        click.echo(f"  {click.style(f'{line.word:<6}', fg=COLOURS[line.word])} {line.sentence}")
    left = f", {counts['left']} left to do" if counts["left"] else ""
    if counts["wrong"]:
        click.secho(f"{counts['wrong']} wrong{left}.", fg="red")
        raise SystemExit(1)
    click.echo(f"Nothing is wrong{left}.")


def lines(settings: Settings) -> Iterator[Line]:
    """Yield what is found, as it is found."""
    yield from _of_settings(settings)
    fault = database_fault()
    yield Line("ok", _which_database()) if fault is None else Line("wrong", f"Database: {fault}")
    yield from _mail_server(settings)
    yield from _redis(settings)
    if fault is None:
        yield from (Line("wrong", sentence) for sentence in lost_keys())
        with force_locale("en"):
            for check, finding in findings(session(), now=clock.now()):
                yield Line(WORDS[finding.state], f"{check.label}: {finding.sentence}")


def _of_settings(settings: Settings) -> Iterator[Line]:
    word = "wrong" if settings.mode is Mode.PRODUCTION else "mind"
    yield from (Line(word, sentence) for sentence in template_values(settings))
    yield from (Line("mind", warning) for warning in settings.warnings)
    former = [name for former in FORMER_KEYS.values() for name in (former, f"{former}_BEFORE")]
    for name, meant in unknown_names(set(os.environ) - set(former), [setting.name for setting in SETTINGS]):
        yield Line("mind", f"{name} is set, and is no setting of this program. Is {meant} meant?")
    if maintenance_file(settings).exists():
        yield Line("mind", "Maintenance is on, so a proxy sends nobody here: `constancia maintenance off` ends it.")


def _which_database() -> str:
    """Return which database this is, with its versions; it answers."""
    engine = db.engine
    if engine.dialect.name == "sqlite":
        module, path = sqlite_module(), database_path(str(engine.url))
        journal = "WAL" if wal_is_safe(module.sqlite_version_info) else "DELETE, because this version corrupts a WAL under load"
        kind = f"SQLite {module.sqlite_version}, journal {journal}, {path} on {file_system_of(Path(path)) or 'an unknown file system'}"
    else:
        with engine.connect() as connection:
            version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
        kind = f"PostgreSQL {version}, {engine.url.render_as_string()}"
    return f"Database: {kind}; version {schema_found()}."


def _mail_server(settings: Settings) -> Iterator[Line]:
    if settings.smtp_url is not None:
        try:
            yield Line("ok", f"Mail server: {greet(MailServer.from_url(settings.smtp_url))}")
        except NoMail as why:
            yield Line("wrong", f"Mail server: {why}")


def _redis(settings: Settings) -> Iterator[Line]:
    for name, url in {"LIMITER_STORAGE": settings.limiter_storage, "JOBS_URL": settings.jobs_url or ""}.items():
        if url.startswith(("redis", "unix")):
            import redis

            try:
                redis.Redis.from_url(url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS).ping()
            except redis.RedisError as error:
                yield Line("wrong", f"The Redis of {name} does not answer ({type(error).__name__}).")
            else:
                yield Line("ok", f"The Redis of {name} answers.")
