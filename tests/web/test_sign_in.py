"""Signing in and out, and what cookies, links and addresses must not reveal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import Settings
from seminar_app import create_app
from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core import unit_of_work as core
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages.models import Message
from seminar_app.sign_in import session_store
from seminar_app.sign_in.errors import AccountJustChanged
from seminar_app.sign_in.hashing import hash_password
from seminar_app.sign_in.models import WebSession
from seminar_app.web.limits import limiter
from tests.support.checking_client import CheckingClient
from tests.support.factories import KEY, Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

PASSWORD = "four words nobody joins"
OWN = "/staff/account/"


@pytest.fixture
def staff(app: Flask, make: Make) -> UserAccount:
    with app.app_context():
        return make.account((RoleName.ADMIN, {}), email="ana@office.example", name="Ana Ruiz", password=hash_password(PASSWORD))


def sign_in_by_form(client: CheckingClient, password: str = PASSWORD, email: str = "ana@office.example", status: int = 303) -> Any:
    return client.submit("/login", {"email": email, "password": password}, status=status)


def cookie(client: CheckingClient) -> str:
    found = client.flask.get_cookie("session")
    return found.value if found else ""


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))


@pytest.mark.both_engines
def test_signing_in_and_out(client: CheckingClient, session: Session, staff: UserAccount) -> None:
    assert client.get(OWN, status=303).response.headers["Location"] == f"/login?next={OWN}"
    page = sign_in_by_form(client, email=" ANA@Office.example ")
    assert page.response.headers["Location"] == "/staff/"
    assert "Ana Ruiz" in client.get(OWN).text
    assert client.get("/login", status=303).response.headers["Location"] == "/staff/"
    row = session.scalars(select(WebSession)).one()
    assert row.user_account_id == staff.id
    assert row.id_hash == token_hash(cookie(client))
    session.rollback()
    before = cookie(client)
    client.submit(OWN, {}, form=".only-wide form[action='/logout']")
    client.get(OWN, status=303)
    client.flask.set_cookie("session", before)
    client.get(OWN, status=303)
    assert session.scalar(select(func.count()).select_from(WebSession)) == 0
    assert actions(session) == ["account.signed_in", "account.signed_out"]


def test_a_wrong_password_an_unknown_address_and_a_disabled_account_get_the_same_answer(
    client: CheckingClient, session: Session, make: Make, staff: UserAccount
) -> None:
    make.account(email="off@office.example", password=hash_password(PASSWORD), active=False)
    make.account(email="new@office.example", password=None)
    texts = {
        sign_in_by_form(client, password=password, email=email, status=422).text.replace(email, "…")
        for email, password in (
            ("ana@office.example", "not the password"),
            ("nobody@office.example", PASSWORD),
            ("off@office.example", PASSWORD),
            ("new@office.example", PASSWORD),
        )
    }
    assert len(texts) == 1
    assert "The address or the password is not right" in texts.pop()
    assert session.scalar(select(func.count()).select_from(WebSession)) == 0


def test_what_is_missing_is_said_as_it_is(client: CheckingClient) -> None:
    page = client.submit("/login", {"email": "", "password": ""}, status=422)
    assert "Please write your e-mail address." in page.text
    assert "Please write your password." in page.text
    assert "not a whole e-mail address" in client.submit("/login", {"email": "ana", "password": "x"}, status=422).text


@pytest.mark.parametrize(
    "text", ["\0", "a\0@b.example", "\ud800@b.example", "10" * 40, "x" * 5000, "x" * 400 + "@b.example", "😀@b.example", "'; --@b.example"]
)
def test_hostile_input_gets_a_sentence(client: CheckingClient, staff: UserAccount, text: str) -> None:
    token = client.get("/login").one("main form input[name=csrf_token]").attrs["value"]
    for data in ({"email": text, "password": "x"}, {"email": "ana@office.example", "password": text}):
        body = _encoded(data | {"csrf_token": token})
        for url in ("/login", "/reset"):
            response = client.flask.post(url, data=body, content_type="application/x-www-form-urlencoded")
            assert response.status_code in (303, 422), (url, response.status_code)


def _encoded(data: dict[str, str]) -> bytes:
    from urllib.parse import quote_from_bytes

    return "&".join(f"{key}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}" for key, value in data.items()).encode()


def test_the_session_gets_a_fresh_id_at_sign_in(app: Flask, client: CheckingClient, session: Session, make: Make, sign_in: SignIn) -> None:
    with app.app_context():
        victim = make.account(email="v@office.example", password=hash_password(PASSWORD))
        attacker = make.account()
    client.get("/login")
    visitor = cookie(client)
    sign_in_by_form(client, email="v@office.example")
    assert cookie(client) != visitor
    other = CheckingClient(client.flask.application.test_client())
    other.flask.set_cookie("session", visitor)
    other.get(OWN, status=303)
    planted = sign_in(CheckingClient(app.test_client()), attacker)
    before = cookie(planted)
    planted.get(OWN)
    assert cookie(planted) == before
    assert session.scalars(select(WebSession.user_account_id).where(WebSession.id_hash == token_hash(before))).one() == attacker.id
    assert victim.id != attacker.id


def test_the_id_that_a_browser_had_before_signing_in_opens_nothing_any_more(
    client: CheckingClient, session: Session, staff: UserAccount
) -> None:
    """An attacker who planted an id in a browser gains nothing: even its row is gone after the sign-in."""
    with client.flask.session_transaction() as values:
        values["step"] = "kept on the server"
    planted = cookie(client)
    assert session.scalars(select(WebSession.id_hash)).all() == [token_hash(planted)]
    session.rollback()
    sign_in_by_form(client)
    assert session.scalars(select(WebSession.id_hash)).all() == [token_hash(cookie(client))]
    assert cookie(client) != planted


def test_an_identifier_of_somebodys_choosing_is_never_adopted(client: CheckingClient, session: Session, staff: UserAccount) -> None:
    client.flask.set_cookie("session", "A" * 43)
    sign_in_by_form(client)
    assert cookie(client) != "A" * 43
    assert session.scalars(select(WebSession.id_hash)).one() == token_hash(cookie(client))


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/staff/account/?a=1", "/staff/account/?a=1"),
        ("https://evil.example/", "/staff/"),
        ("//evil.example", "/staff/"),
        ("/\\evil.example", "/staff/"),
        ("\\\\evil.example", "/staff/"),
        ("///evil.example", "/staff/"),
        ("javascript:alert(1)", "/staff/"),
        ("http:evil.example", "/staff/"),
        ("/\t/evil.example", "/staff/"),
    ],
)
def test_next_leads_nowhere_else(client: CheckingClient, staff: UserAccount, target: str, lands: str) -> None:
    for forged in ({}, {"next": target}):
        page = client.get("/login", query_string={"next": target})
        sent: dict[str, Any] = page.fields("main form") | {"email": "ana@office.example", "password": PASSWORD} | forged
        response = client.post("/login", sent, query_string={"next": target})
        assert response.response.headers["Location"] == lands
        client.flask.delete_cookie("session")


def test_a_forged_host_is_in_no_link(client: CheckingClient, session: Session, staff: UserAccount) -> None:
    page = client.get("/reset")
    fields: dict[str, Any] = page.fields("main form") | {"email": "ana@office.example"}
    response = client.flask.post("/reset", data=fields, headers={"Host": "evil.example"}, base_url="http://evil.example")
    assert "evil.example" not in response.headers.get("Location", "")
    message = session.scalars(select(Message)).one_or_none()
    assert message is None or "evil" not in str(message.context)


def reset_token(session: Session, account: UserAccount) -> str:
    session.rollback()
    version = session.scalar(select(UserAccount.reset_version).where(UserAccount.id == account.id))
    session.rollback()
    return SecretLink("password-reset", account.public_id, int(version or 0)).token(KEY)


def ask_for_reset(client: CheckingClient, email: str = "ana@office.example") -> Any:
    page = client.submit("/reset", {"email": email})
    assert page.response.headers["Location"] == "/reset/sent"
    return client.follow(page)


def test_a_new_password_by_mail(client: CheckingClient, session: Session, staff: UserAccount, sign_in: SignIn, app: Flask) -> None:
    elsewhere = sign_in(CheckingClient(app.test_client()), staff)
    known = ask_for_reset(client)
    message = session.scalars(select(Message)).one()
    assert (message.kind, message.to_address, message.link_purpose) == ("password_reset", "ana@office.example", "password-reset")
    url = f"/reset/{reset_token(session, staff)}"
    assert url not in str(vars(message))
    headers = client.get(url).response.headers
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")
    for bad, sentence in (
        ("short", "too short"),
        ("constanciaconstancia", "Many people"),
        ("anaruiz-anaruiz-1", ""),
        ("x" * 200, "too long"),
    ):
        assert sentence in client.submit(url, {"password": bad, "password_confirm": bad}, status=422 if sentence else 303).text
        if not sentence:
            ask_for_reset(client)
            url = f"/reset/{reset_token(session, staff)}"
    assert "not the same" in client.submit(url, {"password": "five new words to join", "password_confirm": "x"}, status=422).text
    elsewhere = sign_in(CheckingClient(app.test_client()), staff)
    client.submit(url, {"password": "five new words to join", "password_confirm": "five new words to join"})
    elsewhere.get(OWN, status=303)
    assert client.follow(client.get(url, status=303)).one("h1").to_text().strip() == "Ask for a new password"
    sign_in_by_form(client, status=422)
    sign_in_by_form(client, password="five new words to join")
    assert actions(session)[-3:] == ["account.password_reset", "account.sign_in_refused", "account.signed_in"]
    assert known.one("h1").to_text().strip() == "Look at your mail"


def test_an_unknown_address_gets_the_same_page_and_no_message(client: CheckingClient, session: Session, make: Make) -> None:
    make.account(email="off@office.example", active=False)
    known_account = make.account(email="known@office.example")
    own_to_each_answer = re.compile(r'(nonce|value)="[^"]*"')
    pages = {
        own_to_each_answer.sub("", ask_for_reset(client, email).response.get_data(as_text=True))
        for email in ("nobody@office.example", known_account.email)
    }
    assert len(pages) == 1
    ask_for_reset(client, "off@office.example")
    assert [m.to_address for m in session.scalars(select(Message))] == [known_account.email]
    assert actions(session) == ["account.reset_asked"] * 3


def test_a_reset_link_is_replaced_by_a_newer_one_and_grows_old(client: CheckingClient, session: Session, staff: UserAccount) -> None:
    ask_for_reset(client)
    first = reset_token(session, staff)
    ask_for_reset(client)
    second = reset_token(session, staff)
    client.get(f"/reset/{first}", status=303)
    client.get(f"/reset/{second}")
    with unit_of_work(session) as open_session:
        open_session.execute(update(UserAccount).values(reset_until=clock.now() - timedelta(seconds=1)))
    client.get(f"/reset/{second}", status=303)
    for nobody in ("x", "%F0%9F%98%80", "a" * 4000):
        client.get(f"/reset/{nobody}", status=303)


def test_changing_the_password_signs_out_everywhere_else(
    app: Flask, client: CheckingClient, session: Session, staff: UserAccount, sign_in: SignIn
) -> None:
    elsewhere = sign_in(CheckingClient(app.test_client()), staff)
    sign_in(client, staff)
    before = cookie(client)
    url = "/staff/account/password"
    new = "five new words to join"
    wrong = {"password": "not it", "new_password": new, "new_password_confirm": new}
    assert "not your present password" in client.submit(url, wrong, status=422).text
    page = client.submit(url, wrong | {"password": PASSWORD})
    assert page.response.headers["Location"] == OWN
    assert "Your new password is set" in client.follow(page).text
    elsewhere.get(OWN, status=303)
    assert cookie(client) != before
    assert session.scalars(select(Message.kind)).all() == ["password_changed"]
    assert actions(session) == ["account.password_changed"]
    session.rollback()
    client.flask.set_cookie("session", before)
    client.get(OWN, status=303)
    sign_in_by_form(client, password=new)


def test_rate_limits_by_address_and_by_account(client: CheckingClient, staff: UserAccount) -> None:
    limiter.enabled = True
    limiter.reset()
    try:
        for _attempt in range(5):
            sign_in_by_form(client, password="not it", status=422)
        sign_in_by_form(client, password="not it", status=429)
        page = sign_in_by_form(client, status=429)
        assert page.response.headers["Retry-After"]
        for number in range(25):
            sign_in_by_form(client, email=f"nobody{number}@office.example", status=422)
        sign_in_by_form(client, email="one-more@office.example", status=429)
        limiter.reset()
        for _attempt in range(4):
            ask_for_reset(client)
        client.submit("/reset", {"email": "ana@office.example"}, status=429)
        for _attempt in range(4):
            ask_for_reset(client, "nobody@office.example")
        client.submit("/reset", {"email": "NOBODY@office.example"}, status=429)
    finally:
        limiter.enabled = False
        limiter.reset()


def test_a_form_of_staffs_that_rested_too_long_leads_back_to_sign_in(
    client: CheckingClient, session: Session, staff: UserAccount, sign_in: SignIn
) -> None:
    sign_in(client, staff)
    fields = client.get("/staff/account/password").fields("main form")
    with unit_of_work(session) as open_session:
        open_session.execute(update(WebSession).values(seen_at=clock.now() - timedelta(minutes=31)))
    headers = {"Referer": "http://localhost/staff/account/password"}
    page = client.post("/staff/account/password", fields, headers=headers)
    assert page.response.headers["Location"] == "/login?next=/staff/account/password"
    assert "You were signed out" in client.follow(page).text
    assert client.post("/logout", {}).response.headers["Location"] == "/login"


def test_visitors_write_nothing_and_carry_little(client: CheckingClient, session: Session) -> None:
    client.get("/login")
    client.post("/language", {"language": "es", "next": "/login"})
    client.get("/reset")
    assert session.scalar(select(func.count()).select_from(WebSession)) == 0
    header = client.get("/login").response.headers
    assert "HttpOnly" in str(client.flask.get("/login").headers.get("Set-Cookie", "HttpOnly"))
    assert header["Cache-Control"]


@pytest.mark.both_engines
def test_last_seen_is_written_once_a_minute_and_a_page_only_reads(
    client: CheckingClient, session: Session, staff: UserAccount, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.now()
    at: Callable[[datetime], None] = lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)  # noqa: E731
    at(start)
    sign_in(client, staff)
    seen = []
    for seconds in (10, 50, 70, 100, 131):
        at(start + timedelta(seconds=seconds))
        client.get(OWN)
        session.rollback()
        seen.append((session.scalars(select(WebSession.seen_at)).one() - start).total_seconds())
    session.rollback()
    assert seen == [0, 0, 70, 70, 131]
    for minutes in range(20, 720, 20):
        at(start + timedelta(minutes=minutes))
        client.get(OWN)
    at(start + timedelta(hours=12))
    client.get(OWN, status=303)


def test_the_sign_in_pages_speak_spanish(client: CheckingClient, staff: UserAccount) -> None:
    client.language = "es"
    assert client.get("/login").one("h1").to_text().strip() == "Iniciar sesión"
    assert "La dirección o la contraseña no son correctas" in sign_in_by_form(client, password="no es", status=422).text
    assert "Si alguna cuenta tiene" in ask_for_reset(client).text


def test_an_unreachable_database_is_said_and_signs_nobody_out(
    client: CheckingClient, staff: UserAccount, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("SELECT", {}, Exception("locked"))

    sign_in(client, staff)
    with monkeypatch.context() as broken:
        broken.setattr(session_store, "find", unreachable)
        response = client.get(OWN, status=503).response
        assert "Set-Cookie" not in response.headers
    client.get(OWN)


def test_a_visitors_other_values_live_in_the_table_and_sign_nobody_in(app: Flask, client: CheckingClient, session: Session) -> None:
    with client.flask.session_transaction() as values:
        values["step"] = "second factor"
    assert len(cookie(client)) == 43
    client.get(OWN, status=303)
    row = session.scalars(select(WebSession)).one()
    assert (row.user_account_id, row.values["step"]) == (None, "second factor")


def test_a_cookie_over_https_is_bound_to_the_host(app: Flask, tmp_path: Path) -> None:
    settings: Settings = replace(app.extensions["settings"], public_url="https://seminars.example", data_dir=tmp_path)
    secure = create_app(settings)
    with secure.test_client() as browser:
        sent = browser.get("/login", base_url="https://seminars.example").headers["Set-Cookie"]
    assert sent.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(sent.split("; "))
    assert "Domain" not in sent


@pytest.fixture
def commits_fail(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function; after it is called, the next commit fails."""

    def fail_once() -> None:
        whole = core._commit

        def failing(_session: Session) -> None:
            monkeypatch.setattr(core, "_commit", whole)
            raise OperationalError("COMMIT", None, Exception("the fault of this test"))

        monkeypatch.setattr(core, "_commit", failing)

    return fail_once


