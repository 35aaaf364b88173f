"""What observations of one person in one session make: which of them stands, when they conflict, and the minutes of times in and out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_app.attendance.rules import (
    MarkMethod,
    MarkStatus,
    ObservationKind,
    Observed,
    ObservedMark,
    Times,
    mark_of,
    may_observe,
    observed_time,
)
from seminar_app.core.values import replace
from seminar_app.seminars.rules import ExcusedRule

DAY = datetime(2026, 6, 3, tzinfo=UTC)
NAMES = "abcdefgh"


def at(clock: str, day: int = 0) -> datetime:
    """Return a time of the session's day; `day` counts from it."""
    hour, minute = clock.split(":")
    return DAY + timedelta(days=day, hours=int(hour), minutes=int(minute))


def named(name: str) -> UUID:
    """Return the id of an observation with this name; a later letter is a greater id."""
    return UUID(int=1 + NAMES.index(name))


def saw(
    name: str, kind: str, clock: str, follows: str | None = None, *, minutes: int | None = None, by: str = "list", day: int = 0
) -> Observed:
    """Return an observation, by a person with a list unless it is said."""
    before = named(follows) if follows else None
    return Observed(named(name), ObservationKind(kind), minutes, before, at(clock, day), MarkMethod(by))


def scan(name: str, kind: str, clock: str, follows: str | None = None, *, day: int = 0) -> Observed:
    """Return an observation by a scanner, which looks at nobody."""
    return saw(name, kind, clock, follows, by="scan", day=day)


MORNING = Times(at("9:00"), at("12:00"), 180, ExcusedRule.NOT_COUNTED)
SHORTER = replace(MORNING, ends_at=at("10:30"), contact_minutes=90)
LONGER = replace(MORNING, ends_at=at("13:00"), contact_minutes=240)
WITH_A_BREAK = replace(MORNING, contact_minutes=100)
NEXT_DAY = replace(MORNING, starts_at=at("9:00", 1), ends_at=at("12:00", 1))


def mark(
    last: str,
    status: str | None,
    minutes: int | None = None,
    *,
    came: str | datetime | None = None,
    left: str | datetime | None = None,
    still_in: bool = False,
    conflict: bool = False,
) -> ObservedMark:
    """Return the mark that a case wants; `came` and `left` are the times in and out."""
    time_in, time_out = (at(time) if isinstance(time, str) else time for time in (came, left))
    return ObservedMark(named(last), MarkStatus(status) if status else None, minutes, time_in, time_out, still_in, conflict)


def contested(last: str, status: str | None, minutes: int | None = None) -> ObservedMark:
    return mark(last, status, minutes, conflict=True)


Case = tuple[str, list[Observed], ObservedMark | None]

