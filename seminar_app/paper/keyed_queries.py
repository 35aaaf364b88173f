"""Read a printed sheet as it comes back: its rows in the printed order, what was keyed, and what the screen says."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from seminar_app.agencies.queries import AgenciesThen, NamedAgency, agencies_then, in_group_order
from seminar_app.attendance.queries import SessionMarks, SheetMark, SheetSession, marks_of_session, sessions_of
from seminar_app.core.errors import NotFound
from seminar_app.core.values import replace
from seminar_app.paper.models import PrintedSheet, SheetRow
from seminar_app.paper.rules import Keyed, Verdict, row_code, verdict
from seminar_app.people.models import Person
from seminar_app.people.shown import ShownPerson, told_apart
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.shown import SHOWN, shown_person
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, SeminarSession


class Side(StrEnum):
    """Which of the two is right where paper and screen differ."""

    PAPER = "paper"
    SCREEN = "screen"


class SheetLine(Struct, frozen=True):
    """A row of a printed sheet, or a person who is not on it yet.

    Attributes:
        number: on the sheet, from 1; None of a person who is not on it.
        code: as it is printed at the row's end; empty of a person who is not on it.
        registration: public id.
        seated: the person still holds the seat, so the row can be keyed.
        written_in: the row was added by hand after the sheet was printed.
        mark: what the screen says; None for nothing.
        last: the observation that the mark ends with, also where it was taken away.
        worth: minutes that the mark is worth.
        observation: the last that this row made.
        decided: what was decided where the two differed; None where nothing was, or where the mark has changed since.
    """

    number: int | None
    code: str
    registration: uuid.UUID
    seated: bool
    written_in: bool
    person: ShownPerson
    group: NamedAgency
    keyed: Keyed | None
    said_by: str | None
    mark: SheetMark | None
    last: uuid.UUID | None
    worth: int
    observation: uuid.UUID | None
    decided: Side | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def key(self) -> str:
        """The registration's public id as in the names of fields."""
        return self.registration.hex

    @property
    def agency(self) -> NamedAgency:
        """The agency as of then; of a reserved identity perhaps only its group."""
        assert self.person.agency is not None  # noqa: S101  for the type checker: a registration has an agency
        return self.person.agency

    @property
    def verdict(self) -> Verdict:
        """What the row means beside the mark."""
        return verdict(
            self.keyed,
            self.mark,
            worth=self.worth,
            own=self.last is not None and self.observation == self.last,
            keeps_screen=self.decided is Side.SCREEN,
        )

    @property
    def differs(self) -> bool:
        """Whether somebody has to decide. A mark that was taken away after the row was keyed differs too."""
        return self.seated and self.verdict in (Verdict.DIFFERENT, Verdict.RECORD)

    @property
    def settled(self) -> bool:
        """Whether the two differed and it was decided, and the decision still holds."""
        return self.seated and self.decided is not None and not self.differs


class LineGroup(Struct, frozen=True):
    """Rows that stand together on the sheet: an agency group, or those written in by hand (`agency` None)."""

    agency: NamedAgency | None
    lines: Sequence[SheetLine]


class KeyedSheet(Struct, frozen=True):
    """A printed sheet with its rows, and the people who are not on it."""

    id: int
    public_id: uuid.UUID
    number: int
    last_number: int
    """Of the rows on paper, the blank ones included."""
    printed_at: datetime
    place: SheetSession
    lines: Sequence[SheetLine]
    unlisted: Sequence[SheetLine]
    """People who hold a seat and are not on the sheet, by agency group and name."""

    @property
    def groups(self) -> list[LineGroup]:
        """The rows in the order of the sheet."""
        groups: list[tuple[NamedAgency | None, list[SheetLine]]] = []
        for line in self.lines:
            agency = None if line.written_in else line.group
            if not groups or (groups[-1][0] is None) != (agency is None) or (agency and groups[-1][0] and groups[-1][0].id != agency.id):
                groups.append((agency, []))
            groups[-1][1].append(line)
        return [LineGroup(agency, lines) for agency, lines in groups]

    @property
    def to_key(self) -> list[SheetLine]:
        """The rows that can be keyed: those of people who hold their seat."""
        return [line for line in self.lines if line.seated]

    @property
    def keyed(self) -> int:
        """Number of rows that were keyed."""
        return sum(line.keyed is not None for line in self.to_key)

    @property
    def first_unkeyed(self) -> SheetLine | None:
        """The first row that was not keyed; None if all were."""
        return next((line for line in self.to_key if line.keyed is None), None)

    @property
    def differences(self) -> list[SheetLine]:
        """Rows where somebody has to decide, in the order of the sheet."""
        return [line for line in self.lines if line.differs]

    @property
    def settled(self) -> list[SheetLine]:
        """Rows where it was decided, in the order of the sheet."""
        return [line for line in self.lines if line.settled]

    @property
    def blank(self) -> Mapping[int, str]:
        """Codes of the blank rows in which nobody was written so far, by their numbers."""
        last = max((line.number or 0 for line in self.lines), default=0)
        return {number: row_code(self.number, number) for number in range(last + 1, self.last_number + 1)}

    def find(self, registration: uuid.UUID) -> SheetLine | None:
        """Return the line of a registration."""
        return next((line for line in (*self.lines, *self.unlisted) if line.registration == registration), None)


