"""The door as a coordinator uses it: walk-ins and substitutes entered from the sheet, and the organizer who gives a seat."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.attendance import queries
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.offices.models import Office
from seminar_app.people.models import MatchProposal, Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.rules import ExcusedRule
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

SEATED, WAITING = RegistrationState.REGISTERED, RegistrationState.WAITLISTED


@dataclass
class Door:
    """A seminar that is held today, with two people of PGR's quota seated and one seat of it free; its coordinator's browser."""

    client: CheckingClient
    session: Session
    make: Make
    office: Office
    seminar: Seminar
    seminar_session: SeminarSession
    agency: Agency
    people: list[Registration]

    @property
    def sheet(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}/attendance/{self.seminar_session.public_id}"

    def typed(self, name: str, **values: Any) -> dict[str, Any]:
        base = {"given_names": name, "surname1": "Puerta", "sex": "F", "agency": "PGR", "position": "Fiscal", "paper_notice": "y"}
        return base | values

    def walks_in(self, name: str, **values: Any) -> Page:
        return self.client.follow(self.client.submit(f"{self.sheet}/walk-in", self.typed(name, **values)))

    def fill(self) -> None:
        """Take every seat."""
        with unit_of_work(self.session) as session:
            for pool in session.scalars(select(SeatPool).where(SeatPool.seminar_id == self.seminar.id)):
                pool.size = pool.taken

    def found(self, name: str) -> Registration:
        self.session.rollback()
        wanted = select(Registration).join(Person, Person.id == Registration.person_id).where(Person.given_names == name)
        return self.session.scalars(wanted.execution_options(populate_existing=True)).one()

    def marks(self) -> dict[int, tuple[str, int]]:
        self.session.rollback()
        found = queries.marks_of_session(self.session, self.seminar_session.id).marks
        return {key: (mark.status.value, mark.worth(180, ExcusedRule.NOT_COUNTED)) for key, mark in found.items()}

    def trail(self) -> list[str]:
        self.session.rollback()
        return list(self.session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))


@pytest.fixture
def door(client: CheckingClient, session: Session, make: Make, sign_in: SignIn) -> Door:
    now = clock.now()
    office, agency = make.office(), make.agency("PGR")
    make.agency("INM")
    today = (now - timedelta(hours=5)).date()
    seminar = make.seminar(office=office, seats=1, starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=1))
    seminar_session = make.seminar_session(seminar, starts_at=now - timedelta(minutes=10), ends_at=now + timedelta(minutes=170))
    pool = make.pool(seminar, agency, 3)
    people = [make.registration(seminar, make.person(surname1=name), agency=agency, pool=pool) for name in ("Álvarez", "Zamora")]
    account = make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id}))
    return Door(sign_in(client, account), session, make, office, seminar, seminar_session, agency, people)


def test_a_walk_in_is_seated_marked_present_and_told_of_on_the_sheet(door: Door) -> None:
    page = door.walks_in("Nora", email="nora@pgr.example")
    made = door.found("Nora")
    assert "Nora Puerta has a seat of those kept for PGR. In this session: present." in page.text
    assert page.one(f"#line-{made.public_id.hex} input[value=present][checked]")
    assert door.marks()[made.id] == ("present", 180)
    assert {"registration.registered", "attendance.marked"} <= set(door.trail())


@pytest.mark.both_engines
def test_the_undo_takes_the_entry_and_its_mark_back(door: Door) -> None:
    page = door.walks_in("Nora")
    undone = door.client.follow(door.client.post(page.one(".notice-undo form").attrs["action"], dict(page.fields(".notice-undo form"))))
    made = door.found("Nora")
    assert "Undone: the entry is off the list" in undone.text
    assert (made.state, door.marks()) == (RegistrationState.WITHDRAWN, {})
    assert "Nora Puerta has a seat" in door.walks_in("Nora").text


def test_in_a_full_seminar_one_press_asks_the_organizer_who_gives_the_seat(door: Door, sign_in: SignIn) -> None:
    door.fill()
    page = door.walks_in("Nora")
    assert "Nora Puerta waits: no seat is free. The organizer has been asked for one" in page.text
    assert "Waiting at the door for a seat" in page.text
    organizer = sign_in(door.client, door.make.account((RoleName.ORGANIZER, {"office_id": door.office.id}), language="en"))
    overview = organizer.get(f"/staff/seminars/{door.seminar.slug}/")
    assert "At the door 1 person waits for a seat." in overview.text
    asked = organizer.get(overview.one("main a[href$='#asked']").attrs["href"])
    organizer.post(asked.one("form[action$='/give-seat']").attrs["action"], dict(asked.fields("form[action$='/give-seat']")))
    assert door.found("Nora").state is SEATED
    assert "waits for a seat" not in organizer.get(f"/staff/seminars/{door.seminar.slug}/").text


def test_the_organizer_has_no_seat_and_the_door_reads_it(door: Door, sign_in: SignIn) -> None:
    door.fill()
    door.walks_in("Nora")
    organizer = sign_in(door.client, door.make.account((RoleName.ORGANIZER, {"office_id": door.office.id}), language="en"))
    asked = organizer.get(f"/staff/seminars/{door.seminar.slug}/roster/{door.found('Nora').public_id.hex}")
    organizer.post(asked.one("form[action$='/no-seat']").attrs["action"], dict(asked.fields("form[action$='/no-seat']")))
    assert "the organizer has no seat" in organizer.get(door.sheet).text
    assert door.found("Nora").state is WAITING


def test_a_substitute_is_proposed_with_the_agency_of_the_person_replaced(door: Door) -> None:
    line = door.client.get(door.sheet).one(f"#line-{door.people[0].public_id.hex} .line-instead")
    form = door.client.get(line.attrs["href"])
    assert dict(form.fields("main form.door-form"))["instead_of"] == [door.people[0].public_id.hex]
    assert dict(form.fields("main form.door-form"))["agency"] == ["PGR"]
    page = door.client.follow(door.client.submit(line.attrs["href"], door.typed("Nora")))
    assert "Nora Puerta comes instead of Luz María Álvarez Ibáñez." in page.text
    assert not page.select(f"#line-{door.people[0].public_id.hex}")
    page = door.client.get(f"/staff/seminars/{door.seminar.slug}/roster/{door.people[0].public_id.hex}")
    assert "Substituted" in page.text
    assert "Nora Puerta came instead" in page.text


def test_marks_of_the_person_replaced_stay_and_stand_on_the_timetable(door: Door) -> None:
    door.make.mark(door.people[0], door.seminar_session)
    door.client.submit(f"{door.sheet}/substitute", door.typed("Nora", instead_of=door.people[0].public_id.hex))
    assert door.marks()[door.people[0].id] == ("present", 180)
    assert "Álvarez" in door.client.get(f"/staff/seminars/{door.seminar.slug}/attendance/").text


@pytest.mark.parametrize("left_out", ["paper_notice", "sex", "given_names"])
def test_what_is_missing_is_said_at_the_field_and_nobody_is_entered(door: Door, left_out: str) -> None:
    page = door.client.submit(f"{door.sheet}/walk-in", door.typed("Nora", **{left_out: None}), status=422)
    assert page.one(f"#{left_out}-error")
    door.session.rollback()
    assert door.session.scalars(select(Person).where(Person.surname1 == "Puerta")).all() == []


def test_who_may_be_somebody_known_is_entered_anew_and_only_administrators_learn_of_it(door: Door) -> None:
    door.make.person("Nora", "Puerta", None, email="secret@cns.example")
    page = door.walks_in("Nora")
    assert "secret@cns.example" not in page.text
    door.session.rollback()
    assert len(door.session.scalars(select(MatchProposal)).all()) == 1


def test_a_reserved_identity_is_entered_under_its_code_and_the_page_does_not_point_to_it(door: Door) -> None:
    door.make.person("Nora", "Puerta", None, email="nora@pgr.example", reserved=True)
    page = door.walks_in("Nora", email="nora@pgr.example")
    assert "it stands under its code" in page.text
    assert "Nora" not in page.text
    assert "reserved.opened" in door.trail()
    again = door.client.submit(f"{door.sheet}/walk-in", door.typed("Nora", email="nora@pgr.example"), status=422)
    assert "This person is on the roster of this seminar already." in again.text
    assert door.trail()[-1] == "people.searched"


def test_on_other_days_the_sheet_says_what_the_organizer_can_do(door: Door, sign_in: SignIn) -> None:
    with unit_of_work(door.session) as session:
        row = session.get_one(Seminar, door.seminar.id)
        row.starts_on, row.ends_on = row.starts_on + timedelta(days=9), row.ends_on + timedelta(days=9)
    page = door.client.get(door.sheet)
    assert "On other days the organizer adds people on the roster." in page.text
    assert not page.select(".door-ways, .line-instead")
    assert door.client.flask.get(f"{door.sheet}/walk-in").status_code == 303
    organizer = sign_in(door.client, door.make.account((RoleName.ORGANIZER, {"office_id": door.office.id}), language="en"))
    assert organizer.get(door.sheet).one("main a[href$='/roster/add']")


def test_an_extra_seat_is_said_and_counted_on_the_page_of_the_seats(door: Door, sign_in: SignIn) -> None:
    door.fill()
    organizer = sign_in(door.client, door.make.account((RoleName.ORGANIZER, {"office_id": door.office.id}), language="en"))
    organizer.submit(f"/staff/seminars/{door.seminar.slug}/settings", {"extra_at_door": "2"}, form="main form.form")
    page = door.walks_in("Nora")
    assert "Nora Puerta has a seat: one more was added to those open to all." in page.text
    assert "Extra seats at the door: 1 of 2 used." in organizer.get(f"/staff/seminars/{door.seminar.slug}/seats").text


@pytest.mark.both_engines
def test_the_form_sent_twice_enters_one_person_and_keeps_a_mark_changed_meanwhile(door: Door) -> None:
    data = dict(door.client.get(f"{door.sheet}/walk-in").fields("main form.door-form")) | door.typed("Nora")
    door.client.post(f"{door.sheet}/walk-in", data)
    made = door.found("Nora")
    page = door.client.get(door.sheet)
    door.client.post(door.sheet, dict(page.fields("#sheet")) | {f"mark-{made.public_id.hex}": "absent"})
    door.client.post(f"{door.sheet}/walk-in", data)
    assert door.marks()[made.id][0] == "absent"
    assert door.found("Nora").id == made.id


def test_another_seminars_person_or_session_is_not_found(door: Door) -> None:
    door.client.get(f"/staff/seminars/{door.seminar.slug}/attendance/{uuid.uuid4()}/walk-in", status=404)
    other = door.make.registration(door.make.seminar())
    page = door.client.submit(f"{door.sheet}/substitute", door.typed("Nora", instead_of=other.public_id.hex), status=422)
    assert "Please choose a person who holds a seat from the list." in page.text
