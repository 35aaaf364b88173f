"""The slowest tests begin first, so that at the end no worker waits for a long one: a list of them is kept in `tests/durations.txt`.

`make test PYTEST_ADDOPTS=--keep-durations` writes the list anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.dealing import PAIR

LIST = Path(__file__).parents[1] / "durations.txt"
LEAST_SECONDS = 2.0
"""A test that takes less is not in the list."""


def add_option(parser: pytest.Parser) -> None:
    """`--keep-durations`."""
    parser.addoption("--keep-durations", action="store_true", help=f"write how long the slowest tests took into {LIST.name}")


def keep_durations(config: pytest.Config) -> None:
    """Where it is asked for, note how long each test takes, and write the list at the end."""
    if config.getoption("keep_durations") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Durations())


def put_slowest_first(items: list[pytest.Item]) -> None:
    """Order the tests by the list that is kept."""
    items[:] = in_order(items, read(LIST.read_text(encoding="utf-8")))


def in_order(items: list[pytest.Item], seconds: Mapping[str, float]) -> list[pytest.Item]:
    """The slowest first; those that are not in the list stay as they were, behind the others.

    Before them go the tests on the two databases of `tests/fuzz`, which a worker makes once: a test that restarts the worker's
    PostgreSQL must not come between them.
    """
    return sorted(items, key=lambda item: (PAIR not in getattr(item, "fixturenames", ()), -seconds.get(item.nodeid, 0.0)))


def read(text: str) -> dict[str, float]:
    """Seconds by the name of the test, one a line."""
    rows = (line.split(" ", 1) for line in text.splitlines())
    return {name: float(seconds) for seconds, name in rows}


def written(seconds: Mapping[str, float]) -> str:
    """The list of these tests, as `read` reads it."""
    slow = sorted((-took, name) for name, took in seconds.items() if took >= LEAST_SECONDS)
    return "".join(f"{-took:.1f} {name}\n" for took, name in slow)


class _Durations:
    """Seconds of set-up, test and tear-down together, on this machine's clock."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        LIST.write_text(written(self.seconds), encoding="utf-8")
