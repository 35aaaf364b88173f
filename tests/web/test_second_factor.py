"""The second factor: required, set up, proved, recovered, reset; and no page is open before it."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import UUIDConverter

from config import Settings, SettingsError
from seminar_app.accounts.models import UserAccount
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages.models import Message
from seminar_app.sign_in import app_codes
from seminar_app.sign_in.hashing import hash_password
from seminar_app.sign_in.models import RecoveryCode, SecondFactor
from seminar_app.sign_in.rules import PROOFS_REST, WRONG_PROOFS
from seminar_app.web.access import Audience, policy_of
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import KEY, Make
from tests.support.phone import Phone
from tests.web.conftest import SignIn
from tests.web.test_sign_in import OWN, PASSWORD, actions, cookie, reset_token, sign_in_by_form

pytestmark = pytest.mark.sqlite_first
"""That a code is spent once on both engines: `tests/integration/test_second_factor_race.py`."""

STEP, SET_UP, CODES = "/login/second-step", "/login/set-up", "/staff/account/recovery-codes"


@pytest.fixture
def staff(app: Flask, make: Make) -> UserAccount:
    with app.app_context():
        return make.account((RoleName.ADMIN, {}), email="ana@office.example", name="Ana Ruiz", password=hash_password(PASSWORD))


class Clock:
    """The app's clock, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def move(self, **by: int) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def set_up_app(client: CheckingClient, time: Clock, url: str = f"{SET_UP}/app") -> tuple[Phone, Page]:
    phone = Phone.that_read(client.get(url))
    return phone, client.submit(url, {"code": phone.shows(time.now), "name": "Phone"})


def prove(client: CheckingClient, code: str, status: int = 303, url: str = STEP) -> Page:
    return client.submit(url, {"proof_code": code}, form="main form.form", status=status)


@pytest.fixture
def enrolled(strict: Flask, client: CheckingClient, staff: UserAccount, time: Clock) -> tuple[Phone, list[str]]:
    """Ana has an app and recovery codes; `client` is signed out again."""
    sign_in_by_form(client)
    phone, page = set_up_app(client, time)
    codes = [node.to_text() for node in client.follow(page).select(".recovery-codes code")]
    client.submit(OWN, {}, form=".only-wide form[action='/logout']")
    time.move(seconds=60)
    return phone, codes


def test_settings_require_it_outside_the_demonstration() -> None:
    production = {
        "SEMINAR_MODE": "production",
        "PUBLIC_URL": "https://s.example",
        "SMTP_URL": "smtps://m.example",
        "SECRET_KEY": "9f2c81d07ab3e645b8d1f0372c6a9e54d07b83f1",
        "IDENTITY_KEYS": "k2026:5e1b9c3d07af62e84d10b7f3952ac86e5e1f9c3d27af62e84d13b7f3952ac86e",
    }
    assert Settings.from_environment(production).second_factor
    assert not Settings.from_environment({"SECRET_KEY": "k" * 40}).second_factor
    assert Settings.from_environment({"SECRET_KEY": "k" * 40, "SECOND_FACTOR": "on"}).second_factor
    for bad in (production | {"SECOND_FACTOR": "off"}, {"SECOND_FACTOR": "perhaps", "SECRET_KEY": "k" * 40}):
        with pytest.raises(SettingsError, match="SECOND_FACTOR"):
            Settings.from_environment(bad)


def test_the_first_sign_in_leads_to_setting_up_and_on_to_where_one_was_going(
    strict: Flask, client: CheckingClient, session: Session, staff: UserAccount, time: Clock
) -> None:
    client.get("/staff/audit-log/", status=303)
    page = client.post(
        "/login", client.get("/login?next=/staff/audit-log/").fields("main form") | {"email": staff.email, "password": PASSWORD}
    )
    assert page.response.headers["Location"] == f"{SET_UP}?next=/staff/audit-log/"
    assert client.get(f"{SET_UP}?next=/staff/audit-log/").response.headers["Cache-Control"] == "no-store"
    before = cookie(client)
    url = f"{SET_UP}/app?next=/staff/audit-log/"
    assert "not the code that the app shows" in client.submit(url, {"code": "000000"}, status=422).text
    phone, page = set_up_app(client, time, url)
    assert cookie(client) != before
    shown = client.follow(page)
    codes = [node.to_text() for node in shown.select(".recovery-codes code")]
    assert len(set(codes)) == app_codes.RECOVERY_CODES
    assert "Earlier codes work no more" not in shown.text, "there were none"
    assert codes == [node.to_text() for node in client.get(CODES).select(".recovery-codes code")], "a reload loses nothing"
    text = client.get(f"{CODES}.txt").response
    assert all(code in text.get_data(as_text=True) for code in codes)
    assert text.headers["Cache-Control"] == "no-store"
    page = client.post(f"{CODES}/kept", shown.fields("main form"))
    assert page.response.headers["Location"] == "/staff/audit-log/"
    client.follow(page)
    assert codes[0] not in client.get(CODES).text
    client.get(f"{CODES}.txt", status=404)
    assert actions(session) == ["account.factor_added", "account.recovery_codes_made", "account.signed_in"]
    assert session.scalars(select(Message.kind)).all() == ["second_factor"]
    stored = b"".join(row for row in session.scalars(select(SecondFactor.sealed_secret)) if row)
    assert base64.b32decode(phone.key) not in stored
    assert {len(row) for row in session.scalars(select(RecoveryCode.code_hash))} == {32}


