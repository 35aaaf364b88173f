"""Make the demonstration's seminars as an organizer would, and register people over time."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.actor import COMMAND
from seminar_app.core.change_context import ChangeContext
from seminar_app.demo import content
from seminar_app.demo.content import SeminarText
from seminar_app.demo.people import Directory
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.messages.services import lease_next, record_sent
from seminar_app.people.services import prove_mailbox
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import Source, WishedPool
from seminar_app.registration.services import Entry, add_by_hand, resize
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Asked, Change
from seminar_app.seminars.services import SeminarDetails, SessionDetails, add_session, change_state, create_seminar

WINDOW_OPENS_DAYS = 60
WINDOW_CLOSES_DAYS = 7


def at(day: date, hour: int, time_zone: str) -> datetime:
    """Return an instant given in the seminar's local time."""
    return datetime.combine(day, time(hour), ZoneInfo(time_zone)).astimezone(UTC)


def make_seminar(session: Session, context: ChangeContext, text: SeminarText, *, offices: dict[str, int], directory: Directory) -> Seminar:
    """Create the seminar with its sessions and seats, and publish it.

    Args:
        context: when, and by which organizer.
        offices: ids by code.
    """
    details = SeminarDetails(
        slug=text.slug,
        office_id=offices[text.hosts[0]],
        city=text.city,
        country="MX",
        time_zone=text.time_zone,
        starts_on=text.starts_on,
        ends_on=text.starts_on + timedelta(days=text.days - 1),
        title_es=text.title_es,
        title_en=text.title_en,
        topic_es=text.topic_es,
        topic_en=text.topic_en,
        objectives_es=text.objectives_es,
        objectives_en=text.objectives_en,
        audience_es=text.audience_es,
        audience_en=text.audience_en,
        host_ids=[offices[code] for code in text.hosts],
        funding_source="Iniciativa Mérida",
        venue=text.venue,
        street=text.street,
        asks_birth=Asked.OPTIONAL,
        asks_curp=Asked.OPTIONAL,
        identity_reason_es=content.REASON_ES,
        identity_reason_en=content.REASON_EN,
        offers_reserved=True,
        registration_opens=datetime.combine(text.starts_on - timedelta(days=WINDOW_OPENS_DAYS), time(9)),
        registration_closes=datetime.combine(text.starts_on - timedelta(days=WINDOW_CLOSES_DAYS), time(18)),
    )
    seminar = create_seminar(session, context, details=details, capacity=text.capacity, demo=True)
    for part in text.sessions:
        add_session(
            session,
            context,
            seminar_id=seminar.id,
            details=SessionDetails(
                day=text.starts_on + timedelta(days=part.day),
                starts=part.starts,
                ends=part.ends,
                contact_minutes=part.contact_minutes,
                title_es=part.title_es,
                title_en=part.title_en,
                room=part.room,
                speakers=part.speakers,
            ),
        )
    wished = [WishedPool(directory.id_of(code), size) for code, size in text.quotas]
    resize(session, context, seminar_id=seminar.id, capacity=text.capacity, wished=wished)
    change_state(session, context, seminar_id=seminar.id, change=Change.PUBLISH)
    return seminar


def register_all(
    session: Session,
    seminar: Seminar,
    entries: Sequence[Entry],
    *,
    begin: datetime,
    end: datetime,
    chance: random.Random,
    opened: bool = True,
) -> list[Registration]:
    """Register people one after another, at random instants between `begin` and `end`.

    Args:
        opened: they have opened their pages at once; False: as people whom an office has entered, and who have not looked yet.
    """
    span = int((end - begin).total_seconds())
    instants = sorted(begin + timedelta(seconds=chance.randrange(span)) for _ in entries)
    registrations = []
    for entry, now in zip(entries, instants, strict=True):
        made = add_by_hand(
            session,
            ChangeContext(now, COMMAND),
            seminar_id=seminar.id,
            entry=entry,
            submission_id=uuid.UUID(int=chance.getrandbits(128), version=4),
            source=Source.DEMO,
        )
        if opened:
            made.notice_at = now
            prove_mailbox(session, ChangeContext(now, COMMAND), person_id=made.person_id)
        registrations.append(made)
        consider_sent(session, now=now + timedelta(seconds=chance.randint(2, 50)))
    return registrations


def consider_sent(session: Session, *, now: datetime) -> None:
    """Mark the demonstration's mail as sent, because its addresses do not exist. If any other mail waits, do nothing."""
    due = Message.state.in_((MessageState.WAITING, MessageState.SENDING)), Message.not_before <= now
    if session.scalar(select(Message.id).where(*due, Message.to_address.not_like("%.example")).limit(1)) is not None:
        return
    while (lease := lease_next(session, now=now)) is not None:
        record_sent(session, lease, now=now)
