"""Alternates on the pages of staff and on their own, and what the mails say."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import write
from seminar_app.people.matching import By
from seminar_app.people.models import Person
from seminar_app.people.services import PersonData
from seminar_app.registration import services
from seminar_app.registration.links import personal_token
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import Source
from seminar_app.seminars.models import SeatPool, Seminar
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""


class Desk:
    """A quota of one with a release date, two open seats, four nominations, and the organizer."""

    def __init__(self, client: CheckingClient, session: Session, make: Make, sign_in: SignIn) -> None:
        self.client, self.session, self.make = client, session, make
        office = make.office()
        self.seminar: Seminar = make.seminar(office=office, seats=2, slug="suplentes-2026")
        self.agency = make.agency("PGR")
        self.pool = make.pool(self.seminar, self.agency, 1, release_on=self.seminar.starts_on - timedelta(days=1))
        self.people = [self._nominated(name) for name in ("Ana", "Eva", "Iris", "Olga")]
        sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": office.id}), language="en"))
        self.url = f"/staff/seminars/{self.seminar.slug}/roster/"

    def _nominated(self, name: str) -> Registration:
        by = context(NOW)
        data = PersonData(given_names=name, surname1="López", certificate_name=f"{name} López", email=f"{name}@pgr.example", language="en")
        entry = services.Entry(person=data, agency_id=self.agency.id, unit="Unidad 1", position="Fiscal")
        with unit_of_work(self.session) as session:
            seats = services.lock_seats(session, self.seminar.id)
            comer = services.find_comer(session, by, seats=seats, entry=entry, by=By.LIST)
            return services.take_place(session, by, seats=seats, comer=comer, source=Source.NOMINATION, submission=uuid.uuid4())

    def prove_mailboxes(self) -> None:
        """Let everybody have shown before that they read their mailbox: else mail to them says nothing of all this."""
        with unit_of_work(self.session) as session:
            session.execute(update(Person).values(email_proven_at=NOW))

    def record(self, number: int) -> str:
        return f"{self.url}{self.people[number].public_id.hex}"

    def own_page(self, number: int) -> str:
        """Return the address of somebody's page, which they have opened before."""
        with unit_of_work(self.session) as session:
            registration = session.get_one(Registration, self.people[number].id)
            registration.notice_at = session.get_one(Person, registration.person_id).email_proven_at = NOW
            return f"/registrations/{personal_token(session, registration)}"

    def mail(self, kind: str) -> Message:
        self.session.rollback()
        return self.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)).first() or Message()


