"""Counting of concurrent attempts."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from limits.storage import MemoryStorage, storage_from_string

from seminar_app.web.limits import OneAtATime

THREADS, ROUNDS = 8, 25


def set_slowly(storage: MemoryStorage, timer: Any) -> None:
    vars(storage)["timer"] = timer
    time.sleep(0.002)  # lets other threads run between making the timer and starting it


def faults_of(kind: type[MemoryStorage]) -> int:
    """Return how many of many concurrent attempts could not be counted."""
    slow = property(lambda storage: vars(storage)["timer"], set_slowly)
    storage = type("Slow", (kind,), {"timer": slow, "STORAGE_SCHEME": None})()

    def fails(_number: int) -> bool:
        try:
            storage.incr("ana", 60)
        except RuntimeError:  # threads can only be started once
            return True
        return False

    faults = 0
    with ThreadPoolExecutor(THREADS) as pool:
        for _round in range(ROUNDS):
            faults += sum(pool.map(fails, range(THREADS)))
            time.sleep(0.015)  # the timer has run, and the next attempt makes another
    assert storage.get("ana") == THREADS * ROUNDS - faults
    return faults


def test_attempts_at_one_moment_are_all_counted() -> None:
    assert faults_of(OneAtATime) == 0
    assert isinstance(storage_from_string("one-at-a-time://"), OneAtATime)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_librarys_own_counting_fails_at_some() -> None:
    """The unfixed version, which the test must catch."""
    assert faults_of(MemoryStorage) > 0
