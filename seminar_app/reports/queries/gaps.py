"""Seminars of a figure with something missing. A total without that list is what auditors criticize."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.core.values import replace
from seminar_app.people.models import Person
from seminar_app.reports.queries.counted import HIDDEN, Counted, counted, directory_for
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import WITHHELD, Definition
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState


class Gap(StrEnum):
    """What a seminar lacks."""

    SEX = "sex"
    """Of some people that count the sex is not known."""
    AGENCY = "agency"
    """Some people that count have no agency of the directory."""
    MARKS = "marks"
    """It has ended, and nobody's attendance was taken, or it was not completed, so that outcomes may still change."""
    ROSTER = "roster"
    """It has ended, and nobody counts who has a name."""


class Lacking(Struct, frozen=True):
    """A seminar with a gap. `people`: how many participations lack it; 0 where the seminar as a whole does."""

    slug: str
    title_es: str | None
    title_en: str | None
    ends_on: date
    people: int = 0


Gaps = Mapping[Gap, Sequence[Lacking]]
"""For each kind of gap the seminars that have it, the latest first."""
_SEMINAR = (Seminar.slug, Seminar.title_es, Seminar.title_en, Seminar.ends_on)
_ENDED = (SeminarState.COMPLETED, SeminarState.ARCHIVED)


def gaps_of(session: Session, definition: Definition, scope: Scope, *, today: date) -> Gaps:
    """Return what the seminars of a figure lack, in three statements besides those of the directory.

    What a figure is narrowed down to by other dimensions than the seminar's does not narrow this list: who lacks a sex is of none.
    """
    whole = replace(definition, only={key: value for key, value in definition.only.items() if key not in WITHHELD})
    what = counted(whole, scope, directory_for(session, whole, today=today), by=())
    return _of_people(session, what) | _of_seminars(session, what, today=today)


def _of_people(session: Session, what: Counted) -> dict[Gap, Sequence[Lacking]]:
    """Return the seminars in which people that count lack sex or agency. A reserved identity lacks nothing."""
    hidden = Participation.person_id.in_(select(Person.id).where(HIDDEN))
    lacks = {
        Gap.SEX: Participation.person_id.in_(select(Person.id).where(Person.sex.is_(None), not_(HIDDEN))),
        Gap.AGENCY: and_(Participation.agency_version_id.is_(None), not_(hidden)),
    }
    return {gap: _counted_by_seminar(session, what, lacking) for gap, lacking in lacks.items()}


def _counted_by_seminar(session: Session, what: Counted, lacking: ColumnElement[bool]) -> list[Lacking]:
    """Return the seminars with participations that lack something. Of each kind there are few, which an index finds."""
    found = what.select(*_SEMINAR, func.count()).where(lacking).group_by(Seminar.id, *_SEMINAR)
    return [_lacking(row, row[4]) for row in session.execute(found.order_by(Seminar.ends_on.desc(), Seminar.id))]


def _of_seminars(session: Session, what: Counted, *, today: date) -> dict[Gap, Sequence[Lacking]]:
    """Return the seminars that have ended without anybody named, or whose attendance was not taken or is not closed."""
    of_it = select(literal(1)).select_from(Participation).where(Participation.seminar_id == Seminar.id, *what.of_people).correlate(Seminar)
    named, there = exists(of_it), exists(of_it.where(Participation.attended))
    closed = Seminar.state.in_((SeminarState.COMPLETED, SeminarState.ARCHIVED))
    found = select(*_SEMINAR, named).where(*what.of_seminar, Seminar.ends_on < today, ~and_(there, closed))
    rows = session.execute(found.order_by(Seminar.ends_on.desc(), Seminar.id)).all()
    return {
        Gap.MARKS: [_lacking(row) for row in rows if row[4]],
        Gap.ROSTER: [_lacking(row) for row in rows if not row[4]],
    }


def _lacking(row: Any, people: int = 0) -> Lacking:
    return Lacking(row.slug, row.title_es, row.title_en, row.ends_on, people)