def test_nothing_of_the_staffs_is_open_between_the_password_and_the_second_factor(
    strict: Flask, client: CheckingClient, session: Session, enrolled: object
) -> None:
    sign_in_by_form(client)
    half = cookie(client)
    walked = 0
    for rule in strict.url_map.iter_rules():
        policy = policy_of(strict, rule.endpoint)
        if policy is None or policy.audience is not Audience.STAFF:
            continue
        values = {name: f"{UUID(int=1)}" if isinstance(kind, UUIDConverter) else "1" for name, kind in rule._converters.items()}
        url = strict.url_map.bind("localhost").build(rule.endpoint, values)
        for method in {"GET", "POST"} & (rule.methods or set()):
            token = client.get(STEP).one("main form.form input[name=csrf_token]").attrs["value"] if method == "POST" else ""
            response = client.flask.open(url, method=method, data={"csrf_token": token} if method == "POST" else None)
            assert (response.status_code, response.headers.get("Location", "").split("?")[0]) == (303, STEP), (method, url)
            walked += 1
    assert walked > 50
    for way_around in (SET_UP, f"{SET_UP}/app", f"{SET_UP}/passkey"):
        assert client.get(way_around, status=303).response.headers["Location"].split("?")[0] == STEP
    assert cookie(client) == half
    assert session.scalar(select(func.count()).select_from(SecondFactor)) == 1


