"""One press gives the file that a job makes, and leaves the page as it is: with a script and without."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Download, expect
from sqlalchemy.orm import Session

from seminar_app import create_app
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.long_jobs.running import run_waiting
from seminar_app.sign_in import session_store
from seminar_app.web.database import db
from tests.conftest import TestDatabase, settings_for
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_first]
KEY = "browser:" + "k" * 40


@pytest.fixture
def worker(database: TestDatabase) -> Iterator[None]:
    """A worker that looks for work all the time, with a key that the server's settings can hold."""
    made, ends = create_app(replace(settings_for(database.url, database.folder), identity_keys=(KEY,))), threading.Event()
    thread = threading.Thread(target=_work, args=(made, ends))
    thread.start()
    yield
    ends.set()
    thread.join()
    with made.app_context():
        db.engine.dispose()


def _work(app: Flask, ends: threading.Event) -> None:
    while not ends.wait(0.05):
        run_waiting(app)


@pytest.mark.parametrize("javascript", [True, pytest.param(False, marks=pytest.mark.full)])
def test_one_press_gives_the_file_and_the_next_press_another(
    worker: None, session: Session, make: Make, chromium: Browser, database: TestDatabase, tmp_path: Path, *, javascript: bool
) -> None:
    day = clock.now().date() + timedelta(days=30)
    seminar = make.seminar(office=make.office(), seats=10, starts_on=day, ends_on=day)
    make.registration(seminar, pool=make.pool(seminar, make.agency("PGR"), 1))
    make.seminar_session(seminar)
    account = make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}))
    with unit_of_work(session) as writing:
        values = {"language": "en", "csrf_token": "0" * 40}
        cookie = session_store.start(writing, account=account, values=values, now=clock.now())
    address = f"/staff/seminars/{seminar.slug}/paper/"
    with (
        LiveServer(database.url, tmp_path, workers=1, environment={"IDENTITY_KEYS": KEY}) as server,
        Visitor(chromium, server.url, language="en", width=DESK, javascript=javascript) as visitor,
    ):
        visitor.context.add_cookies([{"name": "session", "value": cookie, "url": server.url}])
        page = visitor.go(address)
        button = page.locator("main form button").last
        words = button.inner_text()
        for _press in range(2):
            expect(button).to_have_text(words)
            with page.expect_download() as waiting:
                button.click()
            assert begins(waiting.value) == b"%PDF"
            assert page.url.endswith(address)
            expect(page.locator("form[aria-busy=true]")).to_have_count(0)


def begins(file: Download) -> bytes:
    """Return the first bytes of a file that came."""
    return file.path().read_bytes()[:4]
