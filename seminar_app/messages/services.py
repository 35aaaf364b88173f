"""Put mail into the outbox, and record the steps of its sender. Each step is a short transaction of its own.

No function here talks to a mail server: `delivery.py` does, between two transactions and never inside one.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import N_, NotFound
from seminar_app.core.inserts import insert_now
from seminar_app.core.installation import installation_of
from seminar_app.core.links import SecretLink
from seminar_app.messages.errors import BeingSent
from seminar_app.messages.kinds import kinds_deleted_when_sent
from seminar_app.messages.models import Message
from seminar_app.messages.rules import LEASE, MessageState, may_send_again, next_attempt

LONGEST_ERROR = 500
DOMAIN = re.compile(r"[A-Za-z0-9.-]{1,80}")
"""A host that fits into the Message-ID's column."""
QUIET = "quiet"
"""A fact of mail about a seminar to whose people nothing is sent, because it was held before it was entered here."""
HELD = N_("Held: the database was restored from a backup, and this may have been sent before.")


def enqueue(
    session: Session,
    context: ChangeContext,
    *,
    kind: str,
    language: str,
    to_address: str,
    to_name: str,
    facts: dict[str, Any],
    link: SecretLink | None = None,
    link_endpoint: str | None = None,
    dedupe_key: str | None = None,
    not_before: datetime | None = None,
) -> Message | None:
    """Enqueue a mail. It is sent after this transaction is committed.

    Args:
        session: to write with.
        context: of the change that the mail tells of.
        kind: template `templates/email/<kind>.<language>.txt`.
        language: `es` or `en`.
        to_address: e-mail address.
        to_name: name of the recipient.
        facts: values for the template, as JSON; no secret, no link.
        link: a secret link to be made when the mail is rendered; the template gets its address as `link`.
        link_endpoint: page that takes the link's `token`.
        dedupe_key: a message with this key is enqueued once in all.
        not_before: None for at once.

    Returns:
        The message, or None if the key was used before, or if nothing is sent about the seminar.

    Raises:
        ValueError: the mail is about a seminar and does not say which office answers; a fault of the program.
    """
    refuse_without_office(kind, facts)
    if QUIET in facts:
        return None
    if dedupe_key is not None and session.scalar(select(Message.id).where(Message.dedupe_key == dedupe_key)) is not None:
        return None
    message = _new(
        session,
        now=context.now,
        not_before=not_before or context.now,
        dedupe_key=dedupe_key,
        kind=kind,
        language=language,
        to_address=to_address,
        to_name=to_name,
        context=facts,
        link_endpoint=link_endpoint,
        **columns_of(link),
    )
    if dedupe_key is None:
        insert_now(session, message)
        return message
    try:
        with session.begin_nested():
            insert_now(session, message)
    except IntegrityError:  # somebody else used the key since we looked
        return None
    return message


def refuse_without_office(kind: str, facts: dict[str, Any]) -> None:
    """Refuse a mail about a seminar that does not say which office answers.

    Raises:
        ValueError: it does not; a fault of the program.
    """
    if "slug" in facts and "office_email" not in facts:
        raise ValueError(f"{kind} is about a seminar and names no office to answer to")


def columns_of(link: SecretLink | None) -> dict[str, Any]:
    """Return the values of the columns that a secret link is made from again."""
    return {
        "link_purpose": link.purpose if link else None,
        "link_owner": link.owner if link else None,
        "link_version": link.version if link else None,
    }


def new_values(session: Session, *, now: datetime, **values: Any) -> dict[str, Any]:
    """Return the values of a message's columns: those given, and those that every new message has."""
    public_id = uuid.uuid4()
    own = {
        "public_id": public_id,
        "message_id": f"<{public_id.hex}@{_domain(session)}>",
        "state": MessageState.WAITING,
        "attempts": 0,
        "created_at": now,
    }
    return own | values


def _new(session: Session, *, now: datetime, **values: Any) -> Message:
    return Message(**new_values(session, now=now, **values))


def _domain(session: Session) -> str:
    """Return the host of PUBLIC_URL: spam filters distrust a Message-ID whose domain does not exist."""
    host = urlsplit(installation_of(session).settings.public_url).hostname or ""
    return host if DOMAIN.fullmatch(host) else "constancia.invalid"


class Lease(Struct, frozen=True):
    """The right to send one message until `until`; after that another sender may take it."""

    message: Message
    until: datetime


