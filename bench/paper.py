"""Measure what is printed: setting it, beside typst alone over the same template and data; and from the press to the file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from flask_babel import force_locale

from bench import data, servers
from bench.browser import Browser
from bench.databases import KEY, Database
from bench.results import Row
from bench.staff import signed_in
from config import PROJECT_ROOT
from seminar_app.attendance.exported import exported
from seminar_app.core.actor import RoleName
from seminar_app.core.pdf import Paper, typeset
from seminar_app.paper.asked import Asked
from seminar_app.paper.documents import WRITERS, Subject
from seminar_app.paper.printing import print_document
from seminar_app.paper.rules import Document
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import db, session
from tests.support.server import LiveServer

PEOPLE = 96
TIMES = 15
MOST_MS = {Document.SIGN_IN: 150, Document.BADGES: 300}
CLICK_MS = 500
SESSIONS = re.compile(r'<option value="([0-9a-f]{32})"')


@dataclass(frozen=True, slots=True)
class Setting:
    """Milliseconds of one document, whole and by typst alone."""

    whole: float
    bare: float


def measure(database: Database) -> list[Row]:
    """Return the rows of the report."""
    made = data.seminar(database, "paper", people=PEOPLE, sessions=6, in_days=-1)
    rows = [_setting(database, made, document) for document in MOST_MS]
    cookie = signed_in(database, RoleName.ORGANIZER, office_id=made.office_id)
    with servers.product(database) as server, _worker(database, server), Browser(server.url) as browser:
        browser.take(cookie)
        rows += [_click(database, browser, made.slug, document) for document in MOST_MS]
    return rows


def _setting(database: Database, made: data.Made, document: Document) -> Row:
    asked, now = Asked(document, "es", Paper.LETTER, session=made.sessions[0] if document is Document.SIGN_IN else None), datetime.now(UTC)
    with database.app.app_context(), force_locale("es"):
        seminar = session().get_one(Seminar, made.seminar_id)
        subject = Subject(session(), seminar, asked, exported(session(), seminar, at=now))
        content: Mapping[str, Any] = WRITERS[document](subject).document
        whole = _times(lambda n: print_document(session(), seminar, asked, now=now.replace(minute=n)))
        bare = _times(lambda n: typeset(document.value, {**content, "printed": str(n)}, made_at=now))
        db.session.remove()
        db.engine.dispose()
    return Row(
        what=f"{_words(document)} of {PEOPLE} people, read and set",
        engine=database.engine,
        figure=f"{whole:.0f} ms",
        limit=f"{bare:.0f} ms by typst alone",
        ratio=whole / bare,
        mark=f"≤ {MOST_MS[document]} ms",
        passed=whole <= MOST_MS[document],
    )


def _click(database: Database, browser: Browser, slug: str, document: Document) -> Row:
    page = f"/staff/seminars/{slug}/paper/"
    token = browser.get("/staff/seminars/new").hidden()["csrf_token"]
    first = SESSIONS.findall(browser.get(page).text)[0]

    def click(_n: int) -> None:
        answer = browser.post(page, {"csrf_token": token, "document": document, "session": first})
        if answer.status != 303 or not (answer.location or "").endswith("/file"):
            raise RuntimeError(f"the press was answered with {answer.status} and led to {answer.location}")
        file = browser.get(answer.location or "")
        if file.status != 200 or file.size < 20_000:
            raise RuntimeError(f"the file was answered with {file.status} and {file.size} bytes")

    lasted = _times(click)
    return Row(
        what=f"{_words(document)}, from the press to the file",
        engine=database.engine,
        figure=f"{lasted:.0f} ms",
        limit="",
        mark=f"≤ {CLICK_MS} ms" if document is Document.SIGN_IN else "",
        passed=lasted <= CLICK_MS if document is Document.SIGN_IN else None,
    )


def _words(document: Document) -> str:
    return {Document.SIGN_IN: "sign-in sheet", Document.BADGES: "badges"}[document]


def _times(work: Callable[[int], object]) -> float:
    """Return the median in milliseconds, after a first time that loads code."""
    waits = []
    for number in range(TIMES + 1):
        begun = time.perf_counter()
        work(number)
        waits.append((time.perf_counter() - begun) * 1000)
    return median(waits[1:])


@contextmanager
def _worker(database: Database, server: LiveServer) -> Iterator[None]:
    """Run the worker beside the server, as `flask serve` does."""
    environment = os.environ | {
        "SEMINAR_MODE": "test",
        "SECRET_KEY": KEY,
        "SEMINAR_DATA_DIR": str(database.folder),
        "DATABASE_URL": database.url,
        "PUBLIC_URL": server.url,
    }
    process = subprocess.Popen([sys.executable, "-m", "flask", "--app", "seminar_app", "worker"], env=environment, cwd=PROJECT_ROOT)
    time.sleep(3)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)
