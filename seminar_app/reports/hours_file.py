"""The list of people who lack hours as a file, CSV or XLSX."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import IO

from flask_babel import gettext as _

from seminar_app.core.sheet_layout import Above
from seminar_app.core.table_writer import Column, Kind, Value, write_csv
from seminar_app.core.workbook_writer import WorkbookWriter
from seminar_app.reports.files import Format
from seminar_app.reports.hours_errors import ListTooLong
from seminar_app.reports.hours_page import HoursReading
from seminar_app.reports.hours_wording import hours_rule_of
from seminar_app.reports.rules import hours

MOST_PEOPLE = 20_000
_AT_ONCE = 2_000
MIME_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_due(target: IO[bytes], reading: HoursReading, *, form: Format, language: str) -> None:
    """Write the list, in its order on the page.

    Raises:
        ListTooLong: it has too many people for a file.
    """
    rule, year = reading.rule, reading.question.year
    number = reading.wanted.number if rule is not None else 0
    if number > MOST_PEOPLE:
        raise ListTooLong(people=number, most=MOST_PEOPLE)
    rows = _rows(reading, number, language)
    if form is Format.XLSX:
        above = Above(_("Hours per official, %(year)s", year=year), lines=[hours_rule_of(rule, year, language)] if rule else [])
        with WorkbookWriter(target) as book:
            sheet = book.sheet(_("Hours"), _columns(), above=above, names=1)
            for row in rows:
                sheet.append(row)
        return
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    write_csv(text, _columns(), rows)
    text.detach()


def _columns() -> Sequence[Column]:
    return [
        Column(_("Person"), width=36),
        Column(_("Agency code"), width=14),
        Column(_("Agency"), width=44),
        Column(_("Hours with us"), Kind.DECIMAL),
        Column(_("Hours of others"), Kind.DECIMAL),
        Column(_("Missing hours"), Kind.DECIMAL),
        Column(_("Last training"), Kind.DATE),
    ]


def _rows(reading: HoursReading, number: int, language: str) -> Iterator[Sequence[Value]]:
    for first in range(0, number, _AT_ONCE):
        for line in reading.lines(first, _AT_ONCE):
            agency, reached = line.person.agency, line.reached
            yield [
                line.person.name,
                agency.code if agency else "",
                agency.name(language) if agency else "",
                hours(reached.ours),
                hours(reached.outside),
                hours(line.missing),
                reached.last_day,
            ]
