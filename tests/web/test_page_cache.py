"""The page cache: pages are cached until the database changes."""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, render_template_string
from sqlalchemy import select

from seminar_app import create_app
from seminar_app.offices.models import OfficeNotice
from seminar_app.seminars.models import Seminar
from seminar_app.web.access import public
from seminar_app.web.database import db, session, unit_of_work
from seminar_app.web.page_cache import DatabaseState, cached_while_unchanged
from tests.conftest import TestDatabase, settings_for
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make


@pytest.fixture
def keeping(database: TestDatabase, make: Make) -> Iterator[Flask]:
    """An app with the page cache, and a page that counts its renderings."""
    soon = datetime.now(UTC).date() + timedelta(days=30)
    make.agency("PGR")  # without any, registration is not open
    make.seminar(slug="kept", starts_on=soon, ends_on=soon)
    app = create_app(replace(settings_for(database.url, database.folder), page_cache=True))
    app.testing = True
    app.extensions["page_cache"]._database.answer_holds = 0.0
    app.extensions["rendered"] = 0

    @app.get("/kept")
    @public
    @cached_while_unchanged
    def kept() -> str:
        app.extensions["rendered"] += 1
        title = session().scalar(select(Seminar.title_en).where(Seminar.slug == "kept"))
        return render_template_string("<p nonce='{{ csp_nonce }}'>{{ current_language }} {{ title }}</p>", title=title)

    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["page_cache"]._database.close()


def test_a_page_is_rendered_once_while_nothing_changes_and_each_answer_has_its_own_nonce(keeping: Flask) -> None:
    answers = [keeping.test_client().get("/kept", headers={"Accept-Language": "en"}) for _ in range(3)]
    assert keeping.extensions["rendered"] == 1
    assert len({answer.text for answer in answers}) == 3
    for answer in answers:
        nonce = answer.text.split("'")[1]
        assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-cache, private"


def test_an_answer_given_before_flask_looks_differs_only_in_what_is_its_own(keeping: Flask) -> None:
    begun: list[str] = []
    keeping.before_request(lambda: begun.append("flask"))
    plain, small = {"Accept-Language": "en"}, {"Accept-Language": "en", "Accept-Encoding": "gzip"}
    with keeping.app_context(), unit_of_work() as open_session:
        open_session.scalars(select(Seminar)).one().title_en = "long " * 30 + "title"  # large enough to be compressed
    for headers in (plain, small):
        first, second = (keeping.test_client().get("/seminars/kept", headers=headers) for _ in range(2))
        own = ("X-Request-ID", "Content-Security-Policy", "Content-Length")
        assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
        assert [pair for pair in first.headers if pair[0] not in own] == [pair for pair in second.headers if pair[0] not in own]
        assert {name for name, _ in first.headers} == {name for name, _ in second.headers}
        texts = [
            gzip.decompress(answer.data).decode() if "Content-Encoding" in answer.headers else answer.text for answer in (first, second)
        ]
        nonces = [re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])[0] for answer in (first, second)]
        assert texts[0].replace(nonces[0], nonces[1]) == texts[1]
        assert nonces[1] in texts[1]
    assert "Content-Encoding" in second.headers
    assert len(begun) == 2


def test_any_commit_makes_it_new(keeping: Flask) -> None:
    assert "before" not in keeping.test_client().get("/kept").text
    for title in ("before", "after"):
        with keeping.app_context(), unit_of_work() as open_session:
            open_session.scalars(select(Seminar)).one().title_en = title
        assert title in keeping.test_client().get("/kept").text


def test_the_form_shows_an_office_s_new_words_at_once(keeping: Flask, make: Make) -> None:
    plain = {"Accept-Language": "en"}
    assert "Kept for a year" not in keeping.test_client().get("/seminars/kept/register", headers=plain).text
    for version, words in enumerate(("Kept for a year.", "Kept for two years."), start=1):
        office_id = make.session.scalars(select(Seminar.office_id)).one()
        with keeping.app_context(), unit_of_work() as open_session:
            open_session.add(
                OfficeNotice(office_id=office_id, version=version, text_es=words, text_en=words, published_at=datetime.now(UTC))
            )
        shown = [keeping.test_client().get("/seminars/kept/register", headers=plain).text for _turn in range(2)]
        assert all(words in text for text in shown)


