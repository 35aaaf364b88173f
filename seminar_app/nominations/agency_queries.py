"""What a liaison may open, and the seminars of her home. Nobody of another agency is in any of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import AgencyChoice, all_agencies, pool_steps_on
from seminar_app.agencies.rules import path_of
from seminar_app.agencies.succession_rules import Steps, path_to_pools
from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.nominations.agency_seats import OwnQuota, Tally, own_quotas, read_own_seats, tally_of
from seminar_app.nominations.request_rules import Asker, RequestKind, decides_at_once, takes_changes
from seminar_app.nominations.rules import Standing, standing
from seminar_app.offices.models import Office
from seminar_app.offices.queries import language_of
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import roster_access
from seminar_app.registration.queries.reach import agencies_in_reach
from seminar_app.registration.rules import day_there, is_list_frozen
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState, is_over

OPEN = (SeminarState.PUBLISHED, SeminarState.CLOSED)
COMPLETED = (SeminarState.COMPLETED, SeminarState.ARCHIVED)
A_YEAR = timedelta(days=365)
MOST_PAST = 60
LEAST_PAST = 3
"""So many of the last seminars are shown, however long ago they were."""
AT_MOST = 200


class AgencyAccess(Struct, frozen=True):
    """How a liaison may open her part of a seminar.

    Attributes:
        own: her agencies, what is below them and what they alone succeeded.
        granted: the agencies that she is the liaison of.
        standing: whether she may still nominate, and if not, why.
        frozen: the list changes only with the organizer's approval.
        over: its last day has ended.
        changes: places of the list can still be changed, or such a change be asked for.
        today: in the seminar's time zone.
        language: of the office, in which new people are written to.
    """

    seminar: Seminar
    office: Office
    own: frozenset[int]
    granted: frozenset[int]
    standing: Standing
    frozen: bool
    over: bool
    changes: bool
    today: date
    language: str

    @property
    def names(self) -> bool:
        """Whether she may name people now."""
        return self.standing.takes_lists

    @property
    def has_begun(self) -> bool:
        """Whether its first day has come, so that there may be attendance to see."""
        return self.seminar.starts_on <= self.today and self.seminar.state is not SeminarState.CANCELLED

    def at_once(self, kind: RequestKind) -> bool:
        """Whether a change of this kind is made when she presses the button; else it is a request that waits."""
        return decides_at_once(kind, Asker.LIAISON, frozen=self.frozen, substitutes_by=self.seminar.substitutes_by)


def agency_access(session: Session, actor: Actor, slug: str, *, now: datetime) -> AgencyAccess:
    """Return how the account may open its agencies' part of a seminar as their liaison, whatever its other roles are.

    Raises:
        NotFound: there is no such seminar, it is a draft, or the account is no liaison.
    """
    access = roster_access(session, actor, slug)
    seminar = access.seminar
    if not access.own_agencies or seminar.state is SeminarState.DRAFT:
        raise NotFound
    today = day_there(now, seminar.time_zone)
    return AgencyAccess(
        seminar=seminar,
        office=session.get_one(Office, seminar.office_id),
        own=access.own_agencies,
        granted=actor.agency_ids,
        standing=standing(seminar, organizes=False, now=now),
        frozen=is_list_frozen(seminar.list_freezes_on, today=today),
        over=is_over(seminar, now=now),
        changes=takes_changes(seminar, now=now),
        today=today,
        language=language_of(session, seminar.office_id) or "es",
    )


class OwnSeminar(Struct, frozen=True):
    """A seminar of a liaison's home: the quotas that her people draw from, and how many of them are on its list."""

    seminar: Seminar
    quotas: Sequence[OwnQuota]
    tally: Tally
    names: bool
    """Whether she may name people for it now."""

    @property
    def nameless(self) -> int:
        """Seats that have no name yet."""
        return sum(quota.nameless for quota in self.quotas)

    @property
    def wants_names(self) -> bool:
        """Whether she can name people for seats that have no name."""
        return self.names and bool(self.nameless)


