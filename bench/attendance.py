"""Measure marking as a coordinator's page does it, and the export of attendance: at once, or by the worker where it is large."""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import replace
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import func, select

from bench import commits, data, servers
from bench.browser import Answer, Browser
from bench.databases import Database
from bench.load import fetch, has_wrk
from bench.plans import statements_of
from bench.results import Row
from bench.staff import signed_in
from seminar_app.attendance.models import Mark
from seminar_app.core.actor import RoleName
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import run_waiting
from seminar_app.web.database import db
from tests.support.server import LiveServer

MARKS_PER_SECOND = {"sqlite": 160, "postgresql": 140}
SLOWEST_MS = 40
"""95 % of the marks are answered within."""
CONNECTIONS = 4
MOST_STATEMENTS = 12
SESSIONS = 6
FIRST_DAY = SESSIONS // 3
"""Sessions that have begun. A later one takes no presence yet."""
SHEETS = (*((100, number) for number in range(6)), (4_000, 0))
"""People, and which of the seminars of that size. A small sheet is marked in half a second, so there are several."""
EXPORTS = ((2_000, 6), (10_000, 12))
AT_ONCE = 2_000
"""People of the largest seminar here whose files a page sends at once; the worker writes the others."""
MOST_SECONDS = {"csv": 0.15, "xlsx": 0.6}
MOST_EXTRA_MB = 50
WARM_SECONDS = 2.0
"""Marks that do not count, of a sheet of their own: the first ones of a worker load code, open connections and prepare statements."""


def measure(database: Database, *, seconds: float, pages_per_second: float) -> list[Row]:
    """Return the rows of the report."""
    sheets = [
        data.seminar(database, f"marking-{people}-{number}", people=people, sessions=SESSIONS, marked=False, in_days=-1)
        for people, number in SHEETS
    ]
    cookie = signed_in(database, RoleName.ORGANIZER, office_id=sheets[0].office_id)
    made = {size: data.seminar(database, f"export-{size[0]}", people=size[0], sessions=size[1]) for size in EXPORTS}
    first = data.seminar(database, "marking-first", people=1_000, sessions=SESSIONS, marked=False, in_days=-1)
    rows = []
    with servers.product(database, workers=1) as server, Browser(server.url) as browser:
        browser.take(cookie)
        for size, seminar in made.items():
            export = _export if size[0] <= AT_ONCE else _job
            rows += [export(database, server, browser, seminar.slug, size, form) for form in ("csv", "xlsx")]
    if has_wrk():
        with servers.product(database) as server, Browser(server.url) as browser:
            browser.take(cookie)
            limit = min(commits.commits_per_second(database), pages_per_second)
            _marks(database, server.url, browser, [first], seconds=WARM_SECONDS, limit=limit)
            for people in sorted({people for people, _number in SHEETS}):
                alike = [sheet for sheet in sheets if len(sheet.registrations) == people]
                rows.append(_marks(database, server.url, browser, alike, seconds=seconds, limit=limit))
    rows.append(_statements(database, cookie, sheets[-1]))
    return rows


def _form(token: str, registration: uuid.UUID) -> dict[str, str]:
    """Return the form that the page sends when somebody without a mark is marked present."""
    key = registration.hex
    return {"csrf_token": token, f"was-{key}": "", f"mark-{key}": "present", f"minutes-{key}": ""}


def _path(sheet: data.Made, session: uuid.UUID) -> str:
    return f"/staff/seminars/{sheet.slug}/attendance/{session}"


def _marks(database: Database, url: str, browser: Browser, sheets: list[data.Made], *, seconds: float, limit: float) -> Row:
    """Mark everybody of some sheets of one size, session after session, for this time."""
    token = browser.get(_path(sheets[0], sheets[0].sessions[0])).hidden()["csrf_token"]
    bodies = database.folder / "marks"
    lines = (
        f"{_path(sheet, s)}\t{urlencode(_form(token, r))}"
        for sheet in sheets
        for s in sheet.sessions[:FIRST_DAY]
        for r in sheet.registrations
    )
    bodies.write_text("\n".join(lines), encoding="ascii")
    before = _count(database)
    begun = time.perf_counter()
    load = fetch(
        url, seconds=seconds, connections=CONNECTIONS, script="bodies.lua", arguments=("/", str(bodies), browser.cookie, "HX-Request")
    )
    lasted = min(time.perf_counter() - begun, seconds)
    rate = (_count(database) - before) / lasted
    return Row(
        what=f"a mark on a sheet of {len(sheets[0].registrations):,} people, {CONNECTIONS} coordinators at once",
        engine=database.engine,
        figure=str(replace(load, rate=rate)),
        limit=f"{limit:,.0f}/s",
        ratio=rate / limit,
        mark=f"≥ {MARKS_PER_SECOND[database.engine]}/s, p95 ≤ {SLOWEST_MS} ms",
        passed=rate >= MARKS_PER_SECOND[database.engine] and load.p95 <= SLOWEST_MS and not load.errors,
    )


