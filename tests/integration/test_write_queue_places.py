"""The write queue: writers wait while others finish, and are refused at once when none does."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy.exc import OperationalError

from seminar_app.core import write_queue
from seminar_app.core.write_queue import WriteQueue, WriteQueueFull


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_queue, "PATIENCE_SECONDS", 0.2)


def fails(places: WriteQueue) -> None:
    with places.place():
        raise OperationalError("BEGIN", None, Exception("database is locked"))


def test_who_finds_no_place_waits_while_others_get_on() -> None:
    places, most, inside, lock = WriteQueue(2), [0], [0], threading.Lock()

    def write(_n: int) -> None:
        with places.place():
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.02)  # 40 of them, two at a time: twice the patience in total
            with lock:
                inside[0] -= 1

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(write, range(40)))
    assert most == [2]


def test_where_nobody_gets_on_one_patience_is_waited_and_then_none() -> None:
    places = WriteQueue(2)
    with ExitStack() as stuck:
        for _ in range(2):
            stuck.enter_context(places.place())
        for longest in (0.4, 0.05, 0.05):
            begun = time.monotonic()
            with pytest.raises(WriteQueueFull), places.place():
                pass
            assert time.monotonic() - begun < longest


def test_somebody_who_comes_out_done_ends_it_and_somebody_who_gave_up_does_not() -> None:
    places = WriteQueue(1)

    def refused_after() -> float:
        begun = time.monotonic()
        with places.place(), pytest.raises(WriteQueueFull), places.place():
            pass
        return time.monotonic() - begun

    assert refused_after() > 0.15
    assert refused_after() > 0.15, "whoever held the place came out done"
    with places.place(), pytest.raises(WriteQueueFull), places.place():
        pass
    places._stuck = True
    with pytest.raises(OperationalError, match="locked"):
        fails(places)
    assert places._stuck
    with places.place():
        pass
    assert not places._stuck
