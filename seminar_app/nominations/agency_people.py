"""A liaison's people on a seminar's list, and what she may do with the place of each."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import AgenciesThen, agencies_then, all_agencies, pool_steps
from seminar_app.core.errors import NotFound
from seminar_app.core.values import replace
from seminar_app.nominations.agency_queries import AgencyAccess
from seminar_app.nominations.agency_seats import OwnHold, OwnQuota, own_holds, own_quotas, read_own_seats
from seminar_app.nominations.request_rules import is_liaisons, may_exchange
from seminar_app.people.models import Person
from seminar_app.people.shown import ShownPerson, told_apart
from seminar_app.registration.first_opening_rules import Opening, decide_opening
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import alternates_now
from seminar_app.registration.queries.leaving import WITHDRAWN_BY_AGENCY
from seminar_app.registration.queries.shown import SHOWN, shown_person
from seminar_app.registration.rules import RegistrationState, Source, is_alternate, may_edit

LAST = 1_000_000
"""Stands for the number of an alternate whose number is not told."""


class OwnPerson(Struct, frozen=True):
    """One of the liaison's people on a list.

    Attributes:
        number: an alternate's, among those of the same quota; None of a reserved identity.
        hers: the place is hers to hand on (`request_rules.is_liaisons`). Of a reserved identity only from the opened record.
        opening: what the person's page still asks for.
        pool_id: internal id of the pool whose seat they hold.
        by_agency: the agency has withdrawn the person.
        earlier, later: the alternates of hers next in order, with whom this one can exchange places.
    """

    id: int
    public_id: uuid.UUID
    person: ShownPerson
    state: RegistrationState
    source: Source
    alternate: bool
    number: int | None
    hers: bool
    opening: Opening
    pool_id: int | None
    queue_place: int | None
    earlier: uuid.UUID | None = None
    later: uuid.UUID | None = None
    by_agency: bool = False

    @property
    def hidden(self) -> bool:
        """Whether the person stands by code."""
        return self.person.hidden

    @property
    def name(self) -> str:
        """Surnames first, or the code."""
        return self.person.name

    @property
    def changeable(self) -> bool:
        """Whether the row offers to change the place."""
        return self.hers and not self.hidden


class AgencyList(Struct, frozen=True):
    """The liaison's people by where they stand, with the seats that they draw from."""

    quotas: Sequence[OwnQuota]
    holds: Sequence[OwnHold]
    seated: Sequence[OwnPerson]
    alternates: Sequence[OwnPerson]
    waiting: Sequence[OwnPerson]
    """On the general waiting list, which has no numbers."""
    undecided: Sequence[OwnPerson]
    left: Sequence[OwnPerson]

    @property
    def everybody(self) -> list[OwnPerson]:
        """All of them, in the order of the page."""
        return [*self.seated, *self.alternates, *self.waiting, *self.undecided, *self.left]

    def find(self, public_id: uuid.UUID | None) -> OwnPerson | None:
        """Return the person with this registration, if she sees it."""
        return next((each for each in self.everybody if each.public_id == public_id), None)

    def get(self, public_id: uuid.UUID) -> OwnPerson:
        """Return the person with this registration.

        Raises:
            NotFound: there is none, or it is another agency's.
        """
        found = self.find(public_id)
        if found is None:
            raise NotFound
        return found

    def partners(self, of: OwnPerson) -> list[OwnPerson]:
        """Return with whom a person can exchange places, alternates first. Codes are not among them."""
        standing = [each for each in (*self.alternates, *self.waiting, *self.seated) if each.changeable and each.id != of.id]
        return [each for each in standing if may_exchange(of.state, each.state) or may_exchange(each.state, of.state)]


def agency_list(session: Session, access: AgencyAccess) -> AgencyList:
    """Read the liaison's people of a seminar, and her seats, in a constant number of statements."""
    seminar, own = access.seminar, access.own
    read, directory = read_own_seats(session, [seminar.id], own), all_agencies(session, with_aliases=False)
    steps = pool_steps(session, seminar.starts_on)
    quotas = own_quotas(read, seminar.id, own=own, steps=steps, directory=directory, today=access.today)
    pools = list(read.pools.get(seminar.id, ()))
    numbers = alternates_now(session, seminar, pools).numbers
    rows = session.execute(
        select(*SHOWN, *_COLUMNS)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.seminar_id == seminar.id, Registration.agency_id.in_(own), Person.merged_into_id.is_(None))
    ).all()
    then = agencies_then(session)
    drawn_from = {quota.agency.id for quota in quotas}
    theirs = {pool.id for pool in pools if pool.agency_id in drawn_from}
    people = sorted((_person(row, then, theirs, numbers) for row in rows), key=lambda each: each.person.order)
    apart = told_apart(each.person for each in people)
    people = [replace(each, person=person) for each, person in zip(people, apart, strict=True)]
    return AgencyList(
        quotas,
        own_holds(read, seminar.id, own=own, directory=directory),
        seated=[each for each in people if each.state is RegistrationState.REGISTERED],
        alternates=_in_turn([each for each in people if each.alternate]),
        waiting=[each for each in people if each.state is RegistrationState.WAITLISTED and not each.alternate],
        undecided=[each for each in people if may_edit(each.state) and each.queue_place is None and not _is_seated(each)],
        left=[each for each in people if not may_edit(each.state)],
    )


_COLUMNS = (
    Registration.id,
    Registration.public_id,
    Registration.state,
    Registration.source,
    Registration.seat_pool_id,
    Registration.queue_place,
    Registration.agency_seats_only,
    Registration.notice_at,
    Registration.wrong_surnames,
    Person.email_proven_at,
    WITHDRAWN_BY_AGENCY,
)


def _is_seated(person: OwnPerson) -> bool:
    return person.state is RegistrationState.REGISTERED


def _person(row: Any, then: AgenciesThen, theirs: set[int], numbers: Mapping[int, int]) -> OwnPerson:
    person = shown_person(row, then)
    return OwnPerson(
        row.id,
        row.public_id,
        person,
        row.state,
        row.source,
        is_alternate(row.state, agency_seats_only=row.agency_seats_only),
        None if person.hidden else numbers.get(row.id),
        is_liaisons(row.state, row.source, of_quota=row.seat_pool_id in theirs, erased=person.erased),
        decide_opening(proven_at=row.email_proven_at, notice_at=row.notice_at, wrong_surnames=row.wrong_surnames),
        row.seat_pool_id,
        row.queue_place,
        by_agency=row.by_agency,
    )


def _in_turn(alternates: list[OwnPerson]) -> list[OwnPerson]:
    """Sort alternates by their number, codes last, and let each exchange places with the one before and the one after."""
    ordered = sorted(alternates, key=lambda each: (each.hidden, 0 if each.hidden else each.number or LAST))
    movable = [each.public_id for each in ordered if each.changeable]
    before, after = {late: early for early, late in pairwise(movable)}, dict(pairwise(movable))
    return [replace(each, earlier=before.get(each.public_id), later=after.get(each.public_id)) for each in ordered]
