"""The last changes of the place of one of a liaison's people, and who got a seat by them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.actor import RULE, Actor
from seminar_app.registration.door_rules import may_take_back
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState


class Step(Struct, frozen=True):
    """A change of a registration's state. `by_account`: the account has made it; `undoable`: it can still be taken back."""

    id: int
    at: datetime
    from_state: RegistrationState | None
    to_state: RegistrationState
    by_account: bool
    undoable: bool


def last_steps_of(session: Session, actor: Actor, registration_id: int, *, now: datetime) -> list[Step]:
    """Return the last two changes of a registration's state, newest first."""
    columns = RegistrationHistory.id, RegistrationHistory.at, RegistrationHistory.from_state, RegistrationHistory.to_state
    steps = select(*columns, RegistrationHistory.actor).where(RegistrationHistory.registration_id == registration_id)
    found = []
    for row in session.execute(steps.order_by(RegistrationHistory.id.desc()).limit(2)):
        by_account = row.actor == actor.audit_name
        undoable = by_account and may_take_back(row.at, now=now)
        found.append(Step(row.id, row.at, row.from_state, row.to_state, by_account=by_account, undoable=undoable))
    return found


def seated_by(session: Session, seminar_id: int, step: Step) -> Collection[int]:
    """Return the registrations to which the rules gave seats that this step had freed."""
    given = (
        select(RegistrationHistory.registration_id)
        .join(Registration, Registration.id == RegistrationHistory.registration_id)
        .where(
            Registration.seminar_id == seminar_id,
            RegistrationHistory.id > step.id,
            RegistrationHistory.at == step.at,
            RegistrationHistory.actor == RULE,
            RegistrationHistory.from_state == RegistrationState.WAITLISTED,
            RegistrationHistory.to_state == RegistrationState.REGISTERED,
        )
    )
    return session.scalars(given).all()
