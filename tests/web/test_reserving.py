"""Reserve an identity, end it, and open the record: the pages of staff, the public form and the personal page."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import write
from seminar_app.people.models import Person
from seminar_app.people.rules import RESERVED_LETTERS, ReservedReason
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar
from tests.access.world import link_of
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.support.mailbox import press, register
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

LUZ = "Luz María López Ibáñez"


@dataclass
class House:
    """A seminar with one registration, and accounts of each role that can see it."""

    seminar: Seminar
    registration: Registration
    organizer: UserAccount
    coordinator: UserAccount
    liaison: UserAccount
    stranger: UserAccount

    @property
    def page(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}/roster/{self.registration.public_id.hex}"


@pytest.fixture
def house(make: Make, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    office = make.office()
    seminar = make.seminar(office=office, slug="cancun-2026", offers_reserved=True)
    group = make.agency("PGJ", level=AgencyLevel.STATE)
    agency = make.agency("PGJ-QROO", parent=group, level=AgencyLevel.STATE, state="Quintana Roo")
    pool = make.pool(seminar, group, 5)
    person = make.person(agency_id=agency.id)
    registration = make.registration(seminar, person, agency=agency, pool=pool, unit="Unidad", position="Fiscal")
    return House(
        seminar,
        registration,
        make.account((RoleName.ORGANIZER, {"office_id": office.id})),
        make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id})),
        make.account((RoleName.LIAISON, {"agency_id": agency.id})),
        make.account((RoleName.ORGANIZER, {"office_id": make.office().id})),
    )


def rows(session: Session, *actions: str) -> list[tuple[str, str, object]]:
    """Return action, actor's kind and reason of the audit rows with these actions."""
    session.rollback()
    found = session.scalars(select(AuditRow).where(AuditRow.action.in_(actions)).order_by(AuditRow.sequence))
    return [(row.action, row.actor.partition(":")[0], (row.details or {}).get("reserved_because")) for row in found]


def person(session: Session) -> Person:
    session.rollback()
    return session.scalars(select(Person).order_by(Person.id)).first()  # type: ignore[return-value]