def test_what_is_shown_between_password_and_factor_is_not_compressed(strict: Flask, client: CheckingClient, staff: UserAccount) -> None:
    """The secret of an app, on a page with text from the address: its compressed length must reveal nothing."""
    sign_in_by_form(client)
    for url in (SET_UP, f"{SET_UP}/app?next=/staff/audit-log/"):
        answer = client.flask.get(url, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers, url


def test_a_second_factor_is_not_added_in_place_of_the_one_that_is_owed(
    strict: Flask, client: CheckingClient, session: Session, staff: UserAccount, time: Clock
) -> None:
    sign_in_by_form(client)
    stale = client.get(f"{SET_UP}/app")
    thief = CheckingClient(strict.test_client())
    sign_in_by_form(thief)
    thiefs_phone = Phone.that_read(thief.get(f"{SET_UP}/app"))
    fields: dict[str, Any] = thief.get(f"{SET_UP}/app").fields("main form")
    set_up_app(client, time)
    answer = thief.post(f"{SET_UP}/app", fields | {"code": thiefs_phone.shows(time.now)})
    assert answer.response.headers["Location"] == STEP
    assert session.scalar(select(func.count()).select_from(SecondFactor)) == 1
    assert stale.response.status_code == 200


def test_a_code_opens_once_and_an_older_one_never(
    client: CheckingClient, session: Session, enrolled: tuple[Phone, list[str]], time: Clock
) -> None:
    phone, _codes = enrolled
    older, code = phone.shows(time.now - timedelta(seconds=30)), phone.shows(time.now)
    sign_in_by_form(client)
    half = cookie(client)
    assert prove(client, code).response.headers["Location"] == "/staff/"
    assert cookie(client) != half
    other = CheckingClient(client.flask.application.test_client())
    sign_in_by_form(other)
    assert "used already" in prove(other, code, 422).text
    assert "not right" in prove(other, older, 422).text
    other.get(OWN, status=303)
    assert "not right" in prove(other, "123 456" if code != "123456" else "654321", 422).text
    other.flask.set_cookie("session", half)
    assert other.get(OWN, status=303).response.headers["Location"].startswith("/login?")
    assert actions(session)[-4:] == ["account.signed_in", *["account.proof_refused"] * 3]
    time.move(seconds=30)
    sign_in_by_form(other)
    prove(other, phone.shows(time.now))
    assert "Ana Ruiz" in other.get(OWN).text


def test_a_right_code_sent_again_and_again_does_not_make_the_account_rest(
    client: CheckingClient, session: Session, enrolled: tuple[Phone, list[str]], time: Clock
) -> None:
    phone, _codes = enrolled
    code = phone.shows(time.now)
    sign_in_by_form(client)
    prove(client, code)
    tab = CheckingClient(client.flask.application.test_client())
    sign_in_by_form(tab)
    for _click in range(WRONG_PROOFS + 1):
        assert "used already" in prove(tab, code, 422).text
    assert session.scalars(select(UserAccount.wrong_proofs)).one() == 0
    assert actions(session).count("account.proof_refused") == WRONG_PROOFS + 1
    time.move(seconds=30)
    assert prove(tab, phone.shows(time.now)).response.headers["Location"] == "/staff/"


def test_too_many_wrong_codes_and_the_account_rests_whichever_browser_tries(
    client: CheckingClient, session: Session, enrolled: tuple[Phone, list[str]], time: Clock
) -> None:
    phone, codes = enrolled
    for _attempt in range(WRONG_PROOFS):
        browser = CheckingClient(client.flask.application.test_client())
        sign_in_by_form(browser)
        prove(browser, "wrong", 422)
    sign_in_by_form(client)
    for right in (phone.shows(time.now), codes[0]):
        assert "too many wrong attempts" in prove(client, right, 422).text
    time.move(seconds=int(PROOFS_REST.total_seconds()) + 1)
    assert prove(client, phone.shows(time.now)).response.headers["Location"] == "/staff/"
    session.rollback()
    assert session.scalars(select(UserAccount.wrong_proofs)).one() == 0


def test_a_recovery_code_works_once_however_it_is_typed_and_new_ones_replace_the_old(
    client: CheckingClient, session: Session, enrolled: tuple[Phone, list[str]], time: Clock
) -> None:
    _phone, codes = enrolled
    sign_in_by_form(client)
    prove(client, codes[0].lower().replace("-", " "), url=f"{STEP}?paper=1")
    assert "9 recovery codes left" in client.get(OWN).text
    again = CheckingClient(client.flask.application.test_client())
    sign_in_by_form(again)
    prove(again, codes[0], 422)
    client.submit(CODES, {})
    shown = client.get(CODES)
    assert "Earlier codes work no more." in shown.text
    new = [node.to_text() for node in shown.select(".recovery-codes code")]
    assert not set(new) & set(codes)
    prove(again, codes[1], 422)
    prove(again, new[0])
    session.rollback()
    messages = [row.context["what"] for row in session.scalars(select(Message).order_by(Message.id))]
    assert messages == ["added", "recovery_code_used", "codes_made", "recovery_code_used"]


def test_a_session_that_stays_half_way_ends(client: CheckingClient, enrolled: tuple[Phone, list[str]], time: Clock) -> None:
    sign_in_by_form(client)
    client.get(STEP)
    for _visit in range(3):
        time.move(minutes=7)
        client.flask.get(STEP)
    assert client.get(STEP, status=303).response.headers["Location"] == "/login"
    sign_in_by_form(client)
    client.get(STEP)
    client.submit(STEP, {}, form="main form[action='/logout']")
    assert client.get(STEP, status=303).response.headers["Location"] == "/login"


def test_an_invitation_leads_through_password_and_set_up(
    strict: Flask, client: CheckingClient, session: Session, make: Make, time: Clock
) -> None:
    account = make.account((RoleName.AUDITOR, {}), password=None)
    with unit_of_work(session) as database:
        from seminar_app.accounts.services.reset_links import send_reset_link

        send_reset_link(database, context(time.now), database.get_one(UserAccount, account.id), invited=True)
    url = f"/reset/{reset_token(session, account)}"
    page = client.submit(url, {"password": "five new words to join", "password_confirm": "five new words to join"})
    assert page.response.headers["Location"] == SET_UP
    client.get(OWN, status=303)
    _phone, made = set_up_app(client, time)
    kept = client.post(f"{CODES}/kept", client.follow(made).fields("main form"))
    assert kept.response.headers["Location"] == "/staff/", "where the work begins, not the account's own page"
    assert client.get("/staff/audit-log/").response.status_code == 200


def test_where_it_is_not_required_the_password_is_enough_and_a_factor_is_asked_of_whoever_has_one(
    client: CheckingClient, session: Session, staff: UserAccount, time: Clock
) -> None:
    elsewhere = CheckingClient(client.flask.application.test_client())
    for browser in (client, elsewhere):
        assert sign_in_by_form(browser).response.headers["Location"] == "/staff/"
    phone, _page = set_up_app(client, time, "/staff/account/second-step/app")
    assert elsewhere.get(OWN, status=303).response.headers["Location"].startswith(STEP), "other browsers have it to prove"
    client.get(OWN)
    time.move(seconds=60)
    prove(elsewhere, phone.shows(time.now))
    remove = next(form for form in client.get(OWN).select("form") if "/remove" in (form.attrs.get("action") or ""))
    client.post(remove.attrs["action"], {"csrf_token": remove.query("input[name=csrf_token]")[0].attrs["value"]})
    session.rollback()
    assert session.scalar(select(func.count()).select_from(RecoveryCode)) == 0
    fresh = CheckingClient(client.flask.application.test_client())
    assert sign_in_by_form(fresh).response.headers["Location"] == "/staff/"


def test_the_last_factor_stays_where_one_is_required(
    strict: Flask, client: CheckingClient, session: Session, staff: UserAccount, time: Clock
) -> None:
    sign_in_by_form(client)
    set_up_app(client, time)
    page = client.get(OWN)
    assert not [form for form in page.select("form") if "/remove" in (form.attrs.get("action") or "")]
    factor = session.scalars(select(SecondFactor)).one()
    session.rollback()
    token = page.select("input[name=csrf_token]")[0].attrs["value"]
    answer = client.post(f"/staff/account/second-step/{factor.public_id}/remove", {"csrf_token": token})
    assert "only second step" in client.follow(answer).text


def test_an_administrator_removes_a_lost_factor_and_the_owner_is_told(
    strict: Flask,
    client: CheckingClient,
    session: Session,
    make: Make,
    sign_in: SignIn,
    enrolled: tuple[Phone, list[str]],
    time: Clock,
    staff: UserAccount,
) -> None:
    phone, _codes = enrolled
    theirs = CheckingClient(strict.test_client())
    sign_in_by_form(theirs)
    prove(theirs, phone.shows(time.now))
    admin = sign_in(client, make.account((RoleName.ADMIN, {})))
    admin.get(OWN)
    url = f"/staff/accounts/{staff.public_id}/"
    page = admin.submit(url, {}, form=f"form[action='{url}second-step/reset']")
    assert "The second step is removed" in admin.follow(page).text
    theirs.get(OWN, status=303)
    assert sign_in_by_form(theirs).response.headers["Location"] == SET_UP
    session.rollback()
    assert "account.factor_reset" in actions(session)
    assert session.scalars(select(Message).order_by(Message.id.desc())).first().context == {"what": "reset"}  # type: ignore[union-attr]


def test_the_command_line_resets_the_last_administrators(strict: Flask, session: Session, enrolled: object) -> None:
    run = strict.test_cli_runner().invoke
    done = run(args=["users", "reset-second-factor", "Ana@office.example"])
    assert done.exit_code == 0, done.output
    session.rollback()
    assert session.scalar(select(func.count()).select_from(SecondFactor)) == 0
    assert run(args=["users", "reset-second-factor", "nobody@office.example"]).exit_code == 1


@pytest.mark.parametrize(
    "answer", ["", "x", "[1]", "{}", '{"id": 1}', "9" * 30_000, "null", '{"id":"a","rawId":"a","response":{}}', "[" * 10_000]
)
def test_nonsense_instead_of_a_passkey_is_refused(strict: Flask, client: CheckingClient, staff: UserAccount, answer: str) -> None:
    client.headers["Host"] = "localhost"
    sign_in_by_form(client)
    client.submit(f"{SET_UP}/passkey", {"passkey": answer}, status=422)
    client.get(OWN, status=303)


def test_keys_of_an_earlier_time_still_open_an_apps_secret(
    strict: Flask, client: CheckingClient, enrolled: tuple[Phone, list[str]], time: Clock
) -> None:
    phone, _codes = enrolled
    settings: Settings = strict.extensions["settings"]
    strict.extensions["settings"] = replace(settings, secret_keys=("k" * 40, KEY))
    sign_in_by_form(client)
    prove(client, phone.shows(time.now))
    strict.extensions["settings"] = replace(settings, secret_keys=("k" * 40,))
    time.move(minutes=1)
    other = CheckingClient(strict.test_client())
    sign_in_by_form(other)
    prove(other, phone.shows(time.now))
    strict.extensions["settings"] = settings