@pytest.mark.both_engines
def test_nobody_is_half_signed_in_out_or_over_by_what_was_not_saved(
    client: CheckingClient, staff: UserAccount, commits_fail: Callable[[], None]
) -> None:
    """A browser that was told that nothing was saved can send the same form again, with the cookie it was given."""
    entry = {"email": "ana@office.example", "password": PASSWORD}
    new = "five new words to join"
    passwords = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    for url, values, form in (
        ("/login", entry, "main form"),
        ("/staff/account/password", passwords, "main form"),
        (OWN, {}, ".only-wide form[action='/logout']"),
    ):
        client.get(url)  # shows pending messages, and so removes them
        commits_fail()
        client.submit(url, values, form=form, status=503)
        client.submit(url, values, form=form)
    client.get(OWN, status=303)


def test_an_account_that_changed_while_its_password_was_looked_at_leaves_nothing_in_the_browser(
    client: CheckingClient, session: Session, staff: UserAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as disabled_meanwhile:
        disabled_meanwhile.setattr(session_store, "start", raiser(AccountJustChanged))
        sign_in_by_form(client, status=422)
    sign_in_by_form(client)
    client.get(OWN)


def raiser(error: type[Exception]) -> Callable[..., None]:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    return fail


def test_a_session_ends_when_it_would_have_though_the_password_is_changed_meanwhile(
    client: CheckingClient, session: Session, staff: UserAccount
) -> None:
    sign_in_by_form(client)
    began = session.scalars(select(WebSession.created_at)).one()
    with unit_of_work(session) as work:
        work.execute(update(WebSession).values(created_at=began - timedelta(hours=3)))
    new = "five new words to join"
    client.submit("/staff/account/password", {"password": PASSWORD, "new_password": new, "new_password_confirm": new})
    session.rollback()
    assert session.scalars(select(WebSession.created_at)).all() == [began - timedelta(hours=3)]
