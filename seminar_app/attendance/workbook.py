"""The attendance of a seminar as a workbook to print and hand on: a summary, the people, and a sheet for each session.

With the keys for scripts nothing stands above the tables, and no column is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from seminar_app.attendance.export_rows import ExportRows, Language
from seminar_app.attendance.exported import Exported
from seminar_app.attendance.queries import Attendance, SheetGroup, SheetMark, SheetSession
from seminar_app.attendance.rules import ATTENDED, MarkStatus, count_marks
from seminar_app.attendance.workbook_words import ShownSession, above
from seminar_app.core.rounding import percent
from seminar_app.core.table_writer import Column, Kind, Value
from seminar_app.core.values import replace
from seminar_app.core.workbook_writer import WorkbookWriter
from seminar_app.people.rules import CountedAs
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.labels import label

DATE_FORMATS = {Language.SPANISH: "dd/mm/yyyy", Language.ENGLISH: "mm/dd/yyyy", Language.KEYS: "yyyy-mm-dd"}
SESSION_KEYS = ("agency", "agency_name", "surname1", "surname2", "given_names", "date", "mark", "minutes", "time_in", "time_out")
SESSION_KINDS = {"date": Kind.DATE, "minutes": Kind.INTEGER, "time_in": Kind.TIME, "time_out": Kind.TIME}
SESSION_WIDTHS = {"agency": 12, "agency_name": 32, "date": 12, "mark": 14, "minutes": 10, "time_in": 10, "time_out": 10}
PERSON_WIDTHS = {"agency": 12, "given_names": 13, "position": 17, "sex": 5, "status": 12, "contact_minutes": 9, "percent": 10}
NAMES = 5
"""Columns of the contract that say who it is: code and name of the agency, surnames and given names."""


def write_workbook(target: IO[bytes], rows: ExportRows, exported: Exported) -> None:
    """Write a summary by agency group, the people, then one sheet for each session. Each person's row is built and written once."""
    book = WorkbookWriter(
        target,
        date_format=DATE_FORMATS[rows.language],
        footer=(_("Contains personal data"), rows.either(rows.attendance.seminar.title_es, rows.attendance.seminar.title_en) or ""),
    )
    with book:
        _write_summary(book, rows, exported)
        _write_people(book, rows, exported)


def _write_summary(book: WorkbookWriter, rows: ExportRows, exported: Exported) -> None:
    sexes = _sexes(rows.attendance)
    summary = book.sheet(rows.heading("summary"), _summary_columns(rows, sexes), above=above(rows, exported), names=2)
    for row, strong in _summary(rows, sexes):
        summary.append(row, strong=strong)


def _write_people(book: WorkbookWriter, rows: ExportRows, exported: Exported) -> None:
    for_people = rows.language is not Language.KEYS
    people = book.sheet(rows.heading("list"), _person_columns(rows), above=above(rows, exported), names=NAMES - for_people)
    pages = [_SessionPage(book, rows, exported, session) for session in rows.attendance.sessions]
    for person, line in rows.people():
        people.append([line[0] or line[1], *line[2:]] if for_people else line)
        seated = person.state is RegistrationState.REGISTERED
        for page, mark in zip(pages, rows.attendance.marks_of(person), strict=True):
            if mark is not None or seated:
                page.append(line, mark)


def _person_columns(rows: ExportRows) -> list[Column]:
    """Return the columns of the contract. For people they are narrow enough for six sessions on one page.

    The agency is then one column, its code, or the name where it has none; the sheets of the sessions have the names too.
    """
    columns = rows.person_columns()
    if rows.language is Language.KEYS:
        return columns
    sessions = iter(rows.attendance.sessions)
    longest = max(len(word) for status in MarkStatus for word in label(status).split())
    found = []
    for key, column in zip(rows.keys(), columns, strict=True):
        if key is None:
            found.append(Column(ShownSession(rows, next(sessions)).short, width=max(8, longest - 2), centred=True))
        elif key != "agency_name":
            width = PERSON_WIDTHS.get(key, 12 if column.kind is Kind.TEXT else 11)
            found.append(replace(column, width=10 if key == "completed" else width, centred=key in ("sex", "completed")))
    return found


