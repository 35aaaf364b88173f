"""Key what a signed sheet says. A row remembers it, and where the screen says nothing yet, it becomes an observation of paper."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from msgspec import Struct, field
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from seminar_app.attendance.rules import HAS_MINUTES, MarkMethod, ObservationKind, minutes_said
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.values import replace
from seminar_app.paper.keyed_queries import Side, decided_in, keyed_in
from seminar_app.paper.models import PrintedSheet, SheetRow
from seminar_app.paper.open_rows import OpenRows, open_rows
from seminar_app.paper.rules import Keyed, Verdict


class RowEntry(Struct, frozen=True):
    """What somebody keyed for a row.

    Attributes:
        registration: public id.
        keyed: None clears the row.
        seen: what the page showed of the row before, and what it has sent since without an answer. Where the row says something
            else, another person has keyed it meanwhile.
        id: of the observation, so that a row that is sent twice is recorded once.
    """

    registration: uuid.UUID
    keyed: Keyed | None
    seen: Collection[Keyed | None] = (None,)
    id: uuid.UUID = field(default_factory=uuid.uuid4)


class RowOutcome(Struct, frozen=True):
    """What came of a row."""

    registration: uuid.UUID
    changed: bool
    """Whether the row says something else now."""
    keyed_by: str | None = None
    """Actor who keyed the row meanwhile, unseen; then the entry was not taken."""


def key_rows(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    sheet_id: uuid.UUID,
    entries: Sequence[RowEntry],
    leave_out_gone: bool = False,
) -> list[RowOutcome]:
    """Write what was keyed from a sheet, in a fixed number of statements per 500 rows, and record what the screen does not say yet.

    A row of a person who is not on the sheet is added with the next number. A mark that another person or a scan has made is
    never changed: the row then differs, until somebody decides (`settling`).

    Args:
        leave_out_gone: whether rows of people who hold no seat any more are left out, so that the others are kept.

    Returns:
        An outcome for each row, in the order of the entries.

    Raises:
        NotFound: no such sheet in this seminar.
        NotOnTheSheet: a registration belongs to another seminar, or holds no seat.
        MinutesOutOfRange: below 0 or above the session's contact minutes.
        TooEarly: presence, more than 60 minutes before the session.
        AttendanceIsShut: the seminar is a draft, completed or archived.
    """
    opened = open_rows(session, seminar_id, sheet_id, [entry.registration for entry in entries])
    outcomes, taken = [], []
    for entry in {entry.registration: entry for entry in entries}.values():
        if leave_out_gone and entry.registration not in opened.sheet.seated:
            continue
        wanted = _checked(context, opened, entry)
        outcome = _outcome(opened, wanted)
        outcomes.append(outcome)
        if outcome.changed:
            taken.append(_Taken(wanted, opened.verdict(entry.registration, wanted.keyed)))
    _add_rows(session, opened, [one.entry.registration for one in taken if one.entry.registration not in opened.rows])
    recorded = _record(session, context, opened, taken)
    for one in taken:
        registration = one.entry.registration
        row = opened.rows[registration]
        _remember(context, row, one.entry.keyed, last=opened.last(registration))
        row.observation = recorded.get(registration, row.observation)
    session.flush()
    if taken:
        opened.note(session, context, "paper.keyed", **_numbers(taken, len(recorded)))
    return outcomes


class _Taken(Struct, frozen=True):
    """An entry that changes its row, and what it means beside the mark."""

    entry: RowEntry
    verdict: Verdict


def _numbers(taken: Sequence[_Taken], recorded: int) -> dict[str, int]:
    cleared = sum(one.entry.keyed is None for one in taken)
    differ = sum(one.verdict is Verdict.DIFFERENT for one in taken)
    return {"rows_keyed": len(taken) - cleared, "rows_cleared": cleared, "rows_recorded": recorded, "rows_differ": differ}


def _checked(context: ChangeContext, opened: OpenRows, entry: RowEntry) -> RowEntry:
    """Return the entry with its minutes as a mark keeps them; refuse whoever holds no seat, and what cannot be."""
    times, keyed = opened.sheet.times, entry.keyed
    opened.sheet.check(entry.registration, keyed.minutes if keyed and keyed.status in HAS_MINUTES else None)

    if keyed is not None:
        opened.sheet.check_time(ObservationKind(keyed.status.value), context.now)

    def kept(each: Keyed | None) -> Keyed | None:
        if each is None:
            return None
        minutes = minutes_said(each.status, each.minutes, contact_minutes=times.contact_minutes, excused_rule=times.excused_rule)
        return Keyed(each.status, minutes)

    return replace(entry, keyed=kept(keyed), seen=[kept(each) for each in entry.seen])


def _outcome(opened: OpenRows, entry: RowEntry) -> RowOutcome:
    """Return whether the entry is taken, changes nothing, or meets a row that another person has keyed meanwhile."""
    row, kept = opened.rows.get(entry.registration), opened.kept(entry.registration)
    said = keyed_in(row)
    if said == entry.keyed or (kept is not None and kept.find(entry.id) is not None):
        return RowOutcome(entry.registration, changed=False)
    if said not in entry.seen:
        return RowOutcome(entry.registration, changed=False, keyed_by=row.said_by if row and row.said_by else "")
    return RowOutcome(entry.registration, changed=True)


_LOCK = select(PrintedSheet.people).where(PrintedSheet.id == bindparam("sheet_id")).with_for_update(key_share=True)


def _add_rows(session: Session, opened: OpenRows, registrations: Sequence[uuid.UUID]) -> None:
    """Add rows for people who are not on the sheet, after its last one. The sheet is locked, so that two numbers are never equal."""
    if not registrations:
        return
    people = session.execute(_LOCK, {"sheet_id": opened.id}).scalar_one()
    last = max(people, session.scalar(select(func.max(SheetRow.number)).where(SheetRow.sheet_id == opened.id)) or 0)
    for number, registration in enumerate(registrations, start=last + 1):
        row = SheetRow(sheet_id=opened.id, number=number, registration_id=opened.sheet.seated[registration])
        session.add(row)
        opened.rows[registration] = row


def _record(session: Session, context: ChangeContext, opened: OpenRows, taken: Sequence[_Taken]) -> dict[uuid.UUID, uuid.UUID]:
    """Record the rows that the screen does not contradict, and take back those that were cleared; return their observations."""
    entries = []
    for one in taken:
        entry, row = one.entry, opened.rows[one.entry.registration]
        if one.verdict is Verdict.RECORD:
            entries.append(opened.entry(entry.registration, entry.keyed, entry.id))
        elif entry.keyed is None and row.observation is not None and row.observation == opened.last(entry.registration):
            entries.append(opened.before_paper(entry.registration, entry.id))
    return opened.record(session, context, entries, MarkMethod.PAPER)


def _remember(context: ChangeContext, row: SheetRow, keyed: Keyed | None, *, last: uuid.UUID | None) -> None:
    """Write what was keyed. A decision holds on where the row corrects the mark that it made by it (`last` before the correction)."""
    if keyed is None or decided_in(row, last) is not Side.PAPER:
        row.keeps_screen, row.decided_at, row.decided_by, row.decided_on = False, None, None, None
    row.said, row.said_minutes = (keyed.status, keyed.minutes) if keyed else (None, None)
    row.said_at, row.said_by = (context.now, context.actor) if keyed else (None, None)
