"""Two transactions at the same moment: the first is held at a point while the second runs until it ends or waits for the first.

SQLite has one writer at a time, so there the second always waits, and what locks prevent cannot be shown.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.web.database import db, in_unit_of_work

PATIENCE = 0.5
"""Seconds after which the second transaction is taken to wait for the first."""
Work = Callable[[Session], object]


class Point:
    """A point in the first transaction: it stops there once, until it may go on."""

    def __init__(self) -> None:
        self.reached, self.go_on = Event(), Event()

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Stop before this function runs for the first time."""

        def stopped(*args: Any, **values: Any) -> Any:
            if not self.reached.is_set():
                self.reached.set()
                assert self.go_on.wait(20)
            return function(*args, **values)

        return stopped


@dataclass(frozen=True)
class Ended:
    """Result or error of each transaction, and whether the second one waited for the first."""

    early: Any
    late: Any
    waited: bool


def both_at_once(app: Flask, point: Point, first: Work, second: Work) -> Ended:
    """Run both transactions, the second while the first is held."""

    def one(work: Work) -> object:
        with app.app_context():
            try:
                return in_unit_of_work(work)
            except Exception as error:  # noqa: BLE001  the tests look at it
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        early = pool.submit(one, first)
        assert point.reached.wait(20), early.result(0)
        late = pool.submit(one, second)
        with suppress(StillWaiting):
            late.result(PATIENCE)
        waited = not late.done()
        point.go_on.set()
        return Ended(early.result(20), late.result(20), waited)
