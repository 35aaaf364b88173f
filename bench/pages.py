"""The public seminar page against a bare view of the same bytes, in alternation, so that noise affects both."""

from __future__ import annotations

import urllib.request
from statistics import median

from bench import data, servers
from bench.databases import Database
from bench.load import fetch
from bench.results import Row
from seminar_app.web.database import db

ROUNDS = 3
MARK = 0.5
MOST_STATEMENTS = 4
MOST_MEMORY_MB = 100


def measure(database: Database, *, seconds: float) -> tuple[list[Row], float]:
    """Return the rows of the report, and the bare view's requests a second (other parts use it as their limit)."""
    made = data.seminar(database, "page", people=90)
    path = f"/seminars/{made.slug}"
    with servers.product(database) as server:
        page = get(server.url + path)
        with servers.bare(page, database.folder) as limit:
            fetch(server.url + path, seconds=1)
            fetch(limit.url + "/", seconds=1)
            pairs = [(fetch(server.url + path, seconds=seconds), fetch(limit.url + "/", seconds=seconds)) for _ in range(ROUNDS)]
        memory = servers.largest_worker(server)
    ratio = median(ours.rate / bare.rate for ours, bare in pairs)
    ours, bare = (max((pair[i] for pair in pairs), key=lambda load: load.rate) for i in (0, 1))
    statements = count_statements(database, path)
    rows = [
        Row(
            what=f"public seminar page ({len(page.encode()) / 1024:.0f} kB)",
            engine=database.engine,
            figure=str(ours),
            limit=str(bare),
            ratio=ratio,
            mark=f"≥ {MARK:.0%}",
            passed=ratio >= MARK and not ours.errors,
        ),
        Row(
            what="statements of that page",
            engine=database.engine,
            figure=str(statements),
            limit="",
            mark=f"≤ {MOST_STATEMENTS}",
            passed=statements <= MOST_STATEMENTS,
        ),
        Row(
            what="memory of a worker after that load",
            engine=database.engine,
            figure=f"{memory:.0f} MB",
            limit="",
            mark=f"≤ {MOST_MEMORY_MB} MB",
            passed=memory <= MOST_MEMORY_MB,
        ),
    ]
    return rows, bare.rate


def bare_pages_per_second(database: Database, *, seconds: float) -> float:
    """Return the bare view's requests a second, for parts that run without this one."""
    made = data.find(database, "page") or data.seminar(database, "page", people=90)
    with servers.product(database) as server:
        page = get(f"{server.url}/seminars/{made.slug}")
    with servers.bare(page, database.folder) as limit:
        fetch(limit.url + "/", seconds=1)
        return fetch(limit.url + "/", seconds=seconds).rate


def get(url: str) -> str:
    request = urllib.request.Request(url, headers={"Accept-Language": "es"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.read().decode())


def count_statements(database: Database, path: str) -> int:
    """Return how many statements a second visit of the page needs."""
    from sqlalchemy import event

    client = database.app.test_client()
    client.get(path)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with database.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        client.get(path)
        event.remove(db.engine, "before_cursor_execute", note)
        db.engine.dispose()
    return len(seen)