@pytest.fixture
def desk(client: CheckingClient, session: Session, make: Make, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Desk(client, session, make, sign_in)


def numbers(page: Page) -> list[str]:
    return re.findall(r"Alternate \d", page.text)


@pytest.mark.both_engines
def test_the_roster_numbers_alternates_and_lists_them_alone(desk: Desk) -> None:
    page = desk.client.get(desk.url)
    assert numbers(page) == ["Alternate 1", "Alternate 2", "Alternate 3"]
    assert "3 alternates" in page.text
    alone = desk.client.get(f"{desk.url}?state=alternate")
    assert "Eva" in alone.text
    assert "Ana" not in alone.text


def test_an_alternate_gets_an_open_seat_by_the_organizers_hand_and_undo_takes_it_back(desk: Desk) -> None:
    page = desk.client.get(desk.record(2))
    assert "Alternate 2" in page.text
    assert "From" in page.text
    page = desk.client.follow(desk.client.submit(desk.record(2), form="#alternate form"))
    assert "López, Iris has a seat. The message about it leaves in two minutes." in page.text
    assert numbers(page) == ["Alternate 1", "Alternate 2"]
    page = desk.client.follow(desk.client.post(f"{desk.record(2)}/close-seats", page.fields("form[action$='/close-seats']")))
    assert numbers(page) == ["Alternate 1", "Alternate 2", "Alternate 3"]


def test_several_alternates_get_open_seats_and_one_undo_takes_them_back(desk: Desk) -> None:
    token = desk.client.get(desk.url).one("#many [name=csrf_token]").attrs["value"] or ""
    chosen = [each.public_id.hex for each in desk.people]
    response = desk.client.flask.post(f"{desk.url}many", data={"csrf_token": token, "do": "open", "chosen": chosen})
    page = desk.client.get(response.headers["Location"])
    assert "2 alternates have a seat now. 1 gets the first open seat that falls free, in turn." in page.text
    assert "1 of those chosen is in another state and stays." in page.text
    page = desk.client.follow(desk.client.post(f"{desk.url}many/undo", page.fields("form[action$='/many/undo']")))
    assert "Undone for 3 people." in page.text
    assert numbers(page) == ["Alternate 1", "Alternate 2", "Alternate 3"]


def test_a_reserved_alternate_stands_there_without_the_number(desk: Desk) -> None:
    fields = desk.client.get(desk.record(2)).fields("#reserve form")
    desk.client.post(f"{desk.record(2)}/reserve", fields | {"reserve_reason": "own_request"})
    assert numbers(desk.client.get(desk.url)) == ["Alternate 1", "Alternate 3"]
    assert "Alternate 2" not in desk.client.get(desk.record(2)).text


def test_the_seats_page_and_the_overview_count_alternates_among_those_who_wait(desk: Desk) -> None:
    page = desk.client.get(f"/staff/seminars/{desk.seminar.slug}/seats")
    assert "3 people wait. 3 of them are alternates" in page.text


def test_the_overview_leads_to_nominations_that_wait(desk: Desk) -> None:
    desk.make.registration(desk.seminar, agency=desk.agency, state="nominated", source="nomination")
    page = desk.client.get(f"/staff/seminars/{desk.seminar.slug}/")
    assert "1 nomination waits for your decision." in page.text
    assert page.one("a[href*='state=nominated']")


def test_the_persons_own_page_says_the_number_and_what_follows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = desk.client.get(desk.own_page(2))
    assert "You are alternate number 2 of your agency." in page.text
    assert "you can also get a place that other agencies have left" in page.text
    assert "Please do not spend on travel yet." in page.text
    over = datetime.combine(desk.seminar.ends_on, NOW.time(), tzinfo=UTC) + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: over)
    assert "alternate number" not in desk.client.get(desk.own_page(2)).text


def test_the_mails_say_that_the_agency_has_nominated_the_person(desk: Desk, app: Flask) -> None:
    desk.prove_mailboxes()
    said = write(app, desk.mail("registered")).body
    assert "Your agency has nominated you, and your place in the seminar is confirmed." in said
    said = write(app, desk.mail("alternate")).body
    assert "you are an alternate" in said
    assert re.search(r"From \w+ \d+, \d{4} on you can also get a place", said)
    with unit_of_work(desk.session) as session:
        session.get_one(SeatPool, desk.pool.id).release_on = None
    assert "on you can also get" not in write(app, desk.mail("alternate")).body


@pytest.mark.parametrize(("language", "words"), [("es", "Su dependencia le nominó"), ("en", "Your agency has nominated you")])
def test_a_nomination_that_waits_is_told_in_the_persons_language(desk: Desk, app: Flask, language: str, words: str) -> None:
    agency = desk.agency
    desk.agency = desk.make.agency("INM")
    waits = desk._nominated("Nora")
    desk.prove_mailboxes()
    desk.agency = agency
    mail = desk.mail("nominated")
    mail.language = language
    assert (waits.state.value, words in write(app, mail).body) == ("nominated", True)
    assert "Your agency has nominated you, and the office decides." in desk.client.get(f"/registrations/{_token(desk, waits)}").text


def _token(desk: Desk, registration: Registration) -> str:
    with unit_of_work(desk.session) as session:
        found = session.get_one(Registration, registration.id)
        found.notice_at = NOW
        return personal_token(session, found)
