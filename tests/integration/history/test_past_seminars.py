"""A seminar that was held before it is entered: lists bring its people, nobody is written to, and its outcomes are frozen."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.attendance.models import Mark, Observation, Participation
from seminar_app.attendance.rules import MarkMethod
from seminar_app.attendance.services.rebuilding import rebuild
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.history import queries, services
from seminar_app.history.errors import CountedAlready, NobodyOnTheRoster, NotHeldYet
from seminar_app.history.rules import ListOutcome, Numbers
from seminar_app.messages.models import Message
from seminar_app.nominations.checking import Standpoint
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.services import import_list
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import Change, SeminarState
from seminar_app.seminars.services import SeminarDetails, change_state
from tests.support.context import context
from tests.support.factories import Make
from tests.support.marks import wrong_marks
from tests.support.nominating import cells, keep_cells

EVERYBODY = Standpoint(true(), None)
ANA = ("Ana", "Soto", "Díaz", "ana.soto@pgr.example", "Fiscal")
LUZ = ("Luz", "Mora", "Ruiz", "luz.mora@pgr.example", "Agente")
BETO = ("Alberto", "Núñez", "", "alberto@pgr.example", "Perito")


@dataclass
class Archive:
    """A past seminar of three days and 24 hours, and what is done with its lists."""

    session: Session
    make: Make
    now: datetime
    agency: Agency
    seminar: Seminar

    def bring(self, *rows: tuple[str, ...], name: str) -> NominationList:
        found = keep_cells(self.session, self.seminar, self.agency, cells(*rows), name=name, at=self.now)
        with unit_of_work(self.session) as work:
            seminar = work.get_one(Seminar, self.seminar.id)
            import_list(work, context(self.now), seminar=seminar, public_id=found.public_id, standpoint=EVERYBODY, language="es")
        return found

    def settle(self, outcomes: dict[NominationList, ListOutcome]) -> None:
        with unit_of_work(self.session) as work:
            said: dict[uuid.UUID | None, ListOutcome] = {found.public_id: outcome for found, outcome in outcomes.items()}
            services.settle_outcomes(work, context(self.now), seminar_id=self.seminar.id, outcomes=said)

    def outcomes(self) -> list[tuple[Any, ...]]:
        self.session.rollback()
        columns = Participation.attended, Participation.completed, Participation.minutes_credited, Participation.frozen_at.is_not(None)
        rows = select(Person.given_names, *columns).join(Registration, Registration.person_id == Person.id)
        rows = rows.join(Participation, Participation.registration_id == Registration.id).where(Participation.current)
        return [tuple(row) for row in self.session.execute(rows.order_by(Registration.id))]


def details(make: Make, **values: object) -> SeminarDetails:
    base = {"slug": "merida-2012", "office_id": make.office().id, "city": "Mérida", "country": "MX", "time_zone": "America/Merida"}
    base |= {"starts_on": date(2012, 5, 7), "ends_on": date(2012, 5, 9), "title_es": "Trata de personas"}
    return SeminarDetails(**base | values)  # type: ignore[arg-type]


@pytest.fixture
def archive(session: Session, make: Make, now: datetime) -> Archive:
    said = details(make)
    with unit_of_work(session) as work:
        seminar = services.record_past_seminar(work, context(now), details=said, minutes=24 * 60, named=True)
    return Archive(session, make, now, make.agency("PGR"), seminar)


def test_each_list_says_what_its_people_did_and_nobody_is_written_to(archive: Archive, session: Session) -> None:
    on_file = archive.make.person("Ana", "Soto", "Díaz", email=ANA[3])
    completed = archive.bring(ANA, name="completed.csv")
    came = archive.bring(LUZ, name="came.csv")
    archive.bring(BETO, name="registered.csv")
    assert [(each.name, each.people) for each in queries.lists_to_settle(session, archive.seminar.id)] == [
        ("completed.csv", 1),
        ("came.csv", 1),
        ("registered.csv", 1),
    ]
    archive.settle({completed: ListOutcome.COMPLETED, came: ListOutcome.ATTENDED})
    assert archive.outcomes() == [("Ana", True, True, 1_440, True), ("Luz", True, False, 0, True), ("Alberto", False, False, 0, True)]
    assert session.scalar(select(Registration.person_id).order_by(Registration.id)) == on_file.id
    assert session.scalar(select(func.count()).select_from(Message)) == 0
    assert set(session.scalars(select(Observation.method))) == {MarkMethod.IMPORT}
    assert session.scalar(select(SeatPool.size)) == 3
    assert wrong_marks(session) == []
    with unit_of_work(session) as work:
        rebuilt = rebuild(work, archive.seminar.id, check=True)
    assert (rebuilt.registrations, list(rebuilt.marks), list(rebuilt.participations)) == (3, [], [])


def test_a_seminar_that_is_reopened_takes_more_people_and_leaves_the_others(archive: Archive, session: Session) -> None:
    archive.settle({archive.bring(ANA, name="one.csv"): ListOutcome.COMPLETED})
    with unit_of_work(session) as work:
        change_state(work, context(archive.now), seminar_id=archive.seminar.id, change=Change.RESUME, reason="Faltaba una lista.")
    archive.settle({archive.bring(LUZ, name="two.csv"): ListOutcome.COMPLETED})
    assert archive.outcomes() == [("Ana", True, True, 1_440, True), ("Luz", True, True, 1_440, True)]
    assert session.scalar(select(func.count()).select_from(Mark)) == 6


def test_names_and_headcounts_of_one_agency_exclude_each_other(archive: Archive, session: Session) -> None:
    other = archive.make.agency("PGJ")
    with pytest.raises(NobodyOnTheRoster):
        archive.settle({})
    session.rollback()
    with unit_of_work(session) as work:
        for agency in (archive.agency, other):
            services.save_headcount(
                work,
                context(archive.now),
                seminar_id=archive.seminar.id,
                agency_id=agency.id,
                numbers={None: Numbers(5, 4, 3)},
                source=None,
            )
    with pytest.raises(CountedAlready):
        archive.bring(ANA, name="one.csv")


@pytest.mark.sqlite_first
def test_only_numbers_complete_a_seminar_at_once_and_a_future_one_is_refused(session: Session, make: Make, now: datetime) -> None:
    said = details(make)
    with unit_of_work(session) as work:
        seminar = services.record_past_seminar(work, context(now), details=said, minutes=1_000, named=False)
        assert (seminar.state, queries.contact_minutes(work, seminar.id)) == (SeminarState.COMPLETED, 1_000)
    later = details(make, slug="later", starts_on=now.date(), ends_on=now.date())
    with pytest.raises(NotHeldYet), unit_of_work(session) as work:
        services.record_past_seminar(work, context(now), details=later, minutes=60, named=True)
