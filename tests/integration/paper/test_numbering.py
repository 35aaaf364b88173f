"""A printed sheet bears a number, and the rows stay known: the same rows the same number, other rows the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.queries import people_by_group, sessions_of
from seminar_app.core.pdf import Paper
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.paper.asked import Asked
from seminar_app.paper.models import PrintedSheet, SheetRow
from seminar_app.paper.numbering import NumberedSheet, NumbersTaken, keep_sheets, number_sheets
from seminar_app.paper.printing import Printed, Work, print_and_keep
from seminar_app.paper.rules import Document
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.services import delete_session
from seminar_app.web.database import in_unit_of_work
from tests.conftest import NOW
from tests.support.context import context
from tests.support.factories import Make

SHEETS = Asked(Document.SIGN_IN, "es", Paper.LETTER)


@dataclass
class Desk:
    """A seminar with two sessions and three people of two agencies."""

    session: Session
    seminar: Seminar
    pool: SeatPool
    sessions: Sequence[SeminarSession]
    people: Sequence[Registration]

    def number(self, *, blank_rows: int = 6) -> list[NumberedSheet]:
        self.session.rollback()
        groups = people_by_group(self.session, self.seminar.id)
        ids = [person.registration_id for group in groups for person in group.people]
        return number_sheets(self.session, self.seminar.id, sessions_of(self.session, self.seminar.id), ids, blank_rows=blank_rows)

    def keep(self, sheets: Sequence[NumberedSheet]) -> None:
        self.session.rollback()
        with unit_of_work(self.session) as work:
            keep_sheets(work, context(NOW), seminar_id=self.seminar.id, sheets=sheets)

    def rows(self) -> list[tuple[int, int, int]]:
        """Return (sheet, row, registration) of all that is kept."""
        self.session.rollback()
        kept = select(PrintedSheet.number, SheetRow.number, SheetRow.registration_id).join(SheetRow, SheetRow.sheet_id == PrintedSheet.id)
        return [(row[0], row[1], row[2]) for row in self.session.execute(kept.order_by(PrintedSheet.number, SheetRow.number))]


@pytest.fixture
def desk(make: Make, session: Session) -> Desk:
    pgr, inm = make.agency("PGR"), make.agency("INM")
    seminar = make.seminar(slug="cancun-2026")
    pool = make.pool(seminar, pgr, 9)
    people = [
        make.registration(seminar, make.person("Ana", surname), agency=agency, pool=pool)
        for surname, agency in (("Zúñiga", inm), ("Ñáñez", pgr), ("Nava", pgr))
    ]
    return Desk(session, seminar, pool, [make.seminar_session(seminar), make.seminar_session(seminar, day=1)], people)


def test_rows_stand_by_agency_and_name_and_each_session_has_its_sheet(desk: Desk) -> None:
    desk.keep(desk.number())
    zuniga, nanez, nava = (person.id for person in desk.people)
    assert desk.rows() == [(sheet, row, person) for sheet in (1, 2) for row, person in enumerate((zuniga, nava, nanez), start=1)]


def test_the_same_rows_bear_the_same_number_and_others_the_next(desk: Desk, make: Make) -> None:
    desk.keep(desk.number())
    again = desk.number()
    assert [(sheet.number, sheet.printed_before) for sheet in again] == [(1, True), (2, True)]
    desk.keep(again)
    assert len(desk.rows()) == 6
    assert [sheet.number for sheet in desk.number(blank_rows=0)] == [3, 4]
    make.registration(desk.seminar, make.person("Eva", "Paz"), agency=make.agency("CNS"), pool=desk.pool)
    desk.keep(changed := desk.number())
    assert [(sheet.number, sheet.printed_before, len(sheet.registrations)) for sheet in changed] == [(3, False, 4), (4, False, 4)]


def test_a_row_that_was_added_by_hand_makes_no_other_sheet(desk: Desk, make: Make) -> None:
    desk.keep(desk.number())
    late = make.registration(desk.seminar, make.person("Eva", "Paz"), agency=make.agency("CNS"))
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        sheet = work.scalars(select(PrintedSheet.id).where(PrintedSheet.number == 1)).one()
        work.add(SheetRow(sheet_id=sheet, number=4, registration_id=late.id))
    assert [sheet.printed_before for sheet in desk.number()] == [True, True]


def test_numbers_that_somebody_took_meanwhile_are_given_anew(desk: Desk) -> None:
    first, second = desk.number(), desk.number(blank_rows=0)
    desk.keep(second)
    with pytest.raises(NumbersTaken):
        desk.keep(first)
    assert [row[0] for row in desk.rows()] == [1, 1, 1, 2, 2, 2]
    desk.keep(desk.number())
    assert sorted({row[0] for row in desk.rows()}) == [1, 2, 3, 4]


def test_printing_numbers_the_sheets_anew_where_another_print_came_between(desk: Desk, app: Flask) -> None:
    came_between: list[bool] = []

    def save(work: Work, _printed: Printed) -> None:
        if not came_between:
            came_between.append(True)
            desk.keep(desk.number(blank_rows=0))
        in_unit_of_work(lambda writing: work(writing, context(NOW)))

    with app.app_context():
        printed = print_and_keep(desk.seminar, SHEETS, now=NOW, save=save)
    assert [sheet.number for sheet in printed.sheets] == [3, 4]
    assert sorted({row[0] for row in desk.rows()}) == [1, 2, 3, 4]


def test_a_session_that_nobody_was_marked_in_goes_with_its_sheets(desk: Desk) -> None:
    desk.keep(desk.number())
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        delete_session(work, context(NOW), seminar_id=desk.seminar.id, public_id=desk.sessions[0].public_id)
    assert sorted({row[0] for row in desk.rows()}) == [2]
    assert [sheet.number for sheet in desk.number(blank_rows=0)] == [3]
