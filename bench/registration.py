"""Registering by the web form: how long one person waits for it, and how many it takes at once."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import func, select

from bench import commits, data, servers
from bench.browser import Browser
from bench.databases import Database
from bench.load import fetch, has_wrk
from bench.results import Row
from seminar_app.registration.models import Registration
from seminar_app.web.database import db

ALONE = 40
MOST_REQUESTS = 3
MOST_MS = 100
MARK = 0.4
CONNECTIONS = 8
AGENCY = "INM"


def measure(database: Database, *, seconds: float, pages_per_second: float) -> list[Row]:
    """Rows of the report. `pages_per_second`: of the bare view under the same server."""
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
            rows.append(_together(database, server.url, path, seconds=seconds, pages_per_second=pages_per_second))
    return rows


def _together(database: Database, url: str, path: str, *, seconds: float, pages_per_second: float) -> Row:
    """Forms sent by many at once, each a person of their own; every acknowledged one must be in the table."""
    bare = commits.commits_per_second(database)
    limit = min(bare, pages_per_second)
    bodies = database.folder / "bodies"
    with Browser(url) as browser:
        hidden = browser.get(path).hidden()
        lines = (urlencode(fields(hidden | {"submission_id": uuid.uuid4().hex}, n)) for n in _numbers(int(limit * seconds) + 100))
        bodies.write_text("\n".join(lines), encoding="ascii")
        before = count(database)
        load = fetch(url, seconds=seconds, connections=CONNECTIONS, script="bodies.lua", arguments=(path, str(bodies), browser.cookie))
    stored = count(database) - before
    rate = stored / seconds
    return Row(
        what=f"registering, {CONNECTIONS} at once (the form as it is sent)",
        engine=database.engine,
        figure=str(replace(load, rate=rate)),
        limit=f"{limit:,.0f}/s ({'bare commits' if bare <= pages_per_second else 'bare pages'})",
        ratio=rate / limit,
        mark=f"≥ {MARK:.0%}",
        passed=rate >= MARK * limit and not load.errors,
    )


def fields(hidden: dict[str, str], n: int) -> dict[str, str]:
    """The form filled in by person number `n`."""
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
    """Registrations in the table."""
    with database.app.app_context():
        with db.engine.connect() as connection:
            found = connection.scalar(select(func.count()).select_from(Registration))
        db.engine.dispose()
    return int(found or 0)
