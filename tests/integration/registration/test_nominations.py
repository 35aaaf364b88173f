"""Nominations on a real database: seats of the agency, alternates, approval, the organizer's hand, and many at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.agencies.models import Agency
from seminar_app.attendance.models import Participation
from seminar_app.audit.models import AuditRow
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages.models import Message
from seminar_app.people.matching import By
from seminar_app.people.models import Person
from seminar_app.registration import services
from seminar_app.registration.errors import AgencyIsFixed, NoSuchAgency, NotInThisState
from seminar_app.registration.models import PersonJoin, Registration, RegistrationHistory
from seminar_app.registration.rules import Decision, RegistrationState, RemovalReason, Source, WishedPool
from seminar_app.registration.services import Newcomer
from seminar_app.registration.services.personal import edition
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Approval
from tests.integration.registration.conftest import Register, entry, pool_of
from tests.support.context import context
from tests.support.factories import Make

REGISTERED, WAITLISTED, NOMINATED = RegistrationState.REGISTERED, RegistrationState.WAITLISTED, RegistrationState.NOMINATED
LIAISON, ORGANIZER = "account:liaison", "account:organizer"
Nominate = Callable[..., list[Registration]]


@pytest.fixture
def nominate(session: Session, now: datetime) -> Nominate:
    """Nominates people of an agency one by one, as a list does with those who are known."""

    def nominate(seminar: Seminar, agency: Agency, *names: str, at: datetime = now) -> list[Registration]:
        by = context(at, LIAISON)
        with unit_of_work(session):
            seats = services.lock_seats(session, seminar.id)
            services.settle_due(session, by, seats=seats)
            made = []
            for name in names:
                comer = services.find_comer(session, by, seats=seats, entry=entry(agency, name), by=By.LIST)
                comer.refuse_if_listed()
                made.append(services.take_place(session, by, seats=seats, comer=comer, source=Source.NOMINATION, submission=uuid.uuid4()))
            services.settle(session, by, seats=seats)
        return made

    return nominate


@pytest.fixture
def list_in(session: Session, make: Make, now: datetime) -> Nominate:
    """Nominates people of an agency all at once."""

    def list_in(seminar: Seminar, agency: Agency, *names: str, at: datetime = now) -> list[Registration]:
        people = [make.person(name, email=entry(agency, name).person.email) for name in names]
        with unit_of_work(session):
            seats = services.lock_seats(session, seminar.id)
            newcomers = [
                Newcomer(person=session.get_one(Person, person.id), known=False, entry=entry(agency, name))
                for person, name in zip(people, names, strict=True)
            ]
            return services.take_places(session, context(at, LIAISON), seats=seats, newcomers=newcomers)

    return list_in


@pytest.fixture(params=["one by one", "at once"])
def either(request: pytest.FixtureRequest, nominate: Nominate, list_in: Nominate) -> Nominate:
    """Both ways a list takes."""
    return nominate if request.param == "one by one" else list_in


def states(session: Session, registrations: Sequence[Registration]) -> list[RegistrationState]:
    session.expire_all()
    return [session.get_one(Registration, each.id).state for each in registrations]


def mails_to(session: Session, name: str) -> list[str]:
    return list(session.scalars(select(Message.kind).where(Message.to_name.startswith(name)).order_by(Message.id)))


def test_a_list_fills_its_quota_and_no_open_seat(either: Nominate, make: Make, session: Session, register: Register) -> None:
    seminar, agency = make.seminar(seats=5), make.agency("PGR")
    make.pool(seminar, agency, 2)
    made = either(seminar, agency, "Ana", "Eva", "Iris", "Olga")
    assert states(session, made) == [REGISTERED, REGISTERED, WAITLISTED, WAITLISTED]
    assert [each.queue_place for each in made] == [None, None, 1, 2]
    assert (pool_of(session, seminar, agency).taken, pool_of(session, seminar, None).taken) == (2, 0)
    assert [mails_to(session, name) for name in ("Ana", "Iris")] == [["registered"], ["alternate"]]
    assert register(seminar, agency, "Rosa").state is REGISTERED, "the form still reaches the open seats"


def test_many_at_once_leave_the_rows_that_one_by_one_leaves(nominate: Nominate, list_in: Nominate, make: Make, session: Session) -> None:
    agency = make.agency("PGR")
    left = []
    for way in (nominate, list_in):
        seminar = make.seminar(seats=5)
        make.seminar_session(seminar)
        make.pool(seminar, agency, 1)
        names = ("Ana", "Eva") if way is nominate else ("Iris", "Olga")
        made = way(seminar, agency, *names)
        ids = [each.id for each in made]
        subjects = [f"registration:{each.public_id.hex}" for each in made]
        history = select(
            RegistrationHistory.from_state,
            RegistrationHistory.to_state,
            RegistrationHistory.queue_place,
            RegistrationHistory.extra_seats,
            RegistrationHistory.seat_pool_id.is_(None),
            RegistrationHistory.actor,
        )
        outcomes = select(Participation.contact_minutes, Participation.percent, Participation.completed, Participation.version)
        mails = select(Message.kind, Message.language, Message.link_endpoint, Message.state, Message.attempts)
        audited = select(AuditRow.action, AuditRow.actor, AuditRow.details)
        left.append(
            [
                session.execute(history.where(RegistrationHistory.registration_id.in_(ids)).order_by(RegistrationHistory.id)).all(),
                session.execute(outcomes.where(Participation.registration_id.in_(ids)).order_by(Participation.id)).all(),
                session.execute(mails.where(Message.link_owner.in_([each.public_id for each in made])).order_by(Message.id)).all(),
                session.execute(audited.where(AuditRow.subject.in_(subjects)).order_by(AuditRow.sequence)).all(),
                [(each.source, each.agency_seats_only, each.link_version, each.unit, each.agency_version_id) for each in made],
            ]
        )
    assert left[0] == left[1]
    assert [len(rows) for rows in left[0]] == [2, 2, 2, 2, 2]


def test_many_at_once_take_a_constant_number_of_statements(make: Make, session: Session, now: datetime) -> None:
    seminar, agency = make.seminar(seats=5), make.agency("PGR")
    make.pool(seminar, agency, 3)
    counts = []
    for number in (5, 50):
        people = [make.person(f"Ana{number}{n}") for n in range(number)]
        statements: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_more: object, statements: list[str] = statements) -> None:
            statements.append(statement)

        with unit_of_work(session):
            seats = services.lock_seats(session, seminar.id)
            found = {each.id: each for each in session.scalars(select(Person).where(Person.id.in_([person.id for person in people])))}
            newcomers = [Newcomer(person=found[person.id], known=True, entry=entry(agency)) for person in people]
            event.listen(session.get_bind(), "after_cursor_execute", count)
            services.take_places(session, context(now, LIAISON), seats=seats, newcomers=newcomers)
            event.remove(session.get_bind(), "after_cursor_execute", count)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 10
    assert session.scalar(select(func.count(PersonJoin.id))) == 55


def test_a_list_with_an_agency_that_does_not_exist_enters_nobody(make: Make, session: Session, now: datetime) -> None:
    seminar, agency, person = make.seminar(), make.agency("PGR"), make.person()
    right = Newcomer(person=person, known=False, entry=entry(agency))
    wrong = Newcomer(person=person, known=False, entry=replace(entry(agency), agency_id=10**6))
    nowhere = Newcomer(person=person, known=False, entry=replace(entry(agency), agency_id=None))
    with unit_of_work(session):
        seats = services.lock_seats(session, seminar.id)
        for bad in (wrong, nowhere):
            with pytest.raises(NoSuchAgency):
                services.take_places(session, context(now, LIAISON), seats=seats, newcomers=[right, bad])
        assert services.take_places(session, context(now, LIAISON), seats=seats, newcomers=[]) == []
    assert session.scalar(select(func.count(Registration.id))) == 0


@pytest.mark.parametrize(("approval", "quota"), [(Approval.MANUAL, 2), (Approval.MANUAL, 0), (Approval.AUTOMATIC, 0)])
def test_a_nomination_waits_for_the_organizer(
    either: Nominate, make: Make, session: Session, now: datetime, approval: Approval, quota: int
) -> None:
    """By hand, or where no quota is kept; approved, it follows its quota, and without one the open pool."""
    seminar, agency = make.seminar(seats=1, approval=approval), make.agency("PGR")
    if quota:
        make.pool(seminar, agency, quota)
    made = either(seminar, agency, "Ana", "Eva", "Iris")
    assert states(session, made) == [NOMINATED] * 3
    assert [each.agency_seats_only for each in made] == [bool(quota)] * 3
    assert mails_to(session, "Ana") == ["nominated"]
    ids = [each.public_id for each in made]
    with unit_of_work(session):
        services.decide_many(session, context(now, ORGANIZER), seminar_id=seminar.id, chosen=ids, decision=Decision.APPROVE)
    seated = quota or 1
    assert states(session, made) == [REGISTERED] * seated + [WAITLISTED] * (3 - seated)
    assert pool_of(session, seminar, None).taken == (0 if quota else 1)
    assert mails_to(session, "Iris") == ["nominated", "alternate" if quota else "waitlisted"]
    with unit_of_work(session):
        services.undo_many(session, context(now, ORGANIZER), seminar_id=seminar.id, chosen=ids, decision=Decision.APPROVE)
    assert states(session, made) == [NOMINATED] * 3


def test_a_freed_agency_seat_goes_to_the_first_alternate(nominate: Nominate, make: Make, session: Session, now: datetime) -> None:
    seminar, agency = make.seminar(seats=0), make.agency("PGR")
    make.pool(seminar, agency, 1)
    seated, first, second = nominate(seminar, agency, "Ana", "Eva", "Iris")
    with unit_of_work(session):
        services.withdraw(session, context(now), registration_id=seated.id)
    assert states(session, [seated, first, second]) == [RegistrationState.WITHDRAWN, REGISTERED, WAITLISTED]
    assert mails_to(session, "Eva") == ["alternate", "seat_given"]


@pytest.mark.parametrize("quota", [1, 0], ids=["full", "without seats"])
def test_on_the_release_date_alternates_get_open_seats_even_of_a_full_quota(
    nominate: Nominate, make: Make, session: Session, now: datetime, quota: int
) -> None:
    seminar, agency = make.seminar(seats=1), make.agency("PGR")
    day = now.date() + timedelta(days=2)
    make.pool(seminar, agency, quota, release_on=day)
    made = nominate(seminar, agency, *("Ana", "Eva", "Iris")[: quota + 2])
    with unit_of_work(session):
        services.release_due_quotas(session, context(now))
    assert states(session, made) == [REGISTERED] * quota + [WAITLISTED] * 2
    with unit_of_work(session):
        services.release_due_quotas(session, context(now + timedelta(days=3)))
    assert states(session, made) == [REGISTERED] * (quota + 1) + [WAITLISTED]
    assert pool_of(session, seminar, agency).released_at is not None


def test_after_the_release_whoever_comes_now_is_served_after_the_alternates(
    nominate: Nominate, register: Register, make: Make, session: Session, now: datetime
) -> None:
    """The job that releases runs once an hour; the form must not be quicker."""
    seminar, agency = make.seminar(seats=1), make.agency("PGR")
    make.pool(seminar, agency, 1, release_on=now.date() + timedelta(days=2))
    made = nominate(seminar, agency, "Ana", "Eva")
    stranger = register(seminar, make.agency("INM"), "Rosa", now=now + timedelta(days=3))
    assert states(session, [*made, stranger]) == [REGISTERED, REGISTERED, WAITLISTED]


def test_a_quota_that_is_taken_away_leaves_its_alternates_the_open_seats(
    nominate: Nominate, make: Make, session: Session, now: datetime
) -> None:
    seminar, agency = make.seminar(seats=1), make.agency("PGR")
    make.pool(seminar, agency, 0, release_on=now.date() + timedelta(days=9))
    [alternate] = nominate(seminar, agency, "Ana")
    assert alternate.state is WAITLISTED
    with unit_of_work(session):
        services.resize(session, context(now, ORGANIZER), seminar_id=seminar.id, capacity=1, wished=[])
    assert states(session, [alternate]) == [REGISTERED]


@pytest.fixture
def three(nominate: Nominate, make: Make) -> SimpleNamespace:
    """A quota of one, two open seats, and three nominations."""
    seminar, agency = make.seminar(seats=2), make.agency("PGR")
    make.pool(seminar, agency, 1)
    return SimpleNamespace(seminar=seminar, agency=agency, made=nominate(seminar, agency, "Ana", "Eva", "Iris"))


def test_the_organizer_lets_an_alternate_have_an_open_seat_and_takes_it_back(
    three: SimpleNamespace, session: Session, now: datetime
) -> None:
    eva = three.made[1]
    where = {"seminar_id": three.seminar.id, "registration_id": eva.id}
    with unit_of_work(session):
        services.open_seats(session, context(now, ORGANIZER), **where)
    assert states(session, three.made) == [REGISTERED, REGISTERED, WAITLISTED]
    with pytest.raises(NotInThisState), unit_of_work(session):
        services.open_seats(session, context(now, ORGANIZER), **where)
    with unit_of_work(session):
        services.close_seats(session, context(now + timedelta(minutes=1), ORGANIZER), **where)
    assert states(session, three.made) == [REGISTERED, WAITLISTED, WAITLISTED]
    assert session.get_one(Registration, eva.id).queue_place == 1, "the same place as before"
    assert mails_to(session, "Eva") == ["alternate"]
    assert pool_of(session, three.seminar, None).taken == 0
    said = select(AuditRow.action).where(AuditRow.subject == f"registration:{eva.public_id.hex}").order_by(AuditRow.sequence)
    assert session.scalars(said).all() == [
        "registration.waitlisted",
        "registration.seats_opened",
        "registration.registered",
        "registration.seats_closed",
        "registration.waitlisted",
    ]


def test_several_alternates_are_let_in_at_once_with_one_undo(three: SimpleNamespace, session: Session, now: datetime) -> None:
    ids = [each.public_id for each in three.made]
    decide = {"seminar_id": three.seminar.id, "chosen": ids, "decision": Decision.OPEN}
    with unit_of_work(session):
        assert len(services.decide_many(session, context(now, ORGANIZER), **decide)) == 2, "who is seated stays"
    assert states(session, three.made) == [REGISTERED] * 3
    with unit_of_work(session):
        services.undo_many(session, context(now, ORGANIZER), **decide)
    assert states(session, three.made) == [REGISTERED, WAITLISTED, WAITLISTED]
    assert [session.get_one(Registration, each.id).queue_place for each in three.made] == [None, 1, 2]


def test_whoever_waits_on_without_a_seat_becomes_an_alternate_again(
    three: SimpleNamespace, register: Register, make: Make, session: Session, now: datetime
) -> None:
    for name in ("Rosa", "Nora"):
        register(three.seminar, make.agency(name[:3]), name)
    where = {"seminar_id": three.seminar.id, "registration_id": three.made[1].id}
    with unit_of_work(session):
        services.open_seats(session, context(now, ORGANIZER), **where)
    assert (states(session, three.made)[1], session.get_one(Registration, three.made[1].id).agency_seats_only) == (WAITLISTED, False)
    with unit_of_work(session):
        services.close_seats(session, context(now + timedelta(days=1), ORGANIZER), **where)
    assert session.get_one(Registration, three.made[1].id).agency_seats_only


def test_an_alternate_does_not_change_agency_alone(three: SimpleNamespace, make: Make, session: Session, now: datetime) -> None:
    eva = session.scalars(select(Registration).where(Registration.id == three.made[1].id).options(joinedload(Registration.person))).one()
    data = services.Correction(person=entry(three.agency, "Eva").person, agency_id=make.agency("INM").id, unit=None, position=None)
    seen = edition(eva)
    with pytest.raises(AgencyIsFixed), unit_of_work(session):
        services.edit(session, context(now), registration_id=three.made[1].id, correction=data, opened=seen)


def test_who_was_nominated_and_withdrew_comes_by_the_form_as_anybody(
    three: SimpleNamespace, register: Register, session: Session, now: datetime
) -> None:
    with unit_of_work(session):
        services.withdraw(session, context(now), registration_id=three.made[2].id)
    again = register(three.seminar, three.agency, "Iris")
    assert (again.id, again.state, again.agency_seats_only) == (three.made[2].id, REGISTERED, False)
    assert pool_of(session, three.seminar, None).taken == 1


def test_a_removed_alternate_is_restored_as_one(three: SimpleNamespace, session: Session, now: datetime) -> None:
    where = {"seminar_id": three.seminar.id, "registration_id": three.made[1].id}
    with unit_of_work(session):
        services.remove(session, context(now, ORGANIZER), reason=RemovalReason.OTHER, **where)
    with unit_of_work(session):
        services.restore(session, context(now, ORGANIZER), **where)
    assert states(session, three.made) == [REGISTERED, WAITLISTED, WAITLISTED]
    assert mails_to(session, "Eva")[-1] == "alternate"


def test_an_alternate_who_stands_at_the_door_has_an_open_seat(three: SimpleNamespace, session: Session) -> None:
    day = datetime.combine(three.seminar.starts_on, datetime.min.time(), tzinfo=three.made[0].registered_at.tzinfo) + timedelta(hours=17)
    with unit_of_work(session):
        entered = services.enter_walk_in(
            session,
            context(day, "account:coordinator"),
            seminar_id=three.seminar.id,
            entry=entry(three.agency, "Eva"),
            submission_id=uuid.uuid4(),
        )
    assert entered.way is services.Way.SEAT
    assert states(session, three.made) == [REGISTERED, REGISTERED, WAITLISTED]


def test_a_wish_for_more_agency_seats_serves_alternates_first(three: SimpleNamespace, session: Session, now: datetime) -> None:
    with unit_of_work(session):
        services.resize(session, context(now, ORGANIZER), seminar_id=three.seminar.id, capacity=4, wished=[WishedPool(three.agency.id, 2)])
    assert states(session, three.made) == [REGISTERED, REGISTERED, WAITLISTED]
