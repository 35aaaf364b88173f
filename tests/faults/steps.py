"""Raise a fault after each statement of code that writes in steps: each step is all or nothing, and the next run finishes the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial

from sqlalchemy.exc import OperationalError

from tests.conftest import TestDatabase
from tests.faults.every_statement import STATE, Contents, Fault, listening


@contextmanager
def disturbed(at: int) -> Iterator[Fault]:
    """Raise a fault after the statement with this number, counting only writing transactions."""
    fault = STATE.fault = Fault(at=at)
    try:
        yield fault
    finally:
        STATE.fault = None


def run_to_the_end(run: Callable[[], object], database: TestDatabase, *, from_the_start: bool = False) -> int:
    """Run `run` again and again, with a fault at each statement of each of its steps in turn.

    Args:
        run: does the work that is left. It raises the database's error, or returns whether it reported that work is left.
        database: compared before and after each fault.
        from_the_start: `run` repeats all of its work each time.

    Returns:
        Number of faults that were raised.
    """
    with closing(Contents(database)) as contents:
        return _disturb_each(run, contents, from_the_start=from_the_start)


def _disturb_each(run: Callable[[], object], contents: Contents, *, from_the_start: bool) -> int:
    faults, at = 0, 1
    while True:
        committed: dict[str, str] = {}
        with listening(), disturbed(at) as fault:
            fault.when_it_begins = partial(_read_into, committed, contents)
            try:
                told = run()
            except OperationalError as error:
                assert "the fault of this test" in str(error)  # noqa: PT017  no error at all is also allowed
            else:
                assert told or not fault.fired, f"a fault after statement {at} ({fault.last[:80]}) was taken for success"
        if not fault.fired:
            return faults
        faults += 1
        assert contents.read() == committed, f"a fault after statement {at} ({fault.last[:80]}) left half of a step"
        at = 1 if fault.commits and not from_the_start else at + 1


def _read_into(committed: dict[str, str], contents: Contents) -> None:
    committed.update(contents.read())
