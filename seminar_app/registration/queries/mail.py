"""Mail to the people of a seminar, and what became of it. Messages whose rows would tell too much are left out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from seminar_app.agencies.queries import agencies_then
from seminar_app.core.values import replace
from seminar_app.messages.kinds import kinds_deleted_when_sent
from seminar_app.messages.models import Message
from seminar_app.messages.queries import PAGE_SIZE, STATUS, MailStatus
from seminar_app.messages.rules import MessageState, Outcome, outcome_of
from seminar_app.people.models import Person
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.links import PURPOSE
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.shown import SHOWN, shown_person

_TRIED = and_(Message.state == MessageState.WAITING, Message.attempts > 0)
_OF_OUTCOME: Mapping[Outcome, ColumnElement[bool]] = {
    Outcome.SENT: Message.state == MessageState.SENT,
    Outcome.WAITING: or_(Message.state == MessageState.SENDING, and_(Message.state == MessageState.WAITING, Message.attempts == 0)),
    Outcome.DEFERRED: _TRIED,
    Outcome.FAILED: Message.state == MessageState.FAILED,
}


def _to_people_of(seminar_id: int) -> list[ColumnElement[bool]]:
    """Return the conditions on `Message`, joined with `Registration` by `_theirs`, and `Person`."""
    return [Registration.seminar_id == seminar_id, *_told()]


def _told() -> list[ColumnElement[bool]]:
    """Return the conditions without the seminar."""
    return [
        Message.kind.not_in(kinds_deleted_when_sent()),
        Person.merged_into_id.is_(None),
        Person.erased_at.is_(None),
    ]


def _theirs() -> ColumnElement[bool]:
    return and_(Message.link_owner == Registration.public_id, Message.link_purpose == PURPOSE)


def _is_newest() -> ColumnElement[bool]:
    """Return the condition that nothing was written to the person about the seminar since: an old failure is no news."""
    since = aliased(Message)
    theirs = (since.link_owner == Message.link_owner, since.link_purpose == PURPOSE, since.kind.not_in(kinds_deleted_when_sent()))
    newest = select(func.max(since.id)).where(*theirs).correlate(Message).scalar_subquery()
    return Message.id == newest


def mail_troubles(session: Session, seminar_id: int) -> Mapping[uuid.UUID, Outcome]:
    """Return the registrations whose last mail failed or is put off, in one statement."""
    trouble = or_(_OF_OUTCOME[Outcome.FAILED], _OF_OUTCOME[Outcome.DEFERRED])
    rows = session.execute(
        select(Registration.public_id, Message.state, Message.attempts)
        .join(Message, _theirs())
        .join(Person, Person.id == Registration.person_id)
        .where(*_to_people_of(seminar_id), trouble, _is_newest())
    )
    return {row.public_id: outcome_of(row.state, attempts=row.attempts) for row in rows}


def failed_mail(seminars: Select[int]) -> Select[int, int]:
    """Select (seminar, number of people whom the last mail did not reach) of the seminars whose ids `seminars` selects.

    It begins with all mail that failed, which is little and has an index of its own; the state is literal, to match it.
    """
    failed = Message.state == bindparam(None, MessageState.FAILED, literal_execute=True)
    found = select(Registration.seminar_id, func.count()).select_from(Message).join(Registration, _theirs())
    found = found.join(Person, Person.id == Registration.person_id).where(failed, *_told(), _is_newest())
    return found.where(Registration.seminar_id.in_(seminars)).group_by(Registration.seminar_id)


class SeminarMail(Struct, frozen=True):
    """A message to a person of a seminar; of a reserved identity without the mail server's answer, which may hold the address."""

    registration_id: uuid.UUID
    person: ShownPerson
    mail: MailStatus


class SeminarMailPage(Struct, frozen=True):
    """One page of the messages, newest first; `next_before` is where the next page begins, None on the last."""

    messages: Sequence[SeminarMail]
    next_before: uuid.UUID | None


def seminar_mail(
    session: Session,
    seminar_id: int,
    *,
    outcome: Outcome | None = None,
    kind: str | None = None,
    batch: uuid.UUID | None = None,
    before: uuid.UUID | None = None,
) -> SeminarMailPage:
    """Return fifty messages to people of a seminar, newest first, in two statements.

    Args:
        outcome: only these. Those that failed are left out once something was written to the person since.
        kind: only this kind.
        batch: only the mails of one letter.
        before: only messages older than this one.
    """
    conditions = _to_people_of(seminar_id)
    if outcome is not None:
        conditions.append(_OF_OUTCOME[outcome])
        if outcome is Outcome.FAILED and batch is None:
            conditions.append(_is_newest())
    if kind is not None:
        conditions.append(Message.kind == kind)
    if batch is not None:
        conditions.append(Message.batch == batch)
    if before is not None:
        conditions.append(Message.id < select(Message.id).where(Message.public_id == before).scalar_subquery())
    # all of the seminar's first, else a database may read the whole outbox backwards in search of fifty
    found = select(Message.id).join(Registration, _theirs()).join(Person, Person.id == Registration.person_id).where(*conditions)
    of_seminar = found.cte("of_seminar").prefix_with("MATERIALIZED")
    rows = session.execute(
        select(Registration.public_id.label("registration_public_id"), *SHOWN, *(column.label(f"mail_{column.key}") for column in STATUS))
        .select_from(Message)
        .join(Registration, _theirs())
        .join(Person, Person.id == Registration.person_id)
        .where(Message.id.in_(select(of_seminar.c.id).order_by(of_seminar.c.id.desc()).limit(PAGE_SIZE + 1)))
        .order_by(Message.id.desc())
    ).all()
    then = agencies_then(session, {row.agency_version_id for row in rows})
    lines = []
    for row in rows[:PAGE_SIZE]:
        person = shown_person(row, then)
        mail = MailStatus(*(getattr(row, f"mail_{column.key}") for column in STATUS))
        lines.append(SeminarMail(row.registration_public_id, person, replace(mail, error=None) if person.hidden else mail))
    return SeminarMailPage(lines, lines[-1].mail.public_id if len(rows) > PAGE_SIZE else None)


def kinds_sent(session: Session, seminar_id: int) -> Sequence[str]:
    """Return the kinds of mail that the people of a seminar were sent."""
    rows = session.scalars(
        select(Message.kind)
        .distinct()
        .select_from(Registration)
        .join(Message, _theirs())
        .join(Person, Person.id == Registration.person_id)
        .where(*_to_people_of(seminar_id))
    )
    return sorted(rows)
