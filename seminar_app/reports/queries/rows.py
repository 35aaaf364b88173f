"""Every participation that counts, one line each, with all dimensions: what an independent calculation starts from.

The person is a keyed pseudonym: the same in all lines of one installation, and of no use to find anybody by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.core.installation import installation_of
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.reports.queries.agency_values import CountedAs, counted_as
from seminar_app.reports.queries.counted import COUNTS, FUNDING, HELD, HIDDEN, TOPIC, in_scope
from seminar_app.reports.queries.scopes import EVERYTHING
from seminar_app.reports.rules import MISSING, OF_AGENCY, RESERVED, WITHHELD, Definition, Dimension, Names
from seminar_app.seminars.models import Seminar, SeminarHost

NAMED, HEADCOUNT = "named", "headcount"
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """A participation, or those of a headcount that are alike. The fields are the columns of the file."""

    kind: str
    pseudonym: str
    seminar: str
    office: str
    hosts: str
    topic: str
    funding_source: str
    country: str
    starts_on: date
    ends_on: date
    frozen: str
    agency_then: str
    group_then: str
    level_then: str
    state_then: str
    agency_now: str
    group_now: str
    level_now: str
    state_now: str
    sex: str
    registered: int
    attended: int
    completed: int
    minutes: int


COLUMNS = tuple(field.name for field in fields(Row))
NUMBERS = frozenset({"registered", "attended", "completed", "minutes"})
DATES = frozenset({"starts_on", "ends_on"})


def rows(session: Session, period: Definition, *, today: date) -> Iterator[Row]:
    """Return the lines of the seminars that ended in the period of a definition, by seminar; read in parts, so that memory stays flat."""
    offices = {row.id: row.code for row in session.execute(select(Office.id, Office.code))}
    hosts = _hosts(session, offices)
    agencies = {names: counted_as(session, names, today=today) for names in Names}
    pseudonym = _pseudonyms(session)
    found = (
        select(
            Person.public_id,
            Person.sex,
            HIDDEN.label("hidden"),
            Seminar.id.label("seminar_id"),
            Seminar.slug,
            Seminar.office_id,
            TOPIC.label("topic"),
            FUNDING.label("funding_source"),
            Seminar.country,
            Seminar.starts_on,
            Seminar.ends_on,
            Participation.frozen_at,
            Participation.agency_version_id,
            Participation.attended,
            Participation.completed,
            Participation.minutes_credited,
        )
        .select_from(Seminar)
        .join(Participation, Participation.seminar_id == Seminar.id)
        .join(Registration, Registration.id == Participation.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(HELD, COUNTS, *in_scope(period, EVERYTHING))
        .order_by(Seminar.ends_on, Seminar.id, Participation.id)
    )
    for row in session.execute(found.execution_options(yield_per=_AT_ONCE)):
        office = offices[row.office_id]
        then, now = (_agency(agencies[names], row) for names in (Names.THEN, Names.NOW))
        yield Row(
            kind=NAMED,
            pseudonym=pseudonym(row.public_id.hex),
            seminar=row.slug,
            office=office,
            hosts=" ".join(dict.fromkeys((office, *hosts.get(row.seminar_id, ())))),
            topic=row.topic,
            funding_source=row.funding_source,
            country=row.country,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            frozen="no" if row.frozen_at is None else "yes",
            agency_then=then[Dimension.AGENCY],
            group_then=then[Dimension.GROUP],
            level_then=then[Dimension.LEVEL],
            state_then=then[Dimension.STATE],
            agency_now=now[Dimension.AGENCY],
            group_now=now[Dimension.GROUP],
            level_now=now[Dimension.LEVEL],
            state_now=now[Dimension.STATE],
            sex=RESERVED if row.hidden else (row.sex or MISSING),
            registered=1,
            attended=int(row.attended),
            completed=int(row.completed),
            minutes=row.minutes_credited,
        )


def _agency(agencies: Mapping[int, CountedAs], row: Any) -> Mapping[Dimension, str]:
    at = agencies.get(row.agency_version_id)
    values = {dimension: at.value(dimension) if at else MISSING for dimension in OF_AGENCY}
    return {dimension: RESERVED if row.hidden and dimension in WITHHELD else value for dimension, value in values.items()}


def _hosts(session: Session, offices: Mapping[int, str]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for seminar_id, office_id in session.execute(select(SeminarHost.seminar_id, SeminarHost.office_id).order_by(SeminarHost.position)):
        found.setdefault(seminar_id, []).append(offices[office_id])
    return found


def _pseudonyms(session: Session) -> Any:
    ring = installation_of(session).ring
    return cache(lambda public_id: ring.index(public_id, about="reports|person").hex()[:32])
