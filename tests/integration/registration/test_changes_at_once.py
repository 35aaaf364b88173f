"""Two changes of one registration, or of one person, at the same moment: neither ends in an error of the program.

The first is held after it has read; the second one either ends or waits. The broken twins begin only once and take no locks on people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError

from seminar_app.core import unit_of_work
from seminar_app.core.errors import StaleEdit
from seminar_app.core.values import replace
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.people.services import stored_data
from seminar_app.registration import services
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services import correcting, links, personal, staff
from seminar_app.registration.services.locked_seats import LockedSeats
from seminar_app.registration.services.personal import edition
from seminar_app.seminars.models import Seminar
from tests.integration.registration.conftest import pool_of
from tests.integration.registration.test_merging_races import CONTEXT, both
from tests.support.factories import Make
from tests.support.two_transactions import Point, Work

pytestmark = pytest.mark.postgresql_only
WITH_PERSON = joinedload(Registration.person)


@dataclass
class Changes:
    """A person with a registration in each of two seminars, and what may be done about them."""

    one: Registration
    other: Registration
    editions: dict[int, str]
    session: Session

    def correct(self, registration: Registration, **values: Any) -> Work:
        person = self.session.get_one(Person, registration.person_id)
        data = replace(stored_data(person), **values)
        correction = services.StaffCorrection(person=data, agency_id=registration.agency_id, unit=None, position=None)
        self.session.rollback()
        return lambda work: services.correct(
            work,
            CONTEXT,
            seminar_id=registration.seminar_id,
            registration_id=registration.id,
            correction=correction,
            opened=self.editions[registration.id],
        )

    def edit(self, registration: Registration, **values: Any) -> Work:
        person = self.session.get_one(Person, registration.person_id)
        data = replace(stored_data(person), **values)
        correction = services.Correction(person=data, agency_id=registration.agency_id, unit=None, position=None)
        self.session.rollback()
        opened = self.editions[registration.id]
        return lambda work: services.edit(work, CONTEXT, registration_id=registration.id, correction=correction, opened=opened)

    def withdraw(self) -> Work:
        return lambda work: services.withdraw(work, CONTEXT, registration_id=self.one.id)

    def approve(self) -> Work:
        return lambda work: services.approve(work, CONTEXT, seminar_id=self.one.seminar_id, registration_id=self.one.id).id

    def replace_link(self) -> Work:
        return lambda work: services.send_link(work, CONTEXT, seminar_id=self.one.seminar_id, registration_id=self.one.id, replace=True)

    def reserve(self) -> Work:
        return lambda work: services.reserve(work, CONTEXT, person_id=self.one.person_id, reason=ReservedReason.OWN_REQUEST)

    def now(self, registration: Registration) -> Registration:
        self.session.rollback()
        return self.session.get_one(Registration, registration.id, options=[WITH_PERSON])


@pytest.fixture
def changes(make: Make, session: Session, request: pytest.FixtureRequest) -> Changes:
    pending = getattr(request, "param", None)
    person = make.person()
    seminars = [make.seminar(), make.seminar()]
    first = {"state": pending} if pending else {"pool": pool_of(session, seminars[0], None)}
    made = [
        make.registration(seminars[0], person, **first),
        make.registration(seminars[1], person, pool=pool_of(session, seminars[1], None)),
    ]
    session.expire_all()
    editions = {each.id: edition(session.get_one(Registration, each.id, options=[WITH_PERSON])) for each in made}
    session.close()
    return Changes(made[0], made[1], editions, session)


@pytest.fixture(params=[True, False], ids=["as it is", "broken"])
def whole(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if not request.param:
        monkeypatch.setattr(unit_of_work, "ATTEMPTS", 1)
        for module in (correcting, personal):
            monkeypatch.setattr(module, "lock_people", lambda *_: None)
    return bool(request.param)


def held(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Point:
    point = Point()
    monkeypatch.setattr(module, name, point.before(getattr(module, name)))
    return point


def test_withdrawing_here_while_the_address_is_corrected_there(
    app: Flask, changes: Changes, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    point = held(monkeypatch, personal, "change_state")
    correction = changes.correct(changes.other, email="new@pgr.example")
    withdrawn, corrected = both(app, point, changes.withdraw(), correction)
    if not whole:
        assert isinstance(withdrawn, StaleDataError)
        return
    assert withdrawn is True
    assert corrected == ["email"]
    now = changes.now(changes.one)
    assert (now.state, now.link_version) == (RegistrationState.WITHDRAWN, 2)


def test_two_who_correct_one_person_in_two_seminars(app: Flask, changes: Changes, monkeypatch: pytest.MonkeyPatch, whole: bool) -> None:
    point = held(monkeypatch, correcting, "edit_person")
    early, late = both(
        app, point, changes.correct(changes.one, phone="+525511111111"), changes.correct(changes.other, phone="+525522222222")
    )
    if not whole:
        assert isinstance(early, StaleDataError)
        return
    assert early == ["phone"]
    assert isinstance(late, StaleEdit)
    assert changes.now(changes.one).person.phone == "+525511111111"


def test_an_official_who_edits_while_being_reserved(app: Flask, changes: Changes, monkeypatch: pytest.MonkeyPatch, whole: bool) -> None:
    point = held(monkeypatch, personal, "edit_person")
    edited, reserved = both(app, point, changes.edit(changes.one, phone="+525511111111"), changes.reserve())
    assert reserved is True
    if not whole:
        assert isinstance(edited, StaleDataError)
        return
    assert edited is True
    person = changes.now(changes.one).person
    assert (person.phone, person.reserved) == ("+525511111111", True)


@pytest.mark.parametrize("changes", [RegistrationState.PENDING], indirect=True)
@pytest.mark.parametrize("locked", [True, False], ids=["as it is", "broken"])
def test_approving_while_the_link_is_replaced(app: Flask, changes: Changes, monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    if not locked:
        monkeypatch.setattr(unit_of_work, "ATTEMPTS", 1)

        def without_seats(session: Session, registration_id: int) -> tuple[LockedSeats, Registration]:
            found = (
                select(Registration, Seminar, Office)
                .join(Seminar, Seminar.id == Registration.seminar_id)
                .join(Office, Office.id == Seminar.office_id)
                .where(Registration.id == registration_id)
                .options(WITH_PERSON)
            )
            ((registration, seminar, office),) = session.execute(found).all()
            return LockedSeats(seminar, office, {}, []), registration

        monkeypatch.setattr(links, "locked_registration", without_seats)
    point = held(monkeypatch, staff, "settle")
    approved, sent = both(app, point, changes.approve(), changes.replace_link())
    assert sent is None
    if not locked:
        assert isinstance(approved, StaleDataError)
        return
    assert approved == changes.one.id
    now = changes.now(changes.one)
    assert (now.state, now.link_version) == (RegistrationState.REGISTERED, 2)