WHICH_STANDS: list[Case] = [
    ("nothing was observed", [], None),
    ("one", [saw("a", "present", "9:00")], mark("a", "present")),
    ("one with minutes", [saw("a", "late", "9:40", minutes=90)], mark("a", "late", 90)),
    ("minutes that nobody said follow from the session", [saw("a", "late", "9:40")], mark("a", "late")),
    (
        "the end of a chain",
        [saw("a", "absent", "9:10"), saw("b", "late", "9:30", "a"), saw("c", "present", "9:40", "b")],
        mark("c", "present"),
    ),
    (
        "the end of a chain, by a clock that is behind",
        [saw("a", "absent", "9:10"), saw("b", "present", "9:05", "a")],
        mark("b", "present"),
    ),
    (
        "of two that follow nothing the later stands",
        [saw("a", "present", "9:00"), saw("b", "absent", "9:05")],
        contested("b", "absent"),
    ),
    (
        "of two that follow the same one the later stands",
        [saw("a", "absent", "9:00"), saw("b", "late", "9:30", "a"), saw("c", "excused", "9:20", "a")],
        contested("b", "late"),
    ),
    (
        "at the same time the greater id stands, so that all databases say the same",
        [saw("b", "present", "9:00"), saw("a", "absent", "9:00")],
        contested("b", "present"),
    ),
    ("two equal ones are no conflict", [saw("a", "present", "9:00"), saw("b", "present", "9:05")], mark("b", "present")),
    (
        "the same status with other minutes is a conflict",
        [saw("a", "late", "9:30", minutes=100), saw("b", "late", "9:31", minutes=120)],
        contested("b", "late", 120),
    ),
    (
        "said minutes and none are a conflict",
        [saw("a", "late", "9:30"), saw("b", "late", "9:29", minutes=120)],
        contested("a", "late"),
    ),
    (
        "equal ones of different methods are no conflict",
        [saw("a", "present", "9:00"), scan("b", "present", "9:05")],
        mark("b", "present"),
    ),
    (
        "of three the latest stands",
        [saw("a", "present", "9:00"), saw("b", "absent", "9:02"), saw("c", "late", "9:01")],
        contested("b", "absent"),
    ),
    (
        "two equal ones and a third",
        [saw("a", "present", "9:00"), saw("b", "absent", "9:02"), saw("c", "present", "9:03")],
        contested("c", "present"),
    ),
    (
        "equal ones count as one for those that follow either of them",
        [saw("a", "present", "9:00"), saw("b", "present", "9:01"), saw("c", "absent", "9:30", "a"), saw("d", "excused", "9:20", "b")],
        contested("c", "absent"),
    ),
    (
        "of equal ones that follow equal ones the latest is the last",
        [
            saw("a", "present", "9:01"),
            saw("b", "present", "9:02"),
            saw("c", "absent", "9:10", "a"),
            saw("d", "absent", "9:05", "b"),
            saw("e", "excused", "9:07", "a"),
        ],
        contested("c", "absent"),
    ),
    (
        "a conflict that was resolved by somebody who saw it stays one",
        [saw("a", "present", "9:00"), saw("b", "absent", "9:05"), saw("c", "present", "9:30", "b")],
        contested("c", "present"),
    ),
    (
        "a conflict that the overtaken side goes on with",
        [saw("a", "present", "9:00"), saw("b", "absent", "9:05"), saw("c", "late", "9:30", "a")],
        contested("c", "late"),
    ),
    (
        "the branch stands whose end is later, not the longer one",
        [saw("a", "present", "9:00"), saw("b", "late", "9:10", "a"), saw("c", "absent", "9:20", "b"), saw("d", "excused", "9:30")],
        contested("d", "excused"),
    ),
    (
        "a conflict lower down stays one above",
        [saw("a", "absent", "9:00"), saw("b", "late", "9:10", "a"), saw("c", "excused", "9:20", "a"), saw("d", "present", "9:40", "c")],
        contested("d", "present"),
    ),
    (
        "what follows comes before what it follows",
        [saw("b", "present", "9:30", "a"), saw("a", "absent", "9:10")],
        mark("b", "present"),
    ),
    ("what it follows never came", [saw("b", "present", "9:30", "a")], mark("b", "present")),
    (
        "two that follow what never came",
        [saw("b", "present", "9:30", "a"), saw("c", "absent", "9:40", "a")],
        contested("c", "absent"),
    ),
    (
        "beside one that follows what never came stands the later, and what never came may join them",
        [saw("b", "present", "9:30", "a"), saw("c", "absent", "9:20")],
        mark("b", "present"),
    ),
    ("one that follows itself", [saw("a", "present", "9:00", "a")], contested("a", "present")),
    (
        "in a circle the earliest is the first, and nobody can have seen that",
        [saw("b", "present", "9:10", "a"), saw("a", "absent", "9:00", "b")],
        contested("b", "present"),
    ),
    ("cleared", [saw("a", "present", "9:00"), saw("b", "cleared", "9:01", "a")], mark("b", None)),
    (
        "cleared and marked again",
        [saw("a", "late", "9:00", minutes=20), saw("b", "cleared", "9:01", "a"), saw("c", "present", "9:02", "b")],
        mark("c", "present"),
    ),
    (
        "cleared in conflict with an older mark",
        [saw("a", "absent", "9:00"), saw("b", "present", "9:01", "a"), saw("c", "cleared", "9:02", "a")],
        contested("c", None),
    ),
    (
        "cleared in conflict with a newer mark",
        [saw("a", "absent", "9:00"), saw("b", "present", "9:03", "a"), saw("c", "cleared", "9:02", "a")],
        contested("b", "present"),
    ),
]

