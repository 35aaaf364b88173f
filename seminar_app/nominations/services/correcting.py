"""Correct an agency's list before its rows are brought: cells, equal values, who a row is about, and which rows are left out."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.nominations.corrections import Conflicts, Corrections, sparing
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.services.lists import opened, subject_of, tables_of, write_work
from seminar_app.nominations.shapes import Reading, RowKey
from seminar_app.nominations.work import Work, reading_of
from seminar_app.seminars.models import Seminar


class Corrected(Struct, frozen=True):
    """A list after corrections. `conflicts`: cells that were not written, because somebody has changed them meanwhile."""

    of: NominationList
    conflicts: Conflicts


def correct(
    session: Session, context: ChangeContext, *, seminar: Seminar, public_id: uuid.UUID, change: Callable[[Work], Work]
) -> NominationList:
    """Correct something in a list. Two people may correct different cells at once: each change is made to what is there then.

    Rows that the list has brought onto the roster stay as they are.

    Raises:
        ListGone: what the file held is no longer kept.
    """
    found, work = opened(session, seminar.id, public_id)
    _change(session, context, found, work, change(work))
    return found


def take_corrections(
    session: Session, context: ChangeContext, *, seminar: Seminar, public_id: uuid.UUID, corrections: Corrections
) -> Corrected:
    """Correct what a page says, except cells that hold something else by now than the page showed.

    Raises:
        ListGone: what the file held is no longer kept.
    """
    found, work = opened(session, seminar.id, public_id)
    conflicts: Conflicts = {}
    if corrections.cells:
        reading = _reader(session, context, found)(work)
        conflicts = corrections.conflicts(reading, settled=_brought(session, found))
    _change(session, context, found, work, corrections.without(conflicts).applied_to(work))
    return Corrected(found, conflicts)


def _change(session: Session, context: ChangeContext, found: NominationList, work: Work, changed: Work) -> None:
    changed = sparing(_brought(session, found), work, changed, read=_reader(session, context, found))
    if changed != work:
        write_work(session, found, changed)
        slug = session.get_one(Seminar, found.seminar_id).slug
        record(session, context, action="nominations.corrected", subject=subject_of(found), seminar=slug)


def _brought(session: Session, found: NominationList) -> frozenset[RowKey]:
    """Return the rows that the list has brought onto the roster."""
    return frozenset(session.scalars(select(Nomination.row).where(Nomination.list_id == found.id)))


def _reader(session: Session, context: ChangeContext, found: NominationList) -> Callable[[Work], Reading]:
    """Return what reads the list."""
    return lambda work: reading_of(tables_of(session, found), work, today=context.now.date())


__all__ = ["Corrected", "correct", "take_corrections"]
