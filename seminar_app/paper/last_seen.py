"""Read how the marks that a sheet is compared with came about: by whom, when and by which method."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Observation
from seminar_app.attendance.rules import MarkMethod
from seminar_app.paper.keyed_queries import SheetLine


class LastSeen(Struct, frozen=True):
    """How the mark on the screen came about."""

    method: MarkMethod
    recorded_by: str
    observed_at: datetime


def last_seen(session: Session, lines: Iterable[SheetLine]) -> Mapping[uuid.UUID, LastSeen]:
    """Return how the marks of these lines came about, by the observation that each ends with, in one statement."""
    ids: Collection[uuid.UUID] = {line.last for line in lines if line.last is not None}
    if not ids:
        return {}
    columns = (Observation.public_id, Observation.method, Observation.recorded_by, Observation.observed_at)
    rows = session.execute(select(*columns).where(Observation.public_id.in_(ids)))
    return {row.public_id: LastSeen(row.method, row.recorded_by, row.observed_at) for row in rows}