def test_a_language_or_a_cookie_of_ones_own_is_another_page(keeping: Flask) -> None:
    assert ">es " in keeping.test_client().get("/kept", headers={"Accept-Language": "es"}).text
    assert ">en " in keeping.test_client().get("/kept", headers={"Accept-Language": "en"}).text
    client = keeping.test_client()
    client.set_cookie("session", "anything")
    client.get("/kept", headers={"Accept-Language": "en"})
    client.get("/kept?x=1", headers={"Accept-Language": "en"})
    assert keeping.extensions["rendered"] == 4


def test_what_no_browser_sends_is_not_kept(keeping: Flask) -> None:
    """Hundreds of long headers would fill a worker's memory, so the answer to such a request is not cached."""
    begun: list[str] = []
    keeping.before_request(lambda: begun.append("flask"))
    for _turn in range(2):
        answer = keeping.test_client().get("/seminars/kept", headers={"Accept-Language": "en, " + "x" * 1_000})
        assert answer.status_code == 200
    assert len(begun) == 2


def test_a_transaction_that_was_open_is_seen_when_it_commits(keeping: Flask) -> None:
    with keeping.app_context():
        state = DatabaseState(db.engine)
        state.answer_holds = 0.0
        with unit_of_work() as open_session:
            open_session.scalars(select(Seminar)).one().title_en = "later"
            open_session.flush()
            while_open = state.now()
        assert while_open is not None
        assert state.now() != while_open
        state.close()


def test_an_answer_holds_for_a_moment_where_asking_is_dear_and_then_no_longer(keeping: Flask) -> None:
    with keeping.app_context():
        state = DatabaseState(db.engine)
        state.answer_holds, answers = 0.05, iter(range(10))
        state._ask = lambda: next(answers)  # type: ignore[method-assign]
        assert [state.now(), state.now()] == [0, 0]
        time.sleep(0.06)
        assert state.now() == 1


def test_whoever_comes_while_a_question_is_on_its_way_gets_the_answer_to_the_next(keeping: Flask) -> None:
    asked: list[int] = []
    on_its_way, come_back = threading.Event(), threading.Event()

    def ask() -> int:
        asked.append(len(asked))
        if len(asked) == 1:
            on_its_way.set()
            come_back.wait(10)
        return asked[-1]

    with keeping.app_context():
        state = DatabaseState(db.engine)
    state.answer_holds, state._ask = 0.0, ask  # type: ignore[method-assign]
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(state.now)
        assert on_its_way.wait(10)
        later = [pool.submit(state.now) for _ in range(8)]
        time.sleep(0.2)  # so that all of them wait
        come_back.set()
        assert first.result(10) == 0
        assert all(other.result(10) != 0 for other in later)
    assert len(asked) < 9  # they shared


def test_a_database_that_is_gone_has_no_state(keeping: Flask) -> None:
    with keeping.app_context():
        state = DatabaseState(db.engine)
        state._question = "SELECT * FROM nowhere"
        assert state.now() is None


def test_a_form_is_rendered_once_for_a_crowd_and_each_visitor_has_a_number_of_their_own(keeping: Flask) -> None:
    pages, statuses = [], []
    for _ in range(3):
        client = keeping.test_client()
        page = client.get("/seminars/kept/register").text
        pages.append(page)
        statuses.append(client.post("/seminars/kept/register", data={}).status_code)
    numbers = {re.search(r'name="submission_id"[^>]*value="([^"]+)"', page).group(1) for page in pages}  # type: ignore[union-attr]
    assert len(numbers) == 3
    assert statuses == [422, 422, 422], "the form was read and found incomplete"
    assert all("goes-here" not in page for page in pages)


def test_each_rendered_answer_has_a_nonce_of_its_own(client: CheckingClient) -> None:
    policies = {client.get("/login").response.headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3
