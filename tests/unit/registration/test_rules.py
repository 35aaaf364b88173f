"""Rules for seats, the waiting list and releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminar_app.core.values import replace
from seminar_app.registration.rules import (
    Door,
    PoolState,
    Promotion,
    Reach,
    RegistrationState,
    Release,
    SeatFault,
    SeatRefusal,
    Waiting,
    WishedPool,
    after_releases,
    check_pools,
    decide_promotions,
    decide_releases,
    decide_seat,
    door,
    may_approve,
    may_change_agency,
    may_decline,
    may_edit,
    may_register_again,
    may_remove,
    may_restore,
    may_withdraw,
)
from seminar_app.seminars.rules import RegistrationMode, SeminarState

OFFICE, GROUP, OTHER = 11, 1, 2
OPEN = PoolState(1, None, size=5, taken=0)
OF_GROUP = PoolState(2, GROUP, size=3, taken=0)
OF_OFFICE = PoolState(3, OFFICE, size=2, taken=0)
DAY = date(2026, 5, 1)


def full(pool: PoolState) -> PoolState:
    return replace(pool, taken=pool.size)


def test_a_seat_comes_from_the_nearest_pool_of_the_agency() -> None:
    assert decide_seat([OPEN, OF_GROUP, OF_OFFICE], Reach([OFFICE, GROUP])).pool_id == OF_OFFICE.id


def test_when_the_nearest_pool_is_full_the_seat_comes_from_higher_up_the_tree() -> None:
    assert decide_seat([OPEN, OF_GROUP, full(OF_OFFICE)], Reach([OFFICE, GROUP])).pool_id == OF_GROUP.id


def test_when_the_agencys_pools_are_full_the_seat_comes_from_the_open_pool() -> None:
    assert decide_seat([OPEN, full(OF_GROUP), full(OF_OFFICE)], Reach([OFFICE, GROUP])).pool_id == OPEN.id


def test_nobody_draws_from_another_agencys_pool() -> None:
    assert decide_seat([full(OPEN), OF_GROUP], Reach([OTHER])).pool_id is None


def test_whose_agency_is_in_no_directory_draws_from_the_open_pool_only() -> None:
    assert decide_seat([OF_GROUP, OF_OFFICE, OPEN], Reach([])).pool_id == OPEN.id
    assert decide_seat([OF_GROUP, OF_OFFICE, full(OPEN)], Reach([])).state is RegistrationState.WAITLISTED
    queue = [Waiting(1, 1, Reach([])), Waiting(2, 2, Reach([GROUP]))]
    assert decide_promotions([full(OPEN), OF_GROUP], queue) == [Promotion(2, OF_GROUP.id)]
    assert decide_promotions([replace(OPEN, size=1), OF_GROUP], queue) == [Promotion(1, OPEN.id), Promotion(2, OF_GROUP.id)]


def test_without_room_the_registration_joins_the_waiting_list() -> None:
    assert decide_seat([full(OPEN), full(OF_GROUP)], Reach([GROUP])).state is RegistrationState.WAITLISTED


def test_a_freed_seat_goes_to_the_first_who_may_hold_it() -> None:
    queue = [Waiting(1, 1, Reach([OTHER])), Waiting(3, 3, Reach([OFFICE, GROUP])), Waiting(2, 2, Reach([GROUP]))]
    freed = replace(full(OF_GROUP), taken=2)
    assert decide_promotions([full(OPEN), freed], queue) == [Promotion(2, OF_GROUP.id)]


def test_several_freed_seats_are_settled_in_one_walk() -> None:
    queue = [Waiting(1, 1, Reach([GROUP])), Waiting(2, 2, Reach([OTHER])), Waiting(3, 3, Reach([OTHER]))]
    pools = [replace(full(OPEN), taken=4), replace(full(OF_GROUP), taken=2)]
    assert decide_promotions(pools, queue) == [Promotion(1, OF_GROUP.id), Promotion(2, OPEN.id)]


def test_before_the_release_date_a_quota_keeps_its_unused_seats() -> None:
    assert decide_releases([OPEN, replace(OF_GROUP, release_on=date(2026, 5, 2))], today=DAY) == []


def test_on_the_release_date_a_quotas_unused_seats_go_to_the_open_pool() -> None:
    pools = [OPEN, replace(OF_GROUP, taken=1, release_on=DAY)]
    releases = decide_releases(pools, today=DAY)
    assert releases == [Release(OF_GROUP.id, 2)]
    assert [(pool.size, pool.taken) for pool in after_releases(pools, releases)] == [(7, 0), (1, 1)]


def test_a_seat_freed_in_a_released_quota_goes_to_the_open_pool_too() -> None:
    assert decide_releases([OPEN, PoolState(2, GROUP, size=3, taken=2, release_on=DAY)], today=date(2026, 6, 1)) == [Release(2, 1)]


@given(data=st.data())
def test_after_any_promotions_nobody_waits_for_a_seat_they_may_hold_and_nobody_overtakes(data: st.DataObject) -> None:
    agencies = [GROUP, OTHER, OFFICE]
    paths = {GROUP: [GROUP], OTHER: [OTHER], OFFICE: [OFFICE, GROUP]}
    pools = []
    for number, agency in enumerate([None, *data.draw(st.lists(st.sampled_from(agencies), unique=True))]):
        size = data.draw(st.integers(0, 4))
        pools.append(PoolState(number, agency, size, data.draw(st.integers(0, size))))
    queue = [
        Waiting(n, n, Reach(paths[data.draw(st.sampled_from(agencies))], data.draw(st.booleans())))
        for n in range(data.draw(st.integers(0, 12)))
    ]
    promotions = decide_promotions(pools, queue)
    after = {pool.id: pool for pool in pools}
    for promotion in promotions:
        after[promotion.pool_id] = replace(after[promotion.pool_id], taken=after[promotion.pool_id].taken + 1)
    assert all(pool.room >= 0 for pool in after.values())
    seated = {promotion.registration_id for promotion in promotions}
    waiting = [person for person in queue if person.registration_id not in seated]
    assert all(decide_seat(list(after.values()), person.reach).pool_id is None for person in waiting)
    for person in waiting:
        later = [other for other in queue if other.queue_place > person.queue_place and other.reach == person.reach]
        assert not seated & {other.registration_id for other in later}


@dataclass
class Seminar:
    state: SeminarState = SeminarState.PUBLISHED
    registration_mode: RegistrationMode = RegistrationMode.OPEN
    registration_opens_at: datetime | None = datetime(2026, 3, 1, tzinfo=UTC)
    registration_closes_at: datetime | None = datetime(2026, 5, 1, tzinfo=UTC)
    ends_on: date = date(2026, 6, 5)
    time_zone: str = "America/Cancun"


IN_TIME = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seminar", "now", "expected"),
    [
        (Seminar(), IN_TIME, Door.OPEN),
        (Seminar(registration_mode=RegistrationMode.CODE), IN_TIME, Door.CODE),
        (Seminar(registration_mode=RegistrationMode.INVITATION), IN_TIME, Door.BY_INVITATION),
        (Seminar(registration_mode=RegistrationMode.NOMINATION), IN_TIME, Door.BY_NOMINATION),
        (Seminar(), datetime(2026, 2, 1, tzinfo=UTC), Door.NOT_YET),
        (Seminar(), datetime(2026, 5, 1, tzinfo=UTC), Door.CLOSED),
        (Seminar(registration_closes_at=None), datetime(2026, 6, 6, 4, 59, tzinfo=UTC), Door.OPEN),
        (Seminar(registration_closes_at=None), datetime(2026, 6, 6, 5, 0, tzinfo=UTC), Door.CLOSED),
        (Seminar(state=SeminarState.CLOSED), IN_TIME, Door.CLOSED),
        (Seminar(state=SeminarState.CANCELLED), IN_TIME, Door.CANCELLED),
        (Seminar(state=SeminarState.DRAFT), IN_TIME, None),
        (Seminar(state=SeminarState.ARCHIVED), IN_TIME, None),
    ],
)
def test_the_form_is_offered_in_its_window_and_to_those_it_is_for(seminar: Seminar, now: datetime, expected: Door | None) -> None:
    assert door(seminar, now=now) is expected


def states(question: object) -> set[str]:
    assert callable(question)
    return {state.value for state in RegistrationState if question(state)}


def test_what_each_state_allows() -> None:
    standing = {"nominated", "invited", "pending", "registered", "waitlisted"}
    assert states(may_edit) == states(may_remove) == states(partial(may_withdraw, ended=False)) == standing
    assert states(partial(may_withdraw, ended=True)) == set()
    assert states(may_approve) == states(may_decline) == {"pending", "nominated", "invited"}
    assert states(may_restore) == {"removed", "declined", "withdrawn", "substituted"}
    assert states(may_register_again) == {"withdrawn"}
    assert states(partial(may_change_agency, agency_seats_only=False)) == {"pending", "waitlisted"}
    assert states(partial(may_change_agency, agency_seats_only=True)) == set(), "an alternate waits for the seats of one agency"


def test_seats_are_not_shared_out_above_the_capacity_below_the_taken_or_twice() -> None:
    pools = [replace(OPEN, taken=2), replace(OF_GROUP, taken=3)]
    assert check_pools(pools, capacity=8, wished=[WishedPool(GROUP, 3)]) is None
    assert check_pools(pools, capacity=8, wished=[WishedPool(GROUP, 9)]) == SeatRefusal(SeatFault.ABOVE_CAPACITY, None, 9)
    assert check_pools(pools, capacity=8, wished=[WishedPool(GROUP, 2)]) == SeatRefusal(SeatFault.BELOW_TAKEN, GROUP, 3)
    assert check_pools(pools, capacity=8, wished=[]) == SeatRefusal(SeatFault.BELOW_TAKEN, GROUP, 3)
    assert check_pools(pools, capacity=4, wished=[WishedPool(GROUP, 3)]) == SeatRefusal(SeatFault.BELOW_TAKEN, None, 2)
    assert check_pools(pools, capacity=9, wished=[WishedPool(GROUP, 3), WishedPool(GROUP, 3)]) == SeatRefusal(SeatFault.TWICE, GROUP, 0)
