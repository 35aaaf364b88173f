"""Copy a seminar: its texts, settings, hosts, sessions, speakers and seats, but none of its registrations."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.seminars.errors import QuotasToShare, SharesDiffer
from seminar_app.seminars.models import SeatPool, Seminar, SeminarHost, SeminarSession, Speaker
from seminar_app.seminars.quotas import QuotaToShare, quotas_to_share
from seminar_app.seminars.rules import SeminarState, moved
from seminar_app.seminars.services.making import check_dates, check_slug, locked_seminar, trail

_COPIED = (
    "office_id",
    "title_es",
    "title_en",
    "topic_es",
    "topic_en",
    "objectives_es",
    "objectives_en",
    "audience_es",
    "audience_en",
    "funding_source",
    "venue",
    "street",
    "city",
    "country",
    "time_zone",
    "registration_mode",
    "approval",
    "substitutes_by",
    "threshold_percent",
    "excused_rule",
    "asks_birth",
    "asks_curp",
    "asks_passport",
    "identity_reason_es",
    "identity_reason_en",
    "offers_reserved",
    "extra_at_door",
    "demo",
)


Shares = Mapping[int, Mapping[int | None, int]]
"""For the agency of a quota the seats of each agency that gets some; None is the open pool."""


def copy_seminar(
    session: Session, context: ChangeContext, *, seminar_id: int, slug: str, starts_on: date, shares: Shares | None = None
) -> Seminar:
    """Create a draft that begins on another day. Sessions, window, release and freeze dates move with it and keep their local times.

    The registration code is not copied, because those who have it were told for another seminar.

    Args:
        shares: who gets the seats of the quotas that `quotas_to_share` lists for the new first day.

    Raises:
        QuotasToShare: nothing is said of one of these quotas.
        SharesDiffer: the shares of a quota do not add up to it, or go to somebody who is not among its heirs.
        SlugTaken, SlugMalformed: the new slug cannot be used.
        DatesOutOfReach: the new first or last day is out of range.
    """
    source = locked_seminar(session, seminar_id)
    days = (starts_on - source.starts_on).days
    check_dates(starts_on, starts_on)
    ends_on = source.ends_on + timedelta(days=days)
    check_slug(session, slug, own_id=None)
    check_dates(starts_on, ends_on)
    pools = _pools(session, source, starts_on, shares or {})
    copy = Seminar(
        public_id=uuid.uuid4(),
        slug=slug,
        state=SeminarState.DRAFT,
        starts_on=starts_on,
        ends_on=ends_on,
        registration_opens_at=_later(source.registration_opens_at, source, days),
        registration_closes_at=_later(source.registration_closes_at, source, days),
        list_freezes_on=None if source.list_freezes_on is None else source.list_freezes_on + timedelta(days=days),
        created_at=context.now,
        changed_at=context.now,
        **{name: getattr(source, name) for name in _COPIED},
    )
    session.add(copy)
    session.flush()
    for host in session.scalars(select(SeminarHost).where(SeminarHost.seminar_id == source.id)).all():
        session.add(SeminarHost(seminar_id=copy.id, office_id=host.office_id, position=host.position))
    for agency_id, (size, release_on) in pools.items():
        session.add(SeatPool(public_id=uuid.uuid4(), seminar_id=copy.id, agency_id=agency_id, size=size, taken=0, release_on=release_on))
    _copy_sessions(session, context, source, copy, days=days)
    session.flush()
    trail(session, context, copy, action="seminar.copied", source=source.slug)
    return copy


def _later(instant: datetime | None, source: Seminar, days: int) -> datetime | None:
    return None if instant is None else moved(instant, source.time_zone, days=days)


def _pools(session: Session, source: Seminar, starts_on: date, shares: Shares) -> dict[int | None, tuple[int, date | None]]:
    """Return size and release date of the copy's pools by agency. Two quotas that fall to one heir are one, released on the later day."""
    days = starts_on - source.starts_on
    to_share = {quota.agency.id: quota for quota in quotas_to_share(session, source.id, on=starts_on)}
    if missing := [quota.agency.code for agency_id, quota in to_share.items() if agency_id not in shares]:
        raise QuotasToShare(agencies=", ".join(missing))
    pools: dict[int | None, tuple[int, date | None]] = {}
    for pool in session.scalars(select(SeatPool).where(SeatPool.seminar_id == source.id).order_by(SeatPool.id)).all():
        release_on = None if pool.release_on is None else pool.release_on + days
        quota = to_share.get(pool.agency_id or 0)
        for agency_id, size in (_checked(quota, shares[quota.agency.id]) if quota else {pool.agency_id: pool.size}).items():
            before, until = pools.get(agency_id, (0, date.min if agency_id else None))
            later = None if until is None or release_on is None else max(until, release_on)
            pools[agency_id] = (before + size, later)
    return pools


def _checked(quota: QuotaToShare, shares: Mapping[int | None, int]) -> dict[int | None, int]:
    """Return the shares of a quota that are not empty."""
    parties = {None if party is None else party.id for party in quota.parties}
    if sum(shares.values()) != quota.size or min(shares.values()) < 0 or not parties >= shares.keys():
        raise SharesDiffer(agency=quota.agency.code, seats=quota.size, sum=sum(shares.values()))
    return {party: seats for party, seats in shares.items() if seats}


def _copy_sessions(session: Session, context: ChangeContext, source: Seminar, copy: Seminar, *, days: int) -> None:
    speakers: dict[int, list[Speaker]] = {}
    of_source = select(SeminarSession.id).where(SeminarSession.seminar_id == source.id)
    for speaker in session.scalars(select(Speaker).where(Speaker.session_id.in_(of_source))).all():
        speakers.setdefault(speaker.session_id, []).append(speaker)
    for row in session.scalars(select(SeminarSession).where(SeminarSession.seminar_id == source.id)).all():
        new = SeminarSession(
            public_id=uuid.uuid4(),
            seminar_id=copy.id,
            title_es=row.title_es,
            title_en=row.title_en,
            starts_at=moved(row.starts_at, source.time_zone, days=days),
            ends_at=moved(row.ends_at, source.time_zone, days=days),
            contact_minutes=row.contact_minutes,
            room=row.room,
            counts_for_completion=row.counts_for_completion,
            changed_at=context.now,
        )
        session.add(new)
        session.flush()
        session.add_all(
            Speaker(public_id=uuid.uuid4(), session_id=new.id, position=s.position, name=s.name, affiliation=s.affiliation)
            for s in speakers.get(row.id, ())
        )
