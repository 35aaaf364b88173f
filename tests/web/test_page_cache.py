"""The page cache: pages are cached until the database changes, and hold nothing of the reader who came first."""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, flash, render_template_string, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from sqlalchemy import select

from seminar_app import create_app
from seminar_app.core.values import replace
from seminar_app.offices.models import OfficeNotice
from seminar_app.seminars.models import Seminar
from seminar_app.web import page_cache
from seminar_app.web.access import find_actor, public
from seminar_app.web.database import db, session, unit_of_work
from seminar_app.web.database_state import DatabaseState
from seminar_app.web.languages import LONGEST_REMEMBERED, _preferred
from seminar_app.web.page_cache import cached
from tests.conftest import TestDatabase, settings_for
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.web.conftest import SignIn


@pytest.fixture
def keeping(database: TestDatabase, make: Make, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An app with the page cache, in which pages last for the whole test, and a page that counts its renderings."""
    monkeypatch.setattr(page_cache, "LONGEST_SECONDS", 600.0)
    soon = datetime.now(UTC).date() + timedelta(days=30)
    make.agency("PGR")  # without any, registration is not open
    make.seminar(slug="kept", starts_on=soon, ends_on=soon)
    app = create_app(replace(settings_for(database.url, database.folder), page_cache=True))
    app.testing = True
    app.extensions["page_cache"].state.answer_holds = 0.0
    app.extensions["rendered"] = 0

    @app.get("/kept")
    @public
    @cached
    def kept() -> str:
        app.extensions["rendered"] += 1
        title = session().scalar(select(Seminar.title_en).where(Seminar.slug == "kept"))
        return render_template_string(
            "<p nonce='{{ csp_nonce }}'>{{ current_language }} {{ title }} {{ get_flashed_messages() }}</p>", title=title
        )

    @app.get("/own")
    @public
    @cached
    def own() -> str:
        """Show what belongs to a reader, although the view says that all may see its page."""
        actor = find_actor()
        return render_template_string("{{ csrf_token() and session.csrf_token }} {{ name }}", name=actor.name if actor else "a visitor")

    @app.get("/said")
    @public
    def said() -> str:
        flash("Said once.")
        return ""

    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["page_cache"].state.close()


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
    assert len(begun) == 1, "one rendering serves browsers that accept gzip and others"


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


def visitor(app: Flask, language: str) -> FlaskClient:
    """A browser that has chosen a language, with cookies of a load balancer and of a counter of visits besides."""
    client = app.test_client()
    assert client.post("/language", data={"language": language}).status_code == 303
    client.set_cookie("lb", "server-1")
    client.set_cookie("_ga", "GA1.1.123")
    return client


def rendered(app: Flask) -> int:
    count: int = app.extensions["rendered"]
    return count


@pytest.mark.sqlite_only
def test_visitors_with_cookies_and_without_share_the_page_of_their_language(keeping: Flask) -> None:
    for language in ("es", "en"):
        for client in (visitor(keeping, language), visitor(keeping, language), keeping.test_client()):
            assert f">{language} " in client.get("/kept", headers={"Accept-Language": language}).text
        assert f">{language} " in visitor(keeping, language).get("/kept", headers={"Accept-Language": "fr, de"}).text
        assert (
            f">{language} " in visitor(keeping, language).get("/kept", headers={"Accept-Language": "es" if language == "en" else "en"}).text
        )
    assert rendered(keeping) == 2


@pytest.mark.sqlite_only
def test_a_page_ends_although_nothing_changes(keeping: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "LONGEST_SECONDS", 0.0)
    for _turn in range(2):
        keeping.test_client().get("/kept")
    assert rendered(keeping) == 2


@pytest.mark.sqlite_only
def test_a_cookie_that_nobody_signed_is_no_cookie(keeping: Flask) -> None:
    client = keeping.test_client()
    client.set_cookie("session", "eyJsYW5ndWFnZSI6ImVzIn0.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    for _turn in range(2):
        assert ">en " in client.get("/kept", headers={"Accept-Language": "en"}).text
    assert rendered(keeping) == 1


@pytest.mark.sqlite_only
def test_an_address_with_a_question_and_another_name_are_other_pages(keeping: Flask) -> None:
    client = keeping.test_client()
    for address in ("/kept", "/kept?x=1", "http://127.0.0.1/kept"):
        client.get(address, headers={"Accept-Language": "en"})
    assert rendered(keeping) == 3


@pytest.mark.sqlite_only
def test_a_message_that_waits_is_read_once_by_its_reader_and_by_nobody_else(keeping: Flask) -> None:
    first, second = visitor(keeping, "en"), visitor(keeping, "en")
    first.get("/said")
    assert "Said once." in first.get("/kept").text
    assert "Said once." not in second.get("/kept").text
    second.get("/said")
    assert "Said once." in second.get("/kept").text, "and it does not wait behind a page that is kept"
    assert [client.get("/kept").text.count("Said once.") for client in (first, second)] == [0, 0]


@pytest.mark.sqlite_only
def test_a_page_of_a_signed_in_account_neither_enters_the_cache_nor_leaves_it(keeping: Flask, make: Make, sign_in: SignIn) -> None:
    for language in ("es", "en"):
        before = rendered(keeping)
        account = CheckingClient(keeping.test_client())
        sign_in(account, make.account(name=f"Reader of {language}", language=language))
        for _turn in range(2):
            assert f">{language} " in account.flask.get("/kept").text
            assert f"Reader of {language}" in account.flask.get("/own").text
        assert rendered(keeping) == before + 2
        for client in (visitor(keeping, language), keeping.test_client()):
            assert "a visitor" in client.get("/own", headers={"Accept-Language": language}).text
            client.get("/kept", headers={"Accept-Language": language})
        assert rendered(keeping) == before + 3
        assert f"Reader of {language}" in account.flask.get("/own").text


@pytest.mark.sqlite_only
def test_a_page_with_a_token_is_kept_for_nobody_although_its_view_says_so(keeping: Flask) -> None:
    clients = visitor(keeping, "en"), visitor(keeping, "en")
    shown = [[client.get("/own").text.split()[0] for client in clients] for _turn in range(2)]
    assert shown[0] == shown[1] == [_token(client) for client in clients]
    assert len(set(shown[0])) == 2
    assert ">en " in clients[0].get("/kept", headers={"Accept-Language": "es"}).text, "the chosen language still stands beside the token"


def _token(client: FlaskClient) -> str:
    with client.session_transaction() as stored:
        return str(stored["csrf_token"])


@pytest.mark.sqlite_only
def test_a_language_is_remembered_only_for_headers_that_browsers_send(keeping: Flask) -> None:
    """Hundreds of long headers would fill a worker's memory. They are read each time."""
    _preferred.cache_clear()
    for odd in range(3):
        header = f"en, {'x' * LONGEST_REMEMBERED};q=0.{odd}"
        assert ">en " in keeping.test_client().get("/kept", headers={"Accept-Language": header}).text
    assert rendered(keeping) == 1
    assert _preferred.cache_info().currsize <= 1


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


def test_a_form_is_rendered_once_for_a_crowd_and_each_visitor_has_a_number_of_their_own(keeping: Flask, make: Make) -> None:
    """With a cookie or without, and while others register: what they change is not in the form."""
    clients = [keeping.test_client(), keeping.test_client(), *(visitor(keeping, "es") for _ in range(4))]
    for client in clients[2:]:
        client.get("/own")  # so that the cookie holds a token too
    pages, begun = [], []

    def begin(_app: Flask, template: Template, **_more: object) -> None:
        begun.append(template.name)

    with template_rendered.connected_to(begin, keeping):
        for number, client in enumerate(clients):
            pages.append(client.get("/seminars/kept/register", headers={"Accept-Language": "es"}))
            if number % 2:
                make.seminar(slug=f"other-{number}")
    assert begun == ["registration/register.html"]
    numbers = {re.search(r'name="submission_id"[^>]*value="([0-9a-f]{32})"', page.text)[1] for page in pages}  # type: ignore[index]
    nonces = [re.search("'nonce-([^']+)'", page.headers["Content-Security-Policy"])[1] for page in pages]  # type: ignore[index]
    assert len(numbers) == len(set(nonces)) == len(clients)
    assert [set(re.findall('nonce="([^"]+)"', page.text)) for page in pages] == [{nonce} for nonce in nonces]
    tokens = [_token(client) for client in clients[2:]]
    assert not any(token in page.text for token in tokens for page in pages)
    assert {client.post("/seminars/kept/register", data={}).status_code for client in clients} == {422}, "read, and found incomplete"


@pytest.mark.sqlite_only
def test_what_changes_another_page_renders_none_and_what_changes_this_one_is_shown_at_once(keeping: Flask, make: Make) -> None:
    begun = []
    pages = {"seminars/page.html": "/seminars/kept", "seminars/calendar.html": "/"}

    def begin(_app: Flask, template: Template, **_more: object) -> None:
        begun.append(template.name)

    with template_rendered.connected_to(begin, keeping):
        for title in ("First", "Second"):
            with keeping.app_context(), unit_of_work() as open_session:
                open_session.scalars(select(Seminar).where(Seminar.slug == "kept")).one().title_en = title
            for _turn in range(2):
                for address in pages.values():
                    assert title in keeping.test_client().get(address, headers={"Accept-Language": "en"}).text
                make.account()
    assert begun == [*pages, *pages]


def test_each_rendered_answer_has_a_nonce_of_its_own(client: CheckingClient) -> None:
    policies = {client.get("/login").response.headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3
