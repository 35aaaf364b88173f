"""Walk-ins and substitutes: whose seat they get, who is asked and told, and what can be taken back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core.errors import NotFound
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.people.services import PersonData
from seminar_app.registration import errors, queries, services
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, RemovalReason, Source
from seminar_app.registration.services import Entered, Entry, Way
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState
from tests.support.context import context
from tests.support.factories import Make

SEATED, WAITING, REPLACED = RegistrationState.REGISTERED, RegistrationState.WAITLISTED, RegistrationState.SUBSTITUTED
COORDINATOR = "account:" + "c" * 32


@dataclass
class Door:
    """A seminar on its first day: two seats of PGR's quota, one open seat, all held."""

    session: Session
    make: Make
    now: datetime
    seminar: Seminar = field(init=False)
    agencies: dict[str, Agency] = field(init=False)
    open_pool: SeatPool = field(init=False)
    quota: SeatPool = field(init=False)
    seated: list[Registration] = field(init=False)

    def __post_init__(self) -> None:
        make, today = self.make, (self.now - timedelta(hours=5)).date()
        self.seminar = make.seminar(seats=1, starts_on=today, ends_on=today + timedelta(days=2))
        self.agencies = {code: make.agency(code) for code in ("PGR", "INM", "CNS")}
        self.quota = make.pool(self.seminar, self.agencies["PGR"], 2)
        self.open_pool = self.session.scalars(select(SeatPool).where(SeatPool.agency_id.is_(None))).one()
        places = (("PGR", self.quota), ("PGR", self.quota), ("INM", self.open_pool))
        self.seated = [make.registration(self.seminar, agency=self.agencies[code], pool=pool) for code, pool in places]
        self.session.rollback()

    def waits(self, code: str, place: int, **values: Any) -> Registration:
        found = self.make.registration(self.seminar, agency=self.agencies[code], state=WAITING, queue_place=place, **values)
        self.session.rollback()
        return found

    def entry(self, name: str, code: str, **person: Any) -> Entry:
        typed = {"given_names": name, "surname1": "Puerta", "certificate_name": f"{name} Puerta", "language": "es"} | person
        return Entry(person=PersonData(**typed), agency_id=self.agencies[code].id, position="Fiscal")

    def walks_in(self, name: str, code: str = "PGR", *, showing: uuid.UUID | None = None, later: int = 0, **person: Any) -> Entered:
        with unit_of_work(self.session) as session:
            return services.enter_walk_in(
                session,
                context(self.now + timedelta(seconds=later), COORDINATOR),
                seminar_id=self.seminar.id,
                entry=self.entry(name, code, **person),
                submission_id=showing or uuid.uuid4(),
            )

    def comes_instead(self, of: Registration, name: str, code: str = "PGR", **values: Any) -> Entered:
        person = values.pop("person", {})
        with unit_of_work(self.session) as session:
            sent: dict[str, Any] = {"seminar_id": self.seminar.id, "submission_id": uuid.uuid4(), "replaced_id": of.id} | values
            return services.substitute(session, context(self.now, COORDINATOR), entry=self.entry(name, code, **person), **sent)

    def takes_back(self, entered: Entered, *, later: int = 30) -> Registration:
        with unit_of_work(self.session) as session:
            at = context(self.now + timedelta(seconds=later), COORDINATOR)
            return services.take_back(session, at, seminar_id=self.seminar.id, registration_id=entered.registration.id)

    def answers(self, service: Any, registration: Registration) -> None:
        with unit_of_work(self.session) as session:
            service(session, context(self.now), seminar_id=self.seminar.id, registration_id=registration.id)

    def allow(self, extra: int) -> None:
        with unit_of_work(self.session) as session:
            session.get_one(Seminar, self.seminar.id).extra_at_door = extra

    def state(self, registration: Registration) -> tuple[RegistrationState, int | None]:
        self.session.rollback()
        row = self.session.get_one(Registration, registration.id, populate_existing=True)
        return row.state, row.seat_pool_id

    def sizes(self) -> dict[str, tuple[int, int]]:
        self.session.rollback()
        pools = self.session.scalars(select(SeatPool).execution_options(populate_existing=True))
        return {"PGR" if pool.agency_id else "open": (pool.size, pool.taken) for pool in pools}

    def mail(self) -> list[tuple[str, bool]]:
        """Kind of each mail, and whether it still waits for an undo."""
        self.session.rollback()
        rows = self.session.scalars(select(Message).order_by(Message.id).execution_options(populate_existing=True))
        return [(row.kind, row.not_before > self.now) for row in rows]

    def steps(self, registration: Registration) -> list[tuple[RegistrationState, int | None, int]]:
        rows = self.session.scalars(
            select(RegistrationHistory).where(RegistrationHistory.registration_id == registration.id).order_by(RegistrationHistory.id)
        )
        return [(row.to_state, row.other_id, row.extra_seats) for row in rows]


