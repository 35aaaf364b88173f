"""Fixtures: both database engines at once, made for this worker when first needed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import datetime

import pytest

from seminar_app.core import clock
from seminar_app.web.limits import limiter
from tests.conftest import PostgresqlDatabase, SqliteDatabase
from tests.fuzz.pair import Pair, Side, same_ids, stopped_clock
from tests.support.dealing import PAIR, group_of
from tests.support.long_work import nobody_works


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse a test on the pair that would go to a worker of its own, unless it is a long form, beside which making a pair is nothing.

    Each further worker that makes the pair and looks round in it spends as much as the short forms take together.
    """
    on_the_pair = {item.nodeid for item in session.items if PAIR in getattr(item, "fixturenames", ())}
    long = {item.nodeid for item in session.items if item.get_closest_marker("full")}
    apart = {nodeid for nodeid in on_the_pair - long if group_of(nodeid) != PAIR} | {n for n in on_the_pair & long if group_of(n) == PAIR}
    if apart:
        raise pytest.UsageError(f"tests/support/dealing.py deals these out wrongly: {sorted(apart)}")


@pytest.fixture(scope="session")
def kept_pair(tmp_path_factory: pytest.TempPathFactory, postgresql_url: str, worker_id: str) -> Iterator[tuple[Pair, datetime]]:
    """Both engines with their worlds, and the instant at which their clocks stand."""
    instant = clock.now()
    limiter.enabled = False
    databases = (
        SqliteDatabase(tmp_path_factory.mktemp("fuzz-sqlite")),
        PostgresqlDatabase(tmp_path_factory.mktemp("fuzz-postgresql"), postgresql_url, f"fuzz_{worker_id}"),
    )
    sides = []
    for database in databases:
        with stopped_clock(instant), same_ids(0):
            sides.append(Side(database))
    pair = Pair(sides[0], sides[1])
    with stopped_clock(instant), same_ids(1):
        pair.look_round()
    gc.freeze()
    yield pair, instant
    for side in sides:
        side.close()


@pytest.fixture
def pair(kept_pair: tuple[Pair, datetime], monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Both engines with the same rows, at the instant at which they were made; no worker makes files that a press would wait for."""
    pair, instant = kept_pair
    limiter.enabled = False
    for side in pair.sides:
        nobody_works(side.app, monkeypatch)
    with stopped_clock(instant):
        yield pair
        pair.restore()  # undo a test that failed half way