class _SessionPage:
    """The sheet of one session: without its date in each row, and without times where nobody has any."""

    def __init__(self, book: WorkbookWriter, rows: ExportRows, exported: Exported, session: SheetSession) -> None:
        self.rows, self.session, self.day = rows, session, session.starts_at.astimezone(rows.zone).date()
        keys = [key for key in SESSION_KEYS if rows.language is Language.KEYS or key != "date"]
        if rows.language is not Language.KEYS and not _has_times(rows.attendance, session):
            keys = [key for key in keys if not key.startswith("time_")]
        self.keys = keys
        columns = [Column(rows.heading(key), SESSION_KINDS.get(key, Kind.TEXT), SESSION_WIDTHS.get(key, 18), key == "mark") for key in keys]
        shown = ShownSession(rows, session)
        self.sheet = book.sheet(shown.sheet_name, columns, above=above(rows, exported, shown), names=NAMES)

    def append(self, line: Sequence[Value], mark: SheetMark | None) -> None:
        """Write a person's row: `line` is their row among the people."""
        values = [*line[:NAMES], self.day, *self._of_mark(mark)]
        self.sheet.append([value for key, value in zip(SESSION_KEYS, values, strict=True) if key in self.keys])

    def _of_mark(self, mark: SheetMark | None) -> list[Value]:
        if mark is None:
            return [None, None, None, None]
        times = [_local(mark.time_in, self.rows.zone), _local(mark.time_out, self.rows.zone)]
        return [self.rows.words[mark.status], self.rows.minutes(mark, self.session), *times]


def _has_times(attendance: Attendance, session: SheetSession) -> bool:
    place = session.number - 1
    lines = (marks[place] for marks in attendance.marks.values())
    return any(mark is not None and (mark.time_in is not None or mark.time_out is not None) for mark in lines)


def _local(instant: datetime | None, zone: ZoneInfo) -> Value:
    return instant.astimezone(zone).time() if instant else None


def _sexes(attendance: Attendance) -> list[CountedAs]:
    """Return what is counted, in order. «Other» is counted where somebody said it, so that the figures add up to the people."""
    said = any(person.counted_as is CountedAs.OTHER for group in attendance.groups for person in group.people)
    return [sex for sex in CountedAs if said or sex is not CountedAs.OTHER]


_SEX_KEYS = {
    CountedAs.FEMALE: "women",
    CountedAs.MALE: "men",
    CountedAs.OTHER: "other",
    CountedAs.NOT_SAID: "not_said",
    CountedAs.RESERVED: "reserved",
}


def _summary_columns(rows: ExportRows, sexes: Sequence[CountedAs]) -> list[Column]:
    return [
        Column(rows.heading("agency"), width=12),
        Column(rows.heading("agency_name"), width=36),
        Column(rows.heading("people"), Kind.INTEGER, 11),
        *(Column(rows.heading(_SEX_KEYS[sex]), Kind.INTEGER, 10) for sex in sexes),
        *(Column(ShownSession(rows, session).short, Kind.INTEGER, 7) for session in rows.attendance.sessions),
        Column(rows.heading("attended"), Kind.INTEGER, 10),
        Column(rows.heading("completed_people"), Kind.INTEGER, 11),
        Column(rows.heading("completed_percent"), Kind.PERCENT, 12),
        Column(rows.heading("former"), Kind.INTEGER, 13),
    ]


def _summary(rows: ExportRows, sexes: Sequence[CountedAs]) -> Iterator[tuple[list[Value], bool]]:
    """Yield a row for each agency group and one for the total. All columns but the last count people who hold a seat."""
    totals: list[int] = []
    for group in rows.attendance.groups:
        figures = _figures(rows.attendance, group, sexes)
        totals = [before + now for before, now in zip(totals or [0] * len(figures), figures, strict=True)]
        yield _summary_line(group.agency.code or None, rows.agency_name(group.agency), figures), False
    if totals:
        yield _summary_line(rows.heading("total"), None, totals), True


def _summary_line(code: str | None, name: str | None, figures: Sequence[int]) -> list[Value]:
    people, completed = figures[0], figures[-2]
    share = percent(completed, people) if people else None
    return [code, name, *figures[:-1], share, figures[-1]]


def _figures(attendance: Attendance, group: SheetGroup, sexes: Sequence[CountedAs]) -> list[int]:
    """Count people, each sex, attendance of each session, attended at all, completed; last, people who lost the seat."""
    seated = [person for person in group.people if person.state is RegistrationState.REGISTERED]
    marks = [attendance.marks_of(person) for person in seated]
    return [
        len(seated),
        *(sum(person.counted_as is sex for person in seated) for sex in sexes),
        *(count_marks(line[i].status if line[i] else None for line in marks).attended for i in range(len(attendance.sessions))),  # type: ignore[union-attr]
        sum(any(mark is not None and mark.status in ATTENDED for mark in line) for line in marks),
        sum(attendance.completes(person) for person in seated),
        len(group.people) - len(seated),
    ]
