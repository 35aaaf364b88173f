"""The rows of the attendance export, which every kind of file is made of, and its words in Spanish, English or keys for scripts.

The columns are a contract with scripts that read the file; who is in it: docs/decisions/0006-attendance.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask_babel import gettext as _

from seminar_app.agencies.queries import NamedAgency
from seminar_app.attendance.queries import Attendance, SheetMark, SheetPerson, SheetSession
from seminar_app.attendance.rules import MarkStatus
from seminar_app.core.table_writer import Column, Kind, Value
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.labels import label


class Language(StrEnum):
    """Language of headings and words: for people, or keys for scripts."""

    SPANISH = "es"
    ENGLISH = "en"
    KEYS = "keys"


PERSON_KEYS = ("agency", "agency_name", "surname1", "surname2", "given_names", "position", "state", "sex", "status")
TOTAL_KEYS = ("minutes_credited", "contact_minutes", "percent", "completed")


Step = Callable[[int], None]
"""Is told how many people are written."""
STEP = 100
"""So many people after each other are written without telling."""


def no_step(_done: int) -> None:
    """Tell nobody."""


@dataclass
class ExportRows:
    """The words of one language, translated once, and the rows that both tables are made of."""

    attendance: Attendance
    language: Language
    step: Step = no_step
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

    def either(self, spanish: str | None, english: str | None) -> str | None:
        """Return the text in the file's language, else in the other."""
        return (spanish or english) if self.language is Language.SPANISH else (english or spanish)

    def title_of(self, session: SheetSession) -> str:
        """Return «Inauguración»."""
        return self.either(session.title_es, session.title_en) or _("Session")

    def session_title(self, session: SheetSession) -> str:
        """Return «1. Inauguración»; the number makes it unique."""
        if self.language is Language.KEYS:
            return f"session_{session.number}"
        return f"{session.number}. {self.title_of(session)}"

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

    def keys(self) -> list[str | None]:
        """Return the key of each column; None for that of a session."""
        return [*PERSON_KEYS, *(None for _session in self.attendance.sessions), *TOTAL_KEYS]

    def people(self) -> Iterator[tuple[SheetPerson, list[Value]]]:
        """Yield each person with their row of the contract, by group, agency and name."""
        done = 0
        for group in self.attendance.groups:
            for person in sorted(group.people, key=_place):
                if done % STEP == 0:
                    self.step(done)
                done += 1
                yield person, self._line(person)

    def _line(self, person: SheetPerson) -> list[Value]:
        (done, completed), shown = self.attendance.outcome_of(person), person.shown
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
            self.words[completed],
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
        "men": _("Men"),
        "other": _("Other"),
        "not_said": _("Not said"),
        "reserved": _("Reserved identity"),
        "former": _("No longer registered, with marks"),
        "attended": _("Attended at all"),
        "completed_people": _("Completed"),
        "completed_percent": _("Completed, percent"),
        "total": _("Total"),
        "summary": _("Summary by agency"),
        "list": _("People"),
    }
