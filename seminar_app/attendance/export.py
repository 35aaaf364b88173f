"""Write the attendance of a seminar as a file: CSV, XLSX or JSON, in Spanish, English or keys for scripts.

The columns are a contract with scripts that read the file; who is in it: docs/decisions/0006-attendance.md.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import IO, Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask_babel import force_locale
from flask_babel import gettext as _

from seminar_app.agencies.queries import NamedAgency
from seminar_app.attendance.queries import Attendance, SheetGroup, SheetMark, SheetPerson, SheetSession
from seminar_app.attendance.rules import ATTENDED, MarkStatus, count_marks
from seminar_app.core.rounding import percent
from seminar_app.core.table_writer import Column, Kind, Value, WorkbookWriter, write_csv
from seminar_app.people.rules import CountedAs
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.labels import label


class Format(StrEnum):
    """File formats."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


class Language(StrEnum):
    """Language of headings and words: for people, or keys for scripts."""

    SPANISH = "es"
    ENGLISH = "en"
    KEYS = "keys"


MIME_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
}

PERSON_KEYS = ("agency", "agency_name", "surname1", "surname2", "given_names", "position", "state", "sex", "status")
TOTAL_KEYS = ("minutes_credited", "contact_minutes", "percent", "completed")


def write(target: IO[bytes], attendance: Attendance, *, form: Format, language: Language) -> None:
    """Write the file row by row. Memory holds the attendance that was read, not the rows."""
    speaking: AbstractContextManager[Any] = nullcontext() if language is Language.KEYS else force_locale(language.value)
    with speaking:
        sheet = _Sheet(attendance, language)
        match form:
            case Format.CSV:
                _write_csv(target, sheet)
            case Format.XLSX:
                _write_xlsx(target, sheet)
            case Format.JSON:
                _write_json(target, sheet)


def file_name(slug: str, *, form: Format, language: Language, on: date) -> str:
    """Return the name of the file: `asistencia-cancun-2014-2014-06-05.xlsx`; «attendance» in English and for scripts."""
    word = "asistencia" if language is Language.SPANISH else "attendance"
    return f"{word}-{slug}-{on.isoformat()}.{form.value}"


@dataclass
class _Sheet:
    """The words of one language, translated once, and the rows that both tables are made of."""

    attendance: Attendance
    language: Language
    words: dict[Any, str] = field(init=False)

    def __post_init__(self) -> None:
        """Translate each word once: a sheet of ten thousand people repeats it ten thousand times."""
        kinds: tuple[type[StrEnum], ...] = (MarkStatus, RegistrationState)
        keys = self.language is Language.KEYS
        self.words = {member: member.value if keys else label(member) for kind in kinds for member in kind}
        self.words |= {True: "yes", False: "no"} if keys else {True: _("yes"), False: _("no")}
        self.zone = ZoneInfo(self.attendance.seminar.time_zone)

    def heading(self, key: str) -> str:
        """Return the heading of a column."""
        return key if self.language is Language.KEYS else _headings()[key]

    def agency_name(self, agency: NamedAgency) -> str:
        """Return the agency's name. Scripts get the Spanish name, because that is the agencies' own language."""
        return agency.name(Language.ENGLISH if self.language is Language.ENGLISH else Language.SPANISH)

    def session_title(self, session: SheetSession) -> str:
        """Return «1. Inauguración»; the number makes it unique."""
        if self.language is Language.KEYS:
            return f"session_{session.number}"
        spanish = self.language is Language.SPANISH
        title = (session.title_es or session.title_en) if spanish else (session.title_en or session.title_es)
        return f"{session.number}. {title or _('Session')}"

    def session_heading(self, session: SheetSession) -> str:
        """Return «1. Inauguración (3 jun, 9:00)»; for scripts `session_1`."""
        if self.language is Language.KEYS:
            return self.session_title(session)
        local = session.starts_at.astimezone(self.zone)
        day = format_skeleton("MMMd", local, locale=self.language.value)
        return f"{self.session_title(session)} ({day}, {local:%-H:%M})"

    def person_columns(self) -> list[Column]:
        """Return the columns of the contract."""
        widths = {"agency": 12, "agency_name": 36, "position": 28, "state": 18, "sex": 6, "completed": 12}
        columns = [Column(self.heading(key), width=widths.get(key, 18)) for key in PERSON_KEYS]
        columns += [Column(self.session_heading(session), width=14) for session in self.attendance.sessions]
        kinds = {"percent": Kind.PERCENT, "completed": Kind.TEXT}
        return columns + [Column(self.heading(key), kinds.get(key, Kind.INTEGER), widths.get(key, 12)) for key in TOTAL_KEYS]

    def people(self) -> Iterator[tuple[SheetPerson, list[Value]]]:
        """Yield each person with their row of the contract, by group, agency and name."""
        for group in self.attendance.groups:
            for person in sorted(group.people, key=_place):
                yield person, self._line(person)

    def _line(self, person: SheetPerson) -> list[Value]:
        done, shown = self.attendance.completion_of(person), person.shown
        return [
            person.agency.code or None,
            self.agency_name(person.agency),
            shown.surname1,
            shown.surname2,
            shown.given_names,
            shown.position,
            shown.state_name,
            shown.sex.value if shown.sex else None,
            self.words[person.state],
            *(self.words[mark.status] if mark else None for mark in self.attendance.marks_of(person)),
            done.minutes_credited,
            done.contact_minutes,
            done.percent if done.contact_minutes else None,
            self.words[self.attendance.completes(person)],
        ]

    def minutes(self, mark: SheetMark, session: SheetSession) -> int:
        """Return the minutes that the mark is worth in its session."""
        return mark.worth(session.contact_minutes, self.attendance.seminar.excused_rule)


