"""What a seminar's change of state means for its registrations: a cancellation is told by mail, a draft may have none."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from seminar_app.core.change_context import ChangeContext
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services.mails import tell
from seminar_app.seminars.errors import PeopleRegistered
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Change
from seminar_app.seminars.services import StateChange, when_changing_state

CONCERNED = (
    RegistrationState.NOMINATED,
    RegistrationState.INVITED,
    RegistrationState.PENDING,
    RegistrationState.REGISTERED,
    RegistrationState.WAITLISTED,
)
KIND = "seminar_cancelled"


@when_changing_state
def on_change(session: Session, context: ChangeContext, seminar: Seminar, change: StateChange) -> None:
    """Mail the reason of a cancellation to everyone concerned; refuse to unpublish a seminar that has registrations.

    Raises:
        PeopleRegistered: the seminar has registrations, in any state.
    """
    if change.change is Change.UNPUBLISH:
        if session.scalar(select(Registration.id).where(Registration.seminar_id == seminar.id).limit(1)) is not None:
            raise PeopleRegistered
    elif change.change is Change.CANCEL:
        office = session.get_one(Office, seminar.office_id)
        people = select(Registration).where(Registration.seminar_id == seminar.id, Registration.state.in_(CONCERNED))
        for registration in session.scalars(people.options(joinedload(Registration.person)).order_by(Registration.id)).all():
            key = f"{KIND}:{registration.public_id.hex}"
            tell(session, context, kind=KIND, seminar=seminar, office=office, registration=registration, dedupe_key=key)
