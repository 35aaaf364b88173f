"""People whose agency is not in the directory: the open pool only, and what becomes of seat and place when one is assigned."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.agencies.queries import NOT_ASSIGNED
from seminar_app.attendance import outcomes
from seminar_app.attendance.models import Participation
from seminar_app.attendance.services.rebuilding import rebuild
from seminar_app.audit.models import AuditRow
from seminar_app.core.actor import PUBLIC, Actor, Grant, RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.people.services import PersonData
from seminar_app.registration import queries, services
from seminar_app.registration.errors import NoSuchAgency
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services.correcting import StaffCorrection
from seminar_app.registration.services.personal import edition
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Approval, Change
from seminar_app.seminars.services import change_state
from tests.integration.registration.conftest import Register, entry, pool_of
from tests.support.context import context
from tests.support.factories import Make

TEXT = "Cruz Roja Mexicana"
LATER = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)


@pytest.fixture
def write(session: Session, make: Make, now: datetime) -> Any:
    """Registers a person who writes an agency, by the public form's service."""
    some = make.agency("ANY")

    def write(seminar: Seminar, given_names: str = "Luz María", text: str | None = TEXT, **values: Any) -> Registration:
        written = replace(entry(some, given_names), agency_id=None, agency_text=text, **values)
        with unit_of_work(session):
            return services.register(
                session,
                context(now, PUBLIC),
                seminar_id=seminar.id,
                entry=written,
                submission_id=uuid.uuid4(),
                notice_version=1,
                notice_language="es",
            )

    return write


def assign(session: Session, now: datetime, registration: Registration, agency: Agency | None, text: str | None = None) -> list[str]:
    """Correct the agency as staff do."""
    session.rollback()
    session.expire_all()
    found = session.get_one(Registration, registration.id)
    person = session.get_one(Person, found.person_id)
    session.refresh(found, ["person"])
    names = ("given_names", "surname1", "surname2", "certificate_name", "email", "language")
    data = PersonData(**{name: getattr(person, name) for name in names})
    correction = StaffCorrection(
        person=data, agency_id=agency.id if agency else None, agency_text=text, unit=found.unit, position=found.position
    )
    opened = edition(found)
    session.rollback()
    with unit_of_work(session):
        return services.correct(
            session,
            context(now, "account:a"),
            seminar_id=registration.seminar_id,
            registration_id=registration.id,
            correction=correction,
            opened=opened,
        )


def now_of(session: Session, registration: Registration) -> Registration:
    session.rollback()
    session.expire_all()
    return session.get_one(Registration, registration.id)


def test_it_keeps_the_words_and_takes_a_seat_of_the_open_pool(make: Make, session: Session, write: Any) -> None:
    seminar = make.seminar(seats=1)
    pgr = make.agency("PGR")
    make.pool(seminar, pgr, 5)
    made = now_of(session, write(seminar, state_name="Yucatán"))
    assert (made.agency_id, made.agency_version_id, made.agency_text, made.state_name) == (None, None, TEXT, "Yucatán")
    assert (made.state, made.seat_pool_id) == (RegistrationState.REGISTERED, pool_of(session, seminar, None).id)
    waits = now_of(session, write(seminar, "Ana"))
    assert waits.state is RegistrationState.WAITLISTED, "no seat of a quota goes to somebody whose agency nobody knows"
    assert pool_of(session, seminar, pgr).taken == 0
    assert session.scalars(select(Person.agency_id)).all() == [None, None]
    assert session.scalars(select(Participation.agency_version_id)).all() == [None, None]
    session.rollback()
    assert not rebuild(session, seminar.id, check=True).participations


def test_without_an_agency_and_without_words_nobody_is_registered(make: Make, write: Any) -> None:
    for text in (None, ""):
        with pytest.raises(NoSuchAgency):
            write(make.seminar(), text=text)


def test_a_chosen_agency_counts_before_the_words(make: Make, session: Session, now: datetime) -> None:
    seminar, inm = make.seminar(), make.agency("INM")
    both = replace(entry(inm), agency_text=TEXT)
    with unit_of_work(session):
        made = services.add_by_hand(session, context(now), seminar_id=seminar.id, entry=both, submission_id=uuid.uuid4())
    kept = now_of(session, made)
    assert (kept.agency_id, kept.agency_text) == (inm.id, None)


def test_who_is_seated_keeps_the_seat_when_an_agency_is_assigned(make: Make, session: Session, now: datetime, write: Any) -> None:
    seminar, inm, cns = make.seminar(seats=1), make.agency("INM"), make.agency("CNS", state="Colima")
    make.pool(seminar, inm, 1)
    make.pool(seminar, cns, 0)
    seated = write(seminar)
    open_pool = pool_of(session, seminar, None).id
    for agency in (inm, cns):
        assert assign(session, now, seated, agency) == ["agency_id"]
        kept = now_of(session, seated)
        assert (kept.agency_id, kept.agency_version_id, kept.agency_text) == (agency.id, make.version_of(agency), None)
        assert (kept.state, kept.seat_pool_id) == (RegistrationState.REGISTERED, open_pool)
    assert kept.state_name == "Colima"
    assert session.scalars(select(Person.agency_id)).all() == [inm.id], "where the person works was not known before"
    session.rollback()
    edited = select(AuditRow.details).where(AuditRow.action == "registration.edited")
    assert [row["columns"] for row in session.scalars(edited)] == [["agency_id"], ["agency_id"]]
    session.rollback()
    assert not rebuild(session, seminar.id, check=True).participations


