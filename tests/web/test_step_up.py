"""Exports and changes of accounts ask for a new proof of identity, and then lead back to the work."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.sign_in.models import WebSession
from seminar_app.sign_in.rules import FRESH, WRONG_PROOFS
from seminar_app.sign_in.services import reset_second_factor
from seminar_app.web.access import policy_of
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make
from tests.web.conftest import SignIn
from tests.web.test_second_factor import Clock, set_up_app, staff, time
from tests.web.test_sign_in import OWN, PASSWORD, actions, cookie, sign_in_by_form

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

__all__ = ["staff", "time"]
CONFIRM = "/staff/account/confirm"


def rest(session: Session) -> None:
    """Make the last proof of all sessions too old."""
    session.rollback()
    with unit_of_work(session) as database:
        database.execute(update(WebSession).values(proven_at=clock.now() - FRESH - timedelta(seconds=1)))


@pytest.fixture
def stale(client: CheckingClient, session: Session, staff: UserAccount) -> CheckingClient:
    """Ana signed in with her password, some time ago."""
    sign_in_by_form(client)
    rest(session)
    return client


def new_account(client: CheckingClient) -> Page:
    values = {"name": "Eva Ñandú", "email": "eva@office.example", "language": "es", "grant": "auditor:"}
    return client.submit("/staff/accounts/new", values, status=422)


def test_what_asks_again(app: Flask) -> None:
    asks = {rule.endpoint for rule in app.url_map.iter_rules() if (policy := policy_of(app, rule.endpoint)) and policy.fresh}
    changes = (
        "new_account",
        "account",
        "give_role",
        "take_role",
        "disable",
        "enable",
        "send_way_in",
    )
    assert asks >= {"attendance_staff.export", "feedback_staff.export_results", "sign_in.change_password"}
    assert asks >= {f"accounts_staff.{name}" for name in changes}
    assert asks >= {"sign_in_staff.end_sessions", "sign_in_staff.reset_second_factor"}
    assert asks >= {f"sign_in.{name}" for name in ("add_app", "add_passkey", "remove_factor", "recovery_codes")}
    assert asks >= {"people_staff.identity", "seminars_staff.settings_assign", "seminars_staff.settings_withdraw"}
    assert asks >= {f"invitations_staff.{name}" for name in ("invite_liaison", "invite_again", "take_role")} | {
        "seminars_staff.settings_invite"
    }
    rules = list(app.url_map.iter_rules())
    files = {rule.endpoint for rule in rules if "export" in rule.endpoint or rule.rule.endswith(".txt")}
    assert files <= asks, "every export asks"
    of_accounts = {rule.endpoint for rule in rules if "/accounts/" in rule.rule and "POST" in (rule.methods or ())}
    assert of_accounts - {"accounts_staff.find_accounts"} <= asks, "every change of an account asks"


def test_an_export_asks_and_the_file_comes_afterwards(stale: CheckingClient, make: Make) -> None:
    seminar = make.seminar()
    back = f"/staff/seminars/{seminar.slug}/attendance/"
    url = f"{back}export?format=csv"
    stale.headers["Referer"] = f"http://localhost{back}"
    asked = stale.get(url, status=303)
    del stale.headers["Referer"]
    page, question = stale.follow(asked), asked.response.headers["Location"]
    assert page.one("h1").to_text().strip() == "Confirm that it is you"
    before = cookie(stale)
    assert "not your password" in stale.submit(question, {"proof_password": "no"}, form="main form.form", status=422).text
    sent = stale.submit(question, {"proof_password": PASSWORD}, form="main form.form")
    ready = stale.follow(sent)
    assert ready.one("meta[http-equiv=refresh]").attrs["content"] == f"0; url={url}"
    assert back in [link.attrs["href"] for link in ready.select("main a")]
    assert stale.get(url).response.mimetype == "text/csv"
    assert cookie(stale) != before


def test_a_form_that_was_sent_is_kept_and_goes_on(stale: CheckingClient, session: Session) -> None:
    page = new_account(stale)
    assert page.one("h1").to_text().strip() == "Confirm that it is you"
    fields = page.fields("main form.form")
    assert fields["name"] == ["Eva Ñandú"]
    wrong = stale.post("/staff/accounts/new", fields | {"proof_password": "no"}, status=422)
    assert "not your password" in wrong.text
    assert session.scalar(select(UserAccount.id).where(UserAccount.email == "eva@office.example")) is None
    before = cookie(stale)
    done = stale.post("/staff/accounts/new", wrong.fields("main form.form") | {"proof_password": PASSWORD})
    assert "The account is made" in stale.follow(done).text
    assert cookie(stale) != before
    session.rollback()
    assert session.scalar(select(UserAccount.name).where(UserAccount.email == "eva@office.example")) == "Eva Ñandú"
    assert actions(session) == ["account.signed_in", "account.proof_refused", "account.created", "account.role_given"]
    assert stale.submit("/staff/accounts/new", {"name": "", "grant": "auditor:"}, status=422).one("h1").to_text().strip() == "New account"


def test_whoever_has_a_second_factor_proves_that_and_no_password(
    client: CheckingClient, session: Session, staff: UserAccount, time: Clock
) -> None:
    sign_in_by_form(client)
    phone, _page = set_up_app(client, time, "/staff/account/second-step/app")
    time.move(minutes=16)
    rest(session)
    page = new_account(client)
    assert not page.select("input[name=proof_password]")
    fields = page.fields("main form.form")
    client.post("/staff/accounts/new", fields | {"proof_password": PASSWORD}, status=422)
    client.post("/staff/accounts/new", fields | {"proof_code": phone.shows(time.now)})
    rest(session)
    assert client.get("/staff/account/password", status=303).response.headers["Location"].startswith(CONFIRM)


def test_guessing_at_an_open_screen_ends(stale: CheckingClient, session: Session, staff: UserAccount) -> None:
    for _guess in range(WRONG_PROOFS):
        stale.submit(CONFIRM, {"proof_password": "guess"}, form="main form.form", status=422)
    assert "too many wrong" in stale.submit(CONFIRM, {"proof_password": PASSWORD}, form="main form.form", status=422).text


def test_the_question_leads_nowhere_else(stale: CheckingClient) -> None:
    for target in ("https://evil.example", "//evil.example", "/\\evil"):
        page = stale.get(CONFIRM, query_string={"next": target, "back": target})
        assert not [link for link in page.select("a") if "evil" in (link.attrs.get("href") or "")]
        answer = stale.post(
            CONFIRM, page.fields("main form.form") | {"proof_password": PASSWORD}, query_string={"next": target, "back": target}
        )
        assert answer.response.headers["Location"] == "/staff/"


def opened(client: CheckingClient) -> str:
    """Return the cookie that opens pages now."""
    assert "Ana Ruiz" in client.get(OWN).text
    return cookie(client)


def replay(client: CheckingClient, old: str) -> None:
    """Check that a copy of an old cookie opens nothing."""
    thief = CheckingClient(client.flask.application.test_client())
    thief.flask.set_cookie("session", old)
    assert thief.get(OWN, status=303).response.headers["Location"].startswith("/login")


@pytest.mark.both_engines
def test_an_old_cookie_is_refused_in_the_six_cases(
    app: Flask, client: CheckingClient, session: Session, make: Make, staff: UserAccount, sign_in: SignIn, time: Clock
) -> None:
    sign_in_by_form(client)
    before = opened(client)
    set_up_app(client, time, "/staff/account/second-step/app")
    replay(client, before)  # a new sign-in, with the factor
    before = opened(client)
    with unit_of_work(session) as database:
        reset_second_factor(database, context(time.now), account_id=staff.id)
    replay(client, before)  # the factor was reset
    sign_in(client, staff)
    rest(session)
    before = opened(client)
    client.submit(CONFIRM, {"proof_password": PASSWORD}, form="main form.form")
    replay(client, before)  # new proof of identity
    before = opened(client)
    new = "five new words to join"
    client.submit("/staff/account/password", {"password": PASSWORD, "new_password": new, "new_password_confirm": new})
    replay(client, before)  # password change
    session.rollback()
    staff = session.scalars(select(UserAccount).where(UserAccount.id == staff.id)).one()
    before = opened(client)
    client.submit(OWN, {}, form=".only-wide form[action='/logout']")
    replay(client, before)  # sign-out
    admin = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ADMIN, {})))
    sign_in(client, staff)
    before = opened(client)
    admin.submit(f"/staff/accounts/{staff.public_id}/", {}, form=f"form[action='/staff/accounts/{staff.public_id}/sessions/end']")
    replay(client, before)  # ended by an administrator
    sign_in(client, staff)
    other = sign_in(CheckingClient(app.test_client()), staff)
    theirs = opened(other)
    client.submit(OWN, {}, form="form[action='/staff/account/sessions/end-others']")
    replay(client, theirs)  # ended from another browser
    before = opened(client)
    admin.submit(f"/staff/accounts/{staff.public_id}/", {}, form=f"form[action='/staff/accounts/{staff.public_id}/disable']")
    replay(client, before)  # disabled


def test_without_a_fresh_id_the_replay_is_noticed(stale: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: after a proof the session keeps its id."""
    before = cookie(stale)
    monkeypatch.setattr("seminar_app.sign_in.session_store.secrets.token_urlsafe", lambda _bytes: before)
    stale.submit(CONFIRM, {"proof_password": PASSWORD}, form="main form.form")
    with pytest.raises(AssertionError):
        replay(stale, before)


def test_the_script_asks_no_one_else() -> None:
    script = Path("seminar_app/static/js/passkeys.js").read_text(encoding="utf-8")
    assert not [word for word in ("eval", "fetch(", "innerHTML", "http:", "https:") if word in script]


@pytest.mark.both_engines
def test_a_proof_at_the_very_moment_that_the_session_ends_lets_nobody_in(stale: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seminar_app.sign_in.session_store.rotate", lambda *_args, **_kwargs: None)
    assert "Please sign in again" in stale.submit(CONFIRM, {"proof_password": PASSWORD}, form="main form.form", status=422).text
