"""Who is entered at the door, and who takes whose seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from seminar_app.registration.door_rules import Arrival, DoorDay, arrival, door_day, may_be_replaced, may_grow, may_take_back, takes_over
from seminar_app.registration.rules import PoolState, RegistrationState
from seminar_app.seminars.rules import SeminarState

PGR, PGJ, INM, ROO, NL = 1, 2, 3, 4, 5
OPEN, OF_PGR, OF_PGJ, OF_ROO = 10, 11, 12, 13


@dataclass
class Days:
    """The fields of a seminar that decide whether its door is open."""

    state: SeminarState = SeminarState.PUBLISHED
    starts_on: date = date(2026, 6, 3)
    ends_on: date = date(2026, 6, 5)
    time_zone: str = "America/Cancun"
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 6, 3, 4, 59, tzinfo=UTC), DoorDay.BEFORE),
        (datetime(2026, 6, 3, 5, 0, tzinfo=UTC), DoorDay.OPEN),
        (datetime(2026, 6, 6, 4, 59, tzinfo=UTC), DoorDay.OPEN),
        (datetime(2026, 6, 6, 5, 0, tzinfo=UTC), DoorDay.AFTER),
    ],
)
def test_the_door_is_open_from_midnight_to_midnight_of_the_seminars_own_zone(now: datetime, day: DoorDay) -> None:
    assert door_day(Days(), now=now) is day


@pytest.mark.parametrize("state", [SeminarState.DRAFT, SeminarState.CANCELLED, SeminarState.COMPLETED, SeminarState.ARCHIVED])
def test_a_seminar_that_is_not_held_has_no_door(state: SeminarState) -> None:
    assert door_day(Days(state=state), now=datetime(2026, 6, 4, 15, 0, tzinfo=UTC)) is DoorDay.NOT_HELD


def test_the_door_stays_open_when_registration_was_closed() -> None:
    assert door_day(Days(state=SeminarState.CLOSED), now=datetime(2026, 6, 4, 15, 0, tzinfo=UTC)) is DoorDay.OPEN


def test_only_a_seat_can_be_handed_on() -> None:
    assert [state for state in RegistrationState if may_be_replaced(state)] == [RegistrationState.REGISTERED]


def test_who_was_taken_off_the_list_does_not_come_back_by_the_door() -> None:
    states = RegistrationState
    assert {state for state in states if arrival(state) is Arrival.ENTERED} == {states.WITHDRAWN, states.SUBSTITUTED, states.INVITED}
    assert {state for state in states if arrival(state) is Arrival.TAKEN_OFF} == {states.DECLINED, states.REMOVED}
    assert arrival(states.REGISTERED) is Arrival.HERE
    assert arrival(states.WAITLISTED) is Arrival.WAITS
    assert arrival(states.PENDING) is Arrival.UNDECIDED


def pools(*, of_pgr: int = 5) -> list[PoolState]:
    """A quota of the federal attorney's office, one of all state offices and one of a single state, and the open pool; all seats taken."""
    sizes = {OPEN: (None, 20), OF_PGR: (PGR, of_pgr), OF_PGJ: (PGJ, 9), OF_ROO: (ROO, 2)}
    return [PoolState(pool, agency, size, size) for pool, (agency, size) in sizes.items()]


@pytest.mark.parametrize(
    ("freed", "replaced", "substitute", "takes"),
    [
        pytest.param(OF_PGR, (PGR,), (PGR,), True, id="a colleague takes the quota's seat"),
        pytest.param(OF_PGR, (PGR,), (INM,), False, id="somebody of another agency does not"),
        pytest.param(OF_PGJ, (ROO, PGJ), (NL, PGJ), True, id="another office of the group draws from the same quota"),
        pytest.param(OF_ROO, (ROO, PGJ), (NL, PGJ), False, id="but not from the quota of one office"),
        pytest.param(OPEN, (ROO, PGJ), (NL, PGJ), True, id="an open seat: both draw from one quota"),
        pytest.param(OPEN, (PGR,), (INM,), False, id="an open seat: no colleague, by the quotas"),
        pytest.param(OPEN, (INM,), (PGR,), False, id="nor the other way round"),
        pytest.param(OPEN, (INM,), (INM,), True, id="an open seat: neither has a quota"),
        pytest.param(OPEN, (INM,), (), True, id="an agency that is not in the list has none either"),
        pytest.param(OF_PGR, (PGR,), (), False, id="and holds no quota's seat"),
    ],
)
def test_who_comes_by_the_same_quota_path_takes_the_seat_itself(
    freed: int, replaced: tuple[int, ...], substitute: tuple[int, ...], takes: bool
) -> None:
    assert takes_over(pools(), freed=freed, replaced_path=replaced, substitute_path=substitute) is takes


def test_a_quota_that_was_taken_back_parts_nobody() -> None:
    assert takes_over(pools(of_pgr=0), freed=OPEN, replaced_path=(PGR,), substitute_path=(INM,))


def test_without_quotas_everybody_may_come_instead_of_everybody() -> None:
    assert takes_over([PoolState(OPEN, None, 3, 3)], freed=OPEN, replaced_path=(), substitute_path=())


def test_the_open_pool_grows_no_more_often_than_the_seminar_allows() -> None:
    assert [may_grow(used=used, allowed=2) for used in range(4)] == [True, True, False, False]
    assert not may_grow(used=0, allowed=0)


def test_an_entry_can_be_taken_back_until_its_mail_leaves() -> None:
    entered = datetime(2026, 6, 3, 14, 0, tzinfo=UTC)
    assert may_take_back(entered, now=entered + timedelta(seconds=119))
    assert not may_take_back(entered, now=entered + timedelta(minutes=2))
