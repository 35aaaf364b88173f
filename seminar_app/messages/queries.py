"""Read the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from seminar_app.core.addresses import search_form
from seminar_app.core.errors import NotFound
from seminar_app.core.word_search import words_begin
from seminar_app.messages.kinds import kinds_deleted_when_sent
from seminar_app.messages.models import Message
from seminar_app.messages.receivers import is_withheld, shown_receivers
from seminar_app.messages.rules import MessageState, Outcome, outcome_of

PAGE_SIZE = 50
WAITS_TOO_LONG = timedelta(minutes=10)
UNSENT = (MessageState.WAITING, MessageState.SENDING, MessageState.FAILED)


def anything_due(session: Session, now: datetime) -> bool:
    """Whether a message is due."""
    due = select(Message.id).where(Message.state.in_((MessageState.WAITING, MessageState.SENDING)), Message.not_before <= now).limit(1)
    return session.scalar(due) is not None


class MessageFilter(Struct, frozen=True):
    """Filter for the outbox; None selects all."""

    state: MessageState | None = None
    kind: str | None = None
    to: str | None = None
    """Beginning of the address, or words of the name."""


class ShownMessage(Struct, frozen=True):
    """A message as administrators may see it. If its receiver must not be named, subject, text and the server's answer are withheld."""

    public_id: uuid.UUID
    kind: str
    receiver: str
    """Name and address, or what stands in their place."""
    withheld: bool
    subject: str | None
    """None if it is withheld, or cannot be written."""
    language: str
    state: MessageState
    attempts: int
    not_before: datetime
    created_at: datetime
    sent_at: datetime | None
    last_error: str | None
    has_link: bool


class MessagePage(Struct, frozen=True):
    """One page of the outbox, newest first; `next_before` is where the next page begins, None on the last."""

    messages: Sequence[ShownMessage]
    next_before: uuid.UUID | None


Subjects = Callable[[Sequence[Message]], Mapping[int, str | None]]
"""Writes the subjects of messages, by id; None for one that cannot be written."""


def messages_page(session: Session, wanted: MessageFilter, *, subjects: Subjects, before: uuid.UUID | None = None) -> MessagePage:
    """Return fifty messages, newest first; only messages older than `before` if it is given."""
    query = select(Message).where(*_conditions(session, wanted)).order_by(Message.id.desc()).limit(PAGE_SIZE + 1)
    if before is not None:
        query = query.where(Message.id < select(Message.id).where(Message.public_id == before).scalar_subquery())
    rows = session.scalars(query).all()
    shown = as_shown(session, rows[:PAGE_SIZE], subjects=subjects)
    return MessagePage(shown, rows[PAGE_SIZE - 1].public_id if len(rows) > PAGE_SIZE else None)


def as_shown(session: Session, rows: Sequence[Message], *, subjects: Subjects) -> list[ShownMessage]:
    """Return messages as administrators may see them."""
    codes = shown_receivers(session, rows)
    written = subjects([row for row in rows if row.id not in codes])
    return [_shown(row, codes.get(row.id), written.get(row.id)) for row in rows]


def _shown(row: Message, code: str | None, subject: str | None) -> ShownMessage:
    return ShownMessage(
        public_id=row.public_id,
        kind=row.kind,
        receiver=code or ", ".join(filter(None, (row.to_name, row.to_address))),
        withheld=code is not None,
        subject=subject if code is None else None,
        language=row.language,
        state=row.state,
        attempts=row.attempts,
        not_before=row.not_before,
        created_at=row.created_at,
        sent_at=row.sent_at,
        last_error=row.last_error if code is None else None,
        has_link=row.link_purpose is not None,
    )


def _conditions(session: Session, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.state is not None:
        conditions.append(Message.state == bindparam(None, wanted.state, literal_execute=True))  # literal, to match the partial index
    if wanted.kind is not None:
        conditions.append(Message.kind == wanted.kind)
    if wanted.to:
        begins = Message.to_address.startswith(search_form(wanted.to), autoescape=True)
        conditions.append(or_(begins, words_begin(session, func.lower(Message.to_name), wanted.to.lower().split())))
        conditions.append(~is_withheld())
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


class MailStatus(Struct, frozen=True):
    """A message about one registration, and what became of it; no address and no text."""

    public_id: uuid.UUID
    kind: str
    state: MessageState
    created_at: datetime
    sent_at: datetime | None
    error: str | None
    attempts: int
    not_before: datetime
    """When it is tried next, or leaves first."""

    @property
    def outcome(self) -> Outcome:
        """What has become of it."""
        return outcome_of(self.state, attempts=self.attempts)


STATUS = (
    Message.public_id,
    Message.kind,
    Message.state,
    Message.created_at,
    Message.sent_at,
    Message.last_error,
    Message.attempts,
    Message.not_before,
)
"""The columns of a `MailStatus`, in its order."""


def mail_of(session: Session, owner: uuid.UUID) -> list[MailStatus]:
    """Return the messages whose secret link belongs to this owner (the public id of a registration), newest first.

    Those whose rows would tell too much are left out: a reminder that waits tells who has not answered.
    """
    theirs = (Message.link_owner == owner, Message.kind.not_in(kinds_deleted_when_sent()))
    rows = session.execute(select(*STATUS).where(*theirs).order_by(Message.id.desc()).limit(PAGE_SIZE))
    return [MailStatus(*row) for row in rows]


class StuckMail(Struct, frozen=True):
    """Messages that wait longer than they should: how many, and since when the oldest."""

    number: int
    since: datetime


def stuck_mail(session: Session, *, now: datetime) -> StuckMail | None:
    """Return the messages that have waited for more than ten minutes because nothing sends them, or because the server takes none.

    A message that the server refuses while it takes later ones (a full mailbox) is not among them: only that receiver has to wait.
    """
    late, on_its_way = now - WAITS_TOO_LONG, Message.state.in_((MessageState.WAITING, MessageState.SENDING))
    last_sent = last_sent_at(session)
    untried = and_(Message.attempts == 0, Message.not_before <= late)
    tried = and_(Message.attempts > 0, Message.created_at <= late, *([Message.created_at > last_sent] if last_sent else []))
    since = case((Message.attempts == 0, Message.not_before), else_=Message.created_at)
    row = session.execute(select(func.count(), func.min(since)).where(on_its_way, or_(untried, tried))).one()
    return StuckMail(row[0], row[1]) if row[0] else None


def last_sent_at(session: Session) -> datetime | None:
    """Return when the mail server last took a message; None if it never did."""
    sent = select(Message.sent_at).where(Message.state == MessageState.SENT).order_by(Message.not_before.desc()).limit(1)
    return session.scalar(sent)
