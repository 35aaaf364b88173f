"""Rows of a printed sheet that are being written: their people are locked, and what was observed of them is read.

The registrations are locked as when attendance is taken, so a row and the mark beside it are read and written one after the other,
whoever keys and whatever arrives meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance import services as attendance
from seminar_app.attendance.rules import HAS_MINUTES, MarkMethod, ObservedMark, default_minutes, mark_of
from seminar_app.attendance.services import Entry, Seen
from seminar_app.attendance.services.observed import Kept, chunks
from seminar_app.attendance.services.sheet import OpenSheet, open_sheet
from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.paper.keyed_queries import Side, sheet_of
from seminar_app.paper.models import SheetRow
from seminar_app.paper.rules import Keyed, Verdict, verdict


class OpenRows(Struct, frozen=True):
    """Rows of a printed sheet that are being written, with their people locked and all that was observed of them."""

    id: int
    public_id: uuid.UUID
    number: int
    sheet: OpenSheet
    rows: dict[uuid.UUID, SheetRow]

    def kept(self, registration: uuid.UUID) -> Kept | None:
        """Return what was observed of a person."""
        return self.sheet.kept(registration)

    def last(self, registration: uuid.UUID) -> uuid.UUID | None:
        """Return the observation that the mark ends with."""
        kept = self.kept(registration)
        return kept.last if kept else None

    def verdict(self, registration: uuid.UUID, keyed: Keyed | None, *, decided: Side | None = None) -> Verdict:
        """Return what a row means beside the present mark."""
        kept, row = self.kept(registration), self.rows.get(registration)
        mark, times = kept.mark if kept else None, self.sheet.times
        return verdict(
            keyed,
            mark,
            worth=mark.worth(times.contact_minutes, times.excused_rule) if mark else 0,
            own=kept is not None and row is not None and row.observation == kept.last,
            keeps_screen=decided is Side.SCREEN,
        )

    def entry(self, registration: uuid.UUID, keyed: Keyed | None, observation: uuid.UUID) -> Entry:
        """Return the entry that makes the mark what was keyed, following what the screen shows now."""
        minutes = keyed.minutes if keyed else None
        if keyed is not None and keyed.status in HAS_MINUTES and minutes is None:
            times = self.sheet.times
            minutes = default_minutes(keyed.status, contact_minutes=times.contact_minutes, excused_rule=times.excused_rule)
        return Entry(registration, keyed.status if keyed else None, minutes, Seen(self.last(registration)), observation)

    def before_paper(self, registration: uuid.UUID, observation: uuid.UUID) -> Entry:
        """Return the entry that puts back what the screen said before the paper was preferred; nothing, where it said nothing."""
        row = self.rows[registration]
        before = self._mark_without(registration, row.decided_on) if row.decided_at is not None and row.decided_on is not None else None
        return self.entry(registration, Keyed(before.status, before.minutes) if before and before.status else None, observation)

    def _mark_without(self, registration: uuid.UUID, last: uuid.UUID) -> ObservedMark | None:
        """Return the mark as it was when it ended with this observation: without what follows it."""
        kept = self.kept(registration)
        later = {last}
        rest = []
        for one in kept.observed if kept else ():
            if one.follows in later:
                later.add(one.id)
            else:
                rest.append(one)
        return mark_of(rest, self.sheet.times)

    def record(self, session: Session, context: ChangeContext, entries: Sequence[Entry], method: MarkMethod) -> dict[uuid.UUID, uuid.UUID]:
        """Record entries of these people; return the observations that were added, by registration."""
        if not entries:
            return {}
        where = {"seminar_id": self.sheet.facts.id, "session_id": self.sheet.place.public_id}
        done = attendance.record(session, context, entries=entries, method=method, **where)  # type: ignore[arg-type]
        ids = {entry.registration: entry.id for entry in entries}
        return {one.registration: ids[one.registration] for one in done if one.stored}

    def note(self, session: Session, context: ChangeContext, action: str, **numbers: int) -> None:
        """Write the audit row of a change of these rows. The marks have theirs."""
        details = {"session": self.sheet.place.public_id.hex} | numbers
        subject = f"printed_sheet:{self.public_id.hex}"
        audit.record(session, context, action=action, subject=subject, seminar=self.sheet.facts.slug, details=details)


def open_rows(session: Session, seminar_id: int, sheet_id: uuid.UUID, registrations: Sequence[uuid.UUID]) -> OpenRows:
    """Lock those of these registrations that hold a seat, and then read their marks and their rows.

    Raises:
        NotFound: no such sheet in this seminar.
        AttendanceIsShut: the seminar is a draft, completed or archived.
    """
    printed_id, number, place = sheet_of(session, seminar_id, sheet_id)
    sheet = open_sheet(session, seminar_id, place, registrations)
    of = {registration_id: public_id for public_id, registration_id in sheet.seated.items()}
    rows: dict[uuid.UUID, SheetRow] = {}
    for some in chunks(of):
        wanted = select(SheetRow).where(SheetRow.sheet_id == printed_id, SheetRow.registration_id.in_(some))
        rows |= {of[row.registration_id]: row for row in session.scalars(wanted.execution_options(populate_existing=True))}
    return OpenRows(printed_id, sheet_id, number, sheet, rows)