def _place(person: SheetPerson) -> tuple[Any, ...]:
    """By agency and name; reserved identities last in the group."""
    return person.shown.hidden, person.agency.code, person.shown.order


def _headings() -> dict[str, str]:
    return {
        "agency": _("Agency"),
        "agency_name": _("Agency name"),
        "surname1": _("First surname"),
        "surname2": _("Second surname"),
        "given_names": _("Given names"),
        "position": _("Position"),
        "state": _("State"),
        "sex": _("Sex"),
        "status": _("Registration"),
        "minutes_credited": _("Minutes credited"),
        "contact_minutes": _("Contact minutes"),
        "percent": _("Percent"),
        "completed": _("Completed"),
        "date": _("Date"),
        "mark": _("Mark"),
        "minutes": _("Minutes"),
        "time_in": _("In"),
        "time_out": _("Out"),
        "people": _("Registered people"),
        "women": _("Women"),
        "reserved": _("Reserved identity"),
        "former": _("No longer registered, with marks"),
        "attended": _("Attended at all"),
        "completed_people": _("Completed"),
        "completed_percent": _("Completed, percent"),
        "total": _("Total"),
        "summary": _("Summary by agency"),
        "list": _("People"),
    }


def _write_csv(target: IO[bytes], sheet: _Sheet) -> None:
    """Write the CSV. Files for people start with a byte order mark, by which Excel detects UTF-8; scripts would take it for text."""
    text = io.TextIOWrapper(target, encoding="utf-8" if sheet.language is Language.KEYS else "utf-8-sig", newline="", write_through=False)
    write_csv(text, sheet.person_columns(), (line for _person, line in sheet.people()))
    text.flush()
    text.detach()


def _write_json(target: IO[bytes], sheet: _Sheet) -> None:
    """Write rows with the keys of the contract, and the sessions. Nothing is translated; numbers and booleans keep their type."""
    sheet = _Sheet(sheet.attendance, Language.KEYS)
    keys = [column.heading for column in sheet.person_columns()]
    seminar = sheet.attendance.seminar
    head = {
        "seminar": seminar.slug,
        "threshold_percent": seminar.threshold_percent,
        "excused_rule": seminar.excused_rule.value,
        "sessions": [
            {
                "key": sheet.session_title(session),
                "id": session.public_id.hex,
                "title_es": session.title_es,
                "title_en": session.title_en,
                "starts_at": session.starts_at.isoformat(),
                "ends_at": session.ends_at.isoformat(),
                "contact_minutes": session.contact_minutes,
                "counts": session.counts,
            }
            for session in sheet.attendance.sessions
        ],
    }
    target.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2].encode("utf-8", "replace"))
    target.write(b',\n "rows": [')
    separator = b"\n  "
    for _person, line in sheet.people():
        row = dict(zip(keys, line, strict=True)) | {"completed": line[-1] == sheet.words[True]}
        target.write(separator + json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))
        separator = b",\n  "
    target.write(b"\n ]\n}\n")


