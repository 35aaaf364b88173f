"""Putting mail into the outbox, in the transaction that decided it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.links import SecretLink
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState


def enqueue(
    session: Session,
    *,
    now: datetime,
    kind: str,
    language: str,
    to_address: str,
    to_name: str,
    context: dict[str, Any],
    link: SecretLink | None = None,
    link_endpoint: str | None = None,
    dedupe_key: str | None = None,
) -> Message | None:
    """Decide that a mail will be sent once this transaction is committed.

    Args:
        kind: template `templates/email/<kind>.<language>.txt`.
        context: what the template needs, as JSON; no secret, no link.
        link: a secret link to be made when the mail is written; the template finds its address as `link`.
        link_endpoint: page that takes the link's `token`.
        dedupe_key: a message with this key is enqueued once in all.

    Returns:
        The message, or None where the key was used before.
    """
    if dedupe_key is not None and session.scalar(select(Message.id).where(Message.dedupe_key == dedupe_key)) is not None:
        return None
    public_id = uuid.uuid4()
    message = Message(
        public_id=public_id,
        message_id=f"<{public_id.hex}@constancia>",
        dedupe_key=dedupe_key,
        kind=kind,
        language=language,
        to_address=to_address,
        to_name=to_name,
        context=context,
        link_endpoint=link_endpoint,
        link_purpose=link.purpose if link else None,
        link_owner=link.owner if link else None,
        link_version=link.version if link else None,
        state=MessageState.WAITING,
        attempts=0,
        not_before=now,
        created_at=now,
    )
    session.add(message)
    return message
