"""An organizer invites coordinators and liaisons, and what she cannot do with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import write
from seminar_app.offices.models import Office
from seminar_app.web.limits import limiter
from tests.conftest import StatementCount
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.web.conftest import SignIn
from tests.web.test_two_at_once import all_at_once, ready

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

TEAM, LIAISON = "/staff/invitations/", "/staff/invitations/liaison"
EVA = {"name": "Eva Solís", "email": "eva@partner.example", "language": "es"}


@pytest.fixture
def office(make: Make) -> Office:
    return make.office(code="HSI")


@pytest.fixture
def agency(make: Make) -> Agency:
    return make.agency("PGR")


@pytest.fixture
def ada(make: Make) -> UserAccount:
    return make.account((RoleName.ADMIN, {}), name="Ada Byron", email="ada@office.example", password="set")


@pytest.fixture
def olga(make: Make, office: Office) -> UserAccount:
    return make.account((RoleName.ORGANIZER, {"office_id": office.id}), name="Olga Ruiz", email="olga@office.example", password="set")


@pytest.fixture
def organizer(client: CheckingClient, olga: UserAccount, sign_in: SignIn) -> CheckingClient:
    return sign_in(client, olga)


def roles(session: Session, email: str = EVA["email"]) -> list[tuple[RoleName, int | None]]:
    session.rollback()
    account = select(UserAccount.id).where(UserAccount.email == email).scalar_subquery()
    rows = session.scalars(select(RoleGrant).where(RoleGrant.user_account_id == account).order_by(RoleGrant.id))
    return [(row.role, row.seminar_id or row.agency_id or row.office_id) for row in rows]


def mails(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    return sorted((message.kind, message.to_address) for message in session.scalars(select(Message)))


def row_of(page: Page, name: str) -> str:
    return next(str(row.to_text()) for row in page.select("tbody tr") if name in row.to_text())


def test_a_coordinator_is_invited_from_the_settings(
    app: Flask, organizer: CheckingClient, session: Session, make: Make, office: Office, olga: UserAccount, ada: UserAccount
) -> None:
    seminar = make.seminar(office=office, title_es="Trata", title_en="Trafficking")
    settings = f"/staff/seminars/{seminar.slug}/settings"
    link = organizer.get(settings).one("#coordinators a.usa-button").attrs["href"]
    assert "Please write the e-mail address." in organizer.submit(link, EVA | {"email": ""}, status=422).text
    page = organizer.follow(organizer.submit(link, EVA))
    assert "on its way to eva@partner.example" in page.text
    assert "Eva Solís" in page.one("#coordinators").to_text()
    assert roles(session) == [(RoleName.COORDINATOR, seminar.id)]
    assert mails(session) == [("account_invitation", "eva@partner.example"), ("account_invited", "ada@office.example")]
    told = {message.kind: write(app, message) for message in session.scalars(select(Message))}
    assert "Olga Ruiz le invita a ser coordinador(a) del seminario Trata" in told["account_invitation"].text
    assert "Olga Ruiz invited Eva Solís (eva@partner.example) as coordinator of the seminar Trafficking" in told["account_invited"].text
    eva = session.scalars(select(UserAccount).where(UserAccount.email == EVA["email"])).one()
    assert f"/staff/accounts/{eva.public_id}/" in told["account_invited"].text
    assert (eva.name, eva.language, eva.password) == ("Eva Solís", "es", None)
    rows = session.scalars(select(AuditRow).order_by(AuditRow.sequence)).all()
    assert [(row.action, row.actor) for row in rows] == [("account.created", olga.audit_name), ("account.role_given", olga.audit_name)]
    assert rows[1].seminar == seminar.slug
    assert all(row.request_id for row in rows)


def test_a_liaison_is_invited_and_the_page_shows_how_far_they_are(
    organizer: CheckingClient, session: Session, make: Make, agency: Agency, ada: UserAccount
) -> None:
    assert "Nobody yet" in organizer.get(TEAM).text
    assert "those below it" in organizer.get(LIAISON).text
    page = organizer.follow(organizer.submit(LIAISON, EVA | {"agency": "PGR"}))
    assert "Invited" in row_of(page, "Eva Solís")
    assert "Liaison of PGR" in row_of(page, "Eva Solís")
    assert roles(session) == [(RoleName.LIAISON, agency.id)]
    with unit_of_work(session) as writing:
        writing.execute(update(UserAccount).where(UserAccount.email == EVA["email"]).values(reset_until=clock.now()))
    assert "Link ended" in row_of(organizer.get(TEAM), "Eva Solís")
    again = organizer.follow(organizer.submit(TEAM, form="form[action$=invite]"))
    assert "on its way to eva@partner.example again" in again.text
    assert [kind for kind, _to in mails(session)] == ["account_invitation", "account_invitation", "account_invited"]
    gone = organizer.follow(
        organizer.submit(TEAM, {"role": organizer.get(TEAM).one("[name=role]").attrs["value"]}, form="form[action$=take]")
    )
    assert "The role of Eva Solís is taken away." in gone.text
    assert roles(session) == []


def test_an_account_that_exists_gets_the_role_and_stays_as_it_is(
    organizer: CheckingClient, session: Session, make: Make, agency: Agency, ada: UserAccount
) -> None:
    make.account((RoleName.AUDITOR, {}), name="Eva S. Ruiz", email=EVA["email"], password="set")
    page = organizer.follow(organizer.submit(LIAISON, EVA | {"email": " EVA@Partner.example", "agency": "PGR"}))
    assert "Auditor" not in page.text
    assert "Has signed in" in row_of(page, "Eva S. Ruiz")
    assert not page.select("form[action$=invite]")
    eva = session.scalars(select(UserAccount).where(UserAccount.email == EVA["email"])).one()
    assert (eva.name, eva.language, eva.reset_hash) == ("Eva S. Ruiz", "en", None)
    assert roles(session) == [(RoleName.AUDITOR, None), (RoleName.LIAISON, agency.id)]
    assert mails(session) == [("account_invited", "ada@office.example"), ("role_given", "eva@partner.example")]
    assert "has this role already" in organizer.follow(organizer.submit(LIAISON, EVA | {"agency": "PGR"})).text
    assert len(mails(session)) == 2


def test_oneself_and_a_disabled_account_are_refused(
    organizer: CheckingClient, session: Session, make: Make, agency: Agency, olga: UserAccount
) -> None:
    make.account(email=EVA["email"], active=False)
    refused = organizer.submit(LIAISON, EVA | {"agency": "PGR"}, status=422)
    assert "eva@partner.example cannot be invited. Ask an administrator." in refused.text
    assert "your own address" in organizer.submit(LIAISON, EVA | {"email": olga.email, "agency": "PGR"}, status=422).text
    assert (roles(session), mails(session)) == ([], [])


def token_of(client: CheckingClient) -> dict[str, str]:
    return {"csrf_token": str(client.get(LIAISON).one("main [name=csrf_token]").attrs["value"])}


def test_no_forged_form_gives_a_wider_role(
    organizer: CheckingClient, session: Session, make: Make, agency: Agency, office: Office, olga: UserAccount
) -> None:
    foreign = make.seminar()
    other = make.office(code="OPDAT")
    wider: dict[str, Any] = {"grant": "admin:", "role": "admin", "office_id": str(other.id), "given_by_office_id": str(other.id)}
    form = token_of(organizer) | EVA | wider
    organizer.post(f"/staff/seminars/{foreign.slug}/settings/coordinators/invite", form, status=404)
    organizer.post(LIAISON, form | {"agency": "PGR", "office": "OPDAT"}, status=422)
    organizer.post(LIAISON, form | {"agency": "NONE", "office": "HSI"}, status=422)
    assert roles(session) == []
    organizer.post(LIAISON, form | {"agency": "PGR", "office": "HSI"})
    assert roles(session) == [(RoleName.LIAISON, agency.id)]
    assert session.scalars(select(RoleGrant.given_by_office_id).where(RoleGrant.role == RoleName.LIAISON)).one() == office.id
    for path in (f"{olga.public_id}/roles", f"{olga.public_id}/disable", "new"):
        organizer.post(f"/staff/accounts/{path}", form, status=403)


def test_only_roles_of_the_own_office_are_shown_and_taken(
    organizer: CheckingClient, session: Session, make: Make, agency: Agency, office: Office
) -> None:
    seminar, foreign, opdat = make.seminar(office=office), make.seminar(), make.office(code="OPDAT")
    eva = make.account(name="Eva Solís", email=EVA["email"])
    own = make.grant(eva, RoleName.COORDINATOR, seminar_id=seminar.id)
    others = [
        make.grant(eva, RoleName.ADMIN),
        make.grant(eva, RoleName.AUDITOR),
        make.grant(eva, RoleName.ORGANIZER, office_id=office.id),
        make.grant(eva, RoleName.COORDINATOR),
        make.grant(eva, RoleName.COORDINATOR, seminar_id=foreign.id),
        make.grant(eva, RoleName.LIAISON, agency_id=agency.id),
        make.grant(eva, RoleName.LIAISON, agency_id=agency.id, given_by_office_id=opdat.id),
    ]
    stranger = make.account((RoleName.COORDINATOR, {"seminar_id": foreign.id}), name="Foreign")
    page = organizer.get(TEAM)
    assert [button.attrs["value"] for button in page.select("[name=role]")] == [str(own.id)]
    token = token_of(organizer)
    for role in [*(str(row.id) for row in others), "", "x", "9" * 30]:
        organizer.post(f"{TEAM}{eva.public_id}/roles/take", token | {"role": role}, status=404)
    for who in (stranger.public_id, uuid.uuid4()):
        organizer.post(f"{TEAM}{who}/roles/take", token | {"role": str(own.id)}, status=404)
        organizer.post(f"{TEAM}{who}/invite", token, status=404)
    organizer.post(f"{TEAM}{eva.public_id}/roles/take", token | {"role": str(own.id)})
    assert len(roles(session)) == len(others)
    organizer.post(f"{TEAM}{eva.public_id}/invite", token, status=404)
    assert mails(session) == []


def test_what_two_offices_gave_each_takes_back_for_itself(
    app: Flask, organizer: CheckingClient, session: Session, make: Make, agency: Agency, ada: UserAccount, sign_in: SignIn
) -> None:
    opdat = make.office(code="OPDAT")
    second = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ORGANIZER, {"office_id": opdat.id})))
    for browser in (organizer, second):
        browser.submit(LIAISON, EVA | {"agency": "PGR"})
    assert roles(session) == [(RoleName.LIAISON, agency.id)] * 2
    take = second.get(TEAM).one("[name=role]").attrs["value"]
    second.submit(TEAM, {"role": take}, form="form[action$=take]")
    assert roles(session) == [(RoleName.LIAISON, agency.id)]
    assert "Nobody yet" in second.get(TEAM).text
    assert "Eva Solís" in organizer.get(TEAM).text
    admin = sign_in(CheckingClient(app.test_client()), ada)
    eva = session.scalars(select(UserAccount).where(UserAccount.email == EVA["email"])).one()
    url = f"/staff/accounts/{eva.public_id}/"
    assert len(admin.get(url).select("table tbody tr")) == 1
    admin.submit(url, {"grant": "liaison:PGR"}, form="form[action$=take]")
    assert roles(session) == []


def test_who_has_a_password_or_is_disabled_is_not_invited_again(
    organizer: CheckingClient, session: Session, make: Make, office: Office
) -> None:
    seminar = make.seminar(office=office)
    scope = (RoleName.COORDINATOR, {"seminar_id": seminar.id})
    inside, out = make.account(scope, password="set", name="Inés"), make.account(scope, active=False, name="Oscar")
    token = token_of(organizer)
    for account, said in ((inside, "Inés has chosen a password already"), (out, "This account is disabled")):
        assert said in organizer.follow(organizer.post(f"{TEAM}{account.public_id}/invite", token)).text
    assert mails(session) == []
    assert "Disabled" in row_of(organizer.get(TEAM), "Oscar")


def sent(client: CheckingClient, url: str, **values: str) -> Callable[[], int]:
    return ready(client, url, EVA | values)


@pytest.mark.both_engines
def test_two_organizers_who_invite_one_address_at_once_make_one_account(
    app: Flask, organizer: CheckingClient, session: Session, make: Make, office: Office, agency: Agency, ada: UserAccount, sign_in: SignIn
) -> None:
    opdat = make.office(code="OPDAT")
    seminar = make.seminar(office=opdat)
    second = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ORGANIZER, {"office_id": opdat.id})))
    invite = f"/staff/seminars/{seminar.slug}/settings/coordinators/invite"
    assert all_at_once(sent(organizer, LIAISON, agency="PGR", office="HSI"), sent(second, invite)) == [303, 303]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(UserAccount).where(UserAccount.email == EVA["email"])) == 1
    assert sorted(roles(session)) == sorted([(RoleName.LIAISON, agency.id), (RoleName.COORDINATOR, seminar.id)])


@pytest.mark.both_engines
def test_a_double_click_makes_one_account_and_one_mail(
    organizer: CheckingClient, session: Session, agency: Agency, ada: UserAccount
) -> None:
    send = sent(organizer, LIAISON, agency="PGR", office="HSI")
    assert all_at_once(send, send) == [303, 303]
    assert roles(session) == [(RoleName.LIAISON, agency.id)]
    assert mails(session) == [("account_invitation", "eva@partner.example"), ("account_invited", "ada@office.example")]


def test_a_stolen_session_sends_twenty_invitations_an_hour_at_most(
    organizer: CheckingClient, session: Session, make: Make, office: Office, agency: Agency
) -> None:
    seminar = make.seminar(office=office)
    waiting = make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id}))
    coordinator = f"/staff/seminars/{seminar.slug}/settings/coordinators/invite"
    token = token_of(organizer)
    again = f"{TEAM}{waiting.public_id}/invite"
    limiter.enabled = True
    limiter.reset()
    try:
        for number in range(10):
            organizer.post(LIAISON, token | EVA | {"email": f"l{number}@x.example", "agency": "PGR", "office": "HSI"})
            organizer.post(coordinator, token | EVA | {"email": f"c{number}@x.example"})
        organizer.post(again, token, status=429)
        organizer.post(coordinator, token | EVA, status=429)
        assert "too many tries" in organizer.post(LIAISON, token | EVA | {"agency": "PGR", "office": "HSI"}, status=429).text
        organizer.get(LIAISON)
    finally:
        limiter.enabled = False
        limiter.reset()
    assert len(mails(session)) == 20


def test_the_office_is_asked_where_there_are_several(
    client: CheckingClient, session: Session, make: Make, office: Office, agency: Agency, sign_in: SignIn
) -> None:
    opdat = make.office(code="OPDAT")
    closed = make.office(code="OLD", active=False)
    sign_in(client, make.account(*((RoleName.ORGANIZER, {"office_id": one.id}) for one in (office, opdat, closed))))
    assert [option.attrs["value"] for option in client.get(LIAISON).select("select[name=office] option")] == ["HSI", "OPDAT"]
    client.submit(LIAISON, EVA | {"agency": "PGR", "office": "OPDAT"})
    assert session.scalars(select(RoleGrant.given_by_office_id).where(RoleGrant.role == RoleName.LIAISON)).one() == opdat.id


def test_the_page_costs_the_same_with_few_and_with_many(
    organizer: CheckingClient, make: Make, office: Office, agency: Agency, statements: StatementCount
) -> None:
    counts = []
    for _round in range(2):
        for _account in range(4):
            seminar = make.seminar(office=office)
            make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id}))
        statements.statements.clear()
        organizer.get(TEAM)
        counts.append(len([s for s in statements.statements if s.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 4
