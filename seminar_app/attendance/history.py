"""Read all that was observed of a person: by whom, when, and what of it the present marks end with."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.attendance.models import Observation
from seminar_app.attendance.rules import MarkMethod, ObservationKind


class PastObservation(Struct, frozen=True):
    """An observation and its recorder; `minutes` None if nobody said them."""

    session_id: int
    public_id: uuid.UUID
    kind: ObservationKind
    minutes: int | None
    method: MarkMethod
    observed_at: datetime
    recorded_by: str
    """Actor as in the audit log."""
    reason: str | None


def observations_of(session: Session, registration_id: int) -> list[PastObservation]:
    """Return all that was observed of a person in any session, newest first, in one statement."""
    rows = session.execute(
        select(
            Observation.session_id,
            Observation.public_id,
            Observation.kind,
            Observation.minutes,
            Observation.method,
            Observation.observed_at,
            Observation.recorded_by,
            Observation.reason,
        )
        .where(Observation.registration_id == registration_id)
        .order_by(Observation.observed_at.desc(), Observation.id.desc())
    )
    return [PastObservation(*row) for row in rows]


def account_names(session: Session, audit_names: Iterable[str | None]) -> dict[str, str]:
    """Return the names of accounts, by their name in the audit log. Actors that are no accounts are left out."""
    prefix = "account:"
    ids = {uuid.UUID(hex=name.removeprefix(prefix)): name for name in audit_names if name and name.startswith(prefix)}
    if not ids:
        return {}
    rows = session.execute(select(UserAccount.public_id, UserAccount.name).where(UserAccount.public_id.in_(ids)))
    return {ids[row.public_id]: row.name for row in rows}
