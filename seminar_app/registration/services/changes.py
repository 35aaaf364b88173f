"""One change of a registration's state: the row, its history and the audit log, always together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import AgencyToday, find_today
from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_now, insert_rows
from seminar_app.registration.errors import NoSuchAgency
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.registration_hooks import registration_changed
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.seminars.models import Seminar


def change_state(
    session: Session,
    context: ChangeContext,
    *,
    seminar: Seminar,
    registration: Registration,
    state: RegistrationState,
    pool_id: int | None = None,
    queue_place: int | None = None,
    removal_reason: RemovalReason | None = None,
    note: str | None = None,
    other_id: int | None = None,
    extra_seats: int = 0,
) -> None:
    """Move a registration to a state, with the seat or the place in the queue that goes with it.

    The change is flushed at once, so that a freed seat counts as free before the next change asks for it. A registration
    that is not in the database yet is inserted. Then the hooks of `when_registration_changes` run.

    Args:
        other_id, extra_seats: of the history's step, see `RegistrationHistory`.
    """
    before: RegistrationState | None = registration.state
    left = registration.seat_pool_id
    registration.state = state
    registration.seat_pool_id = pool_id
    registration.queue_place = queue_place
    registration.removal_reason = removal_reason
    if state is not RegistrationState.WAITLISTED:
        registration.seat_asked_at = None
    created = inspect(registration).transient
    if created:
        insert_now(session, registration)
    else:
        session.flush()
    step = {
        "registration_id": registration.id,
        "at": context.now,
        "actor": context.actor,
        "from_state": before,
        "to_state": state,
        "seat_pool_id": pool_id if pool_id is not None else left,
        "queue_place": queue_place,
        "note": note,
        "other_id": other_id,
        "extra_seats": extra_seats,
    }
    insert_rows(session, RegistrationHistory, [step])
    details = {"from": before.value if before else None, "to": state.value}
    if removal_reason is not None:
        details["reason"] = removal_reason.value
    audit.record(
        session,
        context,
        action=f"registration.{state.value}",
        subject=f"registration:{registration.public_id.hex}",
        seminar=seminar.slug,
        details=details,
    )
    registration_changed(session, context, seminar, [registration], created=created)


def last_place(session: Session, registration_id: int) -> int | None:
    """Return the place on the waiting list that this registration had last; None if it never had one, or long ago."""
    places = select(RegistrationHistory.queue_place).where(
        RegistrationHistory.registration_id == registration_id, RegistrationHistory.to_state == RegistrationState.WAITLISTED
    )
    return session.scalar(places.order_by(RegistrationHistory.id.desc()).limit(1))


def last_step(session: Session, registration_id: int) -> RegistrationHistory | None:
    """Return the last change of this registration's state."""
    steps = select(RegistrationHistory).where(RegistrationHistory.registration_id == registration_id)
    return session.scalars(steps.order_by(RegistrationHistory.id.desc()).limit(1)).first()


def agency_of_today(session: Session, agency_id: int | None, text: str | None) -> AgencyToday | None:
    """Return the agency as it is today, in one statement; None if it is only written.

    Args:
        agency_id: of the directory; it counts before what was written.
        text: the name of an agency that is not in the directory, as the person wrote it.

    Raises:
        NoSuchAgency: the agency does not exist, or there is neither.
    """
    if agency_id is None:
        if not text:
            raise NoSuchAgency
        return None
    found = find_today(session, agency_id)
    if found is None:
        raise NoSuchAgency
    return found


def edit_registration(
    session: Session, context: ChangeContext, *, seminar: Seminar, registration: Registration, wanted: Mapping[str, Any], moved: bool
) -> list[str]:
    """Set columns of a registration, and write one audit row that names those that changed.

    Args:
        wanted: new values by column.
        moved: the agency was changed before; the hooks of `when_registration_changes` run.

    Returns:
        Names of the columns that changed.
    """
    changed = ["agency_id"] if moved else []
    for column, value in wanted.items():
        if getattr(registration, column) != value:
            setattr(registration, column, value)
            changed.append(column)
    if changed:
        audit.record(
            session,
            context,
            action="registration.edited",
            subject=f"registration:{registration.public_id.hex}",
            seminar=seminar.slug,
            details={"columns": changed},
        )
    if moved:
        registration_changed(session, context, seminar, [registration])
    return changed
