"""The app as a server loads it for fault tests, and its broken twins. Limits by address are off: all requests come from one.

BROKEN names the protection to remove:
    lock        seats are decided on data that was read before the transaction began
    check       (with lock) SQLite does not enforce CHECK constraints either
    submission  every sending of the form counts as a new one
    surnames    wrong surnames are counted on a number that was read before the transaction began
    tries       surnames typed for a certificate are counted on a number that was read before the transaction began
    early       the answer goes out before the commit
    moved       a SQLite file that was moved away is still written to
    bodies      every thread may read a slow body
    places      as many writers may wait as there are threads
    certain     every failure is reported as «nothing was saved»
    patience    every failure of the database is reported as our own (500), and the form is not kept

WAIT_SECONDS is how long writers wait for a lock, instead of the app's own limit.
"""
# ruff: noqa: B010  twins are made by putting something else in the place of what the product calls

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from flask import current_app
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from config import Settings
from seminar_app import create_app
from seminar_app.certificates import routes as certificates_routes
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.rules import SURNAME_TRIES
from seminar_app.certificates.services import comparing
from seminar_app.core import engine, sqlite, sqlite_writing
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.installation import installation_of
from seminar_app.core.sqlite import sqlite_module
from seminar_app.core.values import replace
from seminar_app.nominations import list_routes
from seminar_app.nominations.services import importing
from seminar_app.registration import first_opening_routes, link_routes, personal_routes, seats_routes, staff_routes
from seminar_app.registration.first_opening_rules import MOST_WRONG_SURNAMES
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.seats import pool_state
from seminar_app.registration.services import dividing, first_opening, forms_sent, locked_seats, personal, registering, seats
from seminar_app.registration.services.locked_seats import LockedSeats, lock_seats
from seminar_app.seminars.models import SeatPool
from seminar_app.web import errors
from seminar_app.web.database import db
from seminar_app.web.database import in_unit_of_work as whole

Work = Callable[[Session], Any]
broken = set(filter(None, os.environ.get("BROKEN", "").split(",")))
stale = threading.local()


def read_first(work: Work) -> Any:
    """Read the pools, give others time to read them too, then begin to write."""
    stale.pools = [pool_state(row) for row in db.session().scalars(select(SeatPool))]
    time.sleep(0.02)
    return whole(work)


def count_first(work: Work) -> Any:
    """Read how many surnames were wrong, give others time to read it too, then begin to write."""
    stale.wrong = {row.id: row.wrong_surnames for row in db.session().execute(select(Registration.id, Registration.wrong_surnames))}
    time.sleep(0.02)
    return whole(work)


def count_as_read(session: Session, registration_id: int) -> int | None:
    """Count a wrong surname on the number that was read before."""
    wrong: int = stale.wrong[registration_id]
    if wrong >= MOST_WRONG_SURNAMES:
        return None
    session.execute(update(Registration).where(Registration.id == registration_id).values(wrong_surnames=wrong + 1))
    return wrong + 1


def read_tries_first(work: Work) -> Any:
    """Read how many surnames were typed for each certificate, give others time to read it too, then begin to write."""
    stale.tries = {row.id: row.surname_tries for row in db.session().execute(select(Certificate.id, Certificate.surname_tries))}
    time.sleep(0.02)
    return whole(work)


def count_tries_as_read(session: Session, context: ChangeContext, certificate_id: int) -> bool:
    """Count a try on the number that was read before."""
    tries: int = stale.tries[certificate_id]
    if tries >= SURNAME_TRIES:
        return False
    values = {"surname_tries": tries + 1, "tries_since": context.now}
    session.execute(update(Certificate).where(Certificate.id == certificate_id).values(**values))
    return True


def without_lock(session: Session, seminar_id: int) -> LockedSeats:
    """Lock the seats, but return them as they were before the lock."""
    locked = lock_seats(session, seminar_id)
    return replace(locked, pools=[pool for pool in stale.pools if pool.id in locked.rows])


