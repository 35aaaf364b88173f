"""Tell people what has changed of a seminar: collected for some minutes, then once, with old and new.

Source: docs/decisions/0033-changes-are-told.md.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import StaleEdit
from seminar_app.messages.services import enqueue
from seminar_app.registration.models import ChangeNotice
from seminar_app.registration.queries.told import liaisons_to_tell, newest_concerned, open_notice, registrations_to_tell
from seminar_app.registration.rules import NoticeState
from seminar_app.registration.services.locked_seats import LockedSeats, lock_seats
from seminar_app.registration.services.mails import facts, tell
from seminar_app.seminars.announced import announced_now
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import TOLD_AFTER, Announced, SeminarState, differences

KIND, LIAISON_KIND = "seminar_changed", "seminar_changed_liaison"
TELLING = (SeminarState.PUBLISHED, SeminarState.CLOSED)
"""States in which changes are told when their time has come; those of a draft wait until it is published."""


def collect(session: Session, context: ChangeContext, seminar: Seminar, before: Announced, after: Announced) -> None:
    """Keep that a seminar, whose row is locked, has changed. What is changed back before anybody was told leaves nothing."""
    notice = open_notice(session, seminar.id)
    known = Announced.from_json(notice.before) if notice is not None else before
    if not differences(known, after, at=context.now):
        if notice is not None:
            session.delete(notice)
        return
    newest = newest_concerned(session, seminar.id)
    if notice is None:
        if newest is None:
            return
        notice = ChangeNotice(
            public_id=uuid.uuid4(), seminar_id=seminar.id, state=NoticeState.OPEN, before=before.as_json(), began_at=context.now
        )
        session.add(notice)
    notice.changed_at, notice.leaves_at = context.now, context.now + TOLD_AFTER
    notice.last_registration_id = newest or 0
    session.flush()


def wait_from(session: Session, now: datetime, seminar: Seminar) -> None:
    """Let the changes of a draft that is published leave some minutes from now. Its row is locked."""
    if (notice := open_notice(session, seminar.id)) is not None:
        notice.leaves_at = now + TOLD_AFTER


def drop(session: Session, context: ChangeContext, seminar: Seminar) -> None:
    """Tell nobody of the changes of a seminar that is cancelled or completed. Its row is locked."""
    if (notice := open_notice(session, seminar.id)) is not None:
        _end(notice, context, NoticeState.DROPPED)


def due(session: Session, now: datetime) -> list[int]:
    """Return the ids of the seminars whose changes are to be told by now."""
    wanted = select(ChangeNotice.seminar_id).join(Seminar, Seminar.id == ChangeNotice.seminar_id)
    wanted = wanted.where(ChangeNotice.state == NoticeState.OPEN, ChangeNotice.leaves_at <= now, Seminar.state.in_(TELLING))
    return list(session.scalars(wanted.order_by(ChangeNotice.leaves_at, ChangeNotice.id)))


def tell_due(session: Session, context: ChangeContext, *, seminar_id: int) -> int:
    """Tell the changes of a seminar if their time has come and nobody did meanwhile. Return the number of people told."""
    seats = lock_seats(session, seminar_id)
    notice = open_notice(session, seminar_id)
    if notice is None or notice.leaves_at > context.now or seats.seminar.state not in TELLING:
        return 0
    return _tell(session, context, seats, notice)


def tell_now(session: Session, context: ChangeContext, *, seminar_id: int, public_id: uuid.UUID, version: int) -> int:
    """Tell the changes at once. Return the number of people told; 0 if they were told or kept quiet already.

    Args:
        public_id: of the notice that the page showed; `version` its version.

    Raises:
        StaleEdit: more was changed since the page was shown.
    """
    seats = lock_seats(session, seminar_id)
    notice = _as_shown(session, seminar_id, public_id, version)
    return _tell(session, context, seats, notice) if notice is not None else 0


def tell_nobody(
    session: Session, context: ChangeContext, *, seminar_id: int, public_id: uuid.UUID, version: int, reason: str | None = None
) -> bool:
    """Tell nobody of the changes. Return whether they waited still.

    Raises:
        StaleEdit: more was changed since the page was shown.
    """
    seminar = lock_seats(session, seminar_id).seminar
    notice = _as_shown(session, seminar_id, public_id, version)
    if notice is None:
        return False
    notice.reason = (reason or "").strip() or None
    _end(notice, context, NoticeState.KEPT_QUIET)
    details = {"reason": notice.reason} if notice.reason else {}
    _record(session, context, seminar, notice, "changes.kept_quiet", **details)
    return True


def _as_shown(session: Session, seminar_id: int, public_id: uuid.UUID, version: int) -> ChangeNotice | None:
    """Return the notice that a page showed, or None if it is not open any more."""
    notice = open_notice(session, seminar_id)
    if notice is None or notice.public_id != public_id:
        return None
    if notice.version != version:
        raise StaleEdit
    return notice


def _tell(session: Session, context: ChangeContext, seats: LockedSeats, notice: ChangeNotice) -> int:
    """Put the mails into the outbox, each once in all, and end the notice. The seats and the seminar are locked."""
    seminar, office, key = seats.seminar, seats.office, notice.public_id.hex
    people = registrations_to_tell(session, notice)
    for registration in people:
        once = f"{KIND}:{key}:{registration.public_id.hex}"
        tell(session, context, kind=KIND, seminar=seminar, office=office, registration=registration, dedupe_key=once, notice=key)
    accounts = liaisons_to_tell(session, notice, seminar, today=context.now.date())
    for account in accounts:
        enqueue(
            session,
            context,
            kind=LIAISON_KIND,
            language=account.language,
            to_address=account.email,
            to_name=account.name,
            facts=facts(seminar, office, account.language) | {"notice": key},
            dedupe_key=f"{LIAISON_KIND}:{key}:{account.public_id.hex}",
        )
    notice.after = announced_now(session, seminar).as_json()
    notice.people, notice.liaisons = len(people), len(accounts)
    _end(notice, context, NoticeState.TOLD)
    _record(session, context, seminar, notice, "changes.told", people=len(people), liaisons=len(accounts))
    return len(people)


def _end(notice: ChangeNotice, context: ChangeContext, state: NoticeState) -> None:
    notice.state, notice.ended_at = state, context.now


def _record(session: Session, context: ChangeContext, seminar: Seminar, notice: ChangeNotice, action: str, **details: object) -> None:
    session.flush()
    subject = f"change_notice:{notice.public_id.hex}"
    audit.record(session, context, action=action, subject=subject, seminar=seminar.slug, details=dict(details))
