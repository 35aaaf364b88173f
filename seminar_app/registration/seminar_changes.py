"""What changes of a seminar and of the directory mean for registrations.

A cancellation is told by mail, and so are changes of what people hold a copy of. A published seminar with registrations does not
become a draft. If the first day moves or a succession is recorded, people
of other agencies may hold the seats, so they are settled again.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from seminar_app.agencies.events import when_paths_change
from seminar_app.core.change_context import ChangeContext
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.told import CONCERNED
from seminar_app.registration.services import change_notices
from seminar_app.registration.services.locked_seats import lock_seats
from seminar_app.registration.services.mails import tell
from seminar_app.registration.services.seats import settle, settle_all
from seminar_app.seminars.errors import PeopleRegistered
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Announced, Change
from seminar_app.seminars.services import SeminarEdit, StateChange, when_announced_changes, when_changing_state, when_editing

KIND = "seminar_cancelled"


@when_changing_state
def on_change(session: Session, context: ChangeContext, seminar: Seminar, change: StateChange) -> None:
    """Mail the reason of a cancellation to all concerned; refuse to unpublish a seminar with registrations; decide on changes that wait.

    Raises:
        PeopleRegistered: the seminar has registrations, in any state.
    """
    if change.change is Change.UNPUBLISH:
        if session.scalar(select(Registration.id).where(Registration.seminar_id == seminar.id).limit(1)) is not None:
            raise PeopleRegistered
    elif change.change is Change.PUBLISH:
        change_notices.wait_from(session, context.now, seminar)
    elif change.change is Change.COMPLETE:
        change_notices.drop(session, context, seminar)
    elif change.change is Change.CANCEL:
        change_notices.drop(session, context, seminar)
        office = session.get_one(Office, seminar.office_id)
        people = select(Registration).where(Registration.seminar_id == seminar.id, Registration.state.in_(CONCERNED))
        for registration in session.scalars(people.options(joinedload(Registration.person)).order_by(Registration.id)).all():
            key = f"{KIND}:{registration.public_id.hex}"
            tell(session, context, kind=KIND, seminar=seminar, office=office, registration=registration, dedupe_key=key)


@when_editing
def on_edit(session: Session, context: ChangeContext, seminar: Seminar, edit: SeminarEdit) -> None:
    """If the first day moved, give free seats to those who may hold them now. The seats are locked already."""
    if "starts_on" in edit.fields:
        settle(session, context, seats=lock_seats(session, seminar.id))


@when_announced_changes
def on_news(session: Session, context: ChangeContext, seminar: Seminar, before: Announced, after: Announced) -> None:
    """Collect what people will be told of."""
    change_notices.collect(session, context, seminar, before, after)


@when_paths_change
def on_new_paths(session: Session, context: ChangeContext) -> None:
    """Give free seats to those who may hold them since a succession was recorded or undone."""
    settle_all(session, context)