@pytest.fixture
def door(session: Session, make: Make, now: datetime) -> Door:
    return Door(session, make, now)


# Walk-ins.


def test_a_walk_in_gets_a_free_seat_by_the_rules_and_the_paper_notice_is_recorded(door: Door) -> None:
    with unit_of_work(door.session) as session:
        services.remove(
            session, context(door.now), seminar_id=door.seminar.id, registration_id=door.seated[0].id, reason=RemovalReason.NO_SHOW
        )
    done = door.walks_in("Nora", email="nora@pgr.example")
    assert done.way is Way.SEAT
    assert door.state(done.registration) == (SEATED, door.quota.id)
    row = door.session.get_one(Registration, done.registration.id)
    assert (row.source, row.paper_notice_at, row.paper_notice_by) == (Source.WALK_IN, door.now, COORDINATOR)
    assert ("registered", True) in door.mail()


def test_in_a_full_seminar_the_walk_in_waits_and_the_organizer_is_asked_at_once(door: Door) -> None:
    done = door.walks_in("Nora")
    assert done.way is Way.WAITS
    row = door.session.get_one(Registration, done.registration.id)
    assert (row.state, row.seat_asked_at) == (WAITING, door.now)
    assert [(each.public_id, each.asked) for each in queries.waiting_at_door(door.session, door.seminar.id)] == [(row.public_id, True)]


def test_the_open_pool_grows_for_walk_ins_but_no_more_often_than_allowed(door: Door) -> None:
    door.allow(1)
    first = door.waits("CNS", 1)
    assert door.walks_in("Nora").way is Way.EXTRA
    assert door.sizes() == {"PGR": (2, 2), "open": (2, 2)}
    assert door.state(first) == (WAITING, None)
    assert door.walks_in("Olga").way is Way.WAITS
    assert services.extra_seats_used(door.session, door.seminar.id) == 1


def test_who_waits_already_gets_the_extra_seat_from_there_and_stays_one_person(door: Door) -> None:
    person = door.make.person("Nora", "Puerta", None, email="nora@cns.example")
    waiting = door.waits("CNS", 1, person=person)
    assert door.walks_in("Nora", "CNS", email="nora@cns.example").registration.id == waiting.id
    assert door.state(waiting) == (WAITING, None)
    door.allow(1)
    assert door.walks_in("Nora", "CNS", email="nora@cns.example").way is Way.EXTRA
    assert door.state(waiting) == (SEATED, door.open_pool.id)


def test_the_same_form_sent_twice_enters_one_person(door: Door) -> None:
    door.allow(5)
    showing = uuid.uuid4()
    once, twice = door.walks_in("Nora", showing=showing), door.walks_in("Nora", showing=showing)
    assert (once.registration.id, once.again, twice.again) == (twice.registration.id, False, True)
    assert door.sizes()["open"] == (2, 2)


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (RegistrationState.PENDING, errors.WaitsForTheOrganizer),
        (RegistrationState.DECLINED, errors.TakenOffTheList),
        (RegistrationState.REMOVED, errors.TakenOffTheList),
    ],
)
def test_the_door_does_not_decide_what_the_organizer_decides(door: Door, state: RegistrationState, refusal: type[Exception]) -> None:
    person = door.make.person("Nora", "Puerta", None, email="nora@pgr.example")
    reason = RemovalReason.OTHER if state is RegistrationState.REMOVED else None
    door.make.registration(door.seminar, person, agency=door.agencies["PGR"], state=state, removal_reason=reason)
    door.session.rollback()
    with pytest.raises(refusal):
        door.walks_in("Nora", email="nora@pgr.example")


