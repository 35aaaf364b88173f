"""Registration by the web form: how long one person waits, and how many are handled at once."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import func, inspect, select, table

from bench import commits, data, servers
from bench.browser import Browser
from bench.databases import Database
from bench.load import Load, fetch, has_wrk
from bench.results import Row
from seminar_app.web.database import db

ALONE = 40
MOST_REQUESTS = 3
MOST_MS = 100
MARK = 0.4
CONNECTIONS = 8
AGENCY = "INM"


def measure(database: Database, *, seconds: float, pages_per_second: float) -> list[Row]:
    """Return the rows of the report. `pages_per_second`: rate of the bare view under the same server."""
    made = data.seminar(database, "registering", seats=1_000_000)
    path = f"/seminars/{made.slug}/register"
    with servers.product(database) as server:
        waits = []
        for n in range(ALONE + 5):
            with Browser(server.url) as browser:
                begun = time.perf_counter()
                form = browser.get(path)
                sent = browser.post(path, fields(form.hidden(), n))
                if sent.status != 303 or sent.location is None:
                    raise RuntimeError(f"registering was answered with {sent.status}")
                browser.get(sent.location)
                waits.append((time.perf_counter() - begun) * 1000)
        alone = median(waits[5:])
        rows = [
            Row(
                what=f"registering alone, {MOST_REQUESTS} requests from first page to confirmation",
                engine=database.engine,
                figure=f"{alone:.0f} ms",
                limit="",
                mark=f"≤ {MOST_MS} ms",
                passed=alone <= MOST_MS,
            )
        ]
        if has_wrk():
            limit = Limit(commits.commits_per_second(database), pages_per_second)
            ours = _together(database, server.url, path, seconds=seconds, most=limit.rate)
    if has_wrk():
        with servers.bare_form(database) as beside:
            bare = _together(database, beside.url, "/register", seconds=seconds, most=limit.rate)
        rows += _rows(database, limit, ours, bare)
    return rows


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit for registering: the bare transaction or the bare page, whichever is slower."""

    commits: float
    pages: float

    @property
    def rate(self) -> float:
        return min(self.commits, self.pages)

    def __str__(self) -> str:
        return f"{self.rate:,.0f}/s ({'bare commits' if self.commits <= self.pages else 'bare pages'})"


def _together(database: Database, url: str, path: str, *, seconds: float, most: float) -> Load:
    """Send forms over many connections, each for another person; only rows found in a table afterwards count."""
    bodies = database.folder / "bodies"
    with Browser(url) as browser:
        hidden = browser.get(path).hidden()
        lines = (urlencode(fields(hidden | {"submission_id": uuid.uuid4().hex}, n)) for n in _numbers(int(most * seconds) + 100))
        bodies.write_text("\n".join(lines), encoding="ascii")
        before = count(database)
        load = fetch(url, seconds=seconds, connections=CONNECTIONS, script="bodies.lua", arguments=(path, str(bodies), browser.cookie))
    return replace(load, rate=(count(database) - before) / seconds)


def _rows(database: Database, limit: Limit, ours: Load, bare: Load) -> list[Row]:
    """Return our rate against the limit, and beside it the rate of a form that only stores its fields."""
    return [
        Row(
            what=f"registering, {CONNECTIONS} at once (the form as it is sent)",
            engine=database.engine,
            figure=str(ours),
            limit=str(limit),
            ratio=ours.rate / limit.rate,
            mark=f"≥ {MARK:.0%}",
            passed=ours.rate >= MARK * limit.rate and not ours.errors,
        ),
        Row(
            what=f"beside it: a bare Flask form of those fields with one INSERT, {CONNECTIONS} at once",
            engine=database.engine,
            figure=f"{bare}; ours is {ours.rate / bare.rate:.0%} of it",
            limit=str(limit),
            ratio=bare.rate / limit.rate,
            mark="",
        ),
    ]


def fields(hidden: dict[str, str], n: int) -> dict[str, str]:
    """Return the form filled in for person number `n`."""
    return hidden | {
        "given_names": "Luz María",
        "surname1": "López",
        "surname2": "Ibáñez",
        "certificate_name": "Luz María López Ibáñez",
        "sex": "F",
        "agency": AGENCY,
        "unit": "Unidad de Trata",
        "position": "Agente del Ministerio Público",
        "email": f"persona{n}@bench.example",
        "phone": "+52 998 123 4567",
        "language": "es",
        "notice_read": "y",
    }


def _numbers(count: int) -> Iterator[int]:
    return iter(range(10_000, 10_000 + count))


def count(database: Database) -> int:
    """Return the number of registrations, plus the rows that the bare form wrote."""
    with database.app.app_context():
        with db.engine.connect() as connection:
            tables = [name for name in ("registration", "bench_form") if inspect(connection).has_table(name)]
            found = sum(connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in tables)
        db.engine.dispose()
    return found
