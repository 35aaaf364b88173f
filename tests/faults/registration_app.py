"""The product as a server loads it for fault tests (its limit by address off: all come from one), and its broken twins.

BROKEN names what is taken out:
    lock        seats are decided on what was read before the transaction began
    check       (with lock) SQLite does not enforce CHECK constraints either
    submission  every sending of the form counts as a new one
    early       the answer goes out before the commit
"""
# ruff: noqa: B010  twins are made by putting something else in the place of what the product calls

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import current_app
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from config import Settings
from seminar_app import create_app
from seminar_app.registration import routes
from seminar_app.registration.services import registering
from seminar_app.registration.services.seats import LockedSeats, lock_seats, pool_state
from seminar_app.seminars.models import SeatPool
from seminar_app.web.database import db
from seminar_app.web.database import in_unit_of_work as whole

Work = Callable[[Session], Any]
broken = set(filter(None, os.environ.get("BROKEN", "").split(",")))
stale = threading.local()


def read_first(work: Work) -> Any:
    """Read the pools, let others do so too, then begin to write."""
    stale.pools = [pool_state(row) for row in db.session().scalars(select(SeatPool))]
    time.sleep(0.02)
    return whole(work)


def without_lock(session: Session, seminar_id: int) -> LockedSeats:
    """The seats as they were before the lock."""
    seats = lock_seats(session, seminar_id)
    return replace(seats, pools=[pool for pool in stale.pools if pool.id in seats.rows])


def answer_first(work: Work) -> None:
    """Commit a moment after the answer."""
    this_app = current_app._get_current_object()  # type: ignore[attr-defined]

    def later() -> None:
        time.sleep(0.15)
        with this_app.app_context():
            whole(work)

    threading.Thread(target=later).start()


def without_checks(connection: Any, _record: object) -> None:
    """Let SQLite store what CHECK constraints forbid."""
    connection.execute("PRAGMA ignore_check_constraints=ON")


app = create_app(replace(Settings.from_environment(), limits_enabled=False))
if "lock" in broken:
    setattr(routes, "in_unit_of_work", read_first)
    setattr(registering, "lock_seats", without_lock)
if "check" in broken:
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", without_checks)
if "submission" in broken:
    setattr(registering, "submission_of", lambda *_anything: uuid.uuid4())
if "early" in broken:
    setattr(routes, "in_unit_of_work", answer_first)
