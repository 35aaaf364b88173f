"""What the page «Installation» shows: what is left to do, what is in order, and the facts of this installation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Mode, Settings
from seminar_app.core.sqlite import sqlite_module
from seminar_app.messages.smtp import MailServer
from seminar_app.web.checks import Check, Finding, State, findings
from seminar_app.web.job_runs import last_runs
from seminar_app.web.languages import LANGUAGES
from seminar_app.web.places import zone_words
from seminar_app.web.schedule import jobs_of
from seminar_app.web.version import program_version


class Standing(Struct, frozen=True):
    """What the checks found, each in the page's order."""

    wrong: Sequence[tuple[Check, Finding]]
    waits: Sequence[tuple[Check, Finding]]
    left: Sequence[tuple[Check, Finding]]
    done: Sequence[tuple[Check, Finding]]


class Run(Struct, frozen=True):
    """A job, and when it last ended; None if it never ran."""

    name: str
    ended_at: datetime | None
    failed: bool


def standing(session: Session, *, now: datetime) -> Standing:
    """Ask all checks."""
    found = findings(session, now=now)

    def of(state: State) -> list[tuple[Check, Finding]]:
        return [(check, finding) for check, finding in found if finding.state is state]

    return Standing(wrong=of(State.WRONG), waits=of(State.WAITS), left=of(State.LEFT), done=of(State.DONE))


def facts(session: Session) -> list[tuple[str, str]]:
    """Return what an administrator is asked when something does not work, without any secret."""
    settings: Settings = current_app.extensions["settings"]
    language = dict(LANGUAGES)[settings.default_language]
    return [
        (_("Version"), program_version()),
        (_("Mode"), _mode(settings.mode)),
        (_("Public address"), settings.public_url),
        (_("Database"), _database(session)),
        (_("Mail server"), _mail_server(settings)),
        (_("Sender of mail"), settings.mail_from),
        (_("Language and time zone of what is new"), f"{language}, {zone_words(settings.default_time_zone)}"),
    ]


def runs(session: Session) -> list[Run]:
    """Return all jobs, and commands that ran, by name."""
    found = last_runs(session)
    names = sorted({*jobs_of(current_app), *found})
    return [Run(name, found[name].ended_at, found[name].failed) if name in found else Run(name, None, failed=False) for name in names]


def _mode(mode: Mode) -> str:
    words = {Mode.PRODUCTION: _("production"), Mode.DEMO: _("demonstration"), Mode.TEST: _("test")}
    return str(words[mode])


def _database(session: Session) -> str:
    schema = session.scalar(text("SELECT version_num FROM alembic_version"))
    dialect = session.get_bind().dialect
    if dialect.name == "sqlite":
        program = f"SQLite {sqlite_module().sqlite_version}"
    else:
        program = f"PostgreSQL {'.'.join(str(part) for part in dialect.server_version_info or ())}"
    return str(_("%(program)s, tables of step %(schema)s", program=program, schema=schema))


def _mail_server(settings: Settings) -> str:
    if settings.smtp_url is None:
        return str(_("none: messages are kept and not sent"))
    server = MailServer.from_url(settings.smtp_url)
    how = {"tls": "TLS", "starttls": "STARTTLS", "none": str(_("not encrypted"))}[server.encryption]
    return f"{server.host}:{server.port}, {how}"