def test_who_holds_a_seat_is_not_entered_again_and_a_reserved_identity_is_not_named(door: Door) -> None:
    person = door.make.person("Nora", "Puerta", None, email="nora@pgr.example")
    door.allow(9)
    door.walks_in("Nora", email="nora@pgr.example")
    with pytest.raises(errors.AlreadyOnTheRoster):
        door.walks_in("Nora", email="nora@pgr.example")
    with unit_of_work(door.session) as session:
        session.get_one(Person, person.id).reserved = True
    with pytest.raises(errors.ReservedOnTheRoster):
        door.walks_in("Nora", email="nora@pgr.example")


@pytest.mark.parametrize("days", [-1, 3])
def test_on_other_days_nobody_is_entered_at_the_door(door: Door, days: int) -> None:
    door.now += timedelta(days=days)
    with pytest.raises(errors.DoorIsShut):
        door.walks_in("Nora")
    with pytest.raises(errors.DoorIsShut):
        door.comes_instead(door.seated[0], "Nora")
    assert door.comes_instead(door.seated[0], "Nora", at_door=False, source=Source.STAFF).way is Way.TAKEN_OVER


def test_a_completed_seminar_refuses_both(door: Door) -> None:
    with unit_of_work(door.session) as session:
        session.get_one(Seminar, door.seminar.id).state = SeminarState.COMPLETED
    with pytest.raises(errors.SeminarCompleted):
        door.walks_in("Nora")
    with pytest.raises(errors.SeminarCompleted):
        door.comes_instead(door.seated[0], "Nora", at_door=False)


# Substitutes.


def test_a_colleague_takes_the_seat_itself_past_the_queue(door: Door) -> None:
    first = door.waits("PGR", 1)
    done = door.comes_instead(door.seated[0], "Nora")
    assert done.way is Way.TAKEN_OVER
    assert door.state(done.registration) == (SEATED, door.quota.id)
    assert door.state(door.seated[0]) == (REPLACED, None)
    assert door.state(first) == (WAITING, None)
    assert door.sizes() == {"PGR": (2, 2), "open": (1, 1)}


def test_of_another_quota_path_the_seat_goes_to_the_queue_and_the_substitute_by_the_rules(door: Door) -> None:
    first = door.waits("PGR", 1)
    done = door.comes_instead(door.seated[0], "Nora", "CNS")
    assert (done.way, door.state(first)) == (Way.WAITS, (SEATED, door.quota.id))
    assert door.state(done.registration) == (WAITING, None)
    assert done.registration.seat_asked_at == door.now


def test_a_quota_released_long_ago_does_not_take_the_seat_from_the_substitute(door: Door) -> None:
    with unit_of_work(door.session) as session:
        session.get_one(SeatPool, door.quota.id).release_on = door.seminar.starts_on - timedelta(days=9)
    done = door.comes_instead(door.seated[0], "Nora")
    assert (done.way, door.sizes()) == (Way.TAKEN_OVER, {"PGR": (2, 2), "open": (1, 1)})


def test_a_person_who_waits_may_come_instead_and_leaves_the_queue(door: Door) -> None:
    person = door.make.person("Nora", "Puerta", None, email="nora@pgr.example")
    first, second = door.waits("PGR", 1), door.waits("PGR", 2, person=person)
    done = door.comes_instead(door.seated[0], "Nora", person={"email": "nora@pgr.example"})
    assert (done.registration.id, done.way) == (second.id, Way.TAKEN_OVER)
    assert (door.state(first), door.state(second)) == ((WAITING, None), (SEATED, door.quota.id))


def test_both_histories_say_who_came_instead_of_whom_and_why(door: Door) -> None:
    done = door.comes_instead(door.seated[0], "Nora", note="Comisión de servicio")
    assert door.steps(door.seated[0]) == [(REPLACED, done.registration.id, 0)]
    assert door.steps(done.registration) == [(SEATED, door.seated[0].id, 0)]
    notes = door.session.scalars(select(RegistrationHistory.note)).all()
    actors = door.session.scalars(select(RegistrationHistory.actor)).all()
    assert set(notes) == {"Comisión de servicio"}
    assert set(actors) == {COORDINATOR}