def test_who_waits_keeps_the_place_and_is_decided_again_when_an_agency_is_assigned(
    make: Make, session: Session, now: datetime, register: Register, write: Any
) -> None:
    seminar, inm, cns = make.seminar(seats=0), make.agency("INM"), make.agency("CNS")
    make.pool(seminar, inm, 1)
    first, second = write(seminar, "Ana"), write(seminar, "Beto")
    third = register(seminar, cns, "Carla")
    assert [now_of(session, each).queue_place for each in (first, second, third)] == [1, 2, 3]
    assign(session, now, second, cns)
    assert (now_of(session, second).state, now_of(session, second).queue_place) == (RegistrationState.WAITLISTED, 2)
    assign(session, now, second, inm)
    assert (now_of(session, second).state, now_of(session, first).queue_place) == (RegistrationState.REGISTERED, 1)
    assert pool_of(session, seminar, inm).taken == 1
    session.rollback()
    assert session.scalars(select(Message.kind).where(Message.kind == "seat_given")).all() == ["seat_given"]
    session.rollback()
    with unit_of_work(session):
        services.withdraw(session, context(now, "registration:x"), registration_id=second.id)
    assert now_of(session, first).state is RegistrationState.WAITLISTED
    session.rollback()
    with unit_of_work(session):
        services.resize(session, context(now), seminar_id=seminar.id, capacity=1, wished=[])
    assert now_of(session, first).state is RegistrationState.REGISTERED, "the first in the queue, once a seat is open to all"


def test_staff_take_an_agency_away_and_correct_the_words(make: Make, session: Session, now: datetime, register: Register) -> None:
    seminar, inm = make.seminar(seats=1), make.agency("INM", state="Colima")
    quota = make.pool(seminar, inm, 1)
    seated = register(seminar, inm)
    assert now_of(session, seated).seat_pool_id == quota.id
    with pytest.raises(NoSuchAgency):
        assign(session, now, seated, None)
    assert assign(session, now, seated, None, TEXT) == ["agency_id"]
    kept = now_of(session, seated)
    assert (kept.agency_id, kept.agency_text, kept.state_name) == (None, TEXT, None)
    assert kept.seat_pool_id == pool_of(session, seminar, None).id, "the seat goes back to the quota where another one is free"
    assert assign(session, now, seated, None, "Cruz Roja") == ["agency_text"]
    assert assign(session, now, seated, None, "Cruz Roja") == []
    assert now_of(session, seated).agency_text == "Cruz Roja"


def test_approval_by_hand_seats_nobody_in_a_quota_either(make: Make, session: Session, now: datetime, write: Any) -> None:
    seminar = make.seminar(seats=0, approval=Approval.MANUAL)
    make.pool(seminar, make.agency("PGR"), 5)
    pending = write(seminar)
    session.rollback()
    with unit_of_work(session):
        services.approve(session, context(now), seminar_id=seminar.id, registration_id=pending.id)
    assert now_of(session, pending).state is RegistrationState.WAITLISTED


def test_a_frozen_outcome_takes_over_the_assigned_agency_as_a_change(make: Make, session: Session, now: datetime, write: Any) -> None:
    seminar, inm = make.seminar(), make.agency("INM")
    make.seminar_session(seminar)
    written = write(seminar)
    session.rollback()
    for change in (Change.COMPLETE, Change.RESUME):
        with unit_of_work(session):
            change_state(session, context(LATER), seminar_id=seminar.id, change=change, reason="Corrección")
        session.rollback()
    assert outcomes.count_changed(session, seminar.id) == 0, "nothing differs from nothing"
    assign(session, now, written, inm)
    session.rollback()
    assert outcomes.count_changed(session, seminar.id) == 1
    (changed,) = outcomes.changed_outcomes(session, seminar.id)
    assert (changed.agency_before, changed.agency_now and changed.agency_now.code) == (NOT_ASSIGNED, "INM")
    session.rollback()
    with unit_of_work(session):
        change_state(session, context(LATER), seminar_id=seminar.id, change=Change.COMPLETE)
    assign(session, now, written, None, TEXT)
    assign(session, now, written, inm)
    session.rollback()
    rows = session.scalars(select(Participation).order_by(Participation.version)).all()
    here = make.version_of(inm)
    assert [(row.version, row.agency_version_id) for row in rows] == [(1, None), (2, here), (3, None), (4, here)]


def test_of_an_erased_person_no_word_stays_and_the_registration_is_counted(make: Make, session: Session, now: datetime, write: Any) -> None:
    seminar = make.seminar(office=make.office())
    written = write(seminar)
    public_id = session.get_one(Person, written.person_id).public_id
    session.rollback()
    with unit_of_work(session):
        erase_person(session, context(now), public_id=public_id)
    kept = now_of(session, written)
    assert (kept.agency_id, kept.agency_text) == (None, "")
    admin = Actor(1, uuid.uuid4(), "Ana", "en", (Grant(RoleName.ADMIN),))
    found = queries.roster(session, queries.roster_access(session, admin, seminar.slug), queries.RosterFilter())
    (group,) = found.groups
    assert (group.group, group.rows[0].person.agency) == (NOT_ASSIGNED, NOT_ASSIGNED)
