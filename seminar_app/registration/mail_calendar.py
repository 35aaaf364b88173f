"""The calendar file that goes with mails which give a seat or tell of changes. Opened, it moves what the calendar has already."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.errors import NotFound
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import Attachment, PageAddress, attach
from seminar_app.registration.models import ChangeNotice
from seminar_app.registration.services import change_notices
from seminar_app.seminars.public_queries import seminar_as_told
from seminar_app.seminars.rules import Announced, AnnouncedSession

KINDS = ("registered", "seat_given", "approved", change_notices.KIND, change_notices.LIAISON_KIND)


def init_app() -> None:
    """Register it for these kinds of mail."""
    for kind in KINDS:
        attach(kind, _calendar_of)


def _calendar_of(session: Session, message: Message, address_of: PageAddress) -> Attachment | None:
    """Return the sessions as they are when the mail leaves, those that were deleted as cancelled; None if the slug is another now."""
    from seminar_app.seminars.calendar_file import calendar_file  # noqa: PLC0415  4 MB of memory that most workers never need

    try:
        seminar = seminar_as_told(session, message.context.get("slug", ""))
    except NotFound:
        return None
    there = {each.public_id.hex for each in seminar.sessions}
    deleted = [each for each in _held_before(session, message) if each.public_id not in there]
    return Attachment(
        name=f"{seminar.slug}.ics",
        content=calendar_file(seminar, url=address_of("seminars.page", slug=seminar.slug), deleted=deleted),
        kind="text/calendar",
        parameters={"charset": "utf-8", "method": "PUBLISH"},
    )


def _held_before(session: Session, message: Message) -> tuple[AnnouncedSession, ...]:
    """Return the sessions before the changes that the mail tells of."""
    if "notice" not in message.context:
        return ()
    before = session.scalar(select(ChangeNotice.before).where(ChangeNotice.public_id == uuid.UUID(message.context["notice"])))
    return Announced.from_json(before).sessions if before is not None else ()
