"""The seminars of an office that run or begin soon, those that wait to be completed, and how full they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import AgencyChoice, all_agencies, in_group_order, pool_steps_on
from seminar_app.agencies.rules import group_of
from seminar_app.agencies.succession_rules import path_to_pools
from seminar_app.core.actor import Actor
from seminar_app.core.values import replace
from seminar_app.feedback.models import FeedbackDates
from seminar_app.registration.queries.seats import pool_state
from seminar_app.registration.queries.waiting import waitlisted_in
from seminar_app.registration.rules import quotas_within
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState, is_over
from seminar_app.today.rules import AHEAD, AT_MOST, DEADLINES_AHEAD, most_urgent_first

OPEN = (SeminarState.PUBLISHED, SeminarState.CLOSED)
A_DAY = timedelta(days=1)
"""Days of the database are compared with the day in UTC, and a seminar's zone may be a day apart."""


def organized_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for the seminars that the account organizes: of its offices, for an administrator all."""
    return true() if actor.is_admin else Seminar.office_id.in_(sorted(actor.office_ids))


def ids_to_look_after(organized: ColumnElement[bool]) -> Select[int]:
    """Select the ids of the seminars of which people can still ask for something: all but the archived ones."""
    return select(Seminar.id).where(organized, Seminar.state != SeminarState.ARCHIVED)


def seminars_here(session: Session, organized: ColumnElement[bool], *, now: datetime) -> list[Seminar]:
    """Return the seminars that are not over and begin soon or have a date soon, in order of their first day."""
    today = now.date()
    soon = or_(Seminar.starts_on <= today + AHEAD, _has_a_date(today))
    wanted = select(Seminar).where(organized, Seminar.state.in_((SeminarState.DRAFT, *OPEN)), Seminar.ends_on >= today - A_DAY, soon)
    found = session.scalars(wanted.order_by(Seminar.starts_on, Seminar.id).limit(AT_MOST))
    return [each for each in found if not is_over(each, now=now)]


def _has_a_date(today: date) -> ColumnElement[bool]:
    """Return whether something happens to the seminar by itself within the time for which deadlines are shown."""
    first, last = today - A_DAY, today + DEADLINES_AHEAD + A_DAY
    since, until = (datetime.combine(day, time(), UTC) for day in (first, last))
    released = and_(SeatPool.released_at.is_(None), SeatPool.release_on.between(first, last))
    asked = or_(FeedbackDates.opens_at.between(since, until), FeedbackDates.closes_at.between(since, until))
    return or_(
        Seminar.registration_opens_at.between(since, until),
        Seminar.registration_closes_at.between(since, until),
        Seminar.list_freezes_on.between(first, last),
        exists().where(SeatPool.seminar_id == Seminar.id, released),
        exists().where(FeedbackDates.seminar_id == Seminar.id, asked),
    )


class ToComplete(Struct, frozen=True):
    """Seminars that are over and were not completed: the last ones first, and how many there are."""

    seminars: Sequence[Seminar]
    number: int


def to_complete(session: Session, organized: ColumnElement[bool], *, now: datetime) -> ToComplete:
    """Return the seminars that wait to be completed, in two statements."""
    wanted: Select[Seminar] = select(Seminar).where(organized, Seminar.state.in_(OPEN), Seminar.ends_on <= now.date())
    number = session.scalar(wanted.with_only_columns(func.count())) or 0
    found = session.scalars(wanted.order_by(Seminar.ends_on.desc(), Seminar.id.desc()).limit(AT_MOST)).all()
    over = [each for each in found if is_over(each, now=now)]
    return ToComplete(over, number - (len(found) - len(over)))  # those that are not over yet are among the last


class Days(Struct, frozen=True):
    """The days of a seminar."""

    id: int
    starts_on: date
    ends_on: date


def most_urgent_of(session: Session, ids: Collection[int], *, most: int, now: datetime) -> list[Seminar]:
    """Return the most urgent of these seminars. Their days are read first, because there may be thousands."""
    days = [Days(*row) for row in session.execute(select(Seminar.id, Seminar.starts_on, Seminar.ends_on).where(Seminar.id.in_(ids)))]
    order = [each.id for each in most_urgent_first(days, today=now.date())[:most]]
    found = {each.id: each for each in session.scalars(select(Seminar).where(Seminar.id.in_(order)))}
    return [found[each] for each in order]


class Fill(Struct, frozen=True):
    """The seats of an agency group, or those open to all (no group), and how many people wait for them."""

    group: AgencyChoice | None
    size: int = 0
    taken: int = 0
    held: int = 0
    waiting: int = 0


def fills_of(session: Session, seminars: Sequence[Seminar]) -> Mapping[int, list[Fill]]:
    """Return how full each seminar is by agency group, by the seminar's id; federal groups first, the open seats last.

    Who waits is counted for the nearest quota of the agency, as the seats' rules try it, else for the open seats. In four statements.
    """
    ids = [each.id for each in seminars]
    pools = session.scalars(select(SeatPool).where(SeatPool.seminar_id.in_(ids)).order_by(SeatPool.id)).all()
    waiting = waitlisted_in(session, select(Seminar.id).where(Seminar.id.in_(ids)))
    directory, steps = all_agencies(session, with_aliases=False), pool_steps_on(session)
    parents = {each.id: each.parent_id for each in directory.values()}
    found: dict[int, list[Fill]] = {}
    for seminar in seminars:
        own = [pool for pool in pools if pool.seminar_id == seminar.id]
        states = [pool_state(pool) for pool in own]
        fills: dict[int | None, Fill] = {}
        for pool in own:
            group = group_of(pool.agency_id, parents) if pool.agency_id is not None else None
            fill = fills.get(group, Fill(directory[group] if group is not None else None))
            fills[group] = replace(fill, size=fill.size + pool.size, taken=fill.taken + pool.taken, held=fill.held + pool.held)
        for agency_id, number in ((agency_id, number) for (of, agency_id), number in waiting.items() if of == seminar.id):
            path = path_to_pools(agency_id, steps(seminar.starts_on)) if agency_id is not None else ()
            quota = next((each.agency_id for each in quotas_within(states, path)), None)
            group = group_of(quota, parents) if quota is not None else None
            fill = fills.get(group, Fill(None))
            fills[group] = replace(fill, waiting=fill.waiting + number)
        shown = [fill for fill in fills.values() if fill.size or fill.waiting]
        found[seminar.id] = sorted(shown, key=lambda fill: (fill.group is None, in_group_order(fill.group) if fill.group else ()))
    return found
