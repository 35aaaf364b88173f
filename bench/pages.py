"""Public pages against a bare view of the same bytes, in alternation, so that noise affects all of them."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from sqlalchemy import update

from bench import data, servers
from bench.browser import Browser
from bench.databases import Database
from bench.load import Load, fetch
from bench.results import Row
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import db, unit_of_work

ROUNDS = 3
MARK = 0.5
MARK_WITH_COOKIE = 0.15
MOST_STATEMENTS = 4
MOST_FORM_MS = 3.0
COMMITS_PER_SECOND = 50
OF_OTHERS = "lb=server-1; _ga=GA1.1.1234567890.1234567890"
"""Cookies that a load balancer and a counter of visits set."""


def measure(database: Database, *, seconds: float) -> tuple[list[Row], float]:
    """Return the rows of the report, and the bare view's requests a second (other parts use it as their limit)."""
    made = data.seminar(database, "page", people=90)
    path = f"/seminars/{made.slug}"
    with servers.product(database) as server:
        page, visitor = get(server.url + path), f"{visitor_cookie(server.url)}; {OF_OTHERS}"
        with servers.bare(page, database.folder) as limit:
            url, bare_url = server.url + path, limit.url + "/"
            fetch(url, seconds=1)
            fetch(bare_url, seconds=1)
            cookies = {"no cookie": "", "a visitor's cookie": visitor, "cookies of others": OF_OTHERS}
            rounds = [
                (fetch(bare_url, seconds=seconds), {what: fetch(url, seconds=seconds, cookie=cookies[what]) for what in cookies})
                for _ in range(ROUNDS)
            ]
        alone = _form_ms(url + "/register", visitor, seconds=seconds)
        with commits(database):
            among_others = _form_ms(url + "/register", visitor, seconds=seconds)
    size = len(page.encode()) / 1024
    statements = count_statements(database, path)
    rows = [
        _page_row(database, f"public seminar page ({size:.0f} kB), {what}", [(ours[what], bare) for bare, ours in rounds], mark)
        for what, mark in zip(cookies, (MARK, MARK_WITH_COOKIE, MARK_WITH_COOKIE), strict=True)
    ]
    rows += [
        Row(
            what=f"registration form, a visitor's cookie{when}",
            engine=database.engine,
            figure=f"{found:.2f} ms",
            limit="",
            mark=f"≤ {MOST_FORM_MS:.0f} ms",
            passed=found <= MOST_FORM_MS,
        )
        for when, found in (("", alone), (f", while {COMMITS_PER_SECOND} commits a second are made", among_others))
    ]
    rows += [
        Row(
            what="statements of that page",
            engine=database.engine,
            figure=str(statements),
            limit="",
            mark=f"≤ {MOST_STATEMENTS}",
            passed=statements <= MOST_STATEMENTS,
        ),
    ]
    return rows, max(bare.rate for bare, _ours in rounds)


def _page_row(database: Database, what: str, pairs: list[tuple[Load, Load]], mark: float) -> Row:
    ratio = median(ours.rate / bare.rate for ours, bare in pairs)
    ours, bare = (max((pair[i] for pair in pairs), key=lambda load: load.rate) for i in (0, 1))
    return Row(
        what=what,
        engine=database.engine,
        figure=str(ours),
        limit=str(bare),
        ratio=ratio,
        mark=f"≥ {mark:.0%}",
        passed=ratio >= mark and not any(load.errors for load, _bare in pairs),
    )


def _form_ms(url: str, cookie: str, *, seconds: float) -> float:
    """Return how long the form takes, one request after another, on average."""
    fetch(url, seconds=1, connections=1, threads=1, cookie=cookie)
    found = fetch(url, seconds=seconds, connections=1, threads=1, cookie=cookie)
    return 1000 / found.rate if not found.errors else float("inf")


def visitor_cookie(url: str) -> str:
    """Return the cookie of a browser that has chosen a language."""
    with Browser(url) as browser:
        chosen = browser.post("/language", {"language": "es", "next": "/"})
        if chosen.status != 303:
            raise RuntimeError(f"the choice of a language was answered with {chosen.status}")
        return browser.cookie


@contextmanager
def commits(database: Database) -> Iterator[None]:
    """Change another seminar all the time, as a rush of registrations elsewhere does."""
    made, enough = data.seminar(database, "elsewhere", people=1), threading.Event()

    def change() -> None:
        with database.app.app_context():
            while not enough.wait(1 / COMMITS_PER_SECOND):
                with unit_of_work() as session:
                    session.execute(update(Seminar).where(Seminar.id == made.seminar_id).values(version=Seminar.version + 1))
            db.engine.dispose()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


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
