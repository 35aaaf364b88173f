"""Coverage and hours against the lines that reports write: years of training with merges, reserved identities and headcounts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.people.models import Person
from seminar_app.reports.queries import EVERYTHING
from seminar_app.reports.queries.counted import directory_for
from seminar_app.reports.queries.coverage import by_seminar, by_state_and_group, last_before, latest_held, trend
from seminar_app.reports.queries.rows import HEADCOUNT, NAMED, Row, rows
from seminar_app.reports.queries.training_hours import Hours, HoursYearAsked, Wanted
from seminar_app.reports.rules import DUE, Definition, Dimension, HoursClass, Period, span_of
from seminar_app.reports.rules.periods import written
from seminar_app.seminars.models import Seminar
from tests.support.training_years import TODAY, TrainingYears

NEEDED = 600
DAY = TODAY.date()


def _people(lines: list[Row]) -> int:
    return len({line.pseudonym for line in lines if line.kind == NAMED})


def test_coverage_and_hours_are_those_of_the_lines(session: Session) -> None:
    TrainingYears(session).make(12)
    _coverage(session)
    _hours(session)


def _coverage(session: Session) -> None:
    asked = Definition(first=date(2014, 10, 1), last=date(2019, 9, 30))
    directory = directory_for(session, asked, today=DAY)
    everything = list(rows(session, Definition(), today=DAY))
    lines = [line for line in everything if date(2014, 10, 1) <= line.ends_on <= date(2019, 9, 30)]
    there = [line for line in lines if line.attended]

    states = defaultdict(list)
    for line in there:
        states[line.state_then].append(line)
    found, of_groups = by_state_and_group(session, asked, EVERYTHING, directory)
    assert {name: (len(each.people), each.without_names, len(each.seminars), each.last_day) for name, each in found.items()} == {
        name: (
            _people(some),
            sum(line.attended for line in some if line.kind == HEADCOUNT),
            len({line.seminar for line in some}),
            max(line.ends_on for line in some),
        )
        for name, some in states.items()
    }
    names = {line.state_then for line in everything} - {"", "reserved"}
    before: dict[str, date] = {}
    for line in everything:
        if line.attended and line.ends_on < date(2014, 10, 1) and line.state_then in names:
            before[line.state_then] = max(line.ends_on, before.get(line.state_then, line.ends_on))
    assert last_before(session, asked, EVERYTHING, directory, names) == before

    quarters = defaultdict(list)
    for line in there:
        quarters[written(Dimension.QUARTER, line.ends_on)].append(line)
    assert trend(session, asked, EVERYTHING, directory, Dimension.QUARTER) == {
        part: (_people(some), sum(line.attended for line in some)) for part, some in quarters.items()
    }

    slugs = dict(session.execute(select(Seminar.id, Seminar.slug)).all())
    groups: Counter[tuple[str, str]] = Counter()
    for line in there:
        groups[line.seminar, line.group_then] += line.attended
    counted: Counter[tuple[str, str]] = Counter()
    for lines_of_it in by_seminar(session, asked, EVERYTHING, directory, list(slugs)).values():
        for row in lines_of_it:
            counted[slugs[row.seminar_id], row.group] += row.attended
    assert +counted == groups
    assert {group: {slugs[each] for each in found.seminars} for group, found in of_groups.items() if found.seminars} == {
        group: {line.seminar for line in there if line.group_then == group} for group in {line.group_then for line in there}
    }
    held = {line.seminar: line.ends_on for line in there}
    assert [each.slug for each in latest_held(session, asked, EVERYTHING, directory, most=4)] == sorted(
        held, key=lambda slug: (held[slug], {name: key for key, name in slugs.items()}[slug]), reverse=True
    )[:4]


def _hours(session: Session) -> None:
    year = Period(date(2016, 1, 1), date(2018, 12, 31))
    minutes: Counter[str] = Counter()
    for line in rows(session, Definition(), today=DAY):
        if line.kind == NAMED:
            minutes[line.pseudonym] += line.minutes if year.first <= line.ends_on <= year.last else 0
    erased = session.scalars(select(Person.id).where(Person.erased_at.is_not(None), Person.merged_into_id.is_(None))).all()
    hours = Hours(session, HoursYearAsked(EVERYTHING, year, NEEDED), today=DAY)
    found: Counter[HoursClass] = Counter()
    reserved = 0
    for (_group, hidden, each), number in hours.classes().items():
        found[each] += number
        reserved += number if hidden and each is HoursClass.NONE else 0
    expected: Counter[HoursClass] = Counter()
    for number in minutes.values():
        expected[next(each for each in HoursClass if number <= (most if (most := span_of(each, NEEDED).most) is not None else number))] += 1
    assert sum(expected.values()) - sum(found.values()) <= len(erased), "erased people have no hours to reach"
    assert all(expected[each] >= found[each] for each in HoursClass)
    assert found[HoursClass.NONE] > 0
    assert sum(found[each] for each in HoursClass if each is not HoursClass.NONE) > 0

    wanted = Wanted(None, None, found[HoursClass.NONE] - reserved, reserved, sum(found[each] for each in DUE) - found[HoursClass.NONE])
    ids = [person for first in range(0, wanted.number, 7) for person in hours.due(wanted, first=first, most=7)]
    assert len(ids) == len(set(ids)) == wanted.number
    gained = hours.reached_by(ids)
    in_order = [gained[person].minutes for person in ids]
    assert in_order == sorted(in_order)
    assert max(in_order) < NEEDED
