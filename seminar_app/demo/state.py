"""Whether the database holds the demonstration: pages show a banner, and production refuses to start over it."""

from __future__ import annotations

import time

from flask import Flask
from msgspec import Struct
from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Mode, Settings, SettingsError
from seminar_app.accounts.models import UserAccount
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import db

DEMO_DOMAIN = "demo.example"
PASSWORD = "Cancun-2014-demo"  # noqa: S105  printed in the README; production does not start over the demonstration
ASK_AGAIN_SECONDS = 10.0


class Shown(Struct, frozen=True):
    """An account as `make run` and the README list it."""

    name: str
    what: str

    @property
    def email(self) -> str:
        """Return the address it signs in with."""
        return f"{self.name}@{DEMO_DOMAIN}"


ACCOUNTS = (
    Shown("organizer", "creates seminars, sets seats, sees the office's people"),
    Shown("coordinator", "takes and exports attendance"),
    Shown("liaison.pgr", "sees the people of the FGR, and of the PGR before it"),
    Shown("liaison.inm", "sees the people of INM"),
    Shown("auditor", "reads the audit log"),
    Shown("admin", "offices, agencies, accounts"),
)


def demo_is_loaded(session: Session) -> bool:
    """Whether the database has a demonstration seminar, or an account whose password is printed in the README."""
    seminar = exists().where(Seminar.demo.is_(True))
    account = exists().where(UserAccount.email.endswith(f"@{DEMO_DOMAIN}", autoescape=True))
    return bool(session.scalar(select(seminar | account)))


def init_app(app: Flask, settings: Settings) -> None:
    """Provide `demo_loaded` to the pages in demo mode; in production make sure that there is no demonstration.

    Raises:
        SettingsError: production, and the database holds the demonstration.
    """
    if settings.mode is Mode.PRODUCTION:
        refuse_over_demo(app)
    elif settings.mode is Mode.DEMO:
        state = _State()
        app.context_processor(lambda: {"demo_loaded": state.loaded()})


def refuse_demo_over_real_data(session: Session) -> None:
    """Refuse to load the demonstration, whose accounts have a public password, into a database with real data.

    Raises:
        SettingsError: the database has real accounts or seminars; most likely SEMINAR_MODE was forgotten.
    """
    if session.scalar(select(exists().where(UserAccount.email.not_like(f"%@{DEMO_DOMAIN}")))) or session.scalar(select(exists(Seminar.id))):
        raise SettingsError(
            "Constancia cannot start:\n"
            "  - SEMINAR_MODE is demo, or not set, and this database holds accounts or seminars that are no demonstration. If it is the\n"
            "    real one, set SEMINAR_MODE=production; else give the demonstration its own: SEMINAR_DATA_DIR with an empty folder."
        )


def refuse_over_demo(app: Flask) -> None:
    """Stop a production start over demo data. A database that does not answer or is not migrated counts as free of them.

    Raises:
        SettingsError: with advice; it ends the process.
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
    """Caches whether the demonstration is loaded. Until it is, the database is asked at most every `ASK_AGAIN_SECONDS`."""

    def __init__(self) -> None:
        self._loaded = False
        self._ask_at = 0.0

    def loaded(self) -> bool:
        """Whether pages show the banner. If the database fails, return False, because error pages call this too."""
        if not self._loaded and time.monotonic() >= self._ask_at:
            self._ask_at = time.monotonic() + ASK_AGAIN_SECONDS
            try:
                with Session(db.engine) as session:
                    self._loaded = demo_is_loaded(session)
            except SQLAlchemyError:
                return False
        return self._loaded