def _statements(database: Database, cookie: str, sheet: data.Made) -> Row:
    """Count the statements of one mark, from the browser's session to the changed lines."""
    client = database.app.test_client()
    client.set_cookie(*cookie.split("=", 1))
    path = _path(sheet, sheet.sessions[FIRST_DAY - 1])
    token = Answer(200, client.get(path).get_data(as_text=True), None, 0).hidden()["csrf_token"]
    with database.app.app_context():
        engine = db.engine
    with statements_of(engine) as seen:
        answer = client.post(path, data=_form(token, sheet.registrations[-1]), headers={"HX-Request": "true"})
    if answer.status_code != 200:
        raise RuntimeError(f"the mark was answered with {answer.status_code}")
    engine.dispose()
    return Row(
        what="statements of a mark",
        engine=database.engine,
        figure=str(len(seen)),
        limit="",
        mark=f"≤ {MOST_STATEMENTS}",
        passed=len(seen) <= MOST_STATEMENTS,
    )


def _export(database: Database, server: LiveServer, browser: Browser, slug: str, size: tuple[int, int], form: str) -> Row:
    people, sessions = size
    (worker,) = server.worker_pids()
    path = f"/staff/seminars/{slug}/attendance/export?format={form}&lang=es"
    browser.get(f"/staff/seminars/{slug}/attendance/export?format=csv")  # the first request of a worker loads much code
    idle = servers.memory_mb(worker)
    servers.forget_peak(worker)
    waits = []
    for _ in range(3):
        begun = time.perf_counter()
        answer = browser.get(path)
        waits.append(time.perf_counter() - begun)
        if answer.status != 200 or answer.size < people * 20:
            raise RuntimeError(f"the export was answered with {answer.status} and {answer.size} bytes")
    extra = servers.peak_mb(worker) - idle
    return Row(
        what=f"attendance export, {people:,} × {sessions}, {form.upper()}",
        engine=database.engine,
        figure=f"{median(waits):.2f} s, {extra:.0f} MB over idle, {answer.size / 1024:,.0f} kB",
        limit="",
        mark=f"≤ {MOST_SECONDS[form]} s",
        passed=median(waits) <= MOST_SECONDS[form],
    )


def _job(database: Database, _server: LiveServer, browser: Browser, slug: str, size: tuple[int, int], form: str) -> Row:
    """Press the button as the page does, and be the worker. The press waits in vain for its file, because there is no other worker."""
    people, sessions = size
    token = browser.get("/staff/seminars/new").hidden()["csrf_token"]
    answer = browser.post(f"/staff/seminars/{slug}/attendance/export", {"csrf_token": token, "format": form, "lang": "es"})
    if answer.status != 303 or not (answer.location or "").startswith("/staff/jobs/"):
        raise RuntimeError(f"the press was answered with {answer.status}")
    idle = servers.memory_mb(os.getpid())
    servers.forget_peak(os.getpid())
    begun = time.perf_counter()
    run_waiting(database.app)
    lasted, extra = time.perf_counter() - begun, servers.peak_mb(os.getpid()) - idle
    with database.app.app_context():
        outcome = db.session.scalars(select(LongJob.outcome).order_by(LongJob.id.desc())).first() or {}
        db.session.remove()
        db.engine.dispose()
    if (size_made := outcome.get("file", {}).get("size", 0)) < people * 20:
        raise RuntimeError(f"the worker made no file: {outcome}")
    return Row(
        what=f"attendance export, {people:,} × {sessions}, {form.upper()}, by the worker",
        engine=database.engine,
        figure=f"{lasted:.2f} s, {extra:.0f} MB over idle, {size_made / 1024:,.0f} kB",
        limit="",
        mark=f"≤ {MOST_EXTRA_MB} MB",
        passed=extra <= MOST_EXTRA_MB,
    )


def _count(database: Database) -> int:
    with database.app.app_context():
        with db.engine.connect() as connection:
            found = connection.scalar(select(func.count()).select_from(Mark))
        db.engine.dispose()
    return int(found or 0)
