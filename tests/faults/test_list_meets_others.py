"""A list is brought while something else changes what it rests on: the one waits for the other, or begins again and sees it.

Each test says when the import stands still. The broken twins run on PostgreSQL only, because SQLite has one writer at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.nominations.checking import Standpoint
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.services import Imported, import_list, importing, lists
from seminar_app.people import adding_many
from seminar_app.people.models import Person
from seminar_app.registration.errors import PeopleChanged, QuotaBelowTaken, SeminarCompleted
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, WishedPool
from seminar_app.registration.services import dividing, locked_seats
from seminar_app.registration.services.merging.merge import merge
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW
from tests.faults.lists_kept import Person as Row
from tests.faults.lists_kept import keep, kept_in
from tests.faults.serving import miscounted
from tests.support.context import context
from tests.support.factories import Make
from tests.support.two_transactions import Point, Work, both_at_once

PEOPLE = (("Alba", ""), ("Berta", ""))
CONTEXT = context(NOW)
STATES = RegistrationState
broken_on_postgresql = pytest.mark.parametrize(
    "held", [True, pytest.param(False, marks=pytest.mark.postgresql_only)], ids=["as it is", "broken"]
)


@dataclass
class Office:
    """A seminar with a quota of two, and what is done with lists for it."""

    make: Make
    session: Session
    seminar: Seminar
    agency_id: int

    def bringing(self, people: Sequence[Row] = PEOPLE, seminar: Seminar | None = None) -> Work:
        """Keep a list, and return what brings it."""
        seminar = seminar or self.seminar
        found = keep(self.session, seminar, self.agency_id, people, now=NOW)
        self.session.rollback()
        standpoint = Standpoint(true(), None)

        def bring(work: Session) -> Imported:
            return import_list(work, CONTEXT, seminar=seminar, public_id=found.public_id, standpoint=standpoint, language="es")

        return bring

    def states(self) -> dict[str, RegistrationState]:
        """Return the state of each person of the seminar by address; each is there once."""
        self.session.rollback()
        found = select(Person.public_id, Person.email, Registration.state).join(Registration, Registration.person_id == Person.id)
        rows = self.session.execute(found.where(Registration.seminar_id == self.seminar.id)).all()
        assert len({row.public_id for row in rows}) == len(rows)
        assert miscounted(self.session) == []
        return {row.email or "": row.state for row in rows}


@pytest.fixture
def office(make: Make, session: Session) -> Office:
    seminar, agency = make.seminar(seats=0), make.agency("PGR")
    make.pool(seminar, agency, 2)
    return Office(make, session, seminar, agency.id)


def standing_still(monkeypatch: pytest.MonkeyPatch, room: Any, name: str) -> Point:
    """Let the first import stop before this function."""
    point = Point()
    monkeypatch.setattr(room, name, point.before(getattr(room, name)))
    return point


def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the lock of the seats out, the broken twin."""
    broken = locked_seats._LOCK.with_for_update()
    broken._for_update_arg = None
    monkeypatch.setattr(locked_seats, "_LOCK", broken)


@broken_on_postgresql
def test_the_same_file_sent_twice_at_once_is_one_list(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch, *, held: bool) -> None:
    def upload(work: Session) -> int:
        return kept_in(work, office.seminar, office.agency_id, PEOPLE, now=NOW).id

    point = standing_still(monkeypatch, lists, "keep_file")
    if not held:
        without_the_lock(monkeypatch)
    ended = both_at_once(app, point, upload, upload)
    assert (ended.early == ended.late) is held
    assert office.session.scalar(select(func.count()).select_from(NominationList)) == (1 if held else 2)


@broken_on_postgresql
def test_seats_are_resized_after_the_list_has_them(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch, *, held: bool) -> None:
    def fewer(work: Session) -> int:
        return dividing.resize(work, CONTEXT, seminar_id=office.seminar.id, capacity=2, wished=[WishedPool(office.agency_id, 1)])

    point = standing_still(monkeypatch, importing, "take_places")
    bring = office.bringing()
    if not held:
        without_the_lock(monkeypatch)
    ended = both_at_once(app, point, bring, fewer)
    assert ended.waited is held
    if held:
        assert isinstance(ended.late, QuotaBelowTaken)
        assert set(office.states().values()) == {STATES.REGISTERED}


def test_a_seminar_completed_meanwhile_takes_nobody(app: Flask, office: Office) -> None:
    bring = office.bringing()

    def complete(work: Session) -> None:
        locked_seats.lock_seats(work, office.seminar.id)
        work.get_one(Seminar, office.seminar.id).state = SeminarState.COMPLETED
        work.flush()
        stop()

    point = Point()
    stop: Callable[[], None] = point.before(lambda: None)
    ended = both_at_once(app, point, complete, bring)
    assert isinstance(ended.late, SeminarCompleted)
    assert ended.waited
    assert office.states() == {}


@broken_on_postgresql
def test_somebody_merged_meanwhile_is_there_once(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch, *, held: bool) -> None:
    kept, gone = office.make.person("Otra", email="otra@pgr.example"), office.make.person("Alba", email="alba@pgr.example")
    bring = office.bringing()
    point = standing_still(monkeypatch, importing, "take_places")
    if not held:
        monkeypatch.setattr(adding_many, "hold_people", lambda _session, people: {each.id: each for each in people})
    ended = both_at_once(app, point, bring, lambda work: merge(work, CONTEXT, kept=kept.id, gone=gone.id))
    assert ended.waited is held
    if held:
        who = "alba" if isinstance(ended.late, PeopleChanged) else "otra"  # on PostgreSQL whoever merges is asked to try again
        assert office.states() == {f"{who}@pgr.example": STATES.REGISTERED, "berta@pgr.example": STATES.REGISTERED}


def test_somebody_merged_first_comes_as_the_record_that_was_kept(office: Office) -> None:
    kept, gone = office.make.person("Otra", email="otra@pgr.example"), office.make.person("Alba", email="alba@pgr.example")
    bring = office.bringing()
    with unit_of_work(office.session) as work:
        merge(work, CONTEXT, kept=kept.id, gone=gone.id)
    with unit_of_work(office.session) as work:
        bring(work)
    assert office.states() == {"otra@pgr.example": STATES.REGISTERED, "berta@pgr.example": STATES.REGISTERED}


def test_somebody_erased_meanwhile_waits_for_the_list(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    known = office.make.person("Alba", email="alba@pgr.example")
    bring = office.bringing()
    point = standing_still(monkeypatch, importing, "take_places")
    ended = both_at_once(app, point, bring, lambda work: erase_person(work, CONTEXT, public_id=known.public_id))
    assert ended.waited
    assert not isinstance(ended.late, Exception), ended.late
    assert "alba@pgr.example" not in office.states()


def test_two_lists_of_two_seminars_add_the_same_new_people_once(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    other = office.make.seminar(seats=0)
    first, second = office.bringing(), office.bringing(PEOPLE[::-1], other)
    point = standing_still(monkeypatch, importing, "take_places")
    ended = both_at_once(app, point, first, second)
    assert [ended.early.came, ended.late.came, ended.waited] == [2, 2, True]
    assert office.session.scalar(select(func.count()).select_from(Person)) == 2