def test_who_was_replaced_is_told_and_nobody_is_named(door: Door) -> None:
    door.comes_instead(door.seated[0], "Nora")
    told = door.session.scalars(select(Message)).one()
    assert (told.kind, told.not_before) == ("substituted", door.now + timedelta(minutes=2))
    assert "Nora" not in repr(told.context)
    assert "Puerta" not in repr(told.context)


def test_nobody_comes_instead_of_a_person_without_a_seat_or_of_another_seminar(door: Door) -> None:
    waiting = door.waits("PGR", 1)
    with pytest.raises(errors.CannotBeReplaced):
        door.comes_instead(waiting, "Nora")
    other = door.make.seminar()
    with pytest.raises(NotFound):
        door.comes_instead(door.seated[0], "Nora", seminar_id=other.id, at_door=False)


def test_who_is_registered_cannot_come_instead_of_a_colleague(door: Door) -> None:
    person = door.session.get_one(Person, door.seated[1].person_id)
    same = {"given_names": person.given_names, "surname1": person.surname1, "surname2": person.surname2, "email": person.email}
    door.session.rollback()
    with pytest.raises(errors.AlreadyOnTheRoster):
        door.comes_instead(door.seated[0], "", person=same)
    assert door.state(door.seated[0]) == (SEATED, door.quota.id)


# What the organizer answers.


def test_the_organizer_gives_a_seat_and_the_open_pool_grows_by_one_past_the_queue(door: Door) -> None:
    first, done = door.waits("CNS", 1), door.walks_in("Nora", email="nora@pgr.example")
    door.answers(services.give_seat, done.registration)
    assert (door.state(first), door.state(done.registration)) == ((WAITING, None), (SEATED, door.open_pool.id))
    assert door.sizes()["open"] == (2, 2)
    assert services.extra_seats_used(door.session, door.seminar.id) == 0
    assert ("seat_given", False) in door.mail()


def test_the_organizer_has_no_seat_and_the_person_keeps_the_place(door: Door) -> None:
    done = door.walks_in("Nora")
    door.answers(services.give_no_seat, done.registration)
    assert door.state(done.registration) == (WAITING, None)
    assert [each.asked for each in queries.waiting_at_door(door.session, door.seminar.id)] == [False]
    with pytest.raises(errors.NoSeatAsked):
        door.answers(services.give_no_seat, done.registration)


# Taking back.


def test_taking_back_a_walk_in_takes_the_extra_seat_away_and_says_nothing(door: Door) -> None:
    door.allow(1)
    done = door.walks_in("Nora", email="nora@pgr.example")
    door.takes_back(done)
    assert door.state(done.registration) == (RegistrationState.WITHDRAWN, None)
    assert (door.sizes()["open"], services.extra_seats_used(door.session, door.seminar.id)) == ((1, 1), 0)
    assert door.mail() == []
    assert door.walks_in("Nora", email="nora@pgr.example", later=40).way is Way.EXTRA


def test_taking_back_a_substitution_gives_the_seat_back(door: Door) -> None:
    first = door.waits("PGR", 1)
    done = door.comes_instead(door.seated[0], "Nora")
    door.takes_back(done)
    assert (door.state(door.seated[0]), door.state(first)) == ((SEATED, door.quota.id), (WAITING, None))
    assert door.mail() == []


def test_a_substitution_is_not_taken_back_once_the_seat_went_to_the_queue(door: Door) -> None:
    first = door.waits("PGR", 1)
    done = door.comes_instead(door.seated[0], "Nora", "CNS")
    with pytest.raises(errors.SeatGoneMeanwhile):
        door.takes_back(done)
    assert (door.state(first), door.state(door.seated[0])) == ((SEATED, door.quota.id), (REPLACED, None))


def test_after_two_minutes_nothing_is_taken_back(door: Door) -> None:
    done = door.walks_in("Nora")
    with pytest.raises(errors.TooLateToTakeBack):
        door.takes_back(done, later=120)


def test_staff_put_a_person_back_who_was_replaced(door: Door) -> None:
    door.comes_instead(door.seated[0], "Nora")
    door.answers(services.restore, door.seated[0])
    assert door.state(door.seated[0]) == (WAITING, None)
