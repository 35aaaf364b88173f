"""Passkeys without a browser: made and used; refused if made for another site, for another challenge, or if copied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.core.actor import RoleName
from seminar_app.sign_in import passkeys as passkeys_of_the_product
from seminar_app.sign_in.hashing import hash_password
from seminar_app.sign_in.models import SecondFactor
from seminar_app.sign_in.passkeys import PAGES
from tests.support.authenticator import Authenticator
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.web.conftest import SignIn
from tests.web.test_sign_in import PASSWORD, sign_in_by_form

pytestmark = pytest.mark.sqlite_first
"""A passkey is made and opens a page on both engines in `tests/browser/test_passkeys.py`."""

SET_UP, ADD, STEP = "/login/set-up/passkey", "/staff/account/second-step/passkey", "/login/second-step"


@pytest.fixture
def staff(app: Flask, make: Make) -> UserAccount:
    with app.app_context():
        return make.account((RoleName.ADMIN, {}), email="ana@office.example", name="Ana Ruiz", password=hash_password(PASSWORD))


@pytest.fixture
def enrolled(strict: Flask, client: CheckingClient, staff: UserAccount) -> Authenticator:
    """Ana has a passkey; `client` is signed out again."""
    sign_in_by_form(client)
    key = Authenticator()
    make_one(client, SET_UP, key)
    leave(client)
    return key


def asked(client: CheckingClient) -> Page:
    """Return the page of the second step, after the password."""
    sign_in_by_form(client)
    return client.get(STEP)


def make_one(client: CheckingClient, url: str, key: Authenticator | None = None, status: int = 303) -> Page:
    """Do what a browser does on the page for a new passkey. The page is fetched once, because each has its own challenge."""
    page = client.get(url)
    sent = {"passkey": (key or Authenticator()).make(page), "name": "Llave"}
    return client.post(url, page.fields("main form[method=post]") | sent, status=status)


def prove(client: CheckingClient, page: Page, answer: str, status: int = 303) -> Page:
    return client.post(STEP, page.fields("main form.form") | {"proof_passkey": answer}, status=status)


def leave(client: CheckingClient) -> None:
    client.flask.delete_cookie(client.flask.application.config["SESSION_COOKIE_NAME"])


def passkeys(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(SecondFactor)) or 0


def test_the_first_passkey_is_made_before_anything_is_open_and_shows_the_codes_on_paper(
    strict: Flask, client: CheckingClient, staff: UserAccount, session: Session
) -> None:
    sign_in_by_form(client)
    client.get("/staff/audit-log/", status=303)
    page = make_one(client, SET_UP)
    assert len(client.follow(page).select(".recovery-codes code")) == 10
    assert passkeys(session) == 1
    client.get("/staff/audit-log/")


def test_a_passkey_opens_the_next_sign_in(enrolled: Authenticator, client: CheckingClient) -> None:
    page = asked(client)
    prove(client, page, enrolled.sign(page))
    client.get("/staff/audit-log/")


def test_a_second_passkey_is_added_by_whoever_has_just_proved_themselves(
    client: CheckingClient, sign_in: SignIn, staff: UserAccount, session: Session
) -> None:
    sign_in(client, staff)
    make_one(client, ADD)
    make_one(client, ADD)
    assert passkeys(session) == 2


def test_of_two_tabs_the_older_one_opens_too(enrolled: Authenticator, client: CheckingClient) -> None:
    older = asked(client)
    client.get(STEP)
    prove(client, older, enrolled.sign(older))
    client.get("/staff/audit-log/")


def test_a_passkey_is_made_on_the_older_of_two_tabs_too(
    client: CheckingClient, sign_in: SignIn, staff: UserAccount, session: Session
) -> None:
    sign_in(client, staff)
    older = client.get(ADD)
    client.get(ADD)
    client.post(ADD, older.fields("main form[method=post]") | {"passkey": Authenticator().make(older), "name": "Llave"}, status=303)
    assert passkeys(session) == 1


@pytest.mark.parametrize("wrong", ["another origin", "another session", "an old page", "another key", "sent twice", "copied"])
def test_a_passkey_is_refused_that_is_not_this_one_for_this_page_and_moment(
    enrolled: Authenticator, client: CheckingClient, wrong: str
) -> None:
    page = asked(client)
    match wrong:
        case "another origin":
            enrolled.origin = "http://localhost.example"
            answer = enrolled.sign(page)
        case "another session":
            answer = enrolled.sign(page)
            leave(client)
            page = asked(client)
        case "an old page":
            answer = enrolled.sign(page)
            for _page in range(PAGES):
                page = client.get(STEP)
        case "another key":
            stranger = Authenticator()
            stranger.credential_id = enrolled.credential_id
            answer = stranger.sign(page)
        case "sent twice":
            answer = enrolled.sign(page)
            prove(client, page, answer)
            leave(client)
            page = asked(client)
        case "copied":
            prove(client, page, enrolled.sign(page))
            leave(client)
            enrolled.uses = 0
            page = asked(client)
            answer = enrolled.sign(page)
    prove(client, page, answer, status=422)
    client.get("/staff/audit-log/", status=303)


def test_what_is_asked_to_make_a_passkey_is_no_proof(
    enrolled: Authenticator, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The challenges share one list, and each says what it is for."""
    options_to_use = passkeys_of_the_product.options_to_use

    def for_making(known: Sequence[SecondFactor]) -> tuple[dict[str, Any], dict[str, Any]]:
        options, state = options_to_use(known)
        return options, state | {"for": "make"}

    monkeypatch.setattr(passkeys_of_the_product, "options_to_use", for_making)
    page = asked(client)
    prove(client, page, enrolled.sign(page), status=422)


def test_a_mistyped_code_does_not_make_the_other_tabs_passkey_wrong(enrolled: Authenticator, client: CheckingClient) -> None:
    other = asked(client)
    page = client.get(STEP)
    client.post(STEP, page.fields("main form.form") | {"proof_code": "000000"}, status=422)
    prove(client, other, enrolled.sign(other))


def test_a_passkey_of_another_address_is_not_taken(client: CheckingClient, sign_in: SignIn, staff: UserAccount, session: Session) -> None:
    sign_in(client, staff)
    make_one(client, ADD, Authenticator("https://elsewhere.example"), status=422)
    assert passkeys(session) == 0
