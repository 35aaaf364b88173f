"""In the demonstration no mail leaves, so the page that says «look into your mail» leads to the message itself."""

from __future__ import annotations

import uuid

from flask import current_app
from sqlalchemy import select

from config import Mode, Settings
from seminar_app.core.errors import NotFound
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import Letter, NotToBeSent, write
from seminar_app.web.database import session


def is_open_here() -> bool:
    """Whether mail is read here: in a demonstration without a mail server."""
    settings: Settings = current_app.extensions["settings"]
    return settings.mode is Mode.DEMO and settings.smtp_url is None


def letter_to(owner: uuid.UUID, *, purpose: str) -> Letter | None:
    """Return the newest message with this owner's secret link as its receiver reads it; None if none is sent.

    Raises:
        NotFound: mail is not read here.
    """
    if not is_open_here():
        raise NotFound
    theirs = select(Message).where(Message.link_owner == owner, Message.link_purpose == purpose).order_by(Message.id.desc()).limit(1)
    row = session().scalar(theirs)
    try:
        return write(current_app._get_current_object(), row, reading=session()) if row is not None else None  # type: ignore[attr-defined]
    except NotToBeSent:
        return None
