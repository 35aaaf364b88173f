"""Staff pages about accounts, offices and the audit log, and the roles that each page admits."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.agencies.models import AgencySuccession
from seminar_app.audit.models import AuditRow
from seminar_app.audit.services import record
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.offices.models import Office
from seminar_app.sign_in.models import WebSession
from seminar_app.web.access import Audience, policy_of
from tests.conftest import StatementCount
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

ACCOUNTS = "/staff/accounts/"


@pytest.fixture
def admin(client: CheckingClient, make: Make, sign_in: SignIn) -> UserAccount:
    account = make.account((RoleName.ADMIN, {}), name="Ada Byron", email="ada@office.example")
    sign_in(client, account)
    return account


def fresh(session: Session) -> Session:
    session.rollback()
    return session


def test_no_staff_page_opens_for_an_account_without_a_role_unless_all_staff_may(app: Flask, make: Make, sign_in: SignIn) -> None:
    """The roles themselves are tried by the access table, at every address (`tests/access/test_matrix.py`)."""
    client = sign_in(CheckingClient(app.test_client()), make.account())
    values: dict[str, Any] = {"slug": "no-such-thing", "code": "NONE", "token": "x", "public_id": uuid.uuid4(), "session_id": uuid.uuid4()}
    wrong, refused = [], 0
    for rule in app.url_map.iter_rules():
        policy = policy_of(app, rule.endpoint)
        if policy is None or policy.audience is not Audience.STAFF or "GET" not in (rule.methods or ()):
            continue
        known = {name: values.get(name, uuid.uuid4() if "uuid" in rule.rule else 1) for name in rule.arguments}
        with app.test_request_context():
            url = app.url_map.bind("localhost").build(rule.endpoint, known)
        status = client.flask.get(url).status_code
        refused += status == 403
        if (status == 403) is not bool(policy.roles) or status >= 500:
            wrong.append((url, status))
    assert wrong == []
    assert refused > 20


@pytest.mark.both_engines
def test_an_account_from_invitation_to_disabling(client: CheckingClient, session: Session, make: Make, admin: UserAccount) -> None:
    make.office(code="HSI-CDMX", name_en="HSI Mexico City")
    page = client.submit(
        "/staff/accounts/new",
        {"name": "Eva Solís", "email": "Eva@office.example", "grant": "organizer:HSI-CDMX", "language": "es"},
    )
    url = page.response.headers["Location"]
    page = client.follow(page)
    assert "an invitation is on its way to eva@office.example" in page.text
    assert "Organizer of HSI-CDMX · HSI Mexico City" in page.text
    assert "not chosen yet" in page.text
    taken = client.submit(
        "/staff/accounts/new", {"name": "Eva", "email": "eva@office.example", "grant": "auditor:", "language": "es"}, status=422
    )
    assert "There is an account with the address eva@office.example already." in taken.text
    client.submit(url, {"name": "Eva Solís Ruiz"}, form="#edit-account")
    client.submit(url, {"grant": "coordinator:"}, form="#give-role")
    page = client.get(url)
    assert "Coordinator, to be assigned to seminars" in page.text
    token = page.fields("#give-role")["csrf_token"]
    page = client.follow(client.post(f"{url}roles/take", {"csrf_token": token, "grant": "coordinator:"}))
    assert "The role is taken away." in page.text
    client.submit(f"{url}?taken=coordinator%3A", {}, form=".notice-undo form")
    assert "Coordinator, to be assigned" in client.get(url).text
    for action, said in (("invite", "on its way"), ("sessions/end", "signed out everywhere"), ("disable", "nobody can sign in")):
        assert said in client.follow(client.post(f"{url}{action}", {"csrf_token": token})).text
    assert "This account is disabled. Enable it first." in client.follow(client.post(f"{url}invite", {"csrf_token": token})).text
    assert "is enabled" in client.follow(client.post(f"{url}enable", {"csrf_token": token})).text
    assert [m.kind for m in session.scalars(select(Message))] == ["account_invitation", "account_invitation"]
    assert "Eva Solís Ruiz" in client.submit(ACCOUNTS, {"q": "solis", "role": "organizer"}, form=".filters", status=200).text
    assert "No account is like that" in client.submit(ACCOUNTS, {"q": "nobody"}, form=".filters", status=200).text
    narrowed = client.submit(ACCOUNTS, {"q": "", "role": "organizer"}, form=".filters")
    assert narrowed.response.headers["Location"] == f"{ACCOUNTS}?role=organizer"
    client.language = "es"
    own = client.get(f"{ACCOUNTS}{admin.public_id}/")
    refused = client.follow(client.post(f"{ACCOUNTS}{admin.public_id}/disable", {"csrf_token": own.fields("#give-role")["csrf_token"]}))
    assert "This is your own account" in refused.text


@pytest.mark.full  # `tests/fuzz` tries such values at every form
def test_a_liaisons_agency_is_found_by_what_it_succeeded(client: CheckingClient, make: Make, session: Session, admin: UserAccount) -> None:
    pgr, fgr = make.agency("PGR"), make.agency("FGR")
    with unit_of_work(session) as open_session:
        open_session.add(AgencySuccession(from_agency_id=pgr.id, to_agency_id=fgr.id, happened_on=date(2018, 12, 20)))
    option = client.get(f"{ACCOUNTS}new").one("option[value='liaison:FGR']")
    assert option.to_text() == "FGR · Agency FGR, formerly PGR"
    assert "PGR" in (option.attrs["data-former"] or "").split("|")


def test_hostile_input_gets_a_sentence_or_a_4xx(client: CheckingClient, make: Make, admin: UserAccount) -> None:
    account = make.account()
    url = f"{ACCOUNTS}{account.public_id}/"
    token = client.get(url).fields("#give-role")["csrf_token"]
    for text in (
        "a\0b",
        "1" * 40,
        "x" * 5000,
        "\U0001f9a0" * 300,
        "' OR 1=1 --",
        "organizer:",
        "organizer:X\0",
        "liaison:\U0001f600",
        "x:y",
    ):
        for path, data in (
            (url, {"name": text, "language": "en"}),
            (f"{url}roles", {"grant": text}),
            (f"{url}roles/take", {"grant": text}),
            ("/staff/accounts/new", {"name": text, "email": text, "language": text, "grant": text}),
            ("/staff/offices/new", {"code": text, "name_es": text, "name_en": text, "city": text, "country": text}),
            ("/staff/account/", {"language": text}),
        ):
            status = client.flask.post(path, data=data | {"csrf_token": token}).status_code
            assert status < 500, (path, text, status)
        for path in (
            f"{ACCOUNTS}?q={text}&page={text}&role={text}",
            f"/staff/audit-log/?day={text}&actor={text}&before={text}&seminar={text}",
        ):
            assert client.flask.get(path).status_code < 500, path
    for number in ("9" * 18, "9" * 30, "-1", "0", "x"):
        client.get(f"/staff/audit-log/?before={number}")


def test_what_does_not_exist_is_not_found(client: CheckingClient, admin: UserAccount) -> None:
    for foreign in (uuid.uuid4(), "x", "1"):
        client.get(f"{ACCOUNTS}{foreign}/", status=404)
        client.get(f"/staff/offices/{foreign}", status=404)
    assert client.get("/staff/offices/a%5C%22b", status=404)


def test_offices(client: CheckingClient, session: Session, admin: UserAccount) -> None:
    assert "There are no offices yet" in client.get("/staff/offices/").text
    new = {"code": "hsi-cdmx", "name_es": "HSI Ciudad de México", "name_en": "HSI Mexico City", "city": "Ciudad de México", "country": "MX"}
    page = client.follow(client.submit("/staff/offices/new", new))
    assert "HSI-CDMX is added." in page.text
    assert "Ciudad de México, Mexico" in page.text
    assert "already" in client.submit("/staff/offices/new", new, status=422).text
    assert "letters, digits and hyphens" in client.submit("/staff/offices/new", new | {"code": "a b"}, status=422).text
    client.submit("/staff/offices/HSI-CDMX", {"name_en": "HSI Mexico"})
    assert "HSI Mexico" in client.get("/staff/offices/").text
    token = {"csrf_token": client.get("/staff/offices/HSI-CDMX").fields("main form")["csrf_token"]}
    assert "Retired" in client.follow(client.post("/staff/offices/HSI-CDMX/retire", token)).text
    assert "in use again" in client.follow(client.post("/staff/offices/HSI-CDMX/restore", token)).text
    assert session.scalars(select(Office.active)).one() is True


def test_the_lists_cost_the_same_with_few_and_with_many_rows(
    client: CheckingClient, session: Session, make: Make, admin: UserAccount, statements: StatementCount
) -> None:
    counts: dict[str, list[int]] = {}
    for _round in range(2):
        for url in (ACCOUNTS, "/staff/offices/", "/staff/audit-log/", f"{ACCOUNTS}{admin.public_id}/", "/staff/account/"):
            statements.statements.clear()
            client.get(url)
            counts.setdefault(url, []).append(len([s for s in statements.statements if s.startswith("SELECT")]))
        for _account in range(5):
            account = make.account((RoleName.ORGANIZER, {"office_id": make.office().id}), (RoleName.COORDINATOR, {}))
            with unit_of_work(session) as open_session:
                record(open_session, context(clock.now(), f"account:{account.public_id.hex}"), action="office.edited", subject="office:1")
    assert all(few == many for few, many in counts.values()), counts
    assert counts[ACCOUNTS][0] <= 4
    assert counts["/staff/audit-log/"][0] <= 4


@pytest.mark.both_engines
def test_the_trail_names_staff_and_never_officials(client: CheckingClient, session: Session, make: Make, admin: UserAccount) -> None:
    official = uuid.uuid4().hex
    with unit_of_work(session) as open_session:
        for number in range(60):
            record(
                open_session,
                context(clock.now(), f"registration:{official}"),
                action="registration.withdrawn",
                subject=f"registration:{official}",
                seminar="cancun-2014",
                details={"n": number},
            )
        record(open_session, context(clock.now(), f"account:{admin.public_id.hex}"), action="some.thing", subject="command:x")
    page = client.get("/staff/audit-log/")
    assert "Ada Byron" in page.one("tbody").to_text()
    assert "some.thing" in page.text
    assert official not in page.response.get_data(as_text=True)
    assert official[:8].upper() in page.text
    assert len(page.select("tbody tr")) == 50
    older = client.get(page.one("a[rel=next]").attrs["href"])
    assert len(older.select("tbody tr")) == 11
    assert client.get(older.one("a[rel=prev]").attrs["href"]).one("tbody").to_text() == page.one("tbody").to_text()
    assert len(client.get(f"/staff/audit-log/?actor=account%3A{admin.public_id.hex}").select("tbody tr")) == 1
    assert len(client.get("/staff/audit-log/?actor=registration&seminar=cancun-2014").select("tbody tr")) == 50
    assert "Nothing in the audit log matches" in client.get("/staff/audit-log/?day=2014-06-03").text
    assert "Nothing in the audit log matches" in client.get("/staff/audit-log/?action=office.retired").text


def test_each_persons_own_account(client: CheckingClient, session: Session, admin: UserAccount, sign_in: SignIn) -> None:
    elsewhere = sign_in(CheckingClient(client.flask.application.test_client()), admin)
    page = client.get("/staff/account/")
    assert len(page.select("tbody tr")) == 2
    client.submit("/staff/account/", {}, form="tbody form")
    elsewhere.get("/staff/account/", status=303)
    assert len(client.get("/staff/account/").select("tbody tr")) == 1
    page = client.follow(client.submit("/staff/account/", {"language": "es"}))
    assert page.one("html").attrs["lang"] == "es"
    assert "A partir de ahora, sus páginas y su correo están en español." in page.text
    fresh(session)
    assert session.scalars(select(UserAccount.language).where(UserAccount.id == admin.id)).one() == "es"
    assert list(session.scalars(select(AuditRow.action).order_by(AuditRow.sequence))) == ["account.sessions_ended", "account.edited"]
    assert session.scalars(select(WebSession.values)).one()["language"] == "es"
    assert session.scalars(select(RoleGrant.role)).one() is RoleName.ADMIN
