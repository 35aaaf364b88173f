"""The report of a reading for scripts, in the shape that DESIGN.md section 6 promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seminar_app.nominations.checking import CheckedRow
from seminar_app.nominations.rules import Outcome
from seminar_app.nominations.shapes import Field, ListRow, Problem, ProblemCode, Reading, Severity, Tables

FIELD_NAMES = {Field.SEX_FEMALE: "sex", Field.SEX_MALE: "sex"}
MESSAGES = {
    ProblemCode.MISSING: "missing",
    ProblemCode.NO_SURNAME: "missing",
    ProblemCode.NO_ADDRESS: "not an address",
    ProblemCode.MORE_THAN_ADDRESS: "words beside the address",
    ProblemCode.SEVERAL_ADDRESSES: "two addresses in one cell: the first is taken",
    ProblemCode.NO_SUCH_DATE: "no such date",
    ProblemCode.UNLIKELY_DATE: "unlikely date",
    ProblemCode.CHECK_DIGIT: "check digit",
    ProblemCode.NO_CURP: "format",
    ProblemCode.NO_SUCH_SEX: "no such sex",
    ProblemCode.BOTH_SEXES: "both columns are marked",
    ProblemCode.TOO_LONG: "too long",
    ProblemCode.VACANT: "a vacant post, no person",
    ProblemCode.NO_LETTERS: "no letters",
    ProblemCode.UNUSABLE: "signs that no name has",
    ProblemCode.WHICH_IS_GIVEN: "which word is the given name",
    ProblemCode.SAME_ADDRESS: "same address as somebody else",
    ProblemCode.SAME_NAME: "same name as another row",
    ProblemCode.NOT_CALCULATED: "formula not calculated",
    ProblemCode.NO_AGENCY: "no agency",
    ProblemCode.UNKNOWN_AGENCY: "no agency of the directory: the list's is taken",
    ProblemCode.OTHER_AGENCY: "another agency",
}


PAGE_ONLY = frozenset({ProblemCode.WHICH_IS_GIVEN})
"""Doubts that only a person can settle: the page tells them, a script's report keeps to what is wrong."""


def as_report(reading: Reading, tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """Return accepted rows, duplicates, errors and warnings. Each has its `sheet` where people stand on several.

    A row with a foreign sign in a name and another error is listed by the other error only: its name is asked for when that is mended.
    """
    several = len({row.table for row in reading.rows}) > 1
    by_key = {row.key: row for row in reading.rows}

    def sheet(row: ListRow, key: str = "sheet") -> dict[str, Any]:
        return {key: tables.tables[row.table].name} if several else {}

    report: dict[str, list[dict[str, Any]]] = {"accepted": [], "duplicates": [], "errors": [], "warnings": []}
    for row in reading.rows:
        if row.same_as is not None:
            first = by_key[row.same_as]
            entry = {"row": row.number, "of": first.number, "why": _why(row, first), **sheet(row)}
            if first.table != row.table:
                entry |= sheet(first, "of_sheet")
            report["duplicates"].append(entry)
            continue
        errors = [problem for problem in row.problems if problem.severity is Severity.ERROR]
        others = [problem for problem in errors if problem.code is not ProblemCode.UNUSABLE]
        report["errors"].extend(_remark(row, problem) | sheet(row) for problem in others or errors)
        if not errors:
            report["accepted"].append(_accepted(row) | sheet(row))
            told = (problem for problem in row.problems if problem.code not in PAGE_ONLY)
            report["warnings"].extend(_remark(row, problem) | sheet(row) for problem in told)
    return report


def _why(row: ListRow, first: ListRow) -> str:
    address = row.nominee.email is not None and row.nominee.email == first.nominee.email
    curp = row.nominee.curp is not None and row.nominee.curp == first.nominee.curp
    return "same address and CURP" if address and curp else "same CURP" if curp else "same address"


def _remark(row: ListRow, problem: Problem) -> dict[str, Any]:
    return {"row": row.number, "field": FIELD_NAMES.get(problem.field, problem.field.value), "message": MESSAGES[problem.code]}


def _accepted(row: ListRow) -> dict[str, Any]:
    """Return a person. Lists have a rank where others have a position, so the one stands for the other."""
    nominee = row.nominee
    return {
        "row": row.number,
        "given_names": nominee.given_names,
        "surname1": nominee.surname1,
        "surname2": nominee.surname2,
        "email": nominee.email,
        "sex": nominee.sex,
        "birth_date": nominee.birth_date.isoformat() if nominee.birth_date else None,
        "curp": nominee.curp,
        "position": nominee.position or nominee.rank,
        "state": nominee.state,
        "phone": nominee.phone,
    }


def report_of(rows: Sequence[CheckedRow], tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """Return the report of a list that was held against the roster: whoever is there already is a duplicate, with where they came from.

    Rows that may be about somebody on file, and wait for a word, are listed as `perhaps` and not as accepted.
    """
    report = as_report(Reading(tuple(each.row for each in rows)), tables)
    several = len({each.row.table for each in rows}) > 1
    there, held = (Outcome.HERE, Outcome.LEFT, Outcome.TAKEN), [each for each in rows if each.outcome is Outcome.ASK]
    already = [each for each in rows if each.outcome in there or (each.repeats and each.row.same_as is None)]
    gone = {(each.row.number, tables.tables[each.row.table].name if several else None) for each in (*already, *held)}
    for kind in ("accepted", "warnings"):
        report[kind] = [entry for entry in report[kind] if (entry["row"], entry.get("sheet")) not in gone]
    for each in already:
        sheet = {"sheet": tables.tables[each.row.table].name} if several else {}
        report["duplicates"].append({"row": each.row.number, "of": _of(each), "why": _known_by(each), **sheet})
    report["perhaps"] = [_held(each) | ({"sheet": tables.tables[each.row.table].name} if several else {}) for each in held]
    report["duplicates"].sort(key=lambda entry: (entry.get("sheet", ""), entry["row"]))
    return report


def _held(each: CheckedRow) -> dict[str, Any]:
    """Return a row that is held back: who it may be about is named by an id only, because a report goes to files."""
    likeliest = each.found.perhaps[0]
    signs = ", ".join(sign.value for sign in likeliest.why)
    return {"row": each.row.number, "of": likeliest.person.public_id.hex, "why": f"perhaps somebody on file: {signs}"}


def _of(each: CheckedRow) -> int | str:
    if each.repeats is not None:
        return int(each.repeats.partition(".")[2])
    return (each.here.list_name if each.here is not None else None) or "roster"


def _known_by(each: CheckedRow) -> str:
    same, entry = each.found.same, each.entry
    address = same is not None and entry is not None and same.email == entry.person.email
    return "same address" if address else "same CURP" if same is not None else "brought by this list"