A_WORD_AND_A_SCAN: list[Case] = [
    (
        "a word that comes later stands above a scan",
        [scan("a", "present", "9:00"), saw("b", "absent", "9:10", "a")],
        mark("b", "absent"),
    ),
    (
        "a scan that comes later stands above a word",
        [saw("a", "absent", "9:00"), scan("b", "present", "9:10", "a")],
        mark("b", "present"),
    ),
    (
        "a scan that was sent late does not displace a later word",
        [saw("a", "absent", "9:10"), scan("b", "present", "9:00", "a")],
        mark("a", "absent"),
    ),
    ("nor a self check-in", [saw("a", "absent", "9:10"), saw("b", "present", "9:00", "a", by="self")], mark("a", "absent")),
    (
        "a word sent late stands above what it follows",
        [saw("a", "absent", "9:10"), saw("b", "present", "9:00", "a", by="paper")],
        mark("b", "present"),
    ),
    (
        "at the same time the word stands above a scan that follows it",
        [saw("a", "absent", "9:10"), scan("b", "present", "9:10", "a")],
        mark("a", "absent"),
    ),
    (
        "at the same time the word stands above a scan that follows the same one",
        [saw("a", "absent", "9:10"), scan("b", "present", "9:10")],
        contested("a", "absent"),
    ),
    (
        "of a word and a scan that follow the same one the later stands",
        [saw("a", "absent", "9:10"), scan("b", "present", "9:11")],
        contested("b", "present"),
    ),
    (
        "scans go on after one that did not displace the word",
        [saw("a", "absent", "9:10"), scan("b", "in", "9:00", "a"), scan("c", "in", "9:20", "b")],
        mark("c", "present", came="9:00", still_in=True),
    ),
    (
        "an equal scan makes the word no less a word",
        [saw("a", "absent", "9:10"), scan("b", "absent", "9:12"), scan("c", "present", "9:11", "b")],
        mark("b", "absent"),
    ),
]

TIMES_IN_AND_OUT: list[Case] = [
    ("in counts to the end", [scan("a", "in", "8:50")], mark("a", "present", came="8:50", still_in=True)),
    ("in after 14 minutes is present", [scan("a", "in", "9:14")], mark("a", "present", came="9:14", still_in=True)),
    ("in after 15 minutes is late", [scan("a", "in", "9:15")], mark("a", "late", 165, came="9:15", still_in=True)),
    ("in after the end", [scan("a", "in", "12:30")], mark("a", "late", 0, came="12:30", still_in=True)),
    (
        "in and out",
        [scan("a", "in", "9:00"), scan("b", "out", "12:05", "a")],
        mark("b", "present", came="9:00", left="12:05"),
    ),
    (
        "out 15 minutes before the end is left early",
        [scan("a", "in", "9:00"), scan("b", "out", "11:45", "a")],
        mark("b", "left_early", 165, came="9:00", left="11:45"),
    ),
    (
        "ten minutes missed at each end are twenty",
        [scan("a", "in", "9:10"), scan("b", "out", "11:50", "a")],
        mark("b", "left_early", 160, came="9:10", left="11:50"),
    ),
    (
        "late and gone early is late",
        [scan("a", "in", "9:30"), scan("b", "out", "11:00", "a")],
        mark("b", "late", 90, came="9:30", left="11:00"),
    ),
    (
        "in and out and in",
        [scan("a", "in", "9:00"), scan("b", "out", "10:00", "a"), scan("c", "in", "10:40", "b")],
        mark("c", "left_early", 140, came="9:00", still_in=True),
    ),
    (
        "in and out twice",
        [scan("a", "in", "9:00"), scan("b", "out", "10:00", "a"), scan("c", "in", "10:30", "b"), scan("d", "out", "11:00", "c")],
        mark("d", "left_early", 90, came="9:00", left="11:00"),
    ),
    (
        "a second in counts from the first",
        [scan("a", "in", "9:00"), scan("b", "in", "10:00", "a")],
        mark("b", "present", came="9:00", still_in=True),
    ),
    (
        "a second out counts to the second",
        [scan("a", "in", "9:00"), scan("b", "out", "10:00", "a"), scan("c", "out", "11:00", "b")],
        mark("c", "left_early", 120, came="9:00", left="11:00"),
    ),
    (
        "two devices that see the same arrival: the first of them counts",
        [scan("a", "in", "9:20"), scan("b", "in", "9:18")],
        mark("a", "late", 162, came="9:18", still_in=True),
    ),
    (
        "by another clock out before in is out at once",
        [scan("a", "in", "10:00"), scan("b", "out", "9:50", "a")],
        mark("b", "late", 0, came="10:00", left="10:00"),
    ),
    (
        "by another clock in again before out is in again at once, and no minute counts twice",
        [scan("a", "in", "9:00"), scan("b", "out", "10:00", "a"), scan("c", "in", "9:30", "b"), scan("d", "out", "10:30", "c")],
        mark("d", "left_early", 90, came="9:00", left="10:30"),
    ),
    ("out without in was there from the beginning", [scan("a", "out", "11:00")], mark("a", "left_early", 120, left="11:00")),
    (
        "out without in, and in again",
        [scan("a", "out", "10:00"), scan("b", "in", "11:00", "a")],
        mark("b", "left_early", 120, still_in=True),
    ),
    (
        "in after «present» takes nothing away",
        [saw("a", "present", "9:00"), scan("b", "in", "9:30", "a")],
        mark("b", "present"),
    ),
    (
        "back after leaving keeps the time before",
        [saw("a", "present", "9:00"), scan("b", "out", "10:00", "a"), scan("c", "in", "10:30", "b")],
        mark("c", "left_early", 150, still_in=True),
    ),
    (
        "out after «present» takes minutes away",
        [saw("a", "present", "9:00"), scan("b", "out", "11:00", "a")],
        mark("b", "left_early", 120, left="11:00"),
    ),
    (
        "out after «present» a little before the end takes none",
        [saw("a", "present", "9:00"), scan("b", "out", "11:50", "a")],
        mark("b", "present", left="11:50"),
    ),
    (
        "out after «late» gives no minutes back",
        [saw("a", "late", "9:00", minutes=30), scan("b", "out", "11:00", "a")],
        mark("b", "left_early", 30, left="11:00"),
    ),
    (
        "out after «late» without minutes",
        [saw("a", "late", "9:00"), scan("b", "out", "11:50", "a")],
        mark("b", "late", left="11:50"),
    ),
    (
        "out that was sent late is not newer than the word",
        [saw("a", "present", "11:30"), scan("b", "out", "11:00", "a")],
        mark("a", "present"),
    ),
    (
        "in after an older «absent»",
        [saw("a", "absent", "9:20"), scan("b", "in", "9:30", "a")],
        mark("b", "late", 150, came="9:30", still_in=True),
    ),
    (
        "in before a newer «absent»",
        [saw("a", "absent", "9:20"), scan("b", "in", "9:10", "a")],
        mark("a", "absent"),
    ),
    (
        "a word ends the times",
        [scan("a", "in", "9:00"), scan("b", "out", "10:00", "a"), saw("c", "present", "11:00", "b")],
        mark("c", "present"),
    ),
    (
        "clearing ends the times",
        [scan("a", "in", "9:00"), saw("b", "cleared", "9:05", "a"), scan("c", "out", "11:00", "b")],
        mark("c", "left_early", 120, left="11:00"),
    ),
    (
        "the other branch has no part in the times",
        [scan("a", "in", "9:00"), scan("b", "out", "10:00", "a"), scan("c", "in", "11:00", "a")],
        mark("c", "present", came="9:00", still_in=True, conflict=True),
    ),
]


