"""One change, one transaction: everything a request does to the data is committed together or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from seminar_app.core.database import write_mode

log = logging.getLogger(__name__)

T = TypeVar("T")

BeforeCommit = Callable[[Session], None]
_before_commit: list[BeforeCommit] = []

RETRIED = frozenset({"40001", "40P01"})  # PostgreSQL: serialization failure, deadlock
ATTEMPTS = 3


def before_commit(hook: BeforeCommit) -> BeforeCommit:
    """Have `hook(session)` run last in every unit of work, inside its transaction (the trail seals its rows so)."""
    if hook not in _before_commit:
        _before_commit.append(hook)
    return hook


@contextmanager
def unit_of_work(session: Session) -> Iterator[Session]:
    """Begin to write, hand out the session, commit once; on any exception nothing has happened.

    What was loaded before is let go first: inside, every row is read again under the lock, so services take
    ids and not objects.
    """
    if session.info.get("unit_of_work"):
        raise RuntimeError("a unit of work inside another would commit half of it")
    session.close()
    session.info["unit_of_work"] = True
    with write_mode():
        try:
            yield session
            session.flush()
            for hook in _before_commit:
                hook(session)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.clear()
            session.close()


def in_unit_of_work(session: Session, work: Callable[[Session], T]) -> T:
    """Run `work(session)` as one unit of work, again from the start when PostgreSQL chose it as a deadlock's victim."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with unit_of_work(session) as open_session:
                return work(open_session)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in RETRIED or attempt == ATTEMPTS:
                raise
            log.info("Unit of work begins again after %s (attempt %d).", getattr(error.orig, "sqlstate", None), attempt)
    raise AssertionError("unreachable")
