"""Pages about changes of an agency's part of the list: a substitute, and requests that wait for a decision."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select, update

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import write
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import RequestKind, RequestState
from seminar_app.people.models import Person
from seminar_app.registration.links import personal_token
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.seminars.models import SeatPool, Seminar
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.web.nominations.conftest import House

pytestmark = pytest.mark.sqlite_first  # what the database does is tried in tests/integration/nominations
REQUESTS = "/staff/seminars/s/requests"
R = RegistrationState
ROSA = {
    "given_names": "Rosa",
    "surname1": "Ortega",
    "surname2": "",
    "sex": "F",
    "email": "rosa.ortega@pgr.example",
    "position": "Fiscal",
    "reason": "Otra comisión",
}


class Desk:
    """A nominee of PGR who holds a seat of its quota and has opened the personal page."""

    def __init__(self, house: House) -> None:
        self.house = house
        pool = house.session.scalars(select(SeatPool).where(SeatPool.agency_id == house.pgr.id)).one()
        person = house.make.person("Ana", "Ríos", email="ana.rios@pgr.example", email_proven_at=NOW)
        self.ana = house.make.registration(house.seminar, person, agency=house.pgr, pool=pool, source=Source.NOMINATION, notice_at=NOW)
        self.official = CheckingClient(house.app.test_client())
        with house.app.app_context():
            self.page = f"/registrations/{personal_token(house.session, self.ana)}"
        self.substitute = f"{REQUESTS}/substitute/{self.ana.public_id.hex}"

    def propose(self) -> Page:
        return self.official.follow(self.official.submit(f"{self.page}/substitute", ROSA))

    def request(self) -> ListRequest:
        self.house.session.rollback()
        return self.house.session.scalars(select(ListRequest).order_by(ListRequest.id.desc())).first() or ListRequest()

    def press(self, who: str, verb: str, data: dict[str, Any] | None = None) -> Page:
        browser = self.house.browser(who)
        return browser.follow(self.house.post(who, f"{REQUESTS}/{self.request().public_id.hex}/{verb}", data))

    def states(self) -> list[RegistrationState]:
        return [each.state for each in self.house.roster()]

    def set(self, **values: Any) -> None:
        with unit_of_work(self.house.session) as session:
            session.execute(update(Seminar).where(Seminar.id == self.house.seminar.id).values(**values))


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def test_the_organizer_enters_a_substitute_who_takes_the_seat(desk: Desk) -> None:
    browser = desk.house.browser("organizer")
    page = browser.follow(browser.submit(desk.substitute, ROSA | {"agency": "PGR"}))
    assert "Rosa Ortega has the seat of Ana Ríos Ibáñez. Both get a message in two minutes." in page.text
    assert desk.states() == [R.SUBSTITUTED, R.REGISTERED]
    again = browser.get(desk.substitute)
    assert "no longer holds a seat" in again.text


def test_what_was_typed_stays_where_a_substitution_is_refused(desk: Desk) -> None:
    browser = desk.house.browser("organizer")
    page = browser.submit(desk.substitute, ROSA | {"agency": "PGR", "email": "no address"}, status=422)
    assert page.one("input[name=given_names]").attrs["value"] == "Rosa"
    desk.house.make.registration(desk.house.seminar, agency=desk.house.inm, state=R.DECLINED)
    assert desk.states()[0] is R.REGISTERED


def test_an_official_proposes_a_colleague_and_takes_it_back(desk: Desk) -> None:
    page = desk.propose()
    assert "Rosa Ortega" in page.text
    assert desk.states() == [R.REGISTERED]
    again = desk.official.follow(desk.official.get(f"{desk.page}/substitute", status=303))
    assert "Ahora no se puede proponer a otra persona" in again.text
    done = desk.official.follow(desk.official.submit(desk.page, form=f"form[action$='{desk.page}/substitute/take-back']"))
    assert "Rosa" not in done.text
    assert desk.request().state is RequestState.VOID


def test_the_liaison_decides_what_an_official_proposes(desk: Desk) -> None:
    desk.propose()
    assert "Rosa Ortega" in desk.house.browser("liaison").get(f"{REQUESTS}/").text
    assert "Rosa" not in desk.house.browser("liaison inm").get(f"{REQUESTS}/").text
    desk.house.post("liaison inm", f"{REQUESTS}/{desk.request().public_id.hex}/accept", status=404)
    page = desk.press("liaison", "accept")
    assert "The change is made" in page.text
    assert desk.states() == [R.SUBSTITUTED, R.REGISTERED]
    assert "Rosa" not in page.text, "who was proposed goes with the decision"


def test_who_proposed_a_colleague_is_told_that_it_was_accepted(desk: Desk) -> None:
    """Not as somebody who may know nothing of it, and before the seminar without a word on attendance."""
    desk.propose()
    desk.press("liaison", "accept")
    said = _told(desk)
    assert "Se aceptó su propuesta" in said
    for wrong in ("Si no sabía", "asistencia", "corregir", "None"):
        assert wrong not in said


def test_who_was_replaced_by_others_may_know_nothing_of_it(desk: Desk) -> None:
    browser = desk.house.browser("organizer")
    browser.submit(desk.substitute, ROSA | {"agency": "PGR"})
    assert "Si no sabía de este cambio" in _told(desk)


def _told(desk: Desk) -> str:
    """Return what the mail to the person who made way says."""
    desk.house.session.rollback()
    mail = desk.house.session.scalars(select(Message).where(Message.kind == "substituted")).one()
    with desk.house.app.app_context():
        return write(desk.house.app, mail, reading=desk.house.session).body


def test_a_proposal_needs_the_colleagues_address(desk: Desk) -> None:
    page = desk.official.submit(f"{desk.page}/substitute", ROSA | {"email": ""}, status=422)
    assert page.one("#email-error")
    assert desk.request().id is None


def test_a_frozen_list_leaves_an_officials_proposal_to_the_organizer_who_says_why_not(desk: Desk) -> None:
    desk.set(list_freezes_on=NOW.date())
    desk.propose()
    waits = desk.house.browser("liaison").get(f"{REQUESTS}/")
    assert "The office decides" in waits.text
    assert f"{desk.request().public_id.hex}/accept" not in waits.text
    desk.house.post("liaison", f"{REQUESTS}/{desk.request().public_id.hex}/decline", status=404)
    assert "1 request to change the list waits." in desk.house.browser("organizer").get("/staff/seminars/s/").text
    page = desk.press("organizer", "decline", {"answer": "Ya se compró el vuelo."})
    assert "Ya se compró el vuelo." in page.text
    assert "Ya se compró el vuelo." in desk.official.get(desk.page).text
    desk.house.session.rollback()
    assert desk.house.session.scalars(select(Message.kind).order_by(Message.id.desc())).first() == "request_decided"


def test_a_liaison_asks_where_the_organizer_decides_and_takes_it_back(desk: Desk) -> None:
    desk.set(list_freezes_on=NOW.date())
    browser = desk.house.browser("liaison")
    page = browser.get(desk.substitute)
    assert "Your request goes to the office" in page.text
    browser.submit(desk.substitute, ROSA | {"agency": "PGR"})
    assert desk.states() == [R.REGISTERED]
    assert "Rosa Ortega" in browser.get(f"{REQUESTS}/").text
    assert "taken back" in desk.press("liaison", "take-back").text
    assert desk.request().state is RequestState.VOID


def test_places_of_another_agency_are_not_found(desk: Desk) -> None:
    other = desk.house.make.registration(desk.house.seminar, agency=desk.house.inm, state=R.PENDING)
    desk.house.browser("liaison").get(f"{REQUESTS}/substitute/{other.public_id.hex}", status=404)
    desk.house.browser("liaison").get(f"{REQUESTS}/substitute/{uuid.uuid4().hex}", status=404)
    desk.house.browser("organizer").get(f"{REQUESTS}/substitute/{uuid.uuid4().hex}", status=404)
    for who in ("auditor", "coordinator"):
        desk.house.browser(who).get(f"{REQUESTS}/", status=403)


def test_nobody_asks_is_said(desk: Desk) -> None:
    for who in ("organizer", "liaison"):
        assert "Nobody asks for a change" in desk.house.browser(who).get(f"{REQUESTS}/").text


def test_reserved_people_stand_under_their_code(desk: Desk) -> None:
    desk.propose()
    with unit_of_work(desk.house.session) as session:
        registration = session.get_one(Registration, desk.ana.id)
        registration.reserved_code = "QWRTZ"
        session.execute(update(Person).values(reserved=True))
    for who in ("organizer", "liaison"):
        page = desk.house.browser(who).get(f"{REQUESTS}/").text
        assert "QWRTZ" in page
        assert "Ríos" not in page


def test_a_liaison_reads_of_an_exchange_with_somebody_who_is_another_agencys_since(desk: Desk) -> None:
    """Their agency was corrected after she had asked; whom she sees is the one who is hers."""
    make, house = desk.house.make, desk.house
    other = make.registration(house.seminar, make.person("Olga", "Paz"), agency=house.inm, state=R.WAITLISTED, queue_place=1)
    with unit_of_work(house.session) as session:
        session.add(
            ListRequest(
                public_id=uuid.uuid4(),
                seminar_id=house.seminar.id,
                kind=RequestKind.EXCHANGE,
                state=RequestState.OPEN,
                registration_id=desk.ana.id,
                other_id=other.id,
                submission_id=uuid.uuid4(),
                asked_at=NOW,
                asked_by="account:a",
            )
        )
    assert "Paz" in house.browser("organizer").get(f"{REQUESTS}/").text
    page = house.browser("liaison").get(f"{REQUESTS}/").text
    assert "Ríos" in page
    assert "Paz" not in page


def test_a_proposal_that_was_declined_is_told_only_while_there_is_a_place(desk: Desk) -> None:
    desk.propose()
    desk.press("organizer", "decline", {"answer": "Ya se compró el vuelo."})
    assert "Ya se compró el vuelo." in desk.official.get(desk.page).text
    with unit_of_work(desk.house.session) as session:
        gone = session.get_one(Registration, desk.ana.id)
        gone.state, gone.seat_pool_id = R.WITHDRAWN, None
    assert "Ya se compró el vuelo." not in desk.official.get(desk.page).text
