"""Read the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from seminar_app.core.addresses import search_form
from seminar_app.core.errors import NotFound
from seminar_app.core.word_search import words_begin
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState

PAGE_SIZE = 50
UNSENT = (MessageState.WAITING, MessageState.SENDING, MessageState.FAILED)


def anything_due(session: Session, now: datetime) -> bool:
    """Whether a message is due."""
    due = select(Message.id).where(Message.state.in_((MessageState.WAITING, MessageState.SENDING)), Message.not_before <= now).limit(1)
    return session.scalar(due) is not None


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Filter for the outbox; None selects all."""

    state: MessageState | None = None
    kind: str | None = None
    to: str | None = None
    """Beginning of the address, or words of the name."""


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page of the outbox, newest first; `next_before` is where the next page begins, None on the last."""

    messages: Sequence[Message]
    next_before: uuid.UUID | None


def messages_page(session: Session, wanted: MessageFilter, *, before: uuid.UUID | None = None) -> MessagePage:
    """Return fifty messages, newest first; only messages older than `before` if it is given."""
    query = select(Message).where(*_conditions(session, wanted)).order_by(Message.id.desc()).limit(PAGE_SIZE + 1)
    if before is not None:
        query = query.where(Message.id < select(Message.id).where(Message.public_id == before).scalar_subquery())
    rows = session.scalars(query).all()
    return MessagePage(rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].public_id if len(rows) > PAGE_SIZE else None)


def _conditions(session: Session, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.state is not None:
        conditions.append(Message.state == bindparam(None, wanted.state, literal_execute=True))  # literal, to match the partial index
    if wanted.kind is not None:
        conditions.append(Message.kind == wanted.kind)
    if wanted.to:
        begins = Message.to_address.startswith(search_form(wanted.to), autoescape=True)
        conditions.append(or_(begins, words_begin(session, func.lower(Message.to_name), wanted.to.lower().split())))
    return conditions


def counts_by_state(session: Session) -> Mapping[MessageState, int]:
    """Count the messages in each state; states without messages count 0."""
    found: dict[MessageState, int] = {
        row.state: row.number for row in session.execute(select(Message.state, func.count().label("number")).group_by(Message.state))
    }
    return {state: found.get(state, 0) for state in MessageState}


def unsent_by_state(session: Session) -> Mapping[MessageState, int]:
    """Count the messages in each state but sent. Sent messages will be millions one day, and no page needs their number."""
    rows = session.execute(select(Message.state, func.count().label("number")).where(Message.state.in_(UNSENT)).group_by(Message.state))
    found: dict[MessageState, int] = {row.state: row.number for row in rows}
    return {state: found.get(state, 0) for state in UNSENT}


def get_message(session: Session, public_id: uuid.UUID) -> Message:
    """Return one message.

    Raises:
        NotFound: no message has this id.
    """
    message = session.scalar(select(Message).where(Message.public_id == public_id))
    if message is None:
        raise NotFound
    return message


def oldest_waiting(session: Session, now: datetime) -> datetime | None:
    """Return when the oldest message that is due was created, for monitoring; None if none is due."""
    due = and_(Message.state.in_((MessageState.WAITING, MessageState.SENDING)), Message.not_before <= now)
    return session.scalar(select(func.min(Message.created_at)).where(due))
