"""Mail that is written as one to many people: enqueued together, counted together, and taken back while none has left."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_rows
from seminar_app.core.links import SecretLink
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState, outcome_of
from seminar_app.messages.services import QUIET, columns_of, new_values, refuse_without_office


class Addressed(Struct, frozen=True, kw_only=True):
    """One mail of a batch; the fields are as of `services.enqueue`. No key may have been used before."""

    kind: str
    language: str
    to_address: str
    to_name: str
    facts: dict[str, Any]
    link: SecretLink
    link_endpoint: str
    dedupe_key: str


def enqueue_all(session: Session, context: ChangeContext, mails: Sequence[Addressed], *, batch: uuid.UUID, not_before: datetime) -> None:
    """Enqueue the mails of a batch in one statement, however many there are; none about a seminar of which nothing is sent.

    Raises:
        IntegrityError: a key was used before, so the caller has written to somebody twice; nothing is enqueued.
    """
    rows = []
    for mail in mails:
        refuse_without_office(mail.kind, mail.facts)
        if QUIET in mail.facts:
            continue
        rows.append(
            new_values(
                session,
                now=context.now,
                not_before=not_before,
                dedupe_key=mail.dedupe_key,
                kind=mail.kind,
                language=mail.language,
                to_address=mail.to_address,
                to_name=mail.to_name,
                context=mail.facts,
                link_endpoint=mail.link_endpoint,
                batch=batch,
                **columns_of(mail.link),
            )
        )
    if rows:
        insert_rows(session, Message, rows)


def take_back(session: Session, context: ChangeContext, *, batch: uuid.UUID) -> bool:
    """Delete the mails of a batch that no sender has touched; return whether that were all of them.

    False: the caller must roll back, because some have left or are leaving. A sender that has leased a mail holds its row on
    PostgreSQL, so the statement waits for it and then passes that mail over; on SQLite there is one writer at a time.
    """
    untouched = (Message.state == MessageState.WAITING, Message.attempts == 0, Message.not_before > context.now)
    session.execute(delete(Message).where(Message.batch == batch, *untouched).execution_options(synchronize_session=False))
    return session.scalar(select(Message.id).where(Message.batch == batch).limit(1)) is None


class BatchCounts(Struct, frozen=True):
    """What has become of the mails of a batch.

    Attributes:
        sent: the mail server took them.
        waiting: not tried yet, or being sent right now.
        deferred: tried, and tried again later.
        failed: given up.
    """

    sent: int = 0
    waiting: int = 0
    deferred: int = 0
    failed: int = 0

    @property
    def under_way(self) -> int:
        """Number of mails that may still leave."""
        return self.waiting + self.deferred

    @property
    def all(self) -> int:
        """Number of mails in the outbox."""
        return self.sent + self.waiting + self.deferred + self.failed


def counts_of(session: Session, batches: Collection[uuid.UUID]) -> Mapping[uuid.UUID, BatchCounts]:
    """Count the mails of each batch, in one statement."""
    tried = Message.attempts > 0
    rows = session.execute(
        select(Message.batch, Message.state, tried.label("tried"), func.count().label("number"))
        .where(Message.batch.in_(batches))
        .group_by(Message.batch, Message.state, tried)
    )
    counts: dict[uuid.UUID, dict[str, int]] = {batch: {} for batch in batches}
    for row in rows:
        of = counts[row.batch]
        outcome = outcome_of(row.state, attempts=int(row.tried)).value
        of[outcome] = of.get(outcome, 0) + row.number
    return {batch: BatchCounts(**found) for batch, found in counts.items()}
