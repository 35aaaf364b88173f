"""Whether the demonstration is in the database: pages say so, and production refuses to start over it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Mode, Settings, SettingsError
from seminar_app.accounts.models import UserAccount
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import db

DEMO_DOMAIN = "demo.example"
PASSWORD = "Cancun-2014-demo"  # noqa: S105  printed in the README; production does not start where it opens anything
ASK_AGAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Shown:
    """An account as `make run` and the README list it."""

    name: str
    what: str

    @property
    def email(self) -> str:
        """The address it signs in with."""
        return f"{self.name}@{DEMO_DOMAIN}"


ACCOUNTS = (
    Shown("organizer", "creates seminars, sets seats, sees the office's people"),
    Shown("coordinator", "takes and exports attendance"),
    Shown("liaison.pgr", "sees the people of PGR and FGR"),
    Shown("liaison.inm", "sees the people of INM"),
    Shown("auditor", "reads the audit log"),
    Shown("admin", "offices, agencies, accounts"),
)


def demo_is_loaded(session: Session) -> bool:
    """Whether there is a seminar of the demonstration, or an account whose password is printed in the README."""
    seminar = exists().where(Seminar.demo.is_(True))
    account = exists().where(UserAccount.email.endswith(f"@{DEMO_DOMAIN}", autoescape=True))
    return bool(session.scalar(select(seminar | account)))


def init_app(app: Flask, settings: Settings) -> None:
    """Give pages `demo_loaded` where a demonstration may be; in production see to it that there is none.

    Raises:
        SettingsError: production, and the database holds the demonstration.
    """
    if settings.mode is Mode.PRODUCTION:
        refuse_over_demo(app)
    elif settings.mode is Mode.DEMO:
        state = _State()
        app.context_processor(lambda: {"demo_loaded": state.loaded()})


def refuse_demo_over_real_data(session: Session) -> None:
    """Never put the demonstration, whose accounts have a public password, beside what people entered.

    Raises:
        SettingsError: the database has accounts or seminars of its own; most likely SEMINAR_MODE was forgotten.
    """
    if session.scalar(select(exists().where(UserAccount.email.not_like(f"%@{DEMO_DOMAIN}")))) or session.scalar(select(exists(Seminar.id))):
        raise SettingsError(
            "Constancia cannot start:\n"
            "  - SEMINAR_MODE is demo, or not set, and this database holds accounts or seminars that are no demonstration. If it is the\n"
            "    real one, set SEMINAR_MODE=production; else give the demonstration its own: SEMINAR_DATA_DIR with an empty folder."
        )


def refuse_over_demo(app: Flask) -> None:
    """Stop a production start over demo data. A database that does not answer, or is not migrated yet, holds none we could see.

    Raises:
        SettingsError: with what to do, as the last words of the process.
    """
    with app.app_context():
        try:
            found = demo_is_loaded(db.session())
        except SQLAlchemyError:
            return
        finally:
            db.session.remove()
            db.engine.dispose()  # a server that forks after this must not share the connection
    if found:
        raise SettingsError(
            "Constancia cannot start:\n"
            f"  - SEMINAR_MODE is production, and this database holds the demonstration, with accounts @{DEMO_DOMAIN} whose password is\n"
            "    public. Give production a database of its own: DATABASE_URL, or SEMINAR_DATA_DIR with an empty folder."
        )


class _State:
    """The answer, kept: once loaded it stays so; until then the database is asked now and then, never on each page."""

    def __init__(self) -> None:
        self._loaded = False
        self._ask_at = 0.0

    def loaded(self) -> bool:
        """Whether pages carry the banner. A page about a failing database is a page too: then what was known is said."""
        if not self._loaded and time.monotonic() >= self._ask_at:
            self._ask_at = time.monotonic() + ASK_AGAIN_SECONDS
            try:
                with Session(db.engine) as session:
                    self._loaded = demo_is_loaded(session)
            except SQLAlchemyError:
                return False
        return self._loaded
