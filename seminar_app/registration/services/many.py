"""What staff decide about many registrations at once: one transaction, those whom it does not concern left out, and one undo."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from functools import partial
from typing import Protocol

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.errors import NotInThisState, TooLateToTakeBack
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import Decision, RemovalReason
from seminar_app.registration.services.alternates import close_seats, open_seats
from seminar_app.registration.services.locked_seats import lock_seats
from seminar_app.registration.services.staff import approve, decline, reconsider, remove, restore


class _Service(Protocol):
    def __call__(self, session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int) -> Registration: ...


def decide_many(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    chosen: Collection[uuid.UUID],
    decision: Decision,
    reason: RemovalReason = RemovalReason.OTHER,
) -> list[Registration]:
    """Decide alike about the chosen registrations, in the order in which they came; return those that it concerned.

    Args:
        chosen: public ids; those of other seminars, and those in a state that does not allow the decision, are left out.
        reason: of a removal.

    Raises:
        SeminarCompleted: the seminar is completed or archived.
    """
    services: dict[Decision, _Service] = {
        Decision.APPROVE: approve,
        Decision.DECLINE: decline,
        Decision.OPEN: open_seats,
        Decision.REMOVE: partial(remove, reason=reason),
    }
    removes = decision is Decision.REMOVE
    return _each(session, context, seminar_id=seminar_id, chosen=chosen, service=services[decision], unseated_first=removes)


def undo_many(
    session: Session, context: ChangeContext, *, seminar_id: int, chosen: Collection[uuid.UUID], decision: Decision
) -> list[Registration]:
    """Take a decision about many back; return those who stand as before. Left out is who has changed since, or too late.

    Raises:
        SeminarCompleted: the seminar is completed or archived.
    """
    services: dict[Decision, _Service] = {Decision.APPROVE: reconsider, Decision.OPEN: close_seats}
    service: _Service = services.get(decision, partial(restore, undo=True))
    # the last seated goes first, else a seat that becomes free on the way goes to one who is still to be taken back
    return _each(session, context, seminar_id=seminar_id, chosen=chosen, service=service, backwards=decision in services)


def _each(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    chosen: Collection[uuid.UUID],
    service: _Service,
    backwards: bool = False,
    unseated_first: bool = False,
) -> list[Registration]:
    lock_seats(session, seminar_id).refuse_if_frozen()
    done = []
    ids = _in_order(session, seminar_id, chosen, unseated_first=unseated_first)
    for registration_id in reversed(ids) if backwards else ids:
        try:
            done.append(service(session, context, seminar_id=seminar_id, registration_id=registration_id))
        except (NotInThisState, TooLateToTakeBack):
            continue
    return done


def _in_order(session: Session, seminar_id: int, chosen: Collection[uuid.UUID], *, unseated_first: bool) -> Sequence[int]:
    """Return the ids in order of arrival; those without a seat first where a seat that becomes free would go to one of them."""
    here = select(Registration.id).where(Registration.seminar_id == seminar_id, Registration.public_id.in_(chosen))
    seated = [case((Registration.seat_pool_id.is_(None), 0), else_=1)] if unseated_first else []
    return session.scalars(here.order_by(*seated, Registration.registered_at, Registration.id)).all()
