"""What pages show of merging: who may be the same person, two records side by side, merges that can be undone, proposals.

The reach of these queries is the organizer's: pages pass `organizing(actor)`.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor, RoleName
from seminar_app.core.errors import NotFound
from seminar_app.core.values import replace
from seminar_app.people.evidence import Evidence
from seminar_app.people.matching import By, Compared, Perhaps, Same, Verdict, match
from seminar_app.people.models import MatchProposal, Person, PersonMerge
from seminar_app.people.queries import (
    SHOWN,
    Candidate,
    candidates,
    compared,
    kept_record,
    known_apart,
    merges_of,
    open_proposals,
    with_curp,
)
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.merge_hooks import minutes_of
from seminar_app.registration.merge_rules import FILLED, edition_of_records, side_of, which_stays
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.people import (
    PersonRegistration,
    candidates_in_reach,
    people_as_shown,
    people_by_id_in_reach,
    person_in_reach,
    reach_of,
    reach_of_registrations,
    registrations_of,
)
from seminar_app.seminars.models import Seminar

MAY_MERGE = frozenset({RoleName.ADMIN, RoleName.ORGANIZER})


def organizing(actor: Actor) -> Actor:
    """Return the account with its roles that may merge and split: what it sees as a liaison does not count."""
    return replace(actor, grants=tuple(grant for grant in actor.grants if grant.role in MAY_MERGE))


class LikelySame(Struct, frozen=True):
    """A person who is or may be the one in view, and why. `same`: the rule takes them for one person."""

    person: ShownPerson
    why: Sequence[Evidence]
    same: bool


def likely_same(session: Session, actor: Actor, person_id: int) -> list[LikelySame]:
    """Return the people in reach who are or may be this one, likeliest first; without those who were decided to be somebody else."""
    apart = known_apart(session, person_id)
    found = [each for each in candidates_in_reach(session, actor, session.get_one(Person, person_id)) if each.person.id not in apart]
    return as_likely(session, actor, found)


def as_likely(session: Session, actor: Actor, found: Sequence[Candidate]) -> list[LikelySame]:
    """Return those of the candidates whom the account may see."""
    shown = {each.person.id: each.person for each in people_by_id_in_reach(session, actor, [each.person.id for each in found])}
    return [LikelySame(shown[each.person.id], each.why, isinstance(each.verdict, Same)) for each in found if each.person.id in shown]


def likely_to_be(session: Session, actor: Actor, sought: Compared, *, curp: str | None) -> list[LikelySame]:
    """Return the people in reach who are or may be the one that was typed, likeliest first. `curp`: the number as typed."""
    condition = reach_of(session, actor)
    found = {each.person.id: each for each in with_curp(session, sought, curp, by=By.STAFF)} if curp else {}
    found |= {each.person.id: each for each in candidates(session, sought, by=By.STAFF, condition=condition)}
    return as_likely(session, actor, list(found.values()))


def kept_in_reach(session: Session, actor: Actor, public_id: uuid.UUID) -> ShownPerson:
    """Return a person, or the one whose record theirs was merged into.

    Raises:
        NotFound: there is no such person, or the account may not see the record that was kept.
    """
    person = session.scalar(select(Person).where(Person.public_id == public_id))
    if person is None:
        raise NotFound
    return person_in_reach(session, actor, kept_record(session, person).public_id).person


class Record(Struct, frozen=True):
    """One of two records that are compared.

    Attributes:
        seminars: registrations in reach, newest seminar first.
        moves: registrations that would go to the other record.
        lacks: columns that it would get from the other one.
    """

    person: ShownPerson
    seminars: Sequence[PersonRegistration]
    moves: Sequence[PersonRegistration]
    lacks: Sequence[str]


class BothIn(Struct, frozen=True):
    """A seminar in which both are registered, and which registration stays.

    Attributes:
        first_stays: the registration of the first record is the one that stays.
        by: why: `minutes`, `seat` or `earlier`.
        frees_seat: the other one holds a seat, which goes to the queue.
    """

    seminar: Seminar
    first_stays: bool
    by: str
    frees_seat: bool


class Comparison(Struct, frozen=True):
    """Two records side by side, and what merging them would do.

    Attributes:
        verdict: of the rule; `why` is empty if it takes them for one person, or for two.
        edition: sent back with the form, so that only what was compared is merged.
        stays: the record that is proposed to stay: the one with more registrations, else the older one.
        apart: somebody decided that they are two people.
    """

    records: tuple[Record, Record]
    both_in: Sequence[BothIn]
    verdict: Verdict
    edition: str
    stays: Record
    apart: bool

    @property
    def why(self) -> Sequence[Evidence]:
        """What agrees and differs."""
        return self.verdict.why if isinstance(self.verdict, Perhaps) else ()

    @property
    def same(self) -> bool:
        """Whether the rule takes them for one person."""
        return isinstance(self.verdict, Same)


def compare(session: Session, actor: Actor, one: ShownPerson, other: ShownPerson) -> Comparison:
    """Compare two records in reach. The caller writes the audit row: a reserved identity among them is opened.

    Raises:
        NotFound: one of them is erased, or the second one is reserved.
    """
    if one.erased or other.reserved:
        raise NotFound
    rows = session.execute(select(*SHOWN, Person.agency_id).where(Person.id.in_((one.id, other.id)))).all()
    shown = {each.id: each for each in people_as_shown(session, actor, rows, opened=True)}
    people = {each.id: each for each in session.scalars(select(Person).where(Person.id.in_(shown)))}
    registrations = session.scalars(select(Registration).where(Registration.person_id.in_(shown)).order_by(Registration.id)).all()
    first, second = ({each.seminar_id: each for each in registrations if each.person_id == who.id} for who in (one, other))
    seminars = [registrations_of(session, actor, who.id) for who in (one, other)]
    records = tuple(
        Record(
            shown[who.id],
            mine,
            [each for each in mine if each.seminar.id not in others],
            [column for column in (*FILLED, "email") if getattr(people[who.id], column) is None and getattr(people[to.id], column)],
        )
        for who, to, mine, others in ((one, other, seminars[0], second), (other, one, seminars[1], first))
    )
    minutes = minutes_of(session, [each[key].id for key in first.keys() & second.keys() for each in (first, second)])
    by_age = sorted(records, key=lambda each: (-len(each.seminars), people[each.person.id].created_at, each.person.id))
    return Comparison(
        (records[0], records[1]),
        [_both_in(each.seminar, first[each.seminar.id], second[each.seminar.id], minutes) for each in _shared(records[0], second)],
        match(compared(session, people[one.id]), compared(session, people[other.id]), by=By.STAFF),
        edition_of_records(people.values(), registrations),
        by_age[0],
        other.id in known_apart(session, one.id),
    )


def _shared(record: Record, others: Collection[int]) -> Iterator[PersonRegistration]:
    return (each for each in record.seminars if each.seminar.id in others)


def _both_in(seminar: Seminar, first: Registration, second: Registration, minutes: Mapping[int, int]) -> BothIn:
    stays, leaves = which_stays(side_of(first, minutes), side_of(second, minutes))
    by = "seat" if stays.seated != leaves.seated else "earlier"
    if (stays.minutes > 0) != (leaves.minutes > 0):
        by = "minutes"
    return BothIn(seminar, stays.registration_id == first.id, by, frees_seat=leaves.seated)


class MergeMade(Struct, frozen=True):
    """A merge that can be undone. `person`: the record that went; None if the identity is reserved."""

    public_id: uuid.UUID
    id: int
    person: ShownPerson | None
    at: datetime
    by: str
    """Actor, as in the audit log."""


def merges_made(session: Session, actor: Actor, person: ShownPerson) -> list[MergeMade]:
    """Return the merges into this record that stand and that the account may undo, newest first.

    Both records must be in reach, as for merging: else the page would tell of somebody whom the account may not see.
    """
    standing = [row for row in merges_of(session, person.id) if row.kept_id == person.id and row.undone_at is None]
    rows = _both_in_reach(session, actor, person.id, standing)
    if not rows:
        return []
    gone = session.execute(select(*SHOWN, Person.agency_id).where(Person.id.in_([row.gone_id for row in rows])))
    names = {} if person.hidden else {each.id: each for each in people_as_shown(session, actor, gone.all())}
    return [MergeMade(row.public_id, row.id, names.get(row.gone_id), row.merged_at, row.merged_by) for row in rows]


def merge_to_undo(session: Session, actor: Actor, public_id: uuid.UUID) -> tuple[PersonMerge, uuid.UUID]:
    """Return a merge that the account may undo, and the public id of the record that was kept.

    Raises:
        NotFound: there is no such merge, or one of the records is out of reach.
    """
    row = session.scalar(select(PersonMerge).where(PersonMerge.public_id == public_id))
    if row is None or not (row.undone_at is not None or _both_in_reach(session, actor, row.kept_id, [row])):
        raise NotFound
    return row, kept_in_reach(session, actor, session.get_one(Person, row.kept_id).public_id).public_id


def _both_in_reach(session: Session, actor: Actor, kept_id: int, rows: Sequence[PersonMerge]) -> list[PersonMerge]:
    """Return the merges of which both records could be seen if they were separated."""
    if actor.is_admin or not rows:
        return list(rows)
    people = [kept_id, *(row.gone_id for row in rows)]
    found = session.execute(
        select(Registration.id, Registration.person_id)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .where(Registration.person_id.in_(people), reach_of_registrations(session, actor))
    ).all()
    seen = {row.id for row in found}
    theirs = {row.id: _of_the_one_that_went(row) for row in rows}
    exchanged = {left["leaves"] for row in rows for left in row.moved["left"] if left["exchanged"]}
    own = {row.id for row in found if row.person_id == kept_id or row.id in exchanged} - set().union(*theirs.values())
    return [row for row in rows if own and theirs[row.id] & seen]


def _of_the_one_that_went(row: PersonMerge) -> set[int]:
    """Return the ids of the registrations that the record had before the merge."""
    left = (each["stays"] if each["exchanged"] else each["leaves"] for each in row.moved["left"])
    return {*row.moved["registrations"], *left}


class Proposal(Struct, frozen=True):
    """Two records that may be one person, proposed to an administrator. `by`: actor, as in the audit log."""

    public_id: uuid.UUID
    one: ShownPerson
    other: ShownPerson
    why: Sequence[Evidence]
    at: datetime
    by: str


def proposals(session: Session, actor: Actor) -> list[Proposal]:
    """Return the open proposals with their people, oldest first, at most 50; for administrators."""
    found = open_proposals(session)
    ids = {person.id for _proposal, *people in found for person in people}
    rows = session.execute(select(*SHOWN, Person.agency_id).where(Person.id.in_(ids))).all()
    shown = {each.id: each for each in people_as_shown(session, actor, rows)}
    return [
        Proposal(each.public_id, shown[one.id], shown[other.id], [Evidence(code) for code in each.why], each.proposed_at, each.proposed_by)
        for each, one, other in found
    ]


def get_proposal(session: Session, public_id: uuid.UUID) -> MatchProposal:
    """Return a proposal, decided or not.

    Raises:
        NotFound: there is no such proposal.
    """
    proposal = session.scalar(select(MatchProposal).where(MatchProposal.public_id == public_id))
    if proposal is None:
        raise NotFound
    return proposal


__all__ = [
    "BothIn",
    "Comparison",
    "LikelySame",
    "MergeMade",
    "Proposal",
    "Record",
    "compare",
    "get_proposal",
    "kept_in_reach",
    "likely_same",
    "merge_to_undo",
    "merges_made",
    "organizing",
    "proposals",
]
