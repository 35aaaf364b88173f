"""A list of 1,500 rows: from the button to its result, with the progress in between, with and without JavaScript."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app import create_app
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.long_jobs.running import Run, run_waiting
from seminar_app.registration.models import Registration
from seminar_app.sign_in import session_store
from seminar_app.web.database import db
from tests.conftest import TestDatabase, settings_for
from tests.support.factories import Make
from tests.support.nominating import cells, keep_cells
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_first]
ROWS = 1_500
KEY = "browser:" + "k" * 40
WORDS = {
    "es": (re.compile("Nominar a 1"), "Comienza en unos segundos.", "750 de 1,500 filas", "Ver de nuevo", "Se nominó a 1500 personas"),
    "en": (re.compile("Nominate 1"), "It begins within seconds.", "750 of 1,500 rows", "Look again", "1500 people were nominated"),
}


@dataclass
class HalfWay:
    """Holds the work when half of the people were looked for."""

    reached: threading.Event
    go_on: threading.Event

    def step(self, run: Run, stage: str, done: int, total: int) -> None:
        """Let the first half pass, write its progress, and wait there."""
        if stage == "people" and done == total // 2:
            run._written = -1.0
            STEP(run, stage, done, total)
            self.reached.set()
            assert self.go_on.wait(30)
        elif done == 0:
            STEP(run, stage, done, total)


STEP = Run.step


@pytest.fixture
def worker(database: TestDatabase) -> Iterator[Flask]:
    """The program as the worker runs it, with a key that the server's settings can hold."""
    made = create_app(replace(settings_for(database.url, database.folder), identity_keys=(KEY,)))
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def server(database: TestDatabase, tmp_path: Path) -> Iterator[LiveServer]:
    with LiveServer(database.url, tmp_path, workers=1, environment={"IDENTITY_KEYS": KEY}) as live:
        yield live


@pytest.fixture
def half_way(monkeypatch: pytest.MonkeyPatch) -> Iterator[HalfWay]:
    hold = HalfWay(threading.Event(), threading.Event())
    monkeypatch.setattr(Run, "step", lambda run, stage, done, total: hold.step(run, stage, done, total))  # noqa: PLW0108  bound to the run
    yield hold
    hold.go_on.set()


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("es", PHONE, True, id="es-phone"),
        pytest.param("en", DESK, True, id="en-desk", marks=pytest.mark.full),
        pytest.param("en", PHONE, False, id="en-without-javascript", marks=pytest.mark.full),
    ],
)
def test_a_long_list_is_brought_while_its_page_shows_how_far_it_is(
    worker: Flask,
    session: Session,
    make: Make,
    chromium: Browser,
    server: LiveServer,
    half_way: HalfWay,
    language: str,
    width: int,
    *,
    javascript: bool,
) -> None:
    day = clock.now().date() + timedelta(days=30)
    seminar, agency = make.seminar(office=make.office(), seats=10, starts_on=day, ends_on=day), make.agency("PGR")
    make.pool(seminar, agency, ROWS)
    names = ((f"Ana {letters(number)}", "Sol", "Mar", f"p{number}@pgr.example", "Fiscal") for number in range(ROWS))
    with worker.app_context():
        list_id = keep_cells(db.session(), seminar, agency, cells(*names)).public_id.hex
        db.session.remove()
    button, begins, progress, again, came = WORDS[language]
    with Visitor(chromium, server.url, language=language, width=width, javascript=javascript) as visitor:
        page = visitor.page
        cookie = signed_in(session, make, seminar.office_id, language)
        visitor.context.add_cookies([{"name": "session", "value": cookie, "url": server.url}])
        visitor.go(f"/staff/seminars/{seminar.slug}/nominations/{list_id}")
        page.get_by_role("button", name=button).click()
        page.wait_for_url("**/staff/jobs/*")
        expect(page.get_by_text(begins)).to_be_visible()
        visitor.look()
        work = threading.Thread(target=run_waiting, args=(worker,))
        work.start()
        assert half_way.reached.wait(30)
        if not javascript:
            page.get_by_role("link", name=again).click()
        expect(page.get_by_text(progress)).to_be_visible()
        visitor.look()
        half_way.go_on.set()
        work.join()
        if not javascript:
            page.get_by_role("link", name=again).click()
        expect(page.get_by_text(came)).to_be_visible()
        visitor.look()
        page.locator("#job a.usa-button").click()
        page.wait_for_url(f"**/nominations/{list_id}")
        visitor.look()
    session.rollback()
    assert session.scalar(select(func.count()).where(Registration.seminar_id == seminar.id)) == ROWS


def signed_in(session: Session, make: Make, office_id: int, language: str) -> str:
    """Return the cookie of an organizer's session."""
    account = make.account((RoleName.ORGANIZER, {"office_id": office_id}))
    with unit_of_work(session) as writing:
        return session_store.start(writing, account=account, values={"language": language, "csrf_token": "0" * 40}, now=clock.now())


def letters(number: int) -> str:
    """Return a word without digits for a number."""
    return "".join(chr(97 + int(digit)) for digit in str(number))
