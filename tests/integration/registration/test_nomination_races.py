"""A list and a form at the same moment, for the last seat of the agency. The broken twin takes the lock of the seats out."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from seminar_app.core import unit_of_work
from seminar_app.core.inserts import insert_all
from seminar_app.people.models import Person
from seminar_app.registration import services
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services import Newcomer, locked_seats, taking_many
from tests.conftest import NOW
from tests.integration.registration.conftest import entry, pool_of
from tests.support.context import context
from tests.support.factories import Make
from tests.support.two_transactions import Point, both_at_once


@pytest.mark.parametrize("locked", [True, pytest.param(False, marks=pytest.mark.postgresql_only)], ids=["as it is", "broken"])
def test_the_last_seat_of_an_agency_goes_to_a_list_or_to_a_form(
    app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    seminar, agency = make.seminar(seats=0), make.agency("PGR")
    make.pool(seminar, agency, 1)
    people = [make.person(name).id for name in ("Ana", "Eva")]
    listed, typed = entry(agency, "Ana"), entry(agency, "Rosa")

    def nominate(work: Session) -> list[str]:
        held = services.lock_seats(work, seminar.id)
        newcomers = [Newcomer(person=work.get_one(Person, each), known=True, entry=listed) for each in people]
        return [each.state.value for each in services.take_places(work, context(NOW), seats=held, newcomers=newcomers)]

    def register(work: Session) -> RegistrationState:
        form: dict[str, Any] = {"seminar_id": seminar.id, "entry": typed, "submission_id": uuid.uuid4()}
        return services.register(work, context(NOW), **form, notice_version=1, notice_language="es").state

    point = Point()
    monkeypatch.setattr(taking_many, "insert_all", point.before(insert_all))
    if not locked:
        broken = locked_seats._LOCK.with_for_update()
        broken._for_update_arg = None
        monkeypatch.setattr(locked_seats, "_LOCK", broken)
        monkeypatch.setattr(unit_of_work, "ATTEMPTS", 1)
    ended = both_at_once(app, point, nominate, register)
    if not locked:
        assert isinstance(ended.early, IntegrityError), "both were given the seat, and only the database refused the extra person"
        return
    assert (ended.early, ended.late, ended.waited) == (["registered", "waitlisted"], RegistrationState.WAITLISTED, True)
    assert pool_of(session, seminar, agency).taken == 1
    places = session.query(Registration.queue_place).filter(Registration.queue_place.is_not(None)).order_by(Registration.id)
    assert [place for (place,) in places] == [1, 2]
