"""What the page of a list sends, and what becomes of it in the list."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from seminar_app.nominations.checking import CheckedRow
from seminar_app.nominations.forms import corrections_in
from seminar_app.nominations.layout import propose
from seminar_app.nominations.rules import Fix, Outcome, fixes_for
from seminar_app.nominations.shapes import Field, ListRow, Nominee, Problem, ProblemCode, Severity
from seminar_app.nominations.shown_rows import FIGURES, by_sheet, faults_of, in_normal_case, is_doubtful
from seminar_app.nominations.shown_rows import RowShown as Shown
from seminar_app.nominations.work import Work, reading_of
from tests.support.read_lists import tables_of

TODAY = date(2014, 5, 12)
LIST = tables_of([("Nombre completo", "Correo"), ("Ana Ruiz", "ana@b.example"), ("Total", "1")])


def checked(
    key: str, *problems: Problem, outcome: Outcome = Outcome.SEATED, names: tuple[str, str, str | None] = ("Ana", "Ruiz", None)
) -> CheckedRow:
    given, first, second = names
    return CheckedRow(
        row=ListRow(key=key, cells={}, nominee=Nominee(given_names=given, surname1=first, surname2=second), problems=problems),
        outcome=outcome,
    )


def problem(of: Field, code: ProblemCode, severity: Severity = Severity.ERROR, value: str = "") -> Problem:
    return Problem(of, code, severity, value)


def test_all_fixes_that_are_filled_in_are_taken_at_once_and_no_others() -> None:
    sent = MultiDict([("fix_all", "1"), ("instead-state|Oax.", "Oaxaca"), ("instead-state|Atlántida", " "), ("instead-none|x", "y")])
    assert corrections_in(sent).values == {(Field.STATE, "Oax."): "Oaxaca"}


def test_one_fix_leaves_the_others_alone() -> None:
    sent = MultiDict([("fix", "state|Oax."), ("instead-state|Oax.", "Oaxaca"), ("instead-state|Yuc.", "Yucatán")])
    assert corrections_in(sent).values == {(Field.STATE, "Oax."): "Oaxaca"}


def test_empty_cells_are_filled_only_in_the_rows_that_lack_an_agency() -> None:
    sent = MultiDict([("fix", "agency|"), ("instead-agency|", "CNS"), ("rows-agency|", "0.4 0.5 x 0.6|")])
    found = corrections_in(sent)
    assert found.values == {}
    assert found.cells == {("0.4", Field.AGENCY): "CNS", ("0.5", Field.AGENCY): "CNS"}


def test_a_line_about_nobody_is_a_person_if_somebody_says_so() -> None:
    work = Work(layout=propose(LIST))
    reading = reading_of(LIST, work, today=TODAY)
    assert [row.key for row in reading.skipped] == ["0.3"]
    changed = Work.unpacked(corrections_in(MultiDict([("is_person", "0.3"), ("is_person", "nobody")])).applied_to(work).packed())
    again = reading_of(LIST, changed, today=TODAY)
    assert [row.key for row in again.rows] == ["0.2", "0.3"]
    assert again.skipped == ()


def test_normal_case_keeps_the_lines_about_nobody() -> None:
    work = Work(layout=propose(LIST), normal_case=True)
    assert [row.key for row in reading_of(LIST, work, today=TODAY).skipped] == ["0.3"]


def test_cells_without_an_agency_are_offered_together_and_vacant_posts_are_not() -> None:
    lacking = problem(Field.AGENCY, ProblemCode.NO_AGENCY)
    vacant = problem(Field.GIVEN_NAMES, ProblemCode.VACANT, value="VACANTE")
    rows = [checked(f"0.{n}", lacking, vacant).row for n in (2, 3)]
    assert fixes_for(rows, {}) == [Fix(Field.AGENCY, "", "", 2, ("0.2", "0.3"))]


@pytest.mark.parametrize(
    ("outcome", "severity", "doubtful"), [("seated", "warning", True), ("taken", "warning", False), ("faulty", "error", False)]
)
def test_a_row_that_comes_with_a_warning_is_doubtful(outcome: str, severity: str, *, doubtful: bool) -> None:
    row = checked("0.2", problem(Field.CURP, ProblemCode.CHECK_DIGIT, Severity(severity)), outcome=Outcome(outcome))
    assert is_doubtful(row) is doubtful


def test_normal_case_is_shown_for_people_who_are_still_to_come() -> None:
    rows = [
        checked("0.2", names=("SOFÍA", "GÜEMES", "IBÁÑEZ")),
        checked("0.3", names=("TOMÁS", "MUÑOZ", None), outcome=Outcome.TAKEN),
        checked("0.4", names=("Luz", "Gil", None)),
    ]
    assert in_normal_case(rows) == [("SOFÍA GÜEMES IBÁÑEZ", "Sofía Güemes Ibáñez")]


def test_rows_stand_below_their_sheets_with_the_counts_of_the_whole_sheet() -> None:
    every = [checked("0.2"), checked("0.3", outcome=Outcome.FAULTY), checked("2.2"), checked("2.3", outcome=Outcome.ASK)]
    shown = [Shown(each, known=False, agency="", faults=faults_of(each), likely=()) for each in every[1:]]
    sheets = [(sheet.name, len(sheet.rows), sheet.total, sheet.to_mend) for sheet in by_sheet(shown, every, ["Uno", "Dos", "Tres"])]
    assert sheets == [("Uno", 1, 2, 1), ("Tres", 2, 2, 1)]


def test_every_outcome_has_a_figure() -> None:
    assert sorted(FIGURES) == sorted(Outcome)
    assert FIGURES[-1] is Outcome.FAULTY