SESSION_KEYS = ("agency", "surname1", "surname2", "given_names", "date", "mark", "minutes", "time_in", "time_out")
SESSION_KINDS = {"date": Kind.DATE, "minutes": Kind.INTEGER, "time_in": Kind.TIME, "time_out": Kind.TIME}


def _write_xlsx(target: IO[bytes], sheet: _Sheet) -> None:
    """Write a summary by agency group, the people, then one sheet for each session. Each person's row is built and written once."""
    sessions = sheet.attendance.sessions
    formats = {Language.SPANISH: "dd/mm/yyyy", Language.ENGLISH: "mm/dd/yyyy"}
    with WorkbookWriter(target, date_format=formats.get(sheet.language, "yyyy-mm-dd")) as book:
        summary = book.sheet(sheet.heading("summary"), _summary_columns(sheet))
        for row, strong in _summary(sheet):
            summary.append(row, strong=strong)
        people = book.sheet(sheet.heading("list"), sheet.person_columns())
        columns = [Column(sheet.heading(key), SESSION_KINDS.get(key, Kind.TEXT), 18 if "name" in key else 12) for key in SESSION_KEYS]
        days = [session.starts_at.astimezone(sheet.zone).date() for session in sessions]
        sheets = [book.sheet(sheet.session_title(session), columns) for session in sessions]
        for person, line in sheet.people():
            people.append(line)
            who: list[Value] = [person.agency.code or None, person.shown.surname1, person.shown.surname2, person.shown.given_names]
            for session, day, page, mark in zip(sessions, days, sheets, sheet.attendance.marks_of(person), strict=True):
                if mark is not None:
                    times = [_local(mark.time_in, sheet.zone), _local(mark.time_out, sheet.zone)]
                    page.append([*who, day, sheet.words[mark.status], sheet.minutes(mark, session), *times])
                elif person.state is RegistrationState.REGISTERED:
                    page.append([*who, day, None, None, None, None])


def _local(instant: datetime | None, zone: ZoneInfo) -> Value:
    return instant.astimezone(zone).time() if instant else None


def _summary_columns(sheet: _Sheet) -> list[Column]:
    return [
        Column(sheet.heading("agency"), width=12),
        Column(sheet.heading("agency_name"), width=44),
        Column(sheet.heading("people"), Kind.INTEGER, 12),
        Column(sheet.heading("women"), Kind.INTEGER, 10),
        Column(sheet.heading("reserved"), Kind.INTEGER, 12),
        *(Column(sheet.session_heading(session), Kind.INTEGER, 14) for session in sheet.attendance.sessions),
        Column(sheet.heading("attended"), Kind.INTEGER, 12),
        Column(sheet.heading("completed_people"), Kind.INTEGER, 12),
        Column(sheet.heading("completed_percent"), Kind.PERCENT, 14),
        Column(sheet.heading("former"), Kind.INTEGER, 16),
    ]


def _summary(sheet: _Sheet) -> Iterator[tuple[list[Value], bool]]:
    """Yield a row for each agency group and one for the total. All columns but the last count people who hold a seat."""
    totals: list[int] = []
    for group in sheet.attendance.groups:
        figures = _figures(sheet.attendance, group)
        totals = [before + now for before, now in zip(totals or [0] * len(figures), figures, strict=True)]
        yield _summary_line(group.agency.code or None, sheet.agency_name(group.agency), figures), False
    if totals:
        yield _summary_line(sheet.heading("total"), None, totals), True


def _summary_line(code: str | None, name: str | None, figures: Sequence[int]) -> list[Value]:
    people, completed = figures[0], figures[-2]
    share = percent(completed, people) if people else None
    return [code, name, *figures[:-1], share, figures[-1]]


def _figures(attendance: Attendance, group: SheetGroup) -> list[int]:
    """Count people, women, reserved identities, attendance of each session, attended at all, completed; last, people who lost the seat."""
    seated = [person for person in group.people if person.state is RegistrationState.REGISTERED]
    marks = [attendance.marks_of(person) for person in seated]
    return [
        len(seated),
        sum(person.counted_as is CountedAs.FEMALE for person in seated),
        sum(person.counted_as is CountedAs.RESERVED for person in seated),
        *(count_marks(line[i].status if line[i] else None for line in marks).attended for i in range(len(attendance.sessions))),  # type: ignore[union-attr]
        sum(any(mark is not None and mark.status in ATTENDED for mark in line) for line in marks),
        sum(attendance.completes(person) for person in seated),
        len(group.people) - len(seated),
    ]
