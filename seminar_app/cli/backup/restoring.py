"""Restore a backup: load it into a new place, check it there, and only then replace the old data.

Old sessions, old links for choosing a password and undelivered mail are disabled before anyone can sign in, so that they do not
become valid again with the old data. Why: docs/decisions/0017-backups.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import psycopg
from flask import Flask
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from seminar_app import create_app
from seminar_app.audit import verifying as audit_log
from seminar_app.audit.services import record
from seminar_app.cli.backup.envelope import BackupFault, BackupReader
from seminar_app.cli.backup.making import key_mark
from seminar_app.cli.backup.postgresql import PostgresqlPlace
from seminar_app.cli.backup.sqlite import SqlitePlace
from seminar_app.cli.database import install_migrations
from seminar_app.core.change_context import command_context
from seminar_app.core.clock import now
from seminar_app.core.sqlite import database_path
from seminar_app.core.values import replace
from seminar_app.messages import services as messages
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool
from seminar_app.sign_in.services import end_everything_issued
from seminar_app.web.database import db, unit_of_work
from seminar_app.web.health import newest_migration


class Place(Protocol):
    """The place that a backup is restored to, before and after the backup is checked."""

    url: str

    def alone(self) -> AbstractContextManager[None]: ...  # noqa: D102  see the two implementations
    def holds_data(self) -> bool: ...  # noqa: D102
    def load(self, backup: BackupReader) -> None: ...  # noqa: D102
    def faults(self) -> Iterator[str]: ...  # noqa: D102
    def counts(self) -> dict[str, int]: ...  # noqa: D102
    def swap(self) -> str | None: ...  # noqa: D102
    def discard(self) -> None: ...  # noqa: D102


class Restored(Struct, frozen=True):
    """Result of a restore.

    Attributes:
        aside: where the replaced data are kept; None where there were none, or where this was only a check.
        held: mails that wait for a decision whether to send them.
        sessions: browsers that were signed in when the backup was made.
    """

    made_at: str
    rows: int
    aside: str | None
    held: int
    sessions: int


class Wishes(Struct, frozen=True, kw_only=True):
    """Options chosen by the person who restores.

    Attributes:
        replace: called with the place's name where there are data; False stops the restore.
        check_only: check whether the backup could be restored, and change nothing.
        accept_broken_audit_log: restore although the audit log in the backup does not verify.
        allow_unauthenticated: also take a file of an earlier version, or in plain text although BACKUP_KEYS is set.
        send_waiting_mail: send the mail that waited when the backup was made, although it may have been sent since.
    """

    replace: Callable[[str], bool]
    check_only: bool = False
    accept_broken_audit_log: bool = False
    allow_unauthenticated: bool = False
    send_waiting_mail: bool = False


def restore_backup(app: Flask, file: Path, wishes: Wishes) -> Restored:
    """Restore `file` over the database that the settings name.

    Raises:
        BackupFault: with the reason; nothing was changed.
    """
    settings: Settings = app.extensions["settings"]
    db.session.remove()
    db.engine.dispose()
    place = _place(settings)
    try:
        with file.open("rb") as source, place.alone() if not wishes.check_only else _nothing():
            backup = BackupReader(
                source,
                keys=settings.backup_keys,
                secrets=settings.secret_keys,
                allow_unauthenticated=wishes.allow_unauthenticated,
            )
            _refuse_foreign(backup, settings)
            if not wishes.check_only and place.holds_data() and not wishes.replace(str(place)):
                raise BackupFault("Nothing was restored.")
            try:
                return _restore(settings, place, backup, wishes)
            finally:
                place.discard()
    except OSError as error:
        raise BackupFault(f"{file} cannot be read, or what it holds cannot be written: {error.strerror}.") from error
    except psycopg.Error as error:
        raise BackupFault(f"The database refused what this backup holds ({type(error).__name__}), so nothing was restored.") from error


def _restore(settings: Settings, place: Place, backup: BackupReader, wishes: Wishes) -> Restored:
    place.load(backup)
    faults = list(place.faults())
    if not faults and (found := place.counts()) != backup.manifest["counts"]:
        wrong = sorted(table for table, number in backup.manifest["counts"].items() if found.get(table) != number)
        faults.append(f"The restored tables do not have as many rows as the backup says: {', '.join(wrong)}.")
    if faults:
        raise BackupFault("\n".join(faults))
    inside = create_app(replace(settings, database_url=place.url))
    with inside.app_context():
        try:
            _migrate(inside)
            faults = list(_broken_rules(db.session(), accept_broken_audit_log=wishes.accept_broken_audit_log))
            db.session.remove()
            if faults:
                raise BackupFault("\n".join(faults))
            held, sessions = (0, 0) if wishes.check_only else _put_to_rest(backup, wishes)
        finally:
            db.session.remove()
            db.engine.dispose()
    aside = None if wishes.check_only else place.swap()
    return Restored(backup.header.made_at, sum(backup.manifest["counts"].values()), aside, held, sessions)


def _place(settings: Settings) -> SqlitePlace | PostgresqlPlace:
    stamp = now().strftime("%Y%m%d%H%M%S%f")
    if db.engine.dialect.name == "sqlite":
        return SqlitePlace(database_path(settings.database_url), stamp)

    def make_tables(url: str, version: str) -> None:
        inside = create_app(replace(settings, database_url=url))
        with inside.app_context():
            try:
                _migrate(inside, version)
            finally:
                db.engine.dispose()

    return PostgresqlPlace(db.engine, stamp, make_tables)


def _refuse_foreign(backup: BackupReader, settings: Settings) -> None:
    header = backup.header
    if header.engine != db.engine.dialect.name:
        raise BackupFault(f"This backup is of {header.engine}, and DATABASE_URL names {db.engine.dialect.name}: restore it there.")
    if header.schema > newest_migration():
        raise BackupFault(
            f"This backup is of a newer Constancia (database version {header.schema}; this one knows {newest_migration()}). Use that."
        )
    if backup.manifest["key_mark"] != key_mark(settings):
        raise BackupFault(
            "This backup was made with other SECRET_KEYS: personal links would be dead and the audit log could not be checked. "
            "Put the keys of that day into SECRET_KEYS, behind those of today."
        )


def _migrate(inside: Flask, version: str = "head") -> None:
    from flask_migrate import upgrade

    install_migrations(inside)
    upgrade(revision=version)


def _broken_rules(session: Session, *, accept_broken_audit_log: bool) -> Iterator[str]:
    """Yield a sentence for each violated rule that involves several rows."""
    seated = select(func.count()).select_from(Registration).where(Registration.seat_pool_id == SeatPool.id).scalar_subquery()
    kept = select(func.count()).select_from(Hold).where(Hold.seat_pool_id == SeatPool.id, Hold.ended_at.is_(None)).scalar_subquery()
    miscounted = (SeatPool.taken != seated + kept) | (SeatPool.held != kept)
    if wrong := session.scalars(select(SeatPool.id).where(miscounted)).all():
        yield f"{len(wrong)} seat pools have a wrong count of taken seats."
    found = audit_log.verify(session)
    if not found.intact and not accept_broken_audit_log:
        yield (
            f"The audit log in this backup does not hold, at or just before row {found.broken_at[0]}: it was touched before the backup was "
            "made. To restore it all the same, and look into it then: --accept-broken-audit-log"
        )


def _put_to_rest(backup: BackupReader, wishes: Wishes) -> tuple[int, int]:
    with unit_of_work() as session:
        held = 0 if wishes.send_waiting_mail else messages.hold_undelivered(session, command_context())
        sessions = end_everything_issued(session, command_context())
        record(
            session,
            command_context(),
            action="database.restored",
            subject=f"database:{backup.header.made_at}",
            details={"mails_held": held, "sessions_ended": sessions},
        )
    return held, sessions


class _nothing(AbstractContextManager[None]):  # noqa: N801  in lower case, as contextlib names its own
    def __exit__(self, *_exception: object) -> None:
        return None
