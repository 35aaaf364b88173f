"""Merging two records of one person and undoing it; splitting a join: on real databases."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark, Observation
from seminar_app.attendance.queries import people_by_group
from seminar_app.attendance.rules import MarkMethod, MarkStatus
from seminar_app.attendance.services.observed import rewrite_marks
from seminar_app.audit.models import AuditRow
from seminar_app.audit.verifying import verify
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.queries import MessageFilter, messages_page
from seminar_app.messages.services import enqueue
from seminar_app.people.errors import NameTaken
from seminar_app.people.evidence import Evidence
from seminar_app.people.identity import Identity, keep_identity, open_identity
from seminar_app.people.models import MatchProposal, Person, PersonMerge
from seminar_app.people.proposals import propose
from seminar_app.people.queries import merges_of, open_proposals
from seminar_app.people.rules import ReservedReason, Sex
from seminar_app.people.services import PersonData, edit_person
from seminar_app.registration import services
from seminar_app.registration.errors import (
    MergedAlready,
    MergedSince,
    MergeOfErased,
    MergeUndone,
    MergeWithItself,
    NotInThisState,
    NotJoined,
    SamePersonAgain,
    SeatTaken,
)
from seminar_app.registration.links import personal_token
from seminar_app.registration.models import NameRequest, PersonJoin, Registration
from seminar_app.registration.queries import (
    RosterFilter,
    candidates_in_reach,
    joins_of,
    names_asked,
    people_in_reach,
    person_in_reach,
    personal_page,
    registration_in_reach,
    roster,
    roster_access,
)
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.registration.services.links import replace_links_of
from seminar_app.registration.services.merging import decide_proposal, merge, propose_outside_reach, split, undo_merge
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import db
from tests.integration.registration.conftest import Register, pool_of
from tests.support.context import context
from tests.support.factories import THEN, Make

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CONTEXT = ChangeContext(NOW, "account:test")
CURP = "HEMN841101MSPRRR02"
SEATED, WAITING, WITHDRAWN, REMOVED = (
    RegistrationState.REGISTERED,
    RegistrationState.WAITLISTED,
    RegistrationState.WITHDRAWN,
    RegistrationState.REMOVED,
)
BESIDE = {"audit", "audit_head", "access_count", "outbox", "registration_history", "person_merge", "person_identity"}
"""Tables left out of the comparison: they only grow; identity data are compared opened."""


def actor(*grants: Grant) -> Actor:
    return Actor(1, uuid.uuid4(), "Ana", "en", grants)


def merged(session: Session, kept: int, gone: int) -> PersonMerge:
    with unit_of_work(session) as work:
        return merge(work, CONTEXT, kept=kept, gone=gone)


def undone(session: Session, row: PersonMerge) -> None:
    with unit_of_work(session) as work:
        undo_merge(work, CONTEXT, merge_id=row.id)


def everything(session: Session, people: Sequence[int]) -> dict[str, list[Any]]:
    """Return all rows but those of `BESIDE`, without editions, and the identity data of some people opened.

    Copies of observations, and the clearing that takes their marks back, stay, because observations are only ever added.
    """
    session.rollback()
    tables: dict[str, list[Any]] = {}
    for table in db.metadata.sorted_tables:
        if table.name not in BESIDE:
            columns = [f'"{column.name}"' for column in table.columns if column.name != "version"]
            only = {"observation": "WHERE method <> 'merge' AND follows IS NULL", "mark": "WHERE status IS NOT NULL"}.get(table.name, "")
            rows = session.execute(text(f'SELECT {", ".join(columns)} FROM "{table.name}" {only}'))  # noqa: S608  names of our tables
            tables[table.name] = sorted(repr(tuple(row)) for row in rows)
    changed = text("SELECT changed_at FROM person_identity WHERE person_id = :id")
    tables["identity"] = [
        repr((open_identity(session, session.get_one(Person, each)), session.scalar(changed, {"id": each}))) for each in people
    ]
    session.rollback()
    return tables


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, Any]:
    return {name: set(one[name]) ^ set(other[name]) for name in one if one[name] != other[name]}


def any_world(make: Make, session: Session, chance: random.Random) -> tuple[Person, Person]:
    """Make two people with random registrations, marks, identity data and gaps."""
    agencies = [make.agency(), make.agency()]

    def person(name: str, address: str) -> Person:
        reserved = chance.random() < 0.3
        return make.person(
            name,
            phone=chance.choice([None, "+525512345678", "+525587654321"]),
            sex=chance.choice([None, *Sex]),
            email=chance.choice([None, f"{address}@pgr.example"]),
            agency_id=chance.choice([None, agencies[0].id]),
            reserved=reserved,
            reserved_reason=ReservedReason.OWN_REQUEST if reserved else None,
        )

    one, other = person("Luz", "one"), person(chance.choice(["Luz", "María"]), "other")
    for number in range(4):
        seminar = make.seminar(seats=4)
        sessions = [make.seminar_session(seminar, day=day) for day in range(2)]
        quota = make.pool(seminar, agencies[0], 3)
        for place, who in enumerate((one, other)):
            if chance.random() < 0.25:
                continue
            state = chance.choice([SEATED, SEATED, WAITING, WITHDRAWN, REMOVED, RegistrationState.PENDING])
            values: dict[str, Any] = {"state": state, "registered_at": THEN + timedelta(hours=chance.randint(0, 9))}
            if state is SEATED:
                values["pool"] = chance.choice([quota, pool_of(session, seminar, None)])
            if state is WAITING:
                values["queue_place"] = place + 1
            if state is REMOVED:
                values["removal_reason"] = RemovalReason.DOCUMENTS
            if who.reserved:
                values["reserved_code"] = f"{'BC'[place]}{'DFGH'[number]}XYZ"
            made = make.registration(seminar, who, agency=chance.choice(agencies), **values)
            for each in sessions if state in (SEATED, WITHDRAWN) else ():
                if chance.random() < 0.5:
                    make.mark(made, each, chance.choice(list(MarkStatus)))
        if chance.random() < 0.5:  # a queue of seminars that have no free seat is tried below
            make.registration(seminar, agency=agencies[0], pool=quota)
    for who in (one, other):
        identity = Identity(
            curp=chance.choice([None, CURP]),
            birth_date=chance.choice([None, date(1984, 11, 1)]),
            passport=chance.choice([None, f"G{who.id}2345678"]),
        )
        with unit_of_work(session) as work:
            when = NOW - timedelta(days=who.id)
            keep_identity(work, context(when), person=work.get_one(Person, who.id), identity=identity)
    return one, other


SEEDS = [
    *range(6),
    *(pytest.param(seed, marks=pytest.mark.sqlite_first) for seed in range(6, 12)),
    *(pytest.param(seed, marks=pytest.mark.full) for seed in range(12, 150)),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_merge_that_is_undone_leaves_everything_as_it_was(make: Make, session: Session, seed: int) -> None:
    kept, gone = any_world(make, session, random.Random(seed))
    before = everything(session, [kept.id, gone.id])
    row = merged(session, kept.id, gone.id)
    assert before != everything(session, [kept.id, gone.id])
    mine = session.scalars(select(Registration.seminar_id).where(Registration.person_id == kept.id)).all()
    theirs = session.execute(select(Registration.seminar_id, Registration.state).where(Registration.person_id == gone.id)).all()
    assert all(seminar_id in mine and state is REMOVED for seminar_id, state in theirs)
    undone(session, row)
    assert differences(before, everything(session, [kept.id, gone.id])) == {}
    assert verify(session).intact


def test_what_the_kept_record_lacks_comes_from_the_other_one_and_is_named(make: Make, session: Session) -> None:
    agency = make.agency()
    kept = make.person("Luz", email=None, phone=None, surname2=None)
    gone = make.person("Luz María", phone="+525512345678", sex=Sex.FEMALE, agency_id=agency.id)
    with unit_of_work(session) as work:
        identity = Identity(curp=CURP, birth_date=date(1984, 11, 1))
        keep_identity(work, context(NOW), person=work.get_one(Person, gone.id), identity=identity)
    row = merged(session, kept.id, gone.id)
    person = session.get_one(Person, kept.id)
    assert (person.phone, person.sex, person.agency_id, person.email) == ("+525512345678", Sex.FEMALE, agency.id, gone.email)
    assert (person.given_names, person.surname2) == ("Luz", None), "names stay as they are"
    assert row.moved["filled"] == ["phone", "sex", "agency_id", "email"]
    assert row.moved["identity"]["parts"] == ["curp", "birth_date"]
    assert CURP not in str(row.moved)
    session.rollback()
    with unit_of_work(session) as work:
        assert open_identity(work, work.get_one(Person, kept.id)) == identity
        assert open_identity(work, work.get_one(Person, gone.id)) == Identity()


@dataclass
class Pair:
    """Two records with a registration each in one seminar of one seat, and somebody who waits."""

    seminar: Seminar
    kept: Registration
    gone: Registration
    waits: Registration | None


def pair(make: Make, session: Session, *, waits: bool = True, **values: Any) -> Pair:
    seminar = make.seminar(seats=1)
    kept = make.registration(seminar, registered_at=THEN, **{"state": WITHDRAWN} | values)
    gone = make.registration(seminar, pool=pool_of(session, seminar, None), registered_at=THEN + timedelta(hours=1))
    waiting = make.registration(seminar, state=WAITING, queue_place=7) if waits else None
    return Pair(seminar, kept, gone, waiting)


def test_the_seated_one_stays_and_goes_to_the_kept_record(make: Make, session: Session) -> None:
    both = pair(make, session)
    merged(session, both.kept.person_id, both.gone.person_id)
    stays, left = (session.get_one(Registration, each.id) for each in (both.gone, both.kept))
    assert (stays.person_id, stays.state) == (both.kept.person_id, SEATED)
    assert (left.person_id, left.state, left.removal_reason) == (both.gone.person_id, REMOVED, RemovalReason.ADMINISTRATIVE)
    assert session.scalars(select(Person.id).where(Person.given_names == "")).all() == []


def test_credited_minutes_come_first_marks_are_copied_and_the_seat_goes_to_the_queue(make: Make, session: Session) -> None:
    both = pair(make, session)
    first, second = make.seminar_session(both.seminar), make.seminar_session(both.seminar, day=1)
    make.mark(both.kept, first)
    make.mark(both.gone, first, MarkStatus.ABSENT)
    make.mark(both.gone, second, MarkStatus.LATE, 0, method=MarkMethod.SCAN, recorded_by="account:door")
    row = merged(session, both.kept.person_id, both.gone.person_id)
    assert both.waits is not None
    assert session.get_one(Registration, both.waits.id).state is SEATED
    assert session.get_one(Registration, both.gone.id).state is REMOVED
    marks = session.execute(
        select(Mark.status, Observation.method, Observation.recorded_by)
        .join(Observation, Observation.public_id == Mark.last)
        .where(Mark.registration_id == both.kept.id)
        .order_by(Mark.session_id)
    )
    assert [tuple(mark) for mark in marks] == [
        (MarkStatus.PRESENT, MarkMethod.LIST, "command"),
        (MarkStatus.LATE, MarkMethod.SCAN, "account:door"),
    ]
    assert session.scalars(select(Message.kind)).all() == ["seat_given"]
    with pytest.raises(SeatTaken):
        undone(session, row)
    with unit_of_work(session) as work:
        services.withdraw(work, context(NOW), registration_id=both.waits.id)
    undone(session, row)
    assert session.get_one(Registration, both.gone.id).state is SEATED
    assert _statuses(session, both.kept) == [MarkStatus.PRESENT, None]
    again = merged(session, both.kept.person_id, both.gone.person_id)
    assert again.undone_at is None
    assert _statuses(session, both.kept) == [MarkStatus.PRESENT, MarkStatus.LATE]


def _statuses(session: Session, registration: Registration) -> list[MarkStatus | None]:
    return list(session.scalars(select(Mark.status).where(Mark.registration_id == registration.id).order_by(Mark.session_id)))


def test_a_copied_mark_that_somebody_changed_stays_when_the_merge_is_undone(make: Make, session: Session) -> None:
    both = pair(make, session, waits=False)
    first, second = make.seminar_session(both.seminar), make.seminar_session(both.seminar, day=1)
    make.mark(both.kept, first)
    make.mark(both.gone, second, MarkStatus.ABSENT)
    row = merged(session, both.kept.person_id, both.gone.person_id)
    last = session.scalars(select(Mark.last).where(Mark.registration_id == both.kept.id, Mark.session_id == second.id)).one()
    make.observation(both.kept, second, MarkStatus.LATE, follows=last)
    with unit_of_work(session) as work:
        rewrite_marks(work, both.seminar.id, [both.kept.id])
    undone(session, row)
    assert _statuses(session, both.kept) == [MarkStatus.PRESENT, MarkStatus.LATE]


def test_somebody_reserved_stays_reserved_with_codes_for_all_registrations(make: Make, session: Session) -> None:
    kept = make.person()
    gone = make.person(reserved=True, reserved_reason=ReservedReason.AUTHORITY_ORDER)
    for who in (kept, gone):
        make.registration(make.seminar(), who)
    row = merged(session, kept.id, gone.id)
    person = session.get_one(Person, kept.id)
    assert (person.reserved, person.reserved_reason) == (True, ReservedReason.AUTHORITY_ORDER)
    codes = session.scalars(select(Registration.reserved_code).where(Registration.person_id == kept.id)).all()
    assert len(codes) == 2
    assert all(code and len(code) == 5 for code in codes)
    session.rollback()
    undone(session, row)
    assert not session.get_one(Person, kept.id).reserved
    own, coded = session.scalars(select(Registration.reserved_code).order_by(Registration.id))
    assert own is None
    assert coded, "the code of somebody who was reserved before stays"


def set_reserved(session: Session, person_id: int, *, to: bool = True) -> None:
    session.rollback()
    with unit_of_work(session) as work:
        if to:
            assert services.reserve(work, CONTEXT, person_id=person_id, reason=ReservedReason.AGENCY_REQUEST)
        else:
            assert services.end_reserve(work, CONTEXT, person_id=person_id, reason=ReservedReason.MISTAKE)


def reservations(session: Session) -> list[tuple[bool, ReservedReason | None]]:
    session.rollback()
    return [(each.reserved, each.reserved_reason) for each in session.scalars(select(Person).order_by(Person.id))]


def all_have_codes(session: Session) -> bool:
    session.rollback()
    return None not in session.scalars(select(Registration.reserved_code)).all()


NAMED = (False, None)
OWN, BY_AGENCY = (True, ReservedReason.OWN_REQUEST), (True, ReservedReason.AGENCY_REQUEST)


@pytest.mark.parametrize("asks_for", ["kept", "gone"])
def test_reserving_covers_all_records_merged_together(make: Make, session: Session, asks_for: str) -> None:
    both = pair(make, session, waits=False)
    kept, gone, third = both.kept.person_id, both.gone.person_id, make.registration(both.seminar).person_id
    merged(session, gone, third)
    merged(session, kept, gone)
    set_reserved(session, {"kept": kept, "gone": third}[asks_for])
    assert reservations(session) == [BY_AGENCY] * 3
    assert all_have_codes(session)
    (row,) = session.scalars(select(AuditRow).where(AuditRow.action == "person.reserved"))
    assert row.subject == f"person:{session.get_one(Person, kept).public_id.hex}"
    set_reserved(session, {"kept": gone, "gone": kept}[asks_for], to=False)
    assert reservations(session) == [NAMED] * 3


@pytest.mark.parametrize("by", ["the kept one", "the merged one", "reserving afterwards"])
def test_mail_of_a_merged_record_is_withheld_with_the_kept_one_s(make: Make, session: Session, by: str) -> None:
    both = pair(make, session, waits=False)
    people = [each.person_id for each in (both.kept, both.gone)]
    for person_id in people:
        with unit_of_work(session) as work:
            person = work.get_one(Person, person_id)
            enqueue(
                work, CONTEXT, kind="test_mail", language="es", to_address=person.email or "", to_name=person.certificate_name, facts={}
            )
    with unit_of_work(session) as work:
        for registration_id in (both.kept.id, both.gone.id):
            services.send_link(work, CONTEXT, seminar_id=both.seminar.id, registration_id=registration_id, replace=False)

    def receivers() -> list[str]:
        session.rollback()
        return [each.receiver for each in messages_page(session, MessageFilter(to=None), subjects=lambda _messages: {}).messages]

    assert all("López" in each for each in receivers())
    session.rollback()
    if by != "reserving afterwards":
        set_reserved(session, people[by == "the merged one"])
    merged(session, *people)
    if by == "reserving afterwards":
        set_reserved(session, people[0])
    assert len(receivers()) == 4
    assert all(each.startswith("R-") for each in receivers())
    assert all_have_codes(session)


@pytest.mark.parametrize(
    ("before", "since", "after"),
    [
        ((False, True), [], [NAMED, OWN]),
        ((True, False), [], [OWN, NAMED]),
        ((True, True), [], [OWN, OWN]),
        ((False, False), [True], [BY_AGENCY, BY_AGENCY]),
        ((False, True), [False, True], [BY_AGENCY, BY_AGENCY]),
        ((True, False), [False, True], [BY_AGENCY, BY_AGENCY]),
        ((False, True), [False], [NAMED, NAMED]),
        ((False, False), [True, False], [NAMED, NAMED]),
    ],
)
def test_undoing_a_merge_shows_nobody_who_was_reserved_since(
    make: Make,
    session: Session,
    before: tuple[bool, bool],
    since: list[bool],
    after: list[tuple[bool, ReservedReason | None]],
) -> None:
    people = [make.person(reserved=each, reserved_reason=ReservedReason.OWN_REQUEST if each else None) for each in before]
    seminar = make.seminar()
    for who in people:
        for where in (seminar, make.seminar()):
            make.registration(where, who)
    ids = [who.id for who in people]
    row = merged(session, *ids)
    for to in since:
        set_reserved(session, ids[0], to=to)
    session.rollback()
    undone(session, row)
    assert reservations(session) == after
    for person_id, (reserved, _reason) in zip(ids, after, strict=True):
        codes = session.scalars(select(Registration.reserved_code).where(Registration.person_id == person_id)).all()
        assert not reserved or None not in codes
        assert len(codes) == 2


def test_undoing_two_merges_gives_each_record_its_own_reservation_back(make: Make, session: Session) -> None:
    a, b, c = (make.person(reserved=each, reserved_reason=ReservedReason.OWN_REQUEST if each else None) for each in (True, False, False))
    for who in (a, b, c):
        make.registration(make.seminar(), who)
    inner = merged(session, b.id, c.id)
    outer = merged(session, a.id, b.id)
    assert reservations(session) == [OWN] * 3
    session.rollback()
    undone(session, outer)
    assert reservations(session) == [OWN, NAMED, NAMED]
    session.rollback()
    undone(session, inner)
    assert [code is not None for code in session.scalars(select(Registration.reserved_code).order_by(Registration.id))] == [
        True,
        False,
        False,
    ]


def refused(session: Session, why: type[Refusal], kept: int, gone: int) -> None:
    with pytest.raises(why):
        merged(session, kept, gone)


def test_what_cannot_be_merged_is_refused_with_a_sentence(make: Make, session: Session) -> None:
    a, b, c = (make.person(name).id for name in ("Ana", "Beto", "Carla"))
    refused(session, MergeWithItself, a, a)
    row = merged(session, a, b)
    refused(session, MergedAlready, a, b)
    refused(session, MergedAlready, b, a)
    refused(session, MergedAlready, c, b)
    with pytest.raises(NotFound):
        merged(session, a, 10_000)
    later = merged(session, c, a)
    with pytest.raises(MergedSince):
        undone(session, row)
    undone(session, later)
    undone(session, row)
    with pytest.raises(MergeUndone):
        undone(session, row)
    with unit_of_work(session) as work:
        erase_person(work, context(NOW), public_id=work.get_one(Person, a).public_id)
    refused(session, MergeOfErased, a, b)
    assert [each.undone_by for each in merges_of(session, a)] == ["account:test", "account:test"]


def test_after_an_erasure_nothing_of_either_record_is_left_and_nothing_is_undone(make: Make, session: Session) -> None:
    both = pair(make, session, unit="Unidad secreta")
    for each in (both.kept, both.gone):
        with unit_of_work(session) as work:
            work.add(
                NameRequest(
                    registration_id=each.id, given_names="Zyx", surname1="Zyx", surname2=None, certificate_name="Zyx Zyx", asked_at=NOW
                )
            )
            work.add(PersonJoin(registration_id=each.id, person_id=each.person_id, joined_at=NOW, joined_by="public"))
    row = merged(session, both.kept.person_id, both.gone.person_id)
    kept = session.get_one(Person, both.kept.person_id).public_id
    session.rollback()
    with unit_of_work(session) as work:
        assert erase_person(work, context(NOW), public_id=kept).registrations == 2
    for person in session.scalars(select(Person).where(Person.id.in_([both.kept.person_id, both.gone.person_id]))):
        assert (person.given_names, person.surname1, person.email, person.search_key) == ("", "", None, "")
        assert person.erased_at == NOW
    assert session.scalars(select(Registration.unit).where(Registration.unit.is_not(None))).all() == []
    assert session.scalars(select(NameRequest.id)).all() == []
    assert session.scalars(select(PersonJoin.id).where(PersonJoin.split_at.is_(None))).all() == []
    with pytest.raises(MergeOfErased):
        undone(session, row)


def test_a_merged_record_is_listed_nowhere_and_its_registration_cannot_be_restored(make: Make, session: Session) -> None:
    both = pair(make, session)
    admin = actor(Grant(RoleName.ADMIN))
    gone = session.get_one(Person, both.gone.person_id)
    key = gone.email or ""
    session.rollback()
    assert len(people_in_reach(session, admin, key)[0]) == 1
    merged(session, both.kept.person_id, gone.id)
    assert people_in_reach(session, admin, key)[0] == []
    with pytest.raises(NotFound):
        person_in_reach(session, admin, gone.public_id)
    session.rollback()
    with pytest.raises(NotInThisState), unit_of_work(session) as work:
        services.restore(work, context(NOW), seminar_id=both.seminar.id, registration_id=both.kept.id)


def test_the_kept_record_may_take_the_merged_one_s_name_and_then_the_merge_stands(make: Make, session: Session) -> None:
    kept, gone = make.person("Luz", email="luz@pgr.example"), make.person("Luz María", email="luz@pgr.example")
    row = merged(session, kept.id, gone.id)
    wanted = PersonData(
        given_names="Luz María", surname1="López", surname2="Ibáñez", certificate_name="Luz María López", email="luz@pgr.example"
    )
    with unit_of_work(session) as work:
        edit_person(work, context(NOW), person=work.get_one(Person, kept.id), data=wanted)
    assert session.get_one(Person, kept.id).search_key == "luz maria lopez ibanez"
    session.rollback()
    with pytest.raises(NameTaken):
        undone(session, row)


def test_both_links_open_the_registration_that_stays(make: Make, session: Session) -> None:
    both = pair(make, session, waits=False)
    token = personal_token(session, session.get_one(Registration, both.kept.id))
    session.close()
    merged(session, both.kept.person_id, both.gone.person_id)
    assert personal_page(session, token, today=NOW.date()).registration.id == both.gone.id


def requests(session: Session, seminar: Seminar) -> tuple[list[uuid.UUID], list[int]]:
    session.rollback()
    return names_asked(session, seminar.id), list(session.scalars(select(NameRequest.registration_id).order_by(NameRequest.id)))


def test_a_request_for_a_name_ends_with_the_registration_that_leaves(make: Make, session: Session) -> None:
    both = pair(make, session, waits=False)
    for each in (both.kept, both.gone):
        make.name_request(each)
    merged(session, both.kept.person_id, both.gone.person_id)
    assert requests(session, both.seminar) == ([both.gone.public_id], [both.gone.id])
    make.name_request(both.kept)
    assert requests(session, both.seminar) == ([both.gone.public_id], [both.gone.id, both.kept.id]), "one that is left hides none"


@pytest.mark.parametrize("by", ["withdrawal", "removal"])
def test_a_request_for_a_name_ends_with_the_seat(make: Make, session: Session, by: str) -> None:
    both = pair(make, session, waits=False)
    make.name_request(both.gone)
    with unit_of_work(session) as work:
        if by == "withdrawal":
            services.withdraw(work, CONTEXT, registration_id=both.gone.id)
        else:
            reason = RemovalReason.DOCUMENTS
            services.remove(work, CONTEXT, seminar_id=both.seminar.id, registration_id=both.gone.id, reason=reason)
    assert requests(session, both.seminar) == ([], [])


def opens(session: Session, token: str) -> bool:
    session.rollback()
    try:
        personal_page(session, token, today=NOW.date())
    except NotFound:
        return False
    return True


def link_rows(session: Session) -> list[tuple[str, str | None]]:
    session.rollback()
    rows = session.execute(select(AuditRow.subject, AuditRow.seminar).where(AuditRow.action == "registration.link_replaced"))
    return sorted((subject, slug) for subject, slug in rows)


@pytest.mark.parametrize("by", ["hand", "a new address"])
def test_a_replaced_link_ends_with_those_of_registrations_that_left(make: Make, session: Session, by: str) -> None:
    """The link that leaked may be the one of the registration that left, over two merges too."""
    both = pair(make, session, waits=False)
    other = make.registration(both.seminar)
    elsewhere = make.registration(make.seminar(), session.get_one(Person, both.kept.person_id))
    session.close()
    merged(session, other.person_id, both.gone.person_id)
    merged(session, both.kept.person_id, other.person_id)
    here = [both.kept, both.gone, other]
    tokens = {each.id: personal_token(session, session.get_one(Registration, each.id)) for each in (*here, elsewhere)}
    assert all(opens(session, token) for token in tokens.values())
    session.close()
    with unit_of_work(session) as work:
        if by == "hand":
            services.send_link(work, CONTEXT, seminar_id=both.seminar.id, registration_id=both.gone.id, replace=True)
        else:
            replace_links_of(work, CONTEXT, work.get_one(Person, both.kept.person_id))
    assert [each for each, token in tokens.items() if opens(session, token)] == ([elsewhere.id] if by == "hand" else [])
    voided = here if by == "hand" else [*here, elsewhere]
    slugs = {each.id: session.get_one(Seminar, each.seminar_id).slug for each in voided}
    assert link_rows(session) == sorted((f"registration:{each.public_id.hex}", slugs[each.id]) for each in voided)
    assert set(session.scalars(select(Message.link_owner).where(Message.kind == "link"))) == (
        {both.gone.public_id} if by == "hand" else {both.gone.public_id, elsewhere.public_id}
    ), "one mail for each registration that stayed"
    assert opens(session, personal_token(session, session.get_one(Registration, both.gone.id)))


def test_the_link_of_a_registration_that_left_ends_when_the_other_was_split_off(make: Make, session: Session) -> None:
    both = pair(make, session, waits=False)
    with unit_of_work(session) as work:
        work.add(PersonJoin(registration_id=both.gone.id, person_id=both.gone.person_id, joined_at=NOW, joined_by="public"))
    token = personal_token(session, session.get_one(Registration, both.kept.id))
    session.close()
    merged(session, both.kept.person_id, both.gone.person_id)
    data = PersonData(given_names="Rosa", surname1="Díaz", certificate_name="Rosa Díaz", email="rosa@pgr.example")
    assert opens(session, token)
    session.rollback()
    with unit_of_work(session) as work:
        split(work, CONTEXT, registration_id=both.gone.id, data=data)
    assert not opens(session, token)


def test_somebody_merged_is_on_no_roster_and_in_no_export(make: Make, session: Session) -> None:
    both = pair(make, session, waits=False)
    make.mark(both.gone, make.seminar_session(both.seminar))
    make.mark(both.kept, make.seminar_session(both.seminar), MarkStatus.ABSENT)
    merged(session, both.kept.person_id, both.gone.person_id)
    (group,) = people_by_group(session, both.seminar.id, former=True)
    assert [person.registration_id for person in group.people] == [both.gone.id]
    access = roster_access(session, actor(Grant(RoleName.ADMIN)), both.seminar.slug)
    assert roster(session, access, RosterFilter()).total == 1
    left = session.get_one(Registration, both.kept.id).public_id
    with pytest.raises(NotFound):
        registration_in_reach(session, actor(Grant(RoleName.ADMIN)), both.seminar.slug, left)


def test_who_registers_with_the_merged_name_is_the_kept_record_and_the_join_can_be_split(
    make: Make, session: Session, register: Register
) -> None:
    agency, first, second = make.agency(), make.seminar(), make.seminar()
    gone = register(first, agency, "Luz María")
    kept = make.person("Luz").id
    merged(session, kept, gone.person_id)
    again = register(second, agency, "LUZ MARIA", email="luz@pgr.example")
    assert again.person_id == kept
    ((join, registration),) = joins_of(session, kept)
    assert (join.person_id, join.joined_by, registration.id) == (kept, "public", again.id)
    session.rollback()
    data = PersonData(
        given_names="Luz María", surname1="López", surname2="Otra", certificate_name="Luz María López Otra", email="luz@x.example"
    )
    same = PersonData(
        given_names="LUZ", surname1="López", surname2="Ibáñez", certificate_name="Luz", email=session.get_one(Person, kept).email
    )
    session.rollback()
    with pytest.raises(SamePersonAgain), unit_of_work(session) as work:
        split(work, CONTEXT, registration_id=again.id, data=same)
    link = session.get_one(Registration, again.id).link_hash
    session.rollback()
    with unit_of_work(session) as work:
        alone = split(work, CONTEXT, registration_id=again.id, data=data)
    person = session.get_one(Person, alone.person_id)
    assert (person.surname2, person.email) == ("Otra", "luz@x.example")
    assert alone.link_hash != link
    assert joins_of(session, kept) == []
    session.rollback()
    with pytest.raises(NotJoined), unit_of_work(session) as work:
        split(work, CONTEXT, registration_id=again.id, data=same)
    with pytest.raises(NotJoined), unit_of_work(session) as work:
        split(work, CONTEXT, registration_id=gone.id, data=data)


def test_what_was_split_off_since_stays_split_off_when_the_merge_is_undone(make: Make, session: Session) -> None:
    both = pair(make, session, waits=False)
    with unit_of_work(session) as work:
        work.add(PersonJoin(registration_id=both.gone.id, person_id=both.gone.person_id, joined_at=NOW, joined_by="public"))
    row = merged(session, both.kept.person_id, both.gone.person_id)
    data = PersonData(given_names="Rosa", surname1="Díaz", certificate_name="Rosa Díaz", email="rosa@pgr.example")
    with unit_of_work(session) as work:
        alone = split(work, CONTEXT, registration_id=both.gone.id, data=data).person_id
    undone(session, row)
    assert session.get_one(Registration, both.gone.id).person_id == alone
    back = session.get_one(Registration, both.kept.id)
    assert (back.person_id, back.state) == (both.kept.person_id, WITHDRAWN)


def test_a_split_does_not_give_to_a_third_person(make: Make, session: Session, register: Register) -> None:
    agency = make.agency()
    register(make.seminar(), agency)
    joined = register(make.seminar(), agency)
    make.person("Rosa", "Díaz", None, email="luz@pgr.example")
    data = PersonData(given_names="Rosa", surname1="Díaz", certificate_name="Rosa Díaz", email="luz@pgr.example")
    with pytest.raises(NameTaken), unit_of_work(session) as work:
        split(work, CONTEXT, registration_id=joined.id, data=data)


def test_a_proposal_is_made_once_and_decided_once(make: Make, session: Session) -> None:
    a, b, c = (make.person(name).id for name in ("Ana", "Beto", "Carla"))
    with unit_of_work(session) as work:
        assert propose(work, CONTEXT, one=b, other=a, why=[Evidence.CURP_AGREES])
        assert not propose(work, CONTEXT, one=a, other=b, why=[])
        assert propose(work, CONTEXT, one=a, other=c, why=[Evidence.NAME])
    (first, one, other), (second, *_rest) = open_proposals(session)
    assert (one.id, other.id, first.why) == (a, b, ["curp_agrees"])
    session.close()
    with unit_of_work(session) as work:
        assert decide_proposal(work, CONTEXT, proposal_id=second.id, kept=None) is None
    with unit_of_work(session) as work:
        assert not propose(work, CONTEXT, one=c, other=a, why=[]), "two people stay two"
        row = decide_proposal(work, CONTEXT, proposal_id=first.id, kept=b)
    assert row is not None
    assert (row.kept_id, row.gone_id) == (b, a)
    assert open_proposals(session) == []
    assert session.scalars(select(MatchProposal.decided_by)).all() == ["account:test"] * 2
    with pytest.raises(NotFound), unit_of_work(session) as work:
        decide_proposal(work, CONTEXT, proposal_id=first.id, kept=c)


def test_candidates_are_those_the_account_may_see(make: Make, session: Session) -> None:
    office = make.office()
    one, within, outside = make.person("Luz"), make.person("Luz María"), make.person("Luz Ma.")
    make.person("Luz", reserved=True)
    for who, of in ((one, office), (within, office), (outside, None)):
        make.registration(make.seminar(office=of), who)
    organizer = actor(Grant(RoleName.ORGANIZER, office_id=office.id))
    person = session.get_one(Person, one.id)
    assert [found.person.id for found in candidates_in_reach(session, organizer, person)] == [within.id]
    assert {found.person.id for found in candidates_in_reach(session, actor(Grant(RoleName.ADMIN)), person)} == {within.id, outside.id}
    session.close()
    for new in (1, 0):
        with unit_of_work(session) as work:
            assert propose_outside_reach(work, CONTEXT, actor=organizer, person_id=one.id) == new
    ((_proposal, first, second),) = open_proposals(session)
    assert (first.id, second.id) == (one.id, outside.id)


def test_the_audit_log_says_what_was_merged_and_names_nobody(make: Make, session: Session) -> None:
    kept, gone = make.person("Luz"), make.person("Zyxwana")
    row = merged(session, kept.id, gone.id)
    undone(session, row)
    told = session.execute(select(AuditRow.action, AuditRow.details).order_by(AuditRow.sequence)).all()
    assert [action for action, _details in told] == ["person.merged", "person.separated"]
    assert "Zyxwana" not in repr(told)
    assert uuid.UUID(told[0].details["merged"]) == gone.public_id
