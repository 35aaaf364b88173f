"""Headcounts: one for an agency and a sex, true to the sessions, and never of people who are named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from seminar_app.core.errors import StaleEdit
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.history import queries, services
from seminar_app.history.errors import HeadcountThere, MoreCompleted, NamesThere, NoHeadcountsNow
from seminar_app.history.models import Headcount
from seminar_app.history.rules import Numbers
from seminar_app.history.services import headcounts
from seminar_app.people.rules import Sex
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState
from tests.support.context import context
from tests.support.factories import Make
from tests.support.two_transactions import Point, both_at_once

LATER = datetime(2026, 6, 10, 12, tzinfo=UTC)
F, M = Sex.FEMALE, Sex.MALE


def completed(make: Make) -> Seminar:
    seminar = make.seminar(state=SeminarState.COMPLETED)
    make.seminar_session(seminar, minutes=100)
    return seminar


def save(session: Session, seminar: Seminar, numbers: dict[Sex | None, Numbers], **values: Any) -> None:
    with unit_of_work(session) as work:
        base = {"seminar_id": seminar.id, "agency_id": None, "source": "Report", "numbers": numbers}
        services.save_headcount(work, context(LATER), **base | values)


def lines(session: Session) -> list[tuple[Any, ...]]:
    session.rollback()
    columns = Headcount.sex, Headcount.registered, Headcount.attended, Headcount.completed, Headcount.minutes
    return [tuple(row) for row in session.execute(select(*columns).order_by(Headcount.id))]


def test_a_headcount_is_changed_line_by_line_and_removed(session: Session, make: Make) -> None:
    seminar = completed(make)
    save(session, seminar, {F: Numbers(6, 5, 4), M: Numbers(3, 3, 3)})
    assert lines(session) == [(F, 6, 5, 4, 400), (M, 3, 3, 3, 300)]
    with pytest.raises(HeadcountThere):
        save(session, seminar, {F: Numbers(1, 1, 1)})
    (found,) = queries.headcounts_of(session, seminar.id)
    opened = found.edition
    save(session, seminar, {F: Numbers(7, 5, 4), None: Numbers(2, 0, 0)}, opened=opened)
    assert lines(session) == [(F, 7, 5, 4, 400), (None, 2, 0, 0, 0)]
    with pytest.raises(StaleEdit):
        save(session, seminar, {F: Numbers(1, 1, 1)}, opened=opened)
    with pytest.raises(MoreCompleted):
        save(session, seminar, {F: Numbers(2, 1, 2)}, opened=queries.headcounts_of(session, seminar.id)[0].edition)
    with unit_of_work(session) as work:
        edition = queries.headcounts_of(work, seminar.id)[0].edition
        services.remove_headcount(work, context(LATER), seminar_id=seminar.id, agency_id=None, opened=edition)
    assert lines(session) == []


def test_a_headcount_counts_nobody_who_is_on_the_roster(session: Session, make: Make) -> None:
    seminar, group = completed(make), make.agency("PGJ")
    office, other = make.agency("PGJ-ROO", parent=group), make.agency("INM")
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    make.registration(seminar, agency=office, pool=pool)
    for agency_id in (group.id, office.id, None):
        with pytest.raises(NamesThere):
            save(session, seminar, {M: Numbers(1, 1, 1)}, agency_id=agency_id)
    save(session, seminar, {M: Numbers(1, 1, 1)}, agency_id=other.id)
    with unit_of_work(session) as work:
        work.execute(update(Seminar).values(state=SeminarState.PUBLISHED))
    with pytest.raises(NoHeadcountsNow):
        save(session, seminar, {M: Numbers(1, 1, 1)}, agency_id=make.agency().id)


@pytest.mark.parametrize("locked", [True, pytest.param(False, marks=pytest.mark.postgresql_only)], ids=["as it is", "broken"])
def test_of_two_people_who_record_an_agency_at_once_the_second_is_told(
    app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    """Without the lock, the database itself refuses the second one, as a fault and not in a sentence."""
    seminar, agency = completed(make), make.agency("PGR")
    point = Point()
    monkeypatch.setattr(headcounts, "_version", point.before(headcounts._version))
    if not locked:
        monkeypatch.setattr(headcounts, "_locked", lambda work, seminar_id: work.get_one(Seminar, seminar_id))

    def work(number: int) -> Any:
        values: dict[str, Any] = {"seminar_id": seminar.id, "agency_id": agency.id, "source": None, "numbers": {F: Numbers(number, 0, 0)}}
        return lambda session: services.save_headcount(session, context(LATER), **values)

    session.rollback()
    ended = both_at_once(app, point, work(1), work(2))
    assert isinstance(ended.late, HeadcountThere) is locked
    assert session.scalar(select(func.count()).select_from(Headcount)) == 1
