"""Who may nominate for a seminar, the lists there are, and the seats they draw from."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.agencies.queries import AgencyChoice, all_agencies
from seminar_app.agencies.rules import path_of
from seminar_app.audit.models import AuditRow
from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.nominations.checking import Standpoint
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.rules import Standing, standing
from seminar_app.offices.models import Office
from seminar_app.offices.queries import language_of
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import reach_of, reach_of_everybody, roster_access
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services.locked_seats import LockedSeats, read_seats
from seminar_app.seminars.models import Seminar


class Nominating(Struct, frozen=True):
    """How an account may nominate for a seminar.

    Attributes:
        agencies: for which it may; None: for all, as the seminar's organizer.
        granted: the agencies that it is the liaison of.
        standing: whether lists are taken now, and if not, why.
        language: of the office, in which new people are written to.
    """

    seminar: Seminar
    office: Office
    agencies: frozenset[int] | None
    granted: frozenset[int]
    standing: Standing
    language: str

    @property
    def chooses(self) -> bool:
        """Whether nobody knows whose list comes: only a liaison of one agency brings that one's."""
        return self.organizes or len(self.granted) != 1

    @property
    def organizes(self) -> bool:
        """Whether the account organizes the seminar."""
        return self.agencies is None


def nominating(session: Session, actor: Actor, slug: str, *, now: datetime) -> Nominating:
    """Return how the account may nominate for the seminar: its organizer for all agencies, a liaison for hers.

    Raises:
        NotFound: there is no such seminar, or the account may neither organize it nor is a liaison.
    """
    access = roster_access(session, actor, slug)
    if not access.may_change and not access.own_agencies:
        raise NotFound
    seminar = access.seminar
    return Nominating(
        seminar,
        session.get_one(Office, seminar.office_id),
        None if access.may_change else access.own_agencies,
        actor.agency_ids,
        standing(seminar, organizes=access.may_change, now=now),
        language_of(session, seminar.office_id) or "es",
    )


def standpoint_of(session: Session, actor: Actor, who: Nominating) -> Standpoint:
    """Return from where the account looks at a list."""
    offices = actor.office_ids if who.organizes else frozenset({who.seminar.office_id})
    everybody = reach_of_everybody(session, actor)
    return Standpoint(reach_of(session, actor), who.agencies, everybody=everybody, offices=None if actor.is_admin else offices)


def get_list(session: Session, who: Nominating, public_id: uuid.UUID) -> NominationList:
    """Return a list of the seminar that the account may open: the organizer every one, a liaison those of her agencies.

    Raises:
        NotFound: there is no such list, or it is another agency's.
    """
    wanted = select(NominationList).where(NominationList.public_id == public_id, NominationList.seminar_id == who.seminar.id)
    found = session.scalar(wanted)
    if found is None or (who.agencies is not None and found.agency_id not in who.agencies):
        raise NotFound
    return found


def may_change_agency(session: Session, who: Nominating, found: NominationList) -> bool:
    """Whether the account may say that the list is another agency's: the organizer, before anybody was nominated with it."""
    return who.organizes and not session.scalar(select(exists().where(Nomination.list_id == found.id)))


def was_discarded(session: Session, who: Nominating, public_id: uuid.UUID) -> bool:
    """Return whether a list of the seminar was discarded; then nothing but the audit log knows of it."""
    subject, seminar = AuditRow.subject == f"nomination_list:{public_id.hex}", AuditRow.seminar == who.seminar.slug
    return bool(session.scalar(select(exists().where(AuditRow.action == "nominations.discarded", subject, seminar))))


class ListLine(Struct, frozen=True):
    """A list in the table of a seminar's lists. `brought`: the registrations that it brought, by their state now."""

    of: NominationList
    agency: Agency | None
    brought: Mapping[RegistrationState, int]

    @property
    def people(self) -> int:
        """Number of people whom it brought onto the roster."""
        return sum(self.brought.values())


def lists_of(session: Session, who: Nominating) -> list[ListLine]:
    """Return the lists of a seminar that the account may open, newest first."""
    wanted = select(NominationList, Agency).outerjoin(Agency, Agency.id == NominationList.agency_id)
    wanted = wanted.where(NominationList.seminar_id == who.seminar.id).order_by(NominationList.id.desc())
    if who.agencies is not None:
        wanted = wanted.where(NominationList.agency_id.in_(who.agencies))
    rows = session.execute(wanted).all()
    brought: dict[int, dict[RegistrationState, int]] = {}
    counts = (
        select(Nomination.list_id, Registration.state, func.count().label("number"))
        .join(Registration, Registration.id == Nomination.registration_id)
        .join(NominationList, NominationList.id == Nomination.list_id)
        .where(NominationList.seminar_id == who.seminar.id)
        .group_by(Nomination.list_id, Registration.state)
    )
    for row in session.execute(counts):
        brought.setdefault(row.list_id, {})[row.state] = row.number
    return [ListLine(found, agency, brought.get(found.id, {})) for found, agency in rows]


class Meter(Struct, frozen=True):
    """The seats of a quota, for the agency whose people draw from it."""

    agency: AgencyChoice
    size: int
    taken: int
    held: int = 0
    """How many of these are kept for a name or an invitation."""
    release_on: date | None = None
    """From this day on, seats that are free then are open to all agencies."""

    @property
    def left(self) -> int:
        """Free seats."""
        return self.size - self.taken


def agencies_to_choose(session: Session, who: Nominating) -> list[AgencyChoice]:
    """Return the agencies whose list this may be, those with a quota first: an organizer any, a liaison hers and what is below."""
    directory = all_agencies(session, with_aliases=False)
    seats = seats_now(session, who)
    quotas = {pool.agency_id for pool in seats.pools if pool.kept}
    parents = {each.id: each.parent_id for each in directory.values()}
    own = who.granted if who.agencies is not None else None
    wanted = (each for each in directory.values() if own is None or own & set(path_of(each.id, parents)))
    alive = [each for each in wanted if each.valid_to is None or each.valid_to >= who.seminar.starts_on]
    return sorted(alive, key=lambda each: (each.id not in quotas, each.parent_id is not None, each.code))


def seats_now(session: Session, who: Nominating) -> LockedSeats:
    """Return the seats as they are now."""
    return read_seats(session, who.seminar, who.office)


def meters(session: Session, who: Nominating) -> list[Meter]:
    """Return the quotas that the account's agencies draw from."""
    seats, directory = seats_now(session, who), all_agencies(session, with_aliases=False)
    reached = None if who.agencies is None else {step for each in who.granted for step in seats.path(session, each)}
    return [
        Meter(directory[pool.agency_id], pool.size, pool.taken, pool.held, None if pool.released else pool.release_on)
        for pool in seats.pools
        if pool.kept and pool.agency_id is not None and (reached is None or pool.agency_id in reached)
    ]