@pytest.mark.parametrize(
    ("observations", "wanted"),
    [pytest.param(*case[1:], id=case[0]) for case in (*WHICH_STANDS, *A_WORD_AND_A_SCAN, *TIMES_IN_AND_OUT)],
)
def test_the_mark_of(observations: list[Observed], wanted: ObservedMark | None) -> None:
    assert mark_of(observations, MORNING) == wanted
    assert mark_of(reversed(observations), MORNING) == wanted


IN_AND_OUT = [scan("a", "in", "9:00"), scan("b", "out", "10:30", "a")]
PRESENT_AND_OUT = [saw("a", "present", "9:00"), scan("b", "out", "11:00", "a")]


@pytest.mark.parametrize(
    ("observations", "session", "wanted"),
    [
        pytest.param(IN_AND_OUT, MORNING, mark("b", "left_early", 90, came="9:00", left="10:30"), id="as it was"),
        pytest.param(IN_AND_OUT, SHORTER, mark("b", "present", came="9:00", left="10:30"), id="shortened to when they left"),
        pytest.param(IN_AND_OUT, LONGER, mark("b", "left_early", 90, came="9:00", left="10:30"), id="lengthened"),
        pytest.param(IN_AND_OUT[:1], LONGER, mark("a", "present", came="9:00", still_in=True), id="lengthened, and still in"),
        pytest.param(IN_AND_OUT, NEXT_DAY, mark("b", "left_early", 90, came="9:00", left="10:30"), id="moved"),
        pytest.param(IN_AND_OUT[:1], NEXT_DAY, mark("a", "present", came="9:00", still_in=True), id="moved, and still in"),
        pytest.param(
            IN_AND_OUT,
            replace(MORNING, starts_at=at("10:00"), ends_at=at("13:00")),
            mark("b", "left_early", 30, came="9:00", left="10:30"),
            id="moved by an hour",
        ),
        pytest.param(
            [scan("a", "in", "9:30"), scan("b", "out", "11:45", "a")],
            WITH_A_BREAK,
            mark("b", "late", 100, came="9:30", left="11:45"),
            id="never more than the contact minutes",
        ),
        pytest.param(PRESENT_AND_OUT, WITH_A_BREAK, mark("b", "left_early", 100, left="11:00"), id="nor out after «present»"),
        pytest.param(PRESENT_AND_OUT, SHORTER, mark("b", "present", left="11:00"), id="present, shortened to before they left"),
        pytest.param(
            [saw("a", "late", "9:30", minutes=170)],
            SHORTER,
            mark("a", "late", 170),
            id="said minutes stay as said and are capped by their worth",
        ),
    ],
)
def test_times_are_measured_against_the_session_as_it_now_is(observations: list[Observed], session: Times, wanted: ObservedMark) -> None:
    assert mark_of(observations, session) == wanted


