"""Queries of seminars for staff. A seminar that the account may not see is not found, like one that does not exist."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, bindparam, false, func, or_, select, true
from sqlalchemy.orm import Session

from seminar_app.accounts.rules import may_coordinate, may_organize
from seminar_app.agencies.models import Agency
from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.core.folding import fold
from seminar_app.offices.models import Office
from seminar_app.seminars.models import SeatPool, Seminar, SeminarHost, SeminarSession, Speaker
from seminar_app.seminars.rules import PUBLIC_STATES, SeminarState, local_of

PAGE_SIZE = 50
MOST_TO_COPY = 300
"""Earlier seminars that a page offers to copy."""
MOST_SPEAKERS = 300
"""Speakers of earlier seminars that a page offers."""


_BY_SLUG = select(Seminar).where(Seminar.slug == bindparam("slug"))


def find_seminar(session: Session, slug: str) -> Seminar | None:
    """Return the seminar with this slug, in any state."""
    return session.scalar(_BY_SLUG, {"slug": slug})


def seminar_to_organize(session: Session, actor: Actor, slug: str) -> Seminar:
    """Return a seminar that the account may organize.

    Raises:
        NotFound: there is no such seminar, or it belongs to another office.
    """
    seminar = find_seminar(session, slug)
    if seminar is None or not may_organize(actor, office_id=seminar.office_id):
        raise NotFound
    return seminar


def seminar_to_coordinate(session: Session, actor: Actor, slug: str) -> Seminar:
    """Return a seminar whose check-in the account may run: it is of the account's office, or the account is its coordinator.

    Raises:
        NotFound: there is no such seminar, or the account may not run it.
    """
    seminar = find_seminar(session, slug)
    if seminar is None or not may_coordinate(actor, office_id=seminar.office_id, seminar_id=seminar.id):
        raise NotFound
    return seminar


# --- lists ----------------------------------------------------------------------------------------------------------


class Filters(Struct, frozen=True):
    """How a list of seminars is filtered. Without a state and a text, archived seminars are left out."""

    state: SeminarState | None = None
    year: int | None = None
    text: str = ""

    @property
    def any(self) -> bool:
        """Whether any filter is set."""
        return bool(self.state or self.year or self.text)


ALL = Filters()


class SeminarLine(Struct, frozen=True):
    """A seminar in a list, with its seats and its number of sessions."""

    seminar: Seminar
    size: int
    taken: int
    sessions: int


class Listed(Struct, frozen=True):
    """One page of a list, and whether there are more."""

    lines: Sequence[SeminarLine]
    page: int
    more: bool


def of_actor(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for the seminars the account may see.

    Administrators see all, organizers those of their offices, coordinators those they are assigned to, liaisons the public ones.
    """
    if actor.is_admin:
        return true()
    theirs = [Seminar.office_id.in_(sorted(actor.office_ids)), Seminar.id.in_(sorted(actor.seminar_ids))]
    if actor.agency_ids:
        theirs.append(Seminar.state.in_(sorted(PUBLIC_STATES)))
    return or_(false(), *theirs)


def seminars_for(session: Session, actor: Actor, filters: Filters = ALL, *, page: int = 1) -> Listed:
    """Return the seminars that the account may see, those that begin last at the top."""
    order = Seminar.starts_on.desc(), Seminar.id.desc()
    here = _filtered(select(Seminar.id).where(of_actor(actor)), filters).order_by(*order)
    here = here.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)  # chosen first: only what is shown is added up
    lines = [SeminarLine(*row) for row in session.execute(_lines().where(Seminar.id.in_(here)).order_by(*order))]
    return Listed(lines[:PAGE_SIZE], page, more=len(lines) > PAGE_SIZE)


class SeminarName(Struct, frozen=True):
    """The names of a seminar, for lists."""

    id: int
    slug: str
    title_es: str | None
    title_en: str | None
    starts_on: date
    office_id: int

    def title(self, language: str) -> str:
        """Return the title in `es` or `en`, else in the other language, else the slug."""
        first, second = (self.title_en, self.title_es) if language == "en" else (self.title_es, self.title_en)
        return first or second or self.slug