def lease_next(session: Session, *, now: datetime) -> Lease | None:
    """Lease the message that has waited longest, or one whose sender died; None if no message is due.

    On PostgreSQL senders skip a message that another sender is leasing. On SQLite there is one writer at a time anyway.
    """
    message = session.scalar(
        select(Message)
        .where(Message.state.in_((MessageState.WAITING, MessageState.SENDING)), Message.not_before <= now)
        .order_by(Message.not_before, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return None if message is None else _lease(session, message, now=now)


def lease_new(session: Session, message: Message, *, now: datetime) -> Lease:
    """Lease a message in the transaction that enqueued it, so that no other sender takes it."""
    return _lease(session, message, now=now)


def _lease(session: Session, message: Message, *, now: datetime) -> Lease:
    until = now + LEASE
    message.state = MessageState.SENDING
    message.attempts += 1
    message.leased_until = message.not_before = until
    session.flush()
    return Lease(message, until)


def record_sent(session: Session, lease: Lease, *, now: datetime) -> bool:
    """Record that the server has accepted the mail. False if another sender took over the lease meanwhile."""
    done = _finish(session, lease, state=MessageState.SENT, sent_at=now, not_before=now, last_error=None)
    if done and lease.message.kind in kinds_deleted_when_sent():
        session.execute(delete(Message).where(Message.id == lease.message.id).execution_options(synchronize_session=False))
    return done


def record_failure(session: Session, lease: Lease, *, now: datetime, error: str, refused_for_good: bool) -> bool:
    """Record why the server did not accept the mail, and when to try again or that we give up. False if the lease was lost."""
    again = next_attempt(lease.message.attempts, refused_for_good=refused_for_good, now=now)
    return _finish(
        session,
        lease,
        state=MessageState.FAILED if again is None else MessageState.WAITING,
        not_before=again or now,
        last_error=error[:LONGEST_ERROR],
    )


def forget(session: Session, lease: Lease) -> bool:
    """Delete a leased message that is not to be tried again; return False if another sender took over the lease meanwhile."""
    mine = (Message.id == lease.message.id, Message.state == MessageState.SENDING, Message.leased_until == lease.until)
    gone = session.execute(delete(Message).where(*mine).execution_options(synchronize_session=False))
    return _changed(gone) == 1


def forget_of(session: Session, owners: Collection[uuid.UUID], *, purpose: str) -> int:
    """Delete the messages whose secret links belong to these owners; return how many there were."""
    theirs = (Message.link_owner.in_(owners), Message.link_purpose == purpose)
    return _changed(session.execute(delete(Message).where(*theirs).execution_options(synchronize_session=False)))


def hold_undelivered(session: Session, context: ChangeContext) -> int:
    """Set aside unsent messages after a restore: they may have been sent since the backup was made.

    Returns:
        Number of messages that wait for `release_held`, or for an administrator who sends them one by one.
    """
    return _changed(
        session.execute(
            update(Message)
            .where(Message.state.in_((MessageState.WAITING, MessageState.SENDING)))
            .values(state=MessageState.FAILED, leased_until=None, not_before=context.now, last_error=HELD)
            .execution_options(synchronize_session=False)
        )
    )


def release_held(session: Session, context: ChangeContext) -> int:
    """Send all messages that `hold_undelivered` set aside. Each keeps its Message-ID, so that a mailbox drops copies.

    Returns:
        Number of messages.
    """
    return _changed(
        session.execute(
            update(Message)
            .where(Message.state == MessageState.FAILED, Message.last_error == HELD)
            .values(state=MessageState.WAITING, attempts=0, not_before=context.now, last_error=None)
            .execution_options(synchronize_session=False)
        )
    )


def _changed(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0


def _finish(session: Session, lease: Lease, **values: Any) -> bool:
    result = session.execute(
        update(Message)
        .where(Message.id == lease.message.id, Message.state == MessageState.SENDING, Message.leased_until == lease.until)
        .values(leased_until=None, **values)
        .execution_options(synchronize_session=False)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def send_again(session: Session, context: ChangeContext, *, public_id: uuid.UUID) -> Message:
    """Send a message again: an unsent one goes at once; of a sent one, a copy with its own Message-ID.

    A mailbox drops a second mail with the same Message-ID. That is right for a retry, but not for a person who asks for a copy.

    Raises:
        NotFound: no such message.
        BeingSent: a sender holds its lease.
    """
    message = session.scalar(select(Message).where(Message.public_id == public_id).with_for_update())
    if message is None:
        raise NotFound
    if not may_send_again(message.state):
        raise BeingSent
    if message.state is MessageState.SENT:
        copied = ("kind", "language", "to_address", "to_name", "context", "link_endpoint", "link_purpose", "link_owner", "link_version")
        again = _new(session, now=context.now, not_before=context.now, **{name: getattr(message, name) for name in copied})
        session.add(again)
    else:
        again = message
        again.state, again.attempts, again.not_before = MessageState.WAITING, 0, context.now
    record(
        session,
        context,
        action="message.sent_again",
        subject=f"outbox:{message.public_id.hex}",
        details={"kind": message.kind, "as": again.public_id.hex},
    )
    return again
