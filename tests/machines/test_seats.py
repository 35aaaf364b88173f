"""Seats with quotas and a waiting list in any order of steps, and the mutations that this test must notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from seminar_app.agencies import succession_rules
from seminar_app.registration import hold_rules, rules
from seminar_app.registration.services import (
    alternates,
    changes,
    exchanging,
    forms_sent,
    holding,
    holds,
    invitations,
    personal,
    seats,
    staff,
    taking,
)
from tests.machines.seats import Seats, World
from tests.machines.seats_model import BEGIN, LAST_DAY
from tests.support.machines import FULL, SHORT, notices, run
from tests.support.mutations import Mutation

MUTATIONS = (
    Mutation(
        "the open pool is tried before the agency's own",
        rules.pools_one_may_hold,
        "(*reach.agency_path, None)",
        "(None, *reach.agency_path)",
    ),
    Mutation("released seats are lost", rules.after_releases, "(moved if", "(0 if"),
    Mutation("the newest in the queue comes first", rules.decide_promotions, "person.queue_place)", "-person.queue_place)"),
    Mutation("whoever withdraws frees a seat for nobody", personal.withdraw, "    settle(session, context, seats=seats)\n", ""),
    Mutation("a pool with no room takes one more", rules.decide_seat, "pool.room > 0", "pool.room >= 0"),
    Mutation("two are given the same free seat", rules.decide_promotions, "taken + 1", "taken + 0"),
    Mutation("a quota is released a day late", rules.is_released, "release_on <= today", "release_on < today"),
    Mutation("staff take a seat from its holder", rules.check_pools, "< pool.taken", "< pool.taken - 1"),
    Mutation(
        "an alternate takes an open seat before the day",
        rules.reach_of,
        "not quotas or any(is_released(pool, today=today) for pool in quotas)",
        "True",
    ),
    Mutation("a full quota is never released", rules.decide_releases, " or (pool.kept and not pool.released)", ""),
    Mutation("open seats never reach an alternate", rules.reach_of, "any(is_released(pool, today=today) for pool in quotas)", "False"),
    Mutation(
        "whom the organizer lets have an open seat waits on",
        alternates.open_seats,
        "seats, registration, agency_seats_only=False",
        "seats, registration, agency_seats_only=True",
    ),
    Mutation(
        "a nomination without a quota fills the open pool",
        rules.first_state_of_nomination,
        "has_quota and approval is Approval.AUTOMATIC",
        "approval is Approval.AUTOMATIC",
    ),
    Mutation(
        "whoever was removed comes back by the form",
        rules.may_register_again,
        "state is RegistrationState.WITHDRAWN",
        "not may_edit(state)",
    ),
    Mutation("a removed person's seat is not seen to be free", staff.remove, "    seats.moved(left=left, took=None)\n", ""),
    Mutation(
        "places are counted through all seminars",
        seats.LockedSeats.next_queue_place,
        ".where(Registration.seminar_id == self.seminar.id)",
        "",
    ),
    Mutation("seats that were added are given to nobody", seats.resize, "return settle(session, context, seats=seats)", "return 0"),
    Mutation("history says what it became twice", changes.change_state, '"from_state": before', '"from_state": state'),
    Mutation("a closed form still takes registrations", forms_sent.send_form, " or not way.lets_in", ""),
    Mutation(
        "somebody seated moves to another agency",
        rules.may_change_agency,
        "state in (RegistrationState.PENDING, RegistrationState.WAITLISTED)",
        "may_edit(state)",
    ),
    Mutation(
        "whoever comes now is served before those who wait",
        taking.settle_due,
        " or decide_releases(seats.pools, today=seats.today(context.now))",
        "",
    ),
    Mutation("a cancelled seminar gives seats", rules.hands_out_seats, "seminar.state is not SeminarState.CANCELLED and ", ""),
    Mutation(
        "the quota of what an agency succeeded is not its own", succession_rules.path_to_pools, "steps.predecessors.get(each, ())", "()"
    ),
    Mutation(
        "seats that a succession brings within reach go to nobody",
        seats.settle_all,
        "settle(session, context, seats=lock_seats(session, seminar_id))",
        "lock_seats(session, seminar_id)",
    ),
    Mutation("a kept seat never ends", hold_rules.ending_due, "HoldEnd.EXPIRED if today > hold.last_day else None", "None"),
    Mutation("a seat is kept beyond its quota's release", holding.shorten, "hold.registration_id is None", "False"),
    Mutation("a release ends an invitation before its day", hold_rules.ending_due, "hold.registration_id is None and ", ""),
    Mutation("whoever comes by the form takes a seat kept for a name", holding.take_kept, "registration.source in NAMING and ", ""),
    Mutation("a name takes no seat that is kept for it", holding.take_kept, "registration.source in NAMING", "False"),
    Mutation("an invitation that is taken back keeps its seat", holding.let_go, "hold is not None", "False"),
    Mutation("a declined invitation frees a seat for nobody", invitations.decline, "    settle(session, context, seats=seats)\n", ""),
    Mutation(
        "an invitation is answered after its day", invitations._refuse_unless_open, "seats.today(context.now) > hold.last_day", "False"
    ),
    Mutation("more seats are kept than are free", holds.keep_seats, "free < seats", "False"),
    Mutation("two exchange places past the queue", exchanging._hand_over, "place if alike else seats.next_queue_place(session)", "place"),
    Mutation("a frozen list takes people as before", seats.LockedSeats.approval, "Approval.MANUAL if frozen else ", ""),
)
"""The first two are tried in `make test`."""


def a_seat_is_kept_until_its_quotas_release(state: Seats) -> None:
    """A release that is set to an earlier day ends a kept seat the day before, also if the release is taken back."""
    state.begin(manual=(False, False), by_code=False, seats=(0, 0), quotas=([("INM", 2, LAST_DAY - timedelta(days=6))], []))
    state.nominate(0, 0, "INM")
    state.keep_seats(0, "INM", 1, LAST_DAY - timedelta(days=7), True)
    state.add_by_hand(0, 1, "CNS", 0)
    state.share_the_seats_out_anew(0, 2, [("INM", 2, LAST_DAY - timedelta(days=7))])
    state.share_the_seats_out_anew(0, 2, [("INM", 2, None)])
    state.time_passes(24)
    state.the_hourly_job_runs()


def an_invitation_keeps_its_day(state: Seats) -> None:
    """The release comes sooner than it was planned: the seat of the invitation stays until its day, and can be accepted."""
    state.begin(manual=(False, False), by_code=False, seats=(0, 0), quotas=([("INM", 1, None)], []))
    state.invite(0, 0, "INM", LAST_DAY - timedelta(days=4))
    state.share_the_seats_out_anew(0, 1, [("INM", 1, LAST_DAY - timedelta(days=7))])
    state.time_passes(24)
    state.the_hourly_job_runs()
    state.answer_an_invitation(0, 0, True)


def an_invitation_is_answered_too_late(state: Seats) -> None:
    """Before the hourly job has seen it."""
    state.begin(manual=(False, False), by_code=False, seats=(1, 0), quotas=([], []))
    state.invite(0, 0, "INM", BEGIN.date())
    state.time_passes(24)
    state.answer_an_invitation(0, 0, True)


def alternates_come_before_who_comes_after_the_release(state: Seats) -> None:
    """The quota is full when its day comes, so no seat moves; its alternate has the open seat before the next form."""
    state.begin(manual=(False, False), by_code=False, seats=(1, 0), quotas=([("INM", 1, LAST_DAY - timedelta(days=7))], []))
    state.nominate(0, 0, "INM")
    state.nominate(0, 1, "INM")
    state.time_passes(24)
    state.register(0, 2, "Ana", "CNS", True)


def a_turn_for_open_seats_is_not_handed_on(state: Seats) -> None:
    """Whoever could have an open seat, and gives the agency's seat to an alternate, waits behind who waits already."""
    state.begin(manual=(False, False), by_code=False, seats=(0, 0), quotas=([("INM", 1, None)], []))
    state.register(0, 0, "Ana", "INM", True)
    state.nominate(0, 1, "INM")
    state.register(0, 2, "Ana", "CNS", True)
    state.exchange(0, 3, 0)


