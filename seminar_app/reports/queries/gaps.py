"""Seminars of a figure with something missing. A total without that list is what auditors criticize."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.core.values import replace
from seminar_app.people.models import Person
from seminar_app.reports.queries.counted import Counted, counted, directory_for
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.queries.sexes import HIDDEN
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


class Found(Struct, frozen=True):
    """The seminars that have a gap, the latest first, all or some; how many there are, and how many participations lack it."""

    seminars: Sequence[Lacking] = ()
    number: int = 0
    people: int = 0


Gaps = Mapping[Gap, Found]
"""For each kind of gap what was found."""
_SEMINAR = (Seminar.slug, Seminar.title_es, Seminar.title_en, Seminar.ends_on)
_ENDED = (SeminarState.COMPLETED, SeminarState.ARCHIVED)


def gaps_of(session: Session, definition: Definition, scope: Scope, *, today: date, most: int | None = None) -> Gaps:
    """Return what the seminars of a figure lack, in three statements besides those of the directory.

    What a figure is narrowed down to by other dimensions than the seminar's does not narrow this list: who lacks a sex is of none.

    Args:
        session: reads.
        definition: of the figure.
        scope: whose participations.
        today: decides which seminars have ended.
        most: how many seminars of each gap are wanted; None: all.
    """
    whole = replace(definition, by=(), only={key: value for key, value in definition.only.items() if key not in WITHHELD})
    what = counted(whole, scope, directory_for(session, whole, today=today), by=())
    return _of_people(session, what, most) | _of_seminars(session, what, today, most)


def _of_people(session: Session, what: Counted, most: int | None) -> dict[Gap, Found]:
    """Return the seminars in which people that count lack sex or agency. A reserved identity lacks nothing."""
    hidden = Participation.person_id.in_(select(Person.id).where(HIDDEN))
    lacks = {
        Gap.SEX: Participation.person_id.in_(select(Person.id).where(Person.sex.is_(None), not_(HIDDEN))),
        Gap.AGENCY: and_(Participation.agency_version_id.is_(None), not_(hidden)),
    }
    return {gap: _counted_by_seminar(session, what, lacking, most) for gap, lacking in lacks.items()}


def _counted_by_seminar(session: Session, what: Counted, lacking: ColumnElement[bool], most: int | None) -> Found:
    """Return the seminars with participations that lack something. Of each kind there are few, which an index finds."""
    people = func.count()
    wanted = what.select(*_SEMINAR, people, func.count().over(), func.sum(people).over()).where(lacking).group_by(Seminar.id, *_SEMINAR)
    rows = session.execute(wanted.order_by(Seminar.ends_on.desc(), Seminar.id).limit(most)).all()
    return Found([Lacking(*row[:5]) for row in rows], rows[0][5], int(rows[0][6])) if rows else Found()


def _of_seminars(session: Session, what: Counted, today: date, most: int | None) -> dict[Gap, Found]:
    """Return the seminars that have ended without anybody named, or whose attendance was not taken or is not closed."""
    of_it = select(literal(1)).select_from(Participation).where(Participation.seminar_id == Seminar.id, *what.of_people).correlate(Seminar)
    named, there = exists(of_it), exists(of_it.where(Participation.attended))
    closed = Seminar.state.in_((SeminarState.COMPLETED, SeminarState.ARCHIVED))
    wanted = select(*_SEMINAR, named).where(*what.of_seminar, Seminar.ends_on < today, ~and_(there, closed))
    rows = session.execute(wanted.order_by(Seminar.ends_on.desc(), Seminar.id)).all()
    found = {gap: [Lacking(*row[:4]) for row in rows if row[4] is of_named] for gap, of_named in ((Gap.MARKS, True), (Gap.ROSTER, False))}
    return {gap: Found(seminars[:most], len(seminars)) for gap, seminars in found.items()}
