"""Nominations draw from their agency's seats; beyond these they are alternates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminar_app.core.values import replace
from seminar_app.registration.rules import (
    PoolState,
    Promotion,
    Reach,
    RegistrationState,
    Release,
    Waiting,
    after_releases,
    decide_move,
    decide_promotions,
    decide_releases,
    decide_seat,
    first_state_of_nomination,
    is_alternate,
    quotas_within,
    reach_of,
)
from seminar_app.seminars.rules import Approval

OFFICE, GROUP, OTHER = 11, 1, 2
DAY = date(2026, 5, 1)
EVE = DAY - timedelta(days=1)
OPEN = PoolState(1, None, size=5, taken=0)
OF_GROUP = PoolState(2, GROUP, size=3, taken=3, release_on=DAY)
OF_OFFICE = PoolState(3, OFFICE, size=2, taken=2)
POOLS = [OPEN, OF_GROUP, OF_OFFICE]


def nominated(*path: int, today: date, pools: list[PoolState] = POOLS) -> Reach:
    return reach_of(pools, path, agency_seats_only=True, today=today)


def test_a_nomination_takes_its_agencys_seats_and_none_of_the_open_ones() -> None:
    room = [OPEN, replace(OF_GROUP, taken=2), OF_OFFICE]
    assert decide_seat(room, nominated(OFFICE, GROUP, today=EVE)).pool_id == OF_GROUP.id
    assert decide_seat(POOLS, nominated(OFFICE, GROUP, today=EVE)).state is RegistrationState.WAITLISTED
    assert decide_seat(POOLS, reach_of(POOLS, (OFFICE, GROUP), agency_seats_only=False, today=EVE)).pool_id == OPEN.id


def test_from_the_release_of_a_quota_on_its_path_a_nomination_reaches_the_open_seats() -> None:
    assert decide_seat(POOLS, nominated(OFFICE, GROUP, today=DAY)).pool_id == OPEN.id
    assert decide_seat(POOLS, nominated(OFFICE, today=DAY)).pool_id is None, "the quota that was released is not on its path"


def test_a_full_quota_is_released_once_so_that_its_alternates_are_served() -> None:
    releases = decide_releases(POOLS, today=DAY)
    assert (decide_releases(POOLS, today=EVE), releases) == ([], [Release(OF_GROUP.id, 0)])
    assert decide_releases(after_releases(POOLS, releases), today=DAY) == []


@pytest.mark.parametrize("left", [[OPEN], [OPEN, PoolState(2, GROUP, size=0, taken=0)]], ids=["never kept", "taken away"])
def test_where_no_quota_is_on_its_path_a_nomination_may_have_an_open_seat(left: list[PoolState]) -> None:
    assert not quotas_within(left, (OFFICE, GROUP))
    assert decide_seat(left, nominated(OFFICE, GROUP, today=EVE, pools=left)).pool_id == OPEN.id


def test_a_quota_without_seats_is_kept_while_it_has_a_day() -> None:
    waits = [OPEN, PoolState(2, GROUP, size=0, taken=0, release_on=DAY)]
    assert decide_seat(waits, nominated(GROUP, today=EVE, pools=waits)).pool_id is None
    assert decide_seat(waits, nominated(GROUP, today=DAY, pools=waits)).pool_id == OPEN.id


def test_a_freed_agency_seat_goes_to_the_first_of_the_agency_whether_alternate_or_not() -> None:
    freed = [OPEN, replace(OF_GROUP, taken=2)]
    alternates = [Waiting(place, place, nominated(GROUP, today=EVE, pools=freed)) for place in (4, 2)]
    stranger = Waiting(1, 1, Reach((OTHER,)))
    assert decide_promotions([replace(OPEN, taken=5), freed[1]], [stranger, *alternates]) == [Promotion(2, OF_GROUP.id)]
    colleague = Waiting(1, 1, Reach((GROUP,)))
    assert decide_promotions([replace(OPEN, taken=5), freed[1]], [*alternates, colleague]) == [Promotion(1, OF_GROUP.id)]


def test_an_open_seat_passes_an_alternate_by_until_the_day() -> None:
    later = Waiting(9, 9, Reach((OTHER,)))
    for day, first in ((EVE, [9]), (DAY, [1, 9])):
        alternate = Waiting(1, 1, nominated(GROUP, today=day))
        assert [each.registration_id for each in decide_promotions(POOLS, [later, alternate])] == first


@given(
    sizes=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([None, EVE, DAY])), min_size=2, max_size=2),
    opened=st.integers(0, 5),
    waiting=st.lists(st.tuples(st.sampled_from([(OFFICE, GROUP), (GROUP,), (OTHER,)]), st.booleans()), max_size=10),
)
def test_whoever_waits_no_open_seat_goes_to_an_alternate_whose_quotas_are_all_kept(
    sizes: list[tuple[int, int, date | None]], opened: int, waiting: list[tuple[tuple[int, ...], bool]]
) -> None:
    quotas = [
        PoolState(n, agency, size, min(size, taken), day)
        for n, agency, (size, taken, day) in zip((2, 3), (GROUP, OFFICE), sizes, strict=True)
    ]
    pools = [PoolState(1, None, opened, 0), *quotas]
    queue = [Waiting(n, n, reach_of(pools, path, agency_seats_only=flag, today=EVE)) for n, (path, flag) in enumerate(waiting)]
    for promotion in decide_promotions(pools, queue):
        path, flag = waiting[promotion.registration_id]
        kept = [quota for quota in quotas if quota.agency_id in path and (quota.size or quota.release_on)]
        if flag and kept and all(quota.release_on != EVE for quota in kept):
            assert promotion.pool_id != 1


def test_a_seated_nomination_whose_agency_is_corrected_keeps_a_seat() -> None:
    reach = nominated(OTHER, GROUP, today=EVE)
    assert decide_move(POOLS, reach, held=OF_OFFICE.id) == OF_OFFICE.id, "there is no room within reach"
    assert decide_move([OPEN, replace(OF_GROUP, taken=1), OF_OFFICE], reach, held=OF_OFFICE.id) == OF_GROUP.id


@pytest.mark.parametrize(
    ("approval", "has_quota", "state"),
    [
        (Approval.AUTOMATIC, True, None),
        (Approval.AUTOMATIC, False, RegistrationState.NOMINATED),
        (Approval.MANUAL, True, RegistrationState.NOMINATED),
        (Approval.MANUAL, False, RegistrationState.NOMINATED),
    ],
)
def test_its_quota_decides_about_a_nomination_only_where_approval_is_automatic(
    approval: Approval, has_quota: bool, state: RegistrationState | None
) -> None:
    assert first_state_of_nomination(approval, has_quota=has_quota) is state


def test_only_a_nomination_that_waits_is_an_alternate() -> None:
    assert is_alternate(RegistrationState.WAITLISTED, agency_seats_only=True)
    assert not is_alternate(RegistrationState.WAITLISTED, agency_seats_only=False)
    assert not is_alternate(RegistrationState.REGISTERED, agency_seats_only=True)
