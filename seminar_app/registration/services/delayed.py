"""Mail that waits two minutes, so that what it tells of can be undone before anybody reads it."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.registration.door_rules import TIME_TO_TAKE_BACK
from seminar_app.registration.models import Registration
from seminar_app.registration.services.locked_seats import LockedSeats
from seminar_app.registration.services.mails import tell

TIME_TO_UNDO = TIME_TO_TAKE_BACK


def tell_unless_undone(
    session: Session, context: ChangeContext, *, kind: str, seats: LockedSeats, registration: Registration, **more: str
) -> None:
    """Queue the mail with a delay of two minutes, so that Undo can also delete it. `more`: facts that only this kind of mail states."""
    message = tell(
        session,
        context,
        kind=kind,
        seminar=seats.seminar,
        office=seats.office,
        registration=registration,
        dedupe_key=_key(registration),
        **more,
    )
    if message is not None:
        message.not_before = context.now + TIME_TO_UNDO


def unsay(session: Session, context: ChangeContext, registration: Registration) -> bool:
    """Delete the mail of the registration's last change, if it waits for an undo; return whether there was one."""
    return _delete(session, context, Message.dedupe_key == _key(registration))


def unsay_all(session: Session, context: ChangeContext, registration: Registration) -> bool:
    """Delete all mail to this official that waits for an undo, also where the registration was edited since."""
    return _delete(session, context, Message.link_owner == registration.public_id)


def _delete(session: Session, context: ChangeContext, which: object) -> bool:
    unsaid = session.execute(
        delete(Message).where(
            which,  # type: ignore[arg-type]
            Message.state == MessageState.WAITING,
            Message.attempts == 0,
            Message.not_before > context.now,
        )
    )
    return bool(getattr(unsaid, "rowcount", 0))


def _key(registration: Registration) -> str:
    return f"off:{registration.public_id.hex}:{registration.version}"