def answer_first(work: Work) -> str:
    """Answer now, and commit a moment later."""
    this_app = current_app._get_current_object()  # type: ignore[attr-defined]

    def later() -> None:
        time.sleep(0.15)
        with this_app.app_context():
            whole(work)

    threading.Thread(target=later).start()
    return "/registrations/soon"


def without_checks(connection: Any, _record: object) -> None:
    """Let SQLite store rows that violate CHECK constraints."""
    connection.execute("PRAGMA ignore_check_constraints=ON")


if seconds := os.environ.get("WAIT_SECONDS"):
    for module, name in ((sqlite_writing, "BUSY_TIMEOUT_MS"), (engine, "LOCK_TIMEOUT_MS")):
        setattr(module, name, int(float(seconds) * 1000))
if "moved" in broken:
    for module in (sqlite, sqlite_writing):
        setattr(module, "is_still_there", lambda _info: True)
settings = replace(Settings.from_environment(), limits_enabled=False)
app = create_app(replace(settings, body_readers=1000) if "bodies" in broken else settings)
if "lock" in broken:
    for room in (link_routes, personal_routes, staff_routes, seats_routes, list_routes):
        setattr(room, "in_unit_of_work", read_first)
    for service in (registering, personal, seats, locked_seats, dividing, importing):
        setattr(service, "lock_seats", without_lock)
if "check" in broken:
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", without_checks)
if "submission" in broken:
    setattr(forms_sent, "submission_of", lambda *_anything: uuid.uuid4())
if "surnames" in broken:
    setattr(first_opening_routes, "in_unit_of_work", count_first)
    setattr(first_opening, "_count", count_as_read)
if "tries" in broken:
    setattr(certificates_routes, "in_unit_of_work", read_tries_first)
    setattr(comparing, "_count", count_tries_as_read)
if "early" in broken:
    setattr(link_routes, "in_unit_of_work", answer_first)
if "places" in broken:
    with app.app_context():
        installation_of(db.engine).write_queue.places = 1000
if "certain" in broken:
    setattr(errors, "may_be_saved", lambda _error: False)
if "patience" in broken:
    setattr(errors, "fault_of", lambda _error: None)


# FaultProbes: that a lock was waited for, and that a process died between its first written row and the end of its commit.

FAULT_PROBE = os.environ.get("FAULT_PROBE")
"""Folder for the records of the fault probe."""
begin_to_write = sqlite_writing._begin_to_write
slots = iter(range(1000))
here = threading.local()


class Watching:
    """SQLite's cursor, which records each time that another connection held the lock."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def execute(self, statement: str) -> Any:
        """Execute the statement, and record a locked database.

        Raises:
            sqlite3.OperationalError: as the cursor raises it.
        """
        try:
            return self._cursor.execute(statement)
        except sqlite_module().OperationalError as error:
            if "locked" in str(error):
                note("waited", 1)
            raise


def note(what: str, value: int) -> None:
    """Write one byte for this thread to a file that outlives the process. The file `waited` only grows."""
    if what == "waited":
        flags, place = os.O_APPEND, 0
    else:
        here.slot = getattr(here, "slot", None) or next(slots) + 1
        flags, place = 0, here.slot
    file = os.open(f"{FAULT_PROBE}/{what}-{os.getpid()}", os.O_CREAT | os.O_WRONLY | flags)
    os.pwrite(file, bytes([value]), place)
    os.close(file)


def row_was_written(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
    """Record the first row that a transaction writes."""
    if statement.startswith(("INSERT", "UPDATE", "DELETE")) and not getattr(here, "writing", False):
        here.writing = True
        note("writing", 1)


def is_over(_session: object) -> None:
    """Record the end of a transaction, by commit or rollback."""
    if getattr(here, "writing", False):
        here.writing = False
        note("writing", 0)


if FAULT_PROBE:
    setattr(sqlite_writing, "_begin_to_write", lambda cursor, queue: begin_to_write(Watching(cursor), queue))
    with app.app_context():
        event.listen(db.engine, "after_cursor_execute", row_was_written)
    event.listen(Session, "after_commit", is_over)
    event.listen(Session, "after_rollback", is_over)
