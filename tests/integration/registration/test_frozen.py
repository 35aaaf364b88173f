"""What a completed or archived seminar refuses, what stays possible, and what other rooms are told of a registration."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.people.services import stored_data
from seminar_app.registration import services
from seminar_app.registration.errors import FormEnded, NotInThisState, SeminarArchived, SeminarCompleted
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.registration.services import locked_seats
from seminar_app.registration.services.merging import merge, undo_merge
from seminar_app.registration.services.personal import edition
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import Change, SeminarState
from seminar_app.seminars.services import change_state, states
from seminar_app.seminars.services.making import trail
from tests.integration.registration.conftest import Register, entry, pool_of
from tests.integration.registration.test_merging_races import CONTEXT, both
from tests.support.factories import Make
from tests.support.two_transactions import Point

FROZEN = [(SeminarState.COMPLETED, SeminarCompleted), (SeminarState.ARCHIVED, SeminarArchived)]
REMOVING: dict[str, Any] = {"reason": RemovalReason.OTHER}


@dataclass
class Held:
    """A seminar whose last day has not ended, with a registration in each of some states."""

    seminar: Seminar
    by_state: dict[RegistrationState, Registration]
    session: Session

    def freeze(self, state: SeminarState) -> None:
        with unit_of_work(self.session):
            self.session.get_one(Seminar, self.seminar.id).state = state

    def decide(self, verb: str, state: RegistrationState) -> None:
        more = REMOVING if verb == "remove" else {}
        with unit_of_work(self.session):
            getattr(services, verb)(self.session, CONTEXT, seminar_id=self.seminar.id, registration_id=self.by_state[state].id, **more)

    def states(self) -> list[tuple[int, RegistrationState]]:
        self.session.rollback()
        return [(row.id, row.state) for row in self.session.execute(select(Registration.id, Registration.state).order_by(Registration.id))]


@pytest.fixture
def held(make: Make, session: Session) -> Held:
    seminar = make.seminar()
    made = {RegistrationState.REGISTERED: make.registration(seminar, pool=pool_of(session, seminar, None))}
    for state in (RegistrationState.PENDING, RegistrationState.WITHDRAWN, RegistrationState.DECLINED):
        made[state] = make.registration(seminar, state=state)
    made[RegistrationState.REMOVED] = make.registration(
        seminar, state=RegistrationState.REMOVED, removal_reason=RemovalReason.ADMINISTRATIVE
    )
    session.expire_all()
    return Held(seminar, made, session)


@pytest.mark.parametrize(("state", "refusal"), FROZEN)
def test_staff_change_nothing_on_the_list_of_a_completed_seminar(
    held: Held, make: Make, state: SeminarState, refusal: type[SeminarCompleted]
) -> None:
    agency = make.agency()
    before = held.states()
    held.freeze(state)
    for verb, whose in (
        ("approve", RegistrationState.PENDING),
        ("decline", RegistrationState.PENDING),
        ("remove", RegistrationState.REGISTERED),
        ("remove", RegistrationState.PENDING),
        ("restore", RegistrationState.REMOVED),
        ("restore", RegistrationState.DECLINED),
        ("restore", RegistrationState.WITHDRAWN),
    ):
        with pytest.raises(refusal):
            held.decide(verb, whose)
    with pytest.raises(refusal), unit_of_work(held.session):
        services.add_by_hand(held.session, CONTEXT, seminar_id=held.seminar.id, entry=entry(agency), submission_id=uuid.uuid4())
    assert held.states() == before
    assert held.session.scalar(select(func.count()).select_from(RegistrationHistory)) == 0


@pytest.mark.parametrize("state", [SeminarState.COMPLETED, SeminarState.ARCHIVED])
def test_officials_neither_withdraw_nor_register_in_a_completed_seminar(
    held: Held, make: Make, register: Register, state: SeminarState
) -> None:
    agency = make.agency()
    before = held.states()
    held.freeze(state)
    for whose in (RegistrationState.REGISTERED, RegistrationState.PENDING):
        with pytest.raises(NotInThisState), unit_of_work(held.session):
            services.withdraw(held.session, CONTEXT, registration_id=held.by_state[whose].id)
    with pytest.raises(FormEnded):
        register(held.seminar, agency)
    assert held.states() == before


def test_the_list_changes_again_once_the_seminar_is_reopened(held: Held) -> None:
    held.freeze(SeminarState.COMPLETED)
    with unit_of_work(held.session):
        change_state(held.session, CONTEXT, seminar_id=held.seminar.id, change=Change.RESUME, reason="Faltaba una lista")
    held.decide("remove", RegistrationState.REGISTERED)
    assert dict(held.states())[held.by_state[RegistrationState.REGISTERED].id] is RegistrationState.REMOVED


def test_a_form_sent_twice_by_staff_is_answered_alike_though_the_seminar_was_completed_between(held: Held, make: Make) -> None:
    agency, submission = make.agency(), uuid.uuid4()

    def add() -> int:
        with unit_of_work(held.session):
            return services.add_by_hand(held.session, CONTEXT, seminar_id=held.seminar.id, entry=entry(agency), submission_id=submission).id

    first = add()
    held.freeze(SeminarState.COMPLETED)
    assert add() == first


def correct(held: Held, whose: RegistrationState, **values: Any) -> list[str]:
    with unit_of_work(held.session):
        registration = held.session.get_one(Registration, held.by_state[whose].id, options=[joinedload(Registration.person)])
        opened, data = edition(registration), stored_data(registration.person)
        base: dict[str, Any] = {"person": data, "agency_id": registration.agency_id, "unit": None, "position": None}
        correction = services.StaffCorrection(**base | values)
        return services.correct(
            held.session,
            CONTEXT,
            seminar_id=held.seminar.id,
            registration_id=registration.id,
            correction=correction,
            opened=opened,
        )


def test_data_are_corrected_reserved_merged_and_erased_in_a_completed_seminar(held: Held, make: Make) -> None:
    other = make.agency("FGR")
    held.freeze(SeminarState.COMPLETED)
    seated, pending = held.by_state[RegistrationState.REGISTERED], held.by_state[RegistrationState.PENDING]
    assert correct(held, RegistrationState.REGISTERED, agency_id=other.id, position="Perito") == ["agency_id", "position"]
    with unit_of_work(held.session) as session:
        assert services.reserve(session, CONTEXT, person_id=seated.person_id, reason=ReservedReason.OWN_REQUEST)
    with unit_of_work(held.session) as session:
        made = merge(session, CONTEXT, kept=seated.person_id, gone=pending.person_id)
    assert dict(held.states())[pending.id] is RegistrationState.REMOVED
    with unit_of_work(held.session) as session:
        undo_merge(session, CONTEXT, merge_id=made.id)
    assert dict(held.states())[pending.id] is RegistrationState.PENDING
    with unit_of_work(held.session) as session:
        erase_person(session, CONTEXT, public_id=session.get_one(Person, seated.person_id).public_id)
    assert dict(held.states())[seated.id] is RegistrationState.REGISTERED, "who took part is still counted"


def test_other_rooms_are_told_of_each_registration_that_is_made_or_changes_state_or_agency(
    held: Held, make: Make, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, RegistrationState, int | None, bool]] = []

    def note(_session: Session, _context: object, seminar: Seminar, registrations: Sequence[Registration], *, created: bool) -> None:
        for registration in registrations:
            assert seminar.id == registration.seminar_id
            told.append((registration.id, registration.state, registration.agency_id, created))

    monkeypatch.setattr("seminar_app.registration.registration_hooks._hooks", [note])
    agency, other = make.agency("INM"), make.agency("FGR")
    made = register(held.seminar, agency)
    held.decide("approve", RegistrationState.PENDING)
    pending = held.by_state[RegistrationState.PENDING]
    assert told == [
        (made.id, RegistrationState.REGISTERED, agency.id, True),
        (pending.id, RegistrationState.REGISTERED, pending.agency_id, False),
    ]
    told.clear()
    correct(held, RegistrationState.REGISTERED, position="Perito")
    assert told == [], "neither state nor agency"
    correct(held, RegistrationState.REGISTERED, agency_id=other.id, position="Perito")
    assert told == [(held.by_state[RegistrationState.REGISTERED].id, RegistrationState.REGISTERED, other.id, False)]


@pytest.mark.postgresql_only
@pytest.mark.parametrize("broken", [None, "no lock", "read before"])
def test_a_removal_that_waits_for_the_completion_is_refused(
    app: Flask, held: Held, monkeypatch: pytest.MonkeyPatch, broken: str | None
) -> None:
    if broken == "no lock":
        monkeypatch.setattr(locked_seats, "_LOCK", select(SeatPool).where(SeatPool.seminar_id == held.seminar.id))
        unlocked = locked_seats._LOCKED.with_for_update()
        unlocked._for_update_arg = None
        monkeypatch.setattr(locked_seats, "_LOCKED", unlocked)
    if broken == "read before":
        monkeypatch.setattr(locked_seats, "_LOCKED", locked_seats._LOCKED.execution_options(populate_existing=False))
    point = Point()
    monkeypatch.setattr(states, "trail", point.before(trail))
    monkeypatch.setattr(states, "_refuse_early", lambda *_, **__: None)
    seminar_id, registration_id = held.seminar.id, held.by_state[RegistrationState.REGISTERED].id
    held.session.rollback()

    def remove(session: Session) -> RegistrationState:
        found = session.get_one(Seminar, seminar_id)  # as a page that looks for the seminar first
        return services.remove(session, CONTEXT, seminar_id=found.id, registration_id=registration_id, **REMOVING).state

    completed, removed = both(
        app, point, lambda session: change_state(session, CONTEXT, seminar_id=seminar_id, change=Change.COMPLETE).state, remove
    )
    assert completed is SeminarState.COMPLETED
    if broken:
        assert removed is RegistrationState.REMOVED
    else:
        assert isinstance(removed, SeminarCompleted)