def read_sheet(session: Session, seminar: Seminar, sheet_id: uuid.UUID) -> KeyedSheet:
    """Read a printed sheet of this seminar, in five statements.

    Raises:
        NotFound: no such sheet in this seminar.
    """
    printed = session.scalar(select(PrintedSheet).where(PrintedSheet.public_id == sheet_id, PrintedSheet.seminar_id == seminar.id))
    if printed is None:
        raise NotFound
    place = next(each for each in sessions_of(session, seminar.id) if each.id == printed.session_id)
    agencies, marks = agencies_then(session), marks_of_session(session, place.id)
    reader = _Reader(printed, seminar, place, agencies, marks)
    lines = [reader.line(row) for row in session.execute(_rows(printed.id, seminar.id))]
    listed = [line for line in lines if line.number is not None]
    others = sorted((line for line in lines if line.number is None), key=lambda line: (in_group_order(line.group), line.person.order))
    return KeyedSheet(
        printed.id,
        printed.public_id,
        printed.number,
        printed.people + printed.blank_rows,
        printed.printed_at,
        place,
        _told_apart(listed),
        _told_apart(others),
    )


def _rows(sheet_id: int, seminar_id: int) -> Any:
    """Select the rows of a sheet in their order, and those who hold a seat without a row.

    A registration whose record was merged into another one is shown as the record that was kept.
    """
    recorded = aliased(Person)
    columns: list[Any] = [Registration.id, Registration.public_id, Registration.state, SheetRow, *SHOWN]
    return (
        select(*columns)
        .join(recorded, recorded.id == Registration.person_id)
        .join(Person, Person.id == func.coalesce(recorded.merged_into_id, recorded.id))
        .outerjoin(SheetRow, and_(SheetRow.registration_id == Registration.id, SheetRow.sheet_id == sheet_id))
        .where(
            Registration.seminar_id == seminar_id,
            or_(SheetRow.number.is_not(None), Registration.state == RegistrationState.REGISTERED),
        )
        .order_by(SheetRow.number)
    )


class _Reader(Struct, frozen=True):
    """What all lines of a sheet are made with."""

    sheet: PrintedSheet
    seminar: Seminar
    place: SheetSession
    agencies: AgenciesThen
    marks: SessionMarks

    def line(self, row: Any) -> SheetLine:
        printed: SheetRow | None = row.SheetRow
        mark, last = self.marks.marks.get(row.id), self.marks.last.get(row.id)
        return SheetLine(
            number=printed.number if printed else None,
            code=row_code(self.sheet.number, printed.number) if printed else "",
            registration=row.public_id,
            seated=row.state is RegistrationState.REGISTERED,
            written_in=printed is not None and printed.number > self.sheet.people,
            person=shown_person(row, self.agencies),
            group=self.agencies[row.agency_version_id].group,
            keyed=keyed_in(printed),
            said_by=printed.said_by if printed else None,
            mark=mark,
            last=last,
            worth=mark.worth(self.place.contact_minutes, self.seminar.excused_rule) if mark else 0,
            observation=printed.observation if printed else None,
            decided=decided_in(printed, last),
            decided_by=printed.decided_by if printed else None,
            decided_at=printed.decided_at if printed else None,
        )


def keyed_in(row: SheetRow | None) -> Keyed | None:
    """Return what was keyed in a row."""
    return Keyed(row.said, row.said_minutes) if row is not None and row.said is not None else None


def decided_in(row: SheetRow | None, last: uuid.UUID | None) -> Side | None:
    """Return what was decided in a row about the mark that now ends with `last`; None where that mark came later."""
    if row is None or row.decided_at is None:
        return None
    if row.keeps_screen:
        return Side.SCREEN if row.decided_on == last else None
    return Side.PAPER if row.observation == last else None


def _told_apart(lines: Sequence[SheetLine]) -> list[SheetLine]:
    """Tell namesakes of one group apart, as on the printed sheet."""
    by_group: dict[int, list[SheetLine]] = {}
    for line in lines:
        by_group.setdefault(line.group.id, []).append(line)
    people = {
        line.registration: person
        for group in by_group.values()
        for line, person in zip(group, told_apart(line.person for line in group), strict=True)
    }
    return [line if line.person is people[line.registration] else replace(line, person=people[line.registration]) for line in lines]


def sheet_of(session: Session, seminar_id: int, sheet_id: uuid.UUID) -> tuple[int, int, uuid.UUID]:
    """Return id and number of a printed sheet of this seminar, and its session's public id.

    Raises:
        NotFound: no such sheet in this seminar.
    """
    found = session.execute(
        select(PrintedSheet.id, PrintedSheet.number, SeminarSession.public_id)
        .join(SeminarSession, SeminarSession.id == PrintedSheet.session_id)
        .where(PrintedSheet.public_id == sheet_id, PrintedSheet.seminar_id == seminar_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1], found[2]