SCENARIOS: dict[Callable[[Seats], None], str] = {
    a_seat_is_kept_until_its_quotas_release: "a seat is kept beyond its quota's release",
    an_invitation_keeps_its_day: "a release ends an invitation before its day",
    an_invitation_is_answered_too_late: "an invitation is answered after its day",
    alternates_come_before_who_comes_after_the_release: "a full quota is never released",
    a_turn_for_open_seats_is_not_handed_on: "two exchange places past the queue",
}
"""Orders of steps that chance seldom finds, each with the mutation that it must notice."""


@pytest.fixture
def machine(nobody_waits_for_the_disk: None, session: Session) -> type[Seats]:
    """The machine on this test's database."""
    return type("SeatsHere", (Seats,), {"world": World.made(session)})


@pytest.mark.sqlite_first
def test_seats_are_what_the_model_says_after_each_step(machine: type[Seats]) -> None:
    run(machine, *SHORT)


@pytest.mark.full
def test_seats_are_what_the_model_says_after_each_of_many_steps(machine: type[Seats]) -> None:
    run(machine, *FULL)


@pytest.mark.sqlite_first
def test_of_two_removals_the_one_that_is_taken_back_is_not_told(machine: type[Seats]) -> None:
    """One person in two seminars, or two people with one address in the same: whoever is restored, the other's mail still goes."""
    state = machine()
    state.begin(manual=(False, False), by_code=False, seats=(3, 3), quotas=([], []))
    for seminar in (0, 1):
        state.add_by_hand(seminar=seminar, who=1, agency="INM", again=0)
        state.decide(seminar=seminar, number=0, verb="remove")
    state.decide(seminar=0, number=0, verb="restore")
    assert [(mail.kind, mail.seminar) for mail in state.mails] == [
        ("registered", "seminar-0"),
        ("registered", "seminar-1"),
        ("removed", "seminar-1"),
    ]
    state.register(seminar=1, who=1, name="Eva", agency="INM", knows=True)
    state.decide(seminar=1, number=1, verb="remove")
    state.decide(seminar=1, number=0, verb="restore")
    assert [(mail.kind, mail.name) for mail in state.mails[2:]] == [("registered", "Eva"), ("removed", "Eva")]