class AgencyHome(Struct, frozen=True):
    """A liaison's home: her agencies, the seminars to come, soonest first, and those that were, latest first."""

    agencies: Sequence[AgencyChoice]
    to_come: Sequence[OwnSeminar]
    past: Sequence[OwnSeminar]
    own: frozenset[int]
    more_past: bool


def agency_home(session: Session, actor: Actor, *, now: datetime) -> AgencyHome:
    """Read the home of a liaison in a constant number of statements, however many seminars and people there are.

    A seminar to come stands there if it has a quota that her people draw from, or any of them on its list; an earlier one if any of
    them were. Earlier are those of the last year, and at least the last three.
    """
    own, directory, steps = agencies_in_reach(session, actor), all_agencies(session, with_aliases=False), pool_steps_on(session)
    today = now.date()
    not_long_over = _to_come(session, own, steps, today=today)
    to_come = [each for each in not_long_over if not is_over(each, now=now)]
    just_over = [each for each in reversed(not_long_over) if is_over(each, now=now) and each.state is not SeminarState.CANCELLED]
    before = [*just_over, *_past(session, own, today=today)]
    past = [each for number, each in enumerate(before) if number < LEAST_PAST or each.ends_on >= today - A_YEAR]
    seminars = [*to_come, *past]
    read = read_own_seats(session, [each.id for each in seminars], own)

    def line(seminar: Seminar) -> OwnSeminar:
        day = day_there(now, seminar.time_zone)
        quotas = own_quotas(read, seminar.id, own=own, steps=steps(seminar.starts_on), directory=directory, today=day)
        names = standing(seminar, organizes=False, now=now).takes_lists
        return OwnSeminar(seminar, quotas, tally_of(read.counts.get(seminar.id, ())), names)

    lines = [line(each) for each in to_come]
    agencies = sorted((directory[each] for each in actor.agency_ids), key=lambda agency: agency.code)
    shown = [each for each in lines if each.quotas or each.tally.here]
    were = [each for each in map(line, past) if each.tally.here]
    return AgencyHome(agencies, shown, were, own, more_past=len(before) > len(past))


def _to_come(session: Session, own: Collection[int], steps: Callable[[date], Steps], *, today: date) -> Sequence[Seminar]:
    """Return the seminars that are not over everywhere yet; some may have no quota for these agencies as of their first day."""
    ever = {step for agency_id in own for step in path_to_pools(agency_id, steps(date.max))}
    with_quota = select(SeatPool.seminar_id).where(SeatPool.agency_id.in_(ever))
    wanted = select(Seminar).where(Seminar.state.in_((*OPEN, SeminarState.CANCELLED)), Seminar.ends_on >= today - timedelta(days=1))
    wanted = wanted.where(Seminar.id.in_(with_quota) | _has_own(own)).order_by(Seminar.starts_on, Seminar.id).limit(AT_MOST)
    return session.scalars(wanted).all()


def _past(session: Session, own: Collection[int], *, today: date) -> Sequence[Seminar]:
    over = (Seminar.ends_on < today - timedelta(days=1)) | Seminar.state.in_(COMPLETED)
    wanted = select(Seminar).where(Seminar.state.in_((*OPEN, *COMPLETED)), over, _has_own(own))
    return session.scalars(wanted.order_by(Seminar.starts_on.desc(), Seminar.id.desc()).limit(MOST_PAST)).all()


def _has_own(own: Collection[int]) -> ColumnElement[bool]:
    return Seminar.id.in_(select(Registration.seminar_id).where(Registration.agency_id.in_(own)))


def agencies_to_name(directory: Mapping[int, AgencyChoice], access: AgencyAccess) -> list[AgencyChoice]:
    """Return the agencies for which the liaison names people: hers and what is below them, as of the seminar's first day."""
    parents = {each.id: each.parent_id for each in directory.values()}
    alive = (each for each in directory.values() if each.valid_to is None or each.valid_to >= access.seminar.starts_on)
    hers = (each for each in alive if not each.heads_a_kind and access.granted & set(path_of(each.id, parents)))
    return sorted(hers, key=lambda each: (each.parent_id is not None, each.state or each.code))
