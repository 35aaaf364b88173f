"""Queries of the public calendar and a seminar's public page. They read columns and not mapped rows: these pages are opened most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Date, Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session

from seminar_app.core.errors import NotFound
from seminar_app.offices.models import Office
from seminar_app.seminars.models import SeatPool, Seminar, SeminarHost, SeminarSession, Speaker
from seminar_app.seminars.rules import (
    LONGEST_SEMINAR_DAYS,
    PUBLIC_STATES,
    Approval,
    Places,
    RegistrationMode,
    SeminarState,
    is_public,
    places_left,
)

UPCOMING_PAGE = 30
PAST_PAGE = 20
PAST_ON_THE_FRONT_PAGE = 5


class Host(Struct, frozen=True):
    """An office as the public sees it."""

    name_es: str
    name_en: str


class Contact(Host, frozen=True):
    """The office that organizes, and how people reach it."""

    email: str | None
    phone: str | None


@dataclass(slots=True, kw_only=True)
class Invitation:
    """A seminar as the public sees it in the calendar."""

    id: int
    slug: str
    state: SeminarState
    archived_from: SeminarState | None
    title_es: str | None
    title_en: str | None
    venue: str | None
    street: str | None
    city: str
    country: str
    time_zone: str
    starts_on: date
    ends_on: date
    registration_mode: RegistrationMode
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    size: int
    taken: int = field(compare=False)
    """Two are equal if they differ only in this: pages say no more of it than `wording.door`."""
    hosts: list[Host] = field(default_factory=list)

    @property
    def places(self) -> Places:
        """Whether there are seats left, in words."""
        return places_left(size=self.size, taken=self.taken)


class PublicSession(Struct, frozen=True):
    """A session as the public sees it."""

    id: int
    public_id: UUID
    title_es: str | None
    title_en: str | None
    starts_at: datetime
    ends_at: datetime
    room: str | None
    changed_at: datetime | None
    version: int
    speakers: list[tuple[str, str | None]] = []


@dataclass(slots=True, kw_only=True)
class SeminarPage(Invitation):
    """A seminar as the public sees it on its own page."""

    public_id: UUID
    office: Contact
    topic_es: str | None
    topic_en: str | None
    objectives_es: str | None
    objectives_en: str | None
    audience_es: str | None
    audience_en: str | None
    approval: Approval
    state_reason: str | None
    created_at: datetime
    changed_at: datetime | None
    version: int
    sessions: list[PublicSession] = field(default_factory=list)


class Calendar(Struct, frozen=True):
    """One page of seminars, and whether there are more."""

    lines: Sequence[Invitation]
    more: bool


def _total(what: ColumnElement[int]) -> ColumnElement[int]:
    return select(func.coalesce(what, 0)).where(SeatPool.seminar_id == Seminar.id).correlate(Seminar).scalar_subquery()


_LINE: tuple[Any, ...] = (
    Seminar.id,
    Seminar.slug,
    Seminar.state,
    Seminar.archived_from,
    Seminar.title_es,
    Seminar.title_en,
    Seminar.venue,
    Seminar.street,
    Seminar.city,
    Seminar.country,
    Seminar.time_zone,
    Seminar.starts_on,
    Seminar.ends_on,
    Seminar.registration_mode,
    Seminar.registration_opens_at,
    Seminar.registration_closes_at,
    _total(func.sum(SeatPool.size)).label("size"),
    _total(func.sum(SeatPool.taken)).label("taken"),
)
_PAGE: tuple[Any, ...] = (
    *_LINE,
    Seminar.public_id,
    Seminar.topic_es,
    Seminar.topic_en,
    Seminar.objectives_es,
    Seminar.objectives_en,
    Seminar.audience_es,
    Seminar.audience_en,
    Seminar.approval,
    Seminar.state_reason,
    Seminar.created_at,
    Seminar.changed_at,
    Seminar.version,
)


def _page_of(wanted: Sequence[ColumnElement[bool]], order: Sequence[Any]) -> Select[Any]:
    """Return the statement of a page. The seminars are chosen first, so that seats are summed only for those that are shown."""
    here = select(Seminar.id).where(Seminar.state.in_(sorted(PUBLIC_STATES)), *wanted).order_by(*order)
    here = here.offset(bindparam("skipped", type_=Integer)).limit(bindparam("most", type_=Integer))
    return select(*_LINE).where(Seminar.id.in_(here)).order_by(*order)


_TODAY = bindparam("today", type_=Date)
_UPCOMING = _page_of(
    (Seminar.ends_on >= _TODAY, Seminar.starts_on > bindparam("earliest", type_=Date)),  # the index is on the first day
    (Seminar.starts_on, Seminar.id),
)
_PAST = _page_of((Seminar.ends_on < _TODAY,), (Seminar.ends_on.desc(), Seminar.starts_on.desc(), Seminar.id.desc()))


def upcoming(session: Session, *, today: date, page: int = 1) -> Calendar:
    """Return seminars that have not ended by `today`, those that begin first at the top."""
    earliest = today - timedelta(days=LONGEST_SEMINAR_DAYS)
    return _read(session, _UPCOMING, {"today": today, "earliest": earliest}, page=page, length=UPCOMING_PAGE)


def past(session: Session, *, today: date, page: int = 1, length: int = PAST_PAGE) -> Calendar:
    """Return seminars that ended before `today`, those that ended last at the top."""
    return _read(session, _PAST, {"today": today}, page=page, length=length)


def _read(session: Session, statement: Select[Any], days: Mapping[str, date], *, page: int, length: int) -> Calendar:
    rows = session.execute(statement, {**days, "skipped": (page - 1) * length, "most": length + 1}).all()
    lines = [Invitation(**row._mapping) for row in rows[:length]]
    return Calendar(lines, more=len(rows) > length)


_HOSTS = (
    select(SeminarHost.seminar_id, Office.name_es, Office.name_en)
    .join(Office, Office.id == SeminarHost.office_id)
    .where(SeminarHost.seminar_id.in_(bindparam("seminar_ids", expanding=True)))
    .order_by(SeminarHost.seminar_id, SeminarHost.position)
)


def name_hosts(session: Session, invitations: Sequence[Invitation]) -> None:
    """Add the hosts of all these seminars, in one statement."""
    by_id = {invitation.id: invitation for invitation in invitations}
    if not by_id:
        return
    for seminar_id, name_es, name_en in session.execute(_HOSTS, {"seminar_ids": sorted(by_id)}):
        by_id[seminar_id].hosts.append(Host(name_es, name_en))


_CONTACT = (Office.name_es, Office.name_en, Office.email, Office.phone)
_BY_SLUG = (
    select(*_PAGE, *(column.label(f"office_{column.key}") for column in _CONTACT))
    .join(Office, Office.id == Seminar.office_id)
    .where(Seminar.slug == bindparam("slug"))
)
_OFFICE_BY_SLUG = (
    select(Seminar.state, Seminar.archived_from, *_CONTACT)
    .join(Office, Office.id == Seminar.office_id)
    .where(Seminar.slug == bindparam("slug"))
)
_SESSIONS = (
    select(
        SeminarSession.id,
        SeminarSession.public_id,
        SeminarSession.title_es,
        SeminarSession.title_en,
        SeminarSession.starts_at,
        SeminarSession.ends_at,
        SeminarSession.room,
        SeminarSession.changed_at,
        SeminarSession.version,
        Speaker.name,
        Speaker.affiliation,
    )
    .outerjoin(Speaker, Speaker.session_id == SeminarSession.id)
    .where(SeminarSession.seminar_id == bindparam("seminar_id"))
    .order_by(SeminarSession.starts_at, SeminarSession.id, Speaker.position)
)
_SESSION_COLUMNS = 9


def office_of(session: Session, slug: str) -> Contact | None:
    """Return how people reach the office of a seminar that the public may see; None if there is none with this slug."""
    row = session.execute(_OFFICE_BY_SLUG, {"slug": slug}).one_or_none()
    return None if row is None or not is_public(row.state, row.archived_from) else Contact(*row[2:])


def seminar_page(session: Session, slug: str) -> SeminarPage:
    """Return a seminar with its hosts, sessions and speakers, in three statements.

    Raises:
        NotFound: there is no such seminar, or the public may not see it.
    """
    found = seminar_as_told(session, slug)
    if not is_public(found.state, found.archived_from):
        raise NotFound
    return found


def seminar_as_told(session: Session, slug: str) -> SeminarPage:
    """Return a seminar as its own people are told of it, also while it is a draft, in three statements.

    Raises:
        NotFound: there is no such seminar.
    """
    row = session.execute(_BY_SLUG, {"slug": slug}).one_or_none()
    if row is None:
        raise NotFound
    columns: Any = row[: len(_PAGE)]
    contact: Any = row[len(_PAGE) :]
    page = SeminarPage(**dict(zip(row._fields, columns, strict=False)), office=Contact(*contact))
    name_hosts(session, [page])
    for row in session.execute(_SESSIONS, {"seminar_id": page.id}):
        if not page.sessions or page.sessions[-1].id != row.id:
            values: Any = row[:_SESSION_COLUMNS]
            page.sessions.append(PublicSession(*values))
        if row.name is not None:
            page.sessions[-1].speakers.append((row.name, row.affiliation))
    return page