def test_each_mutation_changes_what_stands_there() -> None:
    for mutation in MUTATIONS:
        with mutation.in_place():
            pass


def walk(machine: type[Seats], scenario: Callable[[Seats], None]) -> None:
    """Walk through the steps, and compare the database with the model at the end."""
    state = machine()
    scenario(state)
    state.the_database_says_what_the_model_says()
    state.no_seat_is_held_twice_and_nobody_waits_beside_a_free_one()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_steps_that_seldom_come_together_do_what_the_model_says(machine: type[Seats], scenario: Callable[[Seats], None]) -> None:
    walk(machine, scenario)
    (mutation,) = (each for each in MUTATIONS if each.words == SCENARIOS[scenario])
    with mutation.in_place(), pytest.raises(AssertionError):
        walk(machine, scenario)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("mutation", MUTATIONS[:2], ids=lambda mutation: mutation.words)
def test_a_broken_seat_is_noticed(machine: type[Seats], mutation: Mutation) -> None:
    assert notices(machine, mutation) is not None


@pytest.mark.full
@pytest.mark.parametrize(
    "mutation", [each for each in MUTATIONS[2:] if each.words not in SCENARIOS.values()], ids=lambda mutation: mutation.words
)
def test_every_broken_seat_is_noticed(machine: type[Seats], mutation: Mutation) -> None:
    assert notices(machine, mutation) is not None
