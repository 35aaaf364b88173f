"""Merging at the same moment as something else: both orders end consistent, and without the locks they would not.

The first transaction is held at a point; the second one begins and either ends or waits for it; then the first goes on. SQLite has
one writer at a time, so there the second always waits, and what the locks prevent cannot be shown.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from seminar_app.core import unit_of_work
from seminar_app.core.change_context import ChangeContext
from seminar_app.messages.models import Message
from seminar_app.people.models import Person, PersonMerge
from seminar_app.people.queries import merged_together
from seminar_app.people.rules import ReservedReason
from seminar_app.people.services import PersonData
from seminar_app.registration import services
from seminar_app.registration.errors import MergedAlready, PeopleChanged
from seminar_app.registration.models import PersonJoin, Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services import registering, reserving, taking
from seminar_app.registration.services.locked_seats import lock_seats
from seminar_app.registration.services.merging import merge, split
from seminar_app.registration.services.reserving import reserve
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import SeatPool
from seminar_app.web.database import db, in_unit_of_work
from tests.integration.registration.conftest import entry
from tests.support.context import context
from tests.support.factories import Make
from tests.support.two_transactions import Point, Work, both_at_once

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CONTEXT = ChangeContext(NOW, "account:test")


def both(app: Flask, point: Point, first: Work, second: Work) -> list[object]:
    """Run both transactions, the second while the first is held; return their results or errors."""
    ended = both_at_once(app, point, first, second)
    return [ended.early, ended.late]


def faults(session: Session) -> list[str]:
    """Return what is inconsistent: a merged record with a registration that did not leave, a circle of merges, a wrong count of seats."""
    session.rollback()
    people = {person.id: person.merged_into_id for person in session.scalars(select(Person))}
    found = []
    for registration in session.scalars(select(Registration)):
        if people[registration.person_id] is not None and registration.state is not RegistrationState.REMOVED:
            found.append(f"registration {registration.id} of a merged record")
    for person_id in people:
        seen, at = set(), person_id
        while (into := people[at]) is not None and at not in seen:
            seen.add(at)
            at = into
        found += [f"circle at {person_id}"] if at in seen else []
    for pool in session.scalars(select(SeatPool)):
        held = session.scalars(select(Registration.id).where(Registration.seat_pool_id == pool.id)).all()
        found += [f"pool {pool.id}"] if len(held) != pool.taken else []
    session.rollback()
    return found


def merging(kept: int, gone: int) -> Work:
    return lambda session: merge(session, CONTEXT, kept=kept, gone=gone).id


@pytest.fixture
def world(make: Make, session: Session) -> tuple[int, int, Work]:
    """Two records, and the registration of the second one by the form."""
    agency, seminar = make.agency(), make.seminar()
    kept, gone = make.person("Luz"), make.person("Luz María", email="luz@pgr.example")
    make.registration(make.seminar(), kept)
    wanted = entry(agency)
    session.close()

    def register(work: Session) -> object:
        return services.register(
            work,
            context(NOW),
            seminar_id=seminar.id,
            entry=wanted,
            submission_id=uuid.uuid4(),
            notice_version=1,
            notice_language="es",
        ).person_id

    return kept.id, gone.id, register


@pytest.mark.parametrize(("module", "held_at"), [(registering, "lock_seats"), (taking, "new_registration")])
def test_a_person_who_registers_while_being_merged_is_the_kept_record(
    app: Flask, session: Session, world: tuple[int, int, Work], monkeypatch: pytest.MonkeyPatch, module: ModuleType, held_at: str
) -> None:
    kept, gone, register = world
    point = Point()
    monkeypatch.setattr(module, held_at, point.before(getattr(module, held_at)))
    registered, merged = both(app, point, register, merging(kept, gone))
    assert faults(session) == []
    assert registered in (kept, gone)
    if isinstance(merged, PeopleChanged):  # the button again
        with app.app_context():
            merged = in_unit_of_work(merging(kept, gone))
            db.session.remove()
    assert isinstance(merged, int)
    assert session.scalars(select(Registration.person_id).distinct()).all() == [kept]
    assert faults(session) == []


@pytest.mark.postgresql_only
def test_without_holding_the_person_the_registration_goes_to_the_merged_record(
    app: Flask, session: Session, world: tuple[int, int, Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, gone, register = world
    point = Point()
    monkeypatch.setattr(taking, "hold_person", lambda _session, person: person)
    monkeypatch.setattr(registering, "lock_seats", point.before(lock_seats))
    both(app, point, register, merging(kept, gone))
    assert [fault for fault in faults(session) if "of a merged record" in fault]


@contextmanager
def without_locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as broken:
        broken.setattr(Select, "with_for_update", lambda self, **_values: self)
        yield


def held_merge(monkeypatch: pytest.MonkeyPatch) -> Point:
    """Hold the first merge after it has locked and read the records."""
    from seminar_app.registration.services.merging import merge as function

    module = __import__(function.__module__, fromlist=["merge_fault"])
    point = Point()
    monkeypatch.setattr(module, "merge_fault", point.before(module.merge_fault))
    return point


@pytest.mark.parametrize("other_way_round", [False, True])
def test_of_two_who_merge_the_same_pair_one_is_told(
    app: Flask, session: Session, world: tuple[int, int, Work], monkeypatch: pytest.MonkeyPatch, *, other_way_round: bool
) -> None:
    kept, gone, _register = world
    second = merging(gone, kept) if other_way_round else merging(kept, gone)
    early, late = both(app, held_merge(monkeypatch), merging(kept, gone), second)
    assert isinstance(early, int)
    assert isinstance(late, MergedAlready)
    assert faults(session) == []
    assert len(session.scalars(select(PersonMerge.id)).all()) == 1


@pytest.mark.postgresql_only
@pytest.mark.parametrize("other_way_round", [False, True])
def test_without_locks_two_merges_make_a_circle_or_end_in_an_error(
    app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch, *, other_way_round: bool
) -> None:
    one, other = make.person("Ana").id, make.person("Ana María").id
    session.close()
    monkeypatch.setattr(unit_of_work, "ATTEMPTS", 1)
    with without_locks(monkeypatch):
        second = merging(other, one) if other_way_round else merging(one, other)
        early, late = both(app, held_merge(monkeypatch), merging(one, other), second)
    assert isinstance(late, int)
    if other_way_round:
        assert [fault for fault in faults(session) if "circle" in fault]
    else:
        assert isinstance(early, StaleDataError)


def test_a_person_erased_while_registering_is_somebody_new(
    app: Flask, session: Session, world: tuple[int, int, Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    _kept, gone, register = world
    public_id = session.get_one(Person, gone).public_id
    session.close()
    point = Point()
    monkeypatch.setattr(registering, "lock_seats", point.before(lock_seats))

    def erase(work: Session) -> object:
        return erase_person(work, context(NOW), public_id=public_id)

    registered, _erased = both(app, point, register, erase)
    person = session.get_one(Person, registered)
    erased = session.get_one(Person, gone)
    assert erased.erased_at is not None
    states = session.scalars(select(Registration.state).where(Registration.person_id == gone)).all()
    assert (person.id != gone and states == []) or states == [RegistrationState.WITHDRAWN]


@pytest.mark.parametrize("held", [True, False], ids=["as it is", "broken"])
@pytest.mark.postgresql_only
def test_somebody_who_is_reserved_while_registering_gets_a_code(
    app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """The registration holds the person, so that the identity is reserved after it, and codes are given to it too."""
    agency, seminar, known = make.agency("PGR"), make.seminar(), make.person("Luz María", email="luz@pgr.example")
    wanted = entry(agency)
    session.close()
    point = Point()
    monkeypatch.setattr(taking, "place", point.before(taking.place))
    if not held:
        monkeypatch.setattr(taking, "hold_person", lambda _session, person: person)

    def register(work: Session) -> object:
        return services.register(
            work,
            CONTEXT,
            seminar_id=seminar.id,
            entry=wanted,
            submission_id=uuid.uuid4(),
            notice_version=1,
            notice_language="es",
        ).id

    made, reserved = both(app, point, register, lambda work: reserve(work, CONTEXT, person_id=known.id, reason=ReservedReason.OWN_REQUEST))
    assert reserved is True
    registration = session.get_one(Registration, made)
    assert registration.person_id == known.id
    assert (registration.reserved_code is not None) is held


@pytest.mark.parametrize("anew", [True, False], ids=["as it is", "broken"])
@pytest.mark.postgresql_only
def test_what_is_split_off_while_its_person_is_reserved_is_reserved(
    app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch, anew: bool
) -> None:
    known = make.person("Luz María", email="luz@pgr.example")
    registration = make.registration(make.seminar(), known)
    with unit_of_work.unit_of_work(session) as work:
        work.add(PersonJoin(registration_id=registration.id, person_id=known.id, joined_at=NOW, joined_by="public"))
    data = PersonData(given_names="Rosa", surname1="Díaz", certificate_name="Rosa Díaz", email="rosa@pgr.example")
    point = Point()
    monkeypatch.setattr(reserving, "record_reserved", point.before(reserving.record_reserved))
    if not anew:

        def locked_only(session: Session, ids: Collection[int]) -> list[Person]:
            return list(session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()))

        monkeypatch.setattr(sys.modules[split.__module__], "lock_people", locked_only)
    reserved, made = both(
        app,
        point,
        lambda work: reserve(work, CONTEXT, person_id=known.id, reason=ReservedReason.OWN_REQUEST),
        lambda work: split(work, CONTEXT, registration_id=registration.id, data=data).person_id,
    )
    assert reserved is True
    person = session.get_one(Person, made)
    assert person.reserved is anew
    assert person.reserved_reason == (ReservedReason.OWN_REQUEST if anew else None)
    code = session.get_one(Registration, registration.id).reserved_code
    (message,) = session.scalars(select(Message))
    assert code is not None
    assert message.context["code"] == (f"R-{code}" if anew else "")


@pytest.mark.parametrize("again", [True, pytest.param(False, marks=pytest.mark.postgresql_only)], ids=["as it is", "broken"])
def test_reserving_covers_a_record_that_is_just_being_merged(
    app: Flask, session: Session, world: tuple[int, int, Work], monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    """The broken twin looks for merged records only once, before it waits."""
    kept, gone, _register = world
    if not again:
        seen: dict[int, list[int]] = {}
        found = merged_together
        monkeypatch.setattr(reserving, "merged_together", lambda work, each: seen.setdefault(each, found(work, each)))
    early, reserved = both(
        app,
        held_merge(monkeypatch),
        merging(kept, gone),
        lambda work: reserve(work, CONTEXT, person_id=kept, reason=ReservedReason.OWN_REQUEST),
    )
    assert isinstance(early, int)
    assert reserved is True
    assert session.get_one(Person, kept).reserved
    assert session.get_one(Person, gone).reserved is again
