"""Frozen figures, as far as an account may see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, exists, func, not_, select, true
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor, RoleName
from seminar_app.core.errors import NotFound
from seminar_app.reports.models import ReportSnapshot, ReportSnapshotOffice
from seminar_app.reports.queries.scopes import EVERYTHING, Scope
from seminar_app.reports.rules import Definition, Frozen, read_definition, read_frozen

PAGE = 50


class Snapshot(Struct, frozen=True):
    """A frozen figure without its numbers."""

    id: int
    public_id: uuid.UUID
    title: str
    definition: Definition
    scope: Scope
    indicator_id: int | None
    made_at: datetime
    made_by: str
    audit_sequence: int


_LISTED = (
    ReportSnapshot.id,
    ReportSnapshot.public_id,
    ReportSnapshot.title,
    ReportSnapshot.definition,
    ReportSnapshot.all_offices,
    ReportSnapshot.indicator_id,
    ReportSnapshot.made_at,
    ReportSnapshot.made_by,
    ReportSnapshot.audit_sequence,
)


def snapshots(session: Session, actor: Actor, *, page: int) -> tuple[Sequence[Snapshot], int]:
    """Return a page of the frozen figures that an account may see, the newest first, and how many there are in all."""
    seen = _seen_by(actor)
    order = (ReportSnapshot.made_at.desc(), ReportSnapshot.id.desc())
    rows = session.execute(select(*_LISTED).where(seen).order_by(*order).limit(PAGE).offset((page - 1) * PAGE)).all()
    offices = _offices_of(session, [row.id for row in rows])
    number = session.scalar(select(func.count()).select_from(ReportSnapshot).where(seen)) or 0
    return [_snapshot(row, offices) for row in rows], number


def get_snapshot(session: Session, actor: Actor, public_id: uuid.UUID) -> tuple[Snapshot, Frozen]:
    """Return a frozen figure and its numbers.

    Raises:
        NotFound: there is none, or it counts seminars of an office that is not the account's.
    """
    found = select(*_LISTED, ReportSnapshot.figures).where(ReportSnapshot.public_id == public_id, _seen_by(actor))
    row = session.execute(found).one_or_none()
    if row is None:
        raise NotFound
    return _snapshot(row, _offices_of(session, [row.id])), read_frozen(row.figures)


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition: administrators and auditors see all, an organizer those that count nothing but their offices' seminars."""
    if actor.is_admin or RoleName.AUDITOR in actor.roles:
        return true()
    of_it = ReportSnapshotOffice.snapshot_id == ReportSnapshot.id
    foreign = ReportSnapshotOffice.office_id.not_in(sorted(actor.office_ids))
    return and_(~ReportSnapshot.all_offices, not_(exists().where(of_it, foreign)))


def _offices_of(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    of_them = select(ReportSnapshotOffice.snapshot_id, ReportSnapshotOffice.office_id).where(ReportSnapshotOffice.snapshot_id.in_(ids))
    for snapshot_id, office_id in session.execute(of_them):
        found.setdefault(snapshot_id, set()).add(office_id)
    return {snapshot_id: frozenset(offices) for snapshot_id, offices in found.items()}


def _snapshot(row: Any, offices: Mapping[int, frozenset[int]]) -> Snapshot:
    return Snapshot(
        row.id,
        row.public_id,
        row.title,
        read_definition(dict(parse_qsl(row.definition))),
        EVERYTHING if row.all_offices else Scope(offices=offices.get(row.id, frozenset())),
        row.indicator_id,
        row.made_at,
        row.made_by,
        row.audit_sequence,
    )
