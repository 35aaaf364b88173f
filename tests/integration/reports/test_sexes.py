"""What is said of each person's sex while it is counted: also of people without one, of hidden people, and of those who just came."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.core import clock
from seminar_app.people.models import Person
from seminar_app.people.rules import Sex
from seminar_app.reports.queries import EVERYTHING
from seminar_app.reports.queries.counted import counted, directory_for
from seminar_app.reports.queries.figures import table_of
from seminar_app.reports.queries.number_sets import numbers_of
from seminar_app.reports.queries.sexes import sex_of, sexes_by_number
from seminar_app.reports.rules import MISSING, RESERVED, Count, Definition, Dimension, Status
from tests.support.factories import Make
from tests.support.trained import seated, trained

TODAY = date(2026, 12, 1)
BY_SEX = Definition(by=(Dimension.SEX,))


def said(session: Session, sexes: bytes) -> dict[int, str | None]:
    """Return what the database looks up for each person."""
    return {row[0]: row[1] for row in session.execute(select(Person.id, sex_of(Person.id, sexes)))}


def test_each_person_is_of_what_they_stated_and_hidden_people_of_nothing(make: Make, session: Session) -> None:
    people = [make.person(sex=sex) for sex in (*Sex, None)]
    hidden = [make.person(sex=Sex.FEMALE, reserved=True), make.person(sex=Sex.MALE, erased_at=clock.now())]
    expected = [*(sex.value for sex in Sex), MISSING, RESERVED, RESERVED]
    found = said(session, sexes_by_number(session))
    assert [found[person.id] for person in (*people, *hidden)] == expected


def test_nothing_is_said_of_a_number_nobody_had(make: Make, session: Session) -> None:
    first, gone, last = (make.person(sex=Sex.MALE) for _ in range(3))
    sexes = bytearray(sexes_by_number(session))
    sexes[gone.id] = sexes[0]
    found = said(session, bytes(sexes))
    assert (found[first.id], found[gone.id], found[last.id]) == ("M", None, "M")


def test_somebody_who_came_while_a_figure_is_read_is_not_counted_under_a_wrong_sex(make: Make, session: Session) -> None:
    there = trained(make)
    directory = directory_for(session, BY_SEX, today=TODAY)
    seated(make, there.cancun, make.person(sex=Sex.FEMALE, agency_id=there.pgr.id), there.pgr)
    read = counted(BY_SEX, EVERYTHING, directory, by=BY_SEX.by)
    people = {cell: len(row[0]) for cell, row in read.by_cell(session, numbers_of(Participation.person_id))}
    assert people == {("F",): 11, ("M",): 6, (MISSING,): 1}
    assert registered(session, BY_SEX, ("F",)) == 12


def test_a_figure_narrowed_to_words_that_are_no_sex_is_empty(make: Make, session: Session) -> None:
    trained(make)
    assert not registered(session, Definition(only={Dimension.SEX: "woman"}), ())


def registered(session: Session, definition: Definition, cell: tuple[str, ...]) -> float:
    table = table_of(session, definition, EVERYTHING, today=TODAY)
    return {**table.cells, **table.totals}[cell].value(Count.PEOPLE, Status.REGISTERED)