def seminar_names(session: Session) -> list[SeminarName]:
    """Return the names of all seminars, those that begin last at the top: to choose one, and to show which seminar a role is for."""
    names = select(Seminar.id, Seminar.slug, Seminar.title_es, Seminar.title_en, Seminar.starts_on, Seminar.office_id)
    return [SeminarName(*row) for row in session.execute(names.order_by(Seminar.starts_on.desc(), Seminar.id.desc()))]


class EarlierSeminar(SeminarName, frozen=True):
    """A seminar that another one can be made like."""

    city: str


def seminars_to_copy(session: Session, actor: Actor) -> list[EarlierSeminar]:
    """Return the seminars that the account organizes, those that begin last at the top."""
    organized = true() if actor.is_admin else Seminar.office_id.in_(sorted(actor.office_ids))
    columns = (Seminar.id, Seminar.slug, Seminar.title_es, Seminar.title_en, Seminar.starts_on, Seminar.office_id, Seminar.city)
    found = select(*columns).where(organized).order_by(Seminar.starts_on.desc(), Seminar.id.desc()).limit(MOST_TO_COPY)
    return [EarlierSeminar(*row) for row in session.execute(found)]


def years_of(session: Session, actor: Actor) -> list[int]:
    """Return all years from the first to the last one in which a seminar of the account begins, newest first."""
    first, last = session.execute(select(func.min(Seminar.starts_on), func.max(Seminar.starts_on)).where(of_actor(actor))).one()
    return list(range(last.year, first.year - 1, -1)) if first and last else []


def _lines() -> Select[Seminar, int, int, int]:
    return select(
        Seminar,
        _of_pools(func.sum(SeatPool.size)),
        _of_pools(func.sum(SeatPool.taken)),
        select(func.count(SeminarSession.id)).where(SeminarSession.seminar_id == Seminar.id).scalar_subquery(),
    )


def _of_pools(what: ColumnElement[int]) -> ColumnElement[int]:
    total = select(func.coalesce(what, 0)).where(SeatPool.seminar_id == Seminar.id)
    return total.correlate(Seminar).scalar_subquery()


def _filtered(found: Select[int], filters: Filters) -> Select[int]:
    if filters.state is not None:
        found = found.where(Seminar.state == filters.state)
    elif not filters.text:
        found = found.where(Seminar.state != SeminarState.ARCHIVED)
    if filters.year is not None:
        found = found.where(Seminar.starts_on.between(date(filters.year, 1, 1), date(filters.year, 12, 31)))
    for word in fold(filters.text).split()[:8]:
        found = found.where(Seminar.search_key.contains(word, autoescape=True))
    return found


# --- one seminar ----------------------------------------------------------------------------------------------------


class PoolLine(Struct, frozen=True):
    """A seat pool and its agency; None for the open pool."""

    pool: SeatPool
    agency: Agency | None


def pools_of(session: Session, seminar_id: int) -> list[PoolLine]:
    """Return the seat pools of a seminar: quotas by agency code, the open pool last."""
    rows = session.execute(
        select(SeatPool, Agency)
        .outerjoin(Agency, Agency.id == SeatPool.agency_id)
        .where(SeatPool.seminar_id == seminar_id)
        .order_by(SeatPool.agency_id.is_(None), Agency.code)
    )
    return [PoolLine(*row) for row in rows]


class SessionLine(Struct, frozen=True):
    """A session with its speakers in order."""

    seminar_session: SeminarSession
    speakers: Sequence[Speaker]


def sessions_of(session: Session, seminar_id: int) -> list[SessionLine]:
    """Return the sessions of a seminar in order of time, in one statement."""
    rows = session.execute(
        select(SeminarSession, Speaker)
        .outerjoin(Speaker, Speaker.session_id == SeminarSession.id)
        .where(SeminarSession.seminar_id == seminar_id)
        .order_by(SeminarSession.starts_at, SeminarSession.id, Speaker.position)
    )
    return [
        SessionLine(seminar_session, [speaker for _seminar_session, speaker in group if speaker is not None])
        for seminar_session, group in groupby(rows, key=lambda row: row[0])
    ]