def test_a_session_over_new_year_in_another_time_zone() -> None:
    """It begins on 31 December in Cancún; the devices tell the time of other zones, in which the date is another."""
    cancun, honolulu = ZoneInfo("America/Cancun"), ZoneInfo("Pacific/Honolulu")
    session = Times(datetime(2026, 12, 31, 22, 0, tzinfo=cancun), datetime(2027, 1, 1, 1, 0, tzinfo=cancun), 180, ExcusedRule.NOT_COUNTED)
    came, left = datetime(2026, 12, 31, 18, 0, tzinfo=honolulu), datetime(2027, 1, 1, 5, 30, tzinfo=UTC)
    seen = [replace(scan("a", "in", "0:00"), observed_at=came), replace(scan("b", "out", "0:00", "a"), observed_at=left)]
    assert mark_of(seen, session) == mark("b", "late", 90, came=came, left=left)


@pytest.mark.parametrize("rule", ExcusedRule)
def test_minutes_of_an_excused_absence_follow_from_the_rule_and_are_not_kept(rule: ExcusedRule) -> None:
    assert mark_of([saw("a", "excused", "9:00")], replace(MORNING, excused_rule=rule)) == mark("a", "excused")


anything = st.builds(
    Observed,
    id=st.sampled_from([named(name) for name in NAMES]),
    kind=st.sampled_from(list(ObservationKind)),
    minutes=st.sampled_from((None, None, 0, 60)),
    follows=st.sampled_from([None, None, *(named(name) for name in NAMES)]),
    observed_at=st.integers(-60, 260).map(lambda minutes: MORNING.starts_at + timedelta(minutes=minutes)),
    method=st.sampled_from(("scan", "list", "self", "paper")).map(MarkMethod),
)
sets = st.lists(anything, max_size=len(NAMES), unique_by=lambda each: each.id)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_the_order_of_arrival_never_matters(data: st.DataObject) -> None:
    observations = data.draw(sets)
    assert mark_of(data.draw(st.permutations(observations)), MORNING) == mark_of(observations, MORNING)


@settings(max_examples=500, deadline=None)
@given(sets)
def test_a_conflict_stays_one_whatever_arrives(observations: list[Observed]) -> None:
    conflicts = [made.conflict for number in range(1, len(observations) + 1) if (made := mark_of(observations[:number], MORNING))]
    assert conflicts == sorted(conflicts)


@settings(max_examples=300, deadline=None)
@given(sets)
def test_a_mark_is_one_that_the_database_can_keep(observations: list[Observed]) -> None:
    made = mark_of(observations, MORNING)
    assert (made is None) == (not observations)
    if made is not None:
        assert made.last in {each.id for each in observations}
        assert made.minutes is None or 0 <= made.minutes <= MORNING.contact_minutes
        assert made.time_in is None or made.time_out is None or made.time_in <= made.time_out
        assert not (made.still_in and made.time_out)


@pytest.mark.parametrize("kind", ["present", "late", "left_early", "in", "out"])
def test_presence_is_observed_from_an_hour_before_the_session(kind: str) -> None:
    begins = MORNING.starts_at
    hour = timedelta(minutes=60)
    assert may_observe(ObservationKind(kind), at=begins - hour, starts_at=begins)
    assert may_observe(ObservationKind(kind), at=begins + 100 * hour, starts_at=begins)
    assert not may_observe(ObservationKind(kind), at=begins - hour - timedelta(microseconds=1), starts_at=begins)


@pytest.mark.parametrize("kind", ["excused", "absent", "cleared"])
def test_an_absence_is_known_at_any_time(kind: str) -> None:
    assert may_observe(ObservationKind(kind), at=MORNING.starts_at - timedelta(days=90), starts_at=MORNING.starts_at)


def test_a_clock_that_is_ahead_says_the_time_of_receipt_and_one_behind_its_own() -> None:
    received = at("9:00")
    assert observed_time(at("9:01"), received_at=received) == received
    assert observed_time(received, received_at=received) == received
    assert observed_time(at("8:00"), received_at=received) == at("8:00")