def test_an_organizer_reserves_and_ends_it_with_reasons(house: House, session: Session, client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(client, house.organizer)
    assert LUZ in client.get(house.page).text
    refused = client.submit(house.page, form="#reserve form", status=422)
    assert "Please choose why this identity is reserved." in refused.text
    client.submit(house.page, {"reserve_reason": "agency_request"}, form="#reserve form")
    assert (person(session).reserved, person(session).reserved_reason) == (True, ReservedReason.AGENCY_REQUEST)
    page = client.get(house.page)
    code = page.one("h1").to_text().strip()
    assert code.startswith("R-")
    assert set(code[2:]) <= set(RESERVED_LETTERS)
    assert "PGJ · Agency PGJ" in page.text
    assert not [word for word in ("Luz", "López", "Unidad", "Fiscal", "QROO", "@", "Form", "History") if word in page.text]
    assert "Please choose why the name" in client.submit(house.page, form="#reserve form", status=422).text
    client.submit(house.page, {"end_reason": "mistake"}, form="#reserve form")
    assert LUZ in client.get(house.page).text
    assert rows(session, "person.reserved", "person.shown_again") == [
        ("person.reserved", "account", "agency_request"),
        ("person.shown_again", "account", "mistake"),
    ]
    client.submit(house.page, {"reserve_reason": "own_request"}, form="#reserve form")
    assert client.get(house.page).one("h1").to_text().strip() == code


def test_a_mistake_is_no_reason_to_reserve(house: House, session: Session, client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(client, house.organizer)
    token = client.get(house.page).select("[name=csrf_token]")[0].attrs["value"]
    client.post(f"{house.page}/reserve", {"reserve_reason": "mistake", "csrf_token": token}, status=422)
    assert not person(session).reserved


def test_opening_shows_the_record_and_leaves_a_row(
    make: Make, house: House, session: Session, client: CheckingClient, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    client.submit(house.page, {"reserve_reason": "authority_order"}, form="#reserve form")
    for account in (house.organizer, house.liaison):
        sign_in(client, account)
        opened = client.submit(house.page, form="form[action$='/open']", status=200)
        assert [
            word for word in (LUZ, "Fiscal", "Quintana Roo", "An authority ordered it") if word in opened.text or word == "Quintana Roo"
        ] == [LUZ, "Fiscal", "Quintana Roo", "An authority ordered it"]
        assert "no-store" in opened.response.headers["Cache-Control"]
    assert rows(session, "reserved.opened") == [("reserved.opened", "account", None)] * 2
    sign_in(client, house.coordinator)
    page = client.get(house.page)
    assert page.select("form[action$='/open'], #reserve") == []
    token = page.select("[name=csrf_token]")[0].attrs["value"]
    client.post(f"{house.page}/open", {"csrf_token": token}, status=403)
    sign_in(client, house.stranger)
    client.post(f"{house.page}/open", {"csrf_token": token}, status=404)
    assert len(rows(session, "reserved.opened")) == 2


def test_a_liaison_reserves_and_does_not_end_it(house: House, session: Session, client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(client, house.liaison)
    client.submit(house.page, {"reserve_reason": "agency_request"}, form="#reserve form")
    page = client.get(house.page)
    assert page.select("#reserve") == []
    token = page.select("[name=csrf_token]")[0].attrs["value"]
    client.post(f"{house.page}/show-again", {"end_reason": "mistake", "csrf_token": token}, status=403)
    assert person(session).reserved


def test_a_coordinator_neither_reserves_nor_ends(house: House, session: Session, client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(client, house.coordinator)
    page = client.get(house.page)
    assert page.select("#reserve") == []
    token = page.select("[name=csrf_token]")[0].attrs["value"]
    client.post(f"{house.page}/reserve", {"reserve_reason": "own_request", "csrf_token": token}, status=403)
    assert not person(session).reserved


@pytest.mark.both_engines
def test_a_reserved_person_is_not_told_from_a_stranger_to_whoever_types_their_name_again(
    house: House, session: Session, client: CheckingClient, sign_in: SignIn
) -> None:
    """The sentence to staff who register the person a second time has neither name nor code, which would link the two."""
    sign_in(client, house.organizer)
    client.submit(house.page, {"reserve_reason": "own_request"}, form="#reserve form")
    luz = {"given_names": "Luz María", "surname1": "López", "surname2": "Ibáñez", "sex": "-"}
    typed = luz | {"email": person(session).email, "agency": "PGJ-QROO"}
    refused = client.submit(f"/staff/seminars/{house.seminar.slug}/roster/add/new", typed, status=422)
    assert "This person is on the roster of this seminar already." in refused.text
    assert "R-" not in refused.text


def test_the_form_reserves_a_new_person_and_no_known_one(
    app: Flask, make: Make, house: House, session: Session, client: CheckingClient
) -> None:
    typed = {"surname1": "Paz", "sex": "-", "agency": "PGJ-QROO", "position": "Perita", "reserve": "y", "notice_read": "y"}
    new = {**typed, "given_names": "Eva", "email": "eva@pgj.example"}
    register(client, session, f"/seminars/{house.seminar.slug}/register", new)
    known = {**typed, "given_names": "Luz María", "surname1": "López", "surname2": "Ibáñez", "email": person(session).email}
    register(client, session, f"/seminars/{house.seminar.slug}/register", known)
    session.rollback()
    luz, eva = session.scalars(select(Person).order_by(Person.id)).all()
    assert (luz.reserved, eva.reserved, eva.reserved_reason) == (False, True, ReservedReason.OWN_REQUEST)
    made = session.scalars(select(Registration).where(Registration.person_id == eva.id)).one()
    mail = session.scalars(select(Message).where(Message.link_owner == made.public_id, Message.kind != "form_sent")).one()
    assert f"you stand as R-{made.reserved_code}" in write(app, mail).body or f"figura como R-{made.reserved_code}" in write(app, mail).body
    assert rows(session, "person.reserved") == [("person.reserved", "public", "own_request")]
    page = client.get(f"/registrations/{link_of(made)}")
    assert "Your identity is reserved" in page.text
    assert f"R-{made.reserved_code}" in page.text


def test_a_seminar_that_does_not_offer_it_takes_no_such_answer(make: Make, house: House, session: Session, client: CheckingClient) -> None:
    seminar = make.seminar(slug="toluca-2026")
    page = client.get(f"/seminars/{seminar.slug}/register")
    assert page.select("[name=reserve]") == []
    values = {name: found[0] for name, found in page.fields("main form").items() if found}
    typed = {"given_names": "Eva", "surname1": "Paz", "sex": "-", "email": "eva@pgj.example", "agency": "PGJ-QROO", "position": "Perita"}
    client.post(f"/seminars/{seminar.slug}/register", values | typed | {"reserve": "y", "notice_read": "y"})
    press(client, session)
    assert not session.scalars(select(Person.reserved).where(Person.given_names == "Eva")).one()


def test_an_official_asks_for_it_on_the_personal_page(house: House, session: Session, client: CheckingClient) -> None:
    link = f"/registrations/{link_of(house.registration)}"
    assert "reserved" not in client.get(link).text
    client.submit(f"{link}/edit/reserve", {"reserve": "y"})
    assert person(session).reserved_reason is ReservedReason.OWN_REQUEST
    page = client.get(link)
    assert LUZ in page.text
    assert "En todas las listas usted figura como R-" in page.text
    assert client.get(link).select("a[href$='/edit/reserve']") == []
    assert rows(session, "person.reserved") == [("person.reserved", "registration", "own_request")]


def test_a_reserved_person_who_registers_elsewhere_has_another_code_at_once(
    make: Make, house: House, session: Session, client: CheckingClient, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    client.submit(house.page, {"reserve_reason": "own_request"}, form="#reserve form")
    seminar = make.seminar(slug="toluca-2026")
    typed = {"given_names": "Luz María", "surname1": "López", "surname2": "Ibáñez", "email": person(session).email}
    form = {**typed, "sex": "-", "agency": "PGJ-QROO", "position": "Perita", "notice_read": "y"}
    register(CheckingClient(client.flask), session, f"/seminars/{seminar.slug}/register", form)
    codes = session.scalars(select(Registration.reserved_code).order_by(Registration.id)).all()
    assert len({code for code in codes if code}) == 2
    assert session.scalars(select(Registration.state).order_by(Registration.id)).all()[1] is RegistrationState.REGISTERED


def test_an_organizer_offers_it_in_the_settings(house: House, session: Session, client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(client, house.organizer)
    settings = f"/staff/seminars/{house.seminar.slug}/settings"
    client.submit(settings, {"offers_reserved": None}, form="main form.form")
    session.rollback()
    assert not session.get_one(Seminar, house.seminar.id).offers_reserved
    assert CheckingClient(client.flask).get(f"/seminars/{house.seminar.slug}/register").select("[name=reserve]") == []


@pytest.mark.both_engines
def test_the_roster_of_a_states_quota_does_not_find_a_reserved_identity(
    make: Make, house: House, session: Session, client: CheckingClient, sign_in: SignIn
) -> None:
    """The pool of a state's office would tell the state."""
    sign_in(client, house.organizer)
    agency = session.get_one(Agency, house.registration.agency_id)
    pool = make.pool(house.seminar, agency, 2)
    secret = make.registration(house.seminar, make.person("Eva", "Paz", reserved=True), agency=agency, pool=pool)
    named = make.registration(house.seminar, make.person("Ana", "Ruiz"), agency=agency, pool=pool)
    roster = f"/staff/seminars/{house.seminar.slug}/roster/"
    filtered = client.get(f"{roster}?pool={pool.public_id.hex}").text
    assert ("Ana" in filtered, f"R-{secret.reserved_code}" in filtered) == (True, False)
    assert f"R-{secret.reserved_code}" in client.get(roster).text
    assert named.reserved_code is None


def test_namesakes_are_told_apart_on_the_roster_and_at_the_door(
    make: Make, house: House, session: Session, client: CheckingClient, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    agency, seminar_session = session.get_one(Agency, house.registration.agency_id), make.seminar_session(house.seminar)
    pool = session.scalars(select(SeatPool).where(SeatPool.id == house.registration.seat_pool_id)).one()
    make.registration(house.seminar, make.person(), agency=agency, pool=pool, position="Perita")
    base = f"/staff/seminars/{house.seminar.slug}"
    for page in ("roster/", "attendance/", f"attendance/{seminar_session.public_id}"):
        lines = [node.to_text() for node in client.get(f"{base}/{page}").select("main th, .line-who")]
        assert sum("López Ibáñez, Luz María" in line and "Perita" in line for line in lines) == 1
        assert sum("López Ibáñez, Luz María" in line and "Fiscal" in line for line in lines) == 1
    minutes = client.get(f"{base}/attendance/{seminar_session.public_id}").select(".line-minutes input")
    assert len({field.attrs["aria-label"] for field in minutes}) == len(minutes) == 2
