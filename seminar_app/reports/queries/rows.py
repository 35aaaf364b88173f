"""Every participation that counts, one line each, with all dimensions: what an independent calculation starts from.

The person is a keyed pseudonym: the same in all lines of one installation, and of no use to find anybody by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.core.installation import installation_of
from seminar_app.core.reading import in_parts
from seminar_app.history.models import Headcount
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.reports.queries.agency_values import CountedAs, counted_as
from seminar_app.reports.queries.counted import COUNTS, FUNDING, HELD, TOPIC, in_scope
from seminar_app.reports.queries.scopes import EVERYTHING
from seminar_app.reports.queries.sexes import HIDDEN
from seminar_app.reports.rules import MISSING, OF_AGENCY, RESERVED, WITHHELD, Definition, Names
from seminar_app.seminars.models import Seminar, SeminarHost

NAMED, HEADCOUNT = "named", "headcount"
_AT_ONCE = 2_000
_SEMINAR = (
    Seminar.id.label("seminar_id"),
    Seminar.slug,
    Seminar.office_id,
    TOPIC.label("topic"),
    FUNDING.label("funding_source"),
    Seminar.country,
    Seminar.starts_on,
    Seminar.ends_on,
)


class Row(Struct, frozen=True):
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


COLUMNS = Row.__struct_fields__
NUMBERS = frozenset({"registered", "attended", "completed", "minutes"})
DATES = frozenset({"starts_on", "ends_on"})


def rows(session: Session, period: Definition, *, today: date) -> Iterator[Row]:
    """Return the lines of the seminars that ended in the period of a definition, by seminar; read in parts, so that memory stays flat.

    Headcounts come after all named lines.
    """
    reader = _Reader.of(session, today)
    columns = (Participation.frozen_at, Participation.agency_version_id, Participation.attended, Participation.completed)
    named = (
        select(*_SEMINAR, *columns, Participation.minutes_credited, Person.public_id, Person.sex, HIDDEN.label("hidden"))
        .join(Participation, Participation.seminar_id == Seminar.id)
        .join(Person, Person.id == Participation.person_id)
        .where(HELD, COUNTS, *in_scope(period, EVERYTHING))
        .order_by(Seminar.ends_on, Seminar.id, Participation.id)
    )
    for row in in_parts(session, named, rows=_AT_ONCE):
        yield reader.named(row)
    counted = (
        select(*_SEMINAR, Headcount)
        .join(Headcount, Headcount.seminar_id == Seminar.id)
        .where(HELD, *in_scope(period, EVERYTHING))
        .order_by(Seminar.ends_on, Seminar.id, Headcount.id)
    )
    for line in session.execute(counted):
        yield reader.headcount(line)


class _Reader(Struct, frozen=True):
    """What lines of the database mean: codes of offices, agencies by version, and pseudonyms."""

    offices: Mapping[int, str]
    hosts: Mapping[int, Sequence[str]]
    agencies: Mapping[Names, Mapping[int, CountedAs]]
    pseudonym: Callable[[str], str]

    @classmethod
    def of(cls, session: Session, today: date) -> _Reader:
        offices = {row.id: row.code for row in session.execute(select(Office.id, Office.code))}
        ring = installation_of(session).ring
        return cls(
            offices,
            _hosts(session, offices),
            {names: counted_as(session, names, today=today) for names in Names},
            cache(lambda public_id: ring.index(public_id, about="reports|person").hex()[:32]),
        )

    def named(self, row: Any) -> Row:
        return Row(
            kind=NAMED,
            pseudonym=self.pseudonym(row.public_id.hex),
            **self._of_seminar(row),
            frozen="no" if row.frozen_at is None else "yes",
            **self._of_agency(row.agency_version_id, hidden=row.hidden),
            sex=RESERVED if row.hidden else (row.sex or MISSING),
            registered=1,
            attended=int(row.attended),
            completed=int(row.completed),
            minutes=row.minutes_credited,
        )

    def headcount(self, row: Any) -> Row:
        counted: Headcount = row.Headcount
        return Row(
            kind=HEADCOUNT,
            pseudonym="",
            **self._of_seminar(row),
            frozen="yes",
            **self._of_agency(counted.agency_version_id, hidden=False),
            sex=counted.sex or MISSING,
            registered=counted.registered,
            attended=counted.attended,
            completed=counted.completed,
            minutes=counted.minutes,
        )

    def _of_seminar(self, row: Any) -> dict[str, Any]:
        office = self.offices[row.office_id]
        return {
            "seminar": row.slug,
            "office": office,
            "hosts": " ".join(dict.fromkeys((office, *self.hosts.get(row.seminar_id, ())))),
            "topic": row.topic,
            "funding_source": row.funding_source,
            "country": row.country,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
        }

    def _of_agency(self, version_id: int | None, *, hidden: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for names, agencies in self.agencies.items():
            at = agencies.get(version_id or 0)
            for dimension in OF_AGENCY:
                withheld = hidden and dimension in WITHHELD
                found[f"{dimension.value}_{names.value}"] = RESERVED if withheld else at.value(dimension) if at else MISSING
        return found


def _hosts(session: Session, offices: Mapping[int, str]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for seminar_id, office_id in session.execute(select(SeminarHost.seminar_id, SeminarHost.office_id).order_by(SeminarHost.position)):
        found.setdefault(seminar_id, []).append(offices[office_id])
    return found