def by_day(lines: Sequence[SessionLine], time_zone: str) -> list[tuple[date, list[SessionLine]]]:
    """Return the sessions grouped by the day they begin, in the seminar's time zone."""
    return [
        (day, list(group)) for day, group in groupby(lines, key=lambda line: local_of(line.seminar_session.starts_at, time_zone).date())
    ]


def get_session(session: Session, seminar_id: int, public_id: uuid.UUID) -> SessionLine:
    """Return a session of a seminar.

    Raises:
        NotFound: there is no such session, or it belongs to another seminar.
    """
    seminar_session = session.scalar(
        select(SeminarSession).where(SeminarSession.public_id == public_id, SeminarSession.seminar_id == seminar_id)
    )
    if seminar_session is None:
        raise NotFound
    speakers = session.scalars(select(Speaker).where(Speaker.session_id == seminar_session.id).order_by(Speaker.position)).all()
    return SessionLine(seminar_session, speakers)


def hosts_of(session: Session, seminar_ids: Collection[int]) -> Mapping[int, list[Office]]:
    """Return the hosts of each seminar, in order, in one statement."""
    hosts: dict[int, list[Office]] = {seminar_id: [] for seminar_id in seminar_ids}
    if not hosts:
        return hosts
    rows = session.execute(
        select(SeminarHost.seminar_id, Office)
        .join(Office, Office.id == SeminarHost.office_id)
        .where(SeminarHost.seminar_id.in_(sorted(hosts)))
        .order_by(SeminarHost.seminar_id, SeminarHost.position)
    )
    for seminar_id, office in rows:
        hosts[seminar_id].append(office)
    return hosts


def offices_to_choose(session: Session, *, also: Collection[int] = ()) -> list[Office]:
    """Return the active offices by name, and the offices in `also`."""
    return list(session.scalars(select(Office).where(Office.active | Office.id.in_(sorted(also))).order_by(Office.name_en, Office.id)))


def slugs_like(session: Session, stem: str) -> set[str]:
    """Return the slugs that begin with `stem`."""
    return set(session.scalars(select(Seminar.slug).where(Seminar.slug.startswith(stem, autoescape=True))))


def speakers_known(session: Session, office_id: int) -> list[tuple[str, str | None]]:
    """Return (name, affiliation) of the speakers of an office's seminars, those who spoke last first."""
    rows = session.execute(
        select(Speaker.name, Speaker.affiliation)
        .join(SeminarSession, SeminarSession.id == Speaker.session_id)
        .join(Seminar, Seminar.id == SeminarSession.seminar_id)
        .where(Seminar.office_id == office_id)
        .group_by(Speaker.name, Speaker.affiliation)
        .order_by(func.max(SeminarSession.starts_at).desc(), Speaker.name)
        .limit(MOST_SPEAKERS)
    )
    return [(name, affiliation) for name, affiliation in rows]


def hours_of_last_seminar(session: Session, seminar: Seminar) -> list[tuple[datetime, datetime]]:
    """Return local start and end of the sessions of the office's other seminar that begins last and has any."""
    has_sessions = select(SeminarSession.id).where(SeminarSession.seminar_id == Seminar.id).exists()
    last = (
        select(Seminar.id)
        .where(Seminar.office_id == seminar.office_id, Seminar.id != seminar.id, has_sessions)
        .order_by(Seminar.starts_on.desc(), Seminar.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(SeminarSession.starts_at, SeminarSession.ends_at, Seminar.time_zone)
        .join(Seminar, Seminar.id == SeminarSession.seminar_id)
        .where(Seminar.id == last)
    )
    return [(local_of(starts_at, zone), local_of(ends_at, zone)) for starts_at, ends_at, zone in rows]
