"""A page takes as many statements with a few rows as with thousands."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from bench import data, large
from bench.databases import Database
from bench.population import Size
from tests.conftest import TestDatabase

SEARCHES_MORE = 2
"""A search takes one or two more statements for a name that is neither rare nor common."""


def counted(side: large.Side) -> dict[str, int]:
    """Return the number of statements of each page."""
    return {name: len(large.statements(side, page)) for name, page in side.pages.items()}


@pytest.mark.sqlite_first
@pytest.mark.parametrize(
    "size", [Size(300, 60, 300, 900), pytest.param(Size(10_000, 400, 20_000, 100_000), marks=pytest.mark.full)], ids=["short", "full"]
)
def test_no_page_takes_more_statements_when_there_is_more_to_show(database: TestDatabase, app: Flask, tmp_path: Path, size: Size) -> None:
    engine = "sqlite" if database.url.startswith("sqlite") else "postgresql"
    measured = Database(engine, database.url, tmp_path, app)
    data.prepare(measured)
    few = counted(large.side(measured, people=(8, 9), prefix="few"))
    data.fill(measured, size)
    many = large.side(measured, people=(60, 120), prefix="many")
    searches = {name for name, page in many.pages.items() if page.sent is not None}
    over_all = {name for name, page in many.pages.items() if page.over_all}
    for name, number in counted(many).items():
        fits = (
            number == few[name] or (name in searches and number <= few[name] + SEARCHES_MORE) or (name in over_all and number < few[name])
        )
        assert fits, (name, few[name], number)
