"""Rules for what a seminar may do, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminar_app.seminars.rules import (
    Change,
    Need,
    Places,
    RegistrationMode,
    SeminarState,
    SessionTimes,
    TimeFault,
    Window,
    has_ended,
    instant_of,
    is_frozen,
    is_over,
    is_public,
    is_slug,
    local_of,
    local_time_fault,
    locked_fields,
    may_change_sessions,
    may_edit,
    moved,
    needs_before_publishing,
    overlapping,
    parse_speakers,
    places_left,
    propose_slug,
    registration_window,
    session_at_the_door,
    session_span,
    state_after,
    undoes,
    within_dates,
)

CANCUN = "America/Cancun"
TIJUANA = "America/Tijuana"


@dataclass
class Facts:
    state: SeminarState = SeminarState.PUBLISHED
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    ends_on: date = date(2026, 6, 5)
    time_zone: str = CANCUN


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def local(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime.combine(date(2026, month, day), time(hour, minute))


def test_only_the_changes_that_make_sense_follow_from_a_state() -> None:
    allowed = {state: {change for change in Change if state_after(change, state)} for state in SeminarState}
    assert allowed == {
        SeminarState.DRAFT: {Change.PUBLISH, Change.ARCHIVE},
        SeminarState.PUBLISHED: {Change.UNPUBLISH, Change.CLOSE, Change.COMPLETE, Change.CANCEL},
        SeminarState.CLOSED: {Change.REOPEN, Change.COMPLETE, Change.CANCEL},
        SeminarState.COMPLETED: {Change.RESUME, Change.ARCHIVE},
        SeminarState.CANCELLED: {Change.ARCHIVE},
        SeminarState.ARCHIVED: {Change.UNARCHIVE},
    }


def test_what_is_taken_out_of_the_archive_is_what_it_was() -> None:
    for state in (SeminarState.DRAFT, SeminarState.COMPLETED, SeminarState.CANCELLED):
        assert state_after(Change.UNARCHIVE, SeminarState.ARCHIVED, archived_from=state) is state


def test_an_undo_leads_back_and_a_cancellation_has_none() -> None:
    assert undoes(Change.CANCEL) is None
    for change in (Change.PUBLISH, Change.CLOSE, Change.COMPLETE):
        before = SeminarState.DRAFT if change is Change.PUBLISH else SeminarState.PUBLISHED
        after, back = state_after(change, before), undoes(change)
        assert after is not None
        assert back is not None
        assert state_after(back, after) is not None


def test_strangers_see_no_draft_even_from_the_archive() -> None:
    assert not is_public(SeminarState.DRAFT, None)
    assert not is_public(SeminarState.ARCHIVED, SeminarState.DRAFT)
    assert is_public(SeminarState.ARCHIVED, SeminarState.COMPLETED)
    assert is_public(SeminarState.CANCELLED, None)


def test_publishing_needs_a_title_a_session_seats_and_the_code_where_one_is_asked() -> None:
    assert needs_before_publishing(titles=("Trata", None), sessions=1, seats=1, mode=RegistrationMode.OPEN, code=None) == ()
    nothing = needs_before_publishing(
        titles=(None, ""), sessions=0, seats=0, mode=RegistrationMode.CODE, code="", for_nobody=1, reachable=False
    )
    assert nothing == tuple(Need)


def test_an_address_people_hold_stays_and_a_finished_seminar_keeps_its_dates() -> None:
    assert locked_fields(SeminarState.DRAFT) == frozenset()
    assert locked_fields(SeminarState.PUBLISHED) == {"slug", "office_id"}
    assert {"starts_on", "threshold_percent", "slug"} <= locked_fields(SeminarState.COMPLETED)
    assert "title_es" not in locked_fields(SeminarState.COMPLETED)
    assert [state for state in SeminarState if not may_edit(state)] == [SeminarState.CANCELLED, SeminarState.ARCHIVED]
    assert not may_change_sessions(SeminarState.COMPLETED)


def test_a_completed_or_archived_seminar_is_frozen_with_all_that_outcomes_follow_from() -> None:
    frozen = [state for state in SeminarState if is_frozen(state)]
    assert frozen == [SeminarState.COMPLETED, SeminarState.ARCHIVED]
    for state in frozen:
        assert {"starts_on", "ends_on", "time_zone", "threshold_percent", "excused_rule"} <= locked_fields(state)
        assert not may_change_sessions(state)
        assert has_ended(Facts(state=state), now=at(1, 12)), "also before its last day is over"
    assert not has_ended(Facts(state=SeminarState.CLOSED), now=at(1, 12))


def test_registration_opens_and_closes_at_its_instants() -> None:
    facts = Facts(registration_opens_at=at(1, 12), registration_closes_at=at(2, 12))
    assert registration_window(facts, now=at(1, 11, 59)) is Window.NOT_YET
    assert registration_window(facts, now=at(1, 12)) is Window.OPEN
    assert registration_window(facts, now=at(2, 12)) is Window.CLOSED


def test_without_instants_registration_is_open_until_the_last_day_ends_where_it_is_held() -> None:
    assert registration_window(Facts(), now=at(6, 4, 59)) is Window.OPEN  # 23:59 in Cancún
    assert registration_window(Facts(), now=at(6, 5)) is Window.CLOSED
    assert not is_over(Facts(), now=at(6, 4, 59))
    assert is_over(Facts(), now=at(6, 5))


@pytest.mark.parametrize("state", [s for s in SeminarState if s is not SeminarState.PUBLISHED])
def test_only_a_published_seminar_takes_registrations(state: SeminarState) -> None:
    expected = Window.NOT_YET if state is SeminarState.DRAFT else Window.CLOSED
    assert registration_window(Facts(state=state), now=at(1, 12)) is expected


def test_seats_left_are_said_in_words() -> None:
    assert places_left(size=90, taken=0) is Places.SOME
    assert places_left(size=90, taken=81) is Places.FEW
    assert places_left(size=10, taken=5) is Places.FEW
    assert places_left(size=90, taken=90) is Places.NONE
    assert places_left(size=0, taken=0) is Places.NONE


def test_clocks_skip_an_hour_in_spring_and_repeat_one_in_autumn() -> None:
    assert local_time_fault(local(3, 8, 2, 30), TIJUANA) is TimeFault.SKIPPED
    assert local_time_fault(local(11, 1, 1, 30), TIJUANA) is TimeFault.TWICE
    assert local_time_fault(local(11, 1, 3, 30), TIJUANA) is None
    assert local_time_fault(local(3, 8, 2, 30), CANCUN) is None


def test_nine_oclock_stays_nine_oclock_when_a_session_moves_across_a_change_of_clocks() -> None:
    before = instant_of(local(3, 7, 9, 0), TIJUANA)
    after = moved(before, TIJUANA, days=7)
    assert local_of(after, TIJUANA) == local(3, 14, 9, 0)
    assert after - before == timedelta(days=7, hours=-1)
    assert local_of(moved(before, TIJUANA, to_zone=CANCUN), CANCUN) == local(3, 7, 9, 0)


NIGHTS = [
    (time(9), time(13), local(3, 7, 9, 0), local(3, 7, 13, 0)),
    (time(22), time(0), local(3, 7, 22, 0), local(3, 8, 0, 0)),
    (time(0, 1), time(0), local(3, 7, 0, 1), local(3, 8, 0, 0)),
    (time(22), time(1, 30), local(3, 7, 22, 0), local(3, 8, 1, 30)),
    (time(15), time(3), local(3, 7, 15, 0), local(3, 8, 3, 0)),
]


@pytest.mark.parametrize(("starts", "ends", "begins", "until"), NIGHTS)
def test_an_end_that_is_not_after_the_start_is_of_the_next_day(starts: time, ends: time, begins: datetime, until: datetime) -> None:
    assert session_span(date(2026, 3, 7), starts, ends, CANCUN) == (begins, until)


@pytest.mark.parametrize(("starts", "ends"), [(time(13), time(12)), (time(9), time(9)), (time(14, 59), time(3))])
def test_what_would_take_more_than_half_a_day_over_midnight_is_the_wrong_way_round(starts: time, ends: time) -> None:
    assert session_span(date(2026, 3, 7), starts, ends, CANCUN) is None


def test_a_night_is_as_long_as_the_clocks_make_it() -> None:
    spring, autumn = date(2026, 3, 7), date(2026, 10, 31)  # of each night the clocks are moved in Tijuana
    assert session_span(spring, time(14, 30), time(3, 30), TIJUANA) is not None, "12 hours, for the clocks skip one of 13"
    assert session_span(autumn, time(15), time(3), TIJUANA) is None, "13 hours"


def test_sessions_may_touch_but_not_overlap() -> None:
    morning = SessionTimes("a", at(3, 14), at(3, 16))
    assert overlapping(SessionTimes("b", at(3, 16), at(3, 17)), [morning]) is None
    assert overlapping(SessionTimes("b", at(3, 15, 59), at(3, 17)), [morning]) == morning
    assert overlapping(SessionTimes("a", at(3, 14), at(3, 17)), [morning]) is None, "itself"


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_overlap_is_the_same_from_both_sides_and_means_a_shared_minute(a: int, la: int, b: int, lb: int) -> None:
    start = at(3, 0)
    one = SessionTimes(1, start + timedelta(minutes=a), start + timedelta(minutes=a + la))
    two = SessionTimes(2, start + timedelta(minutes=b), start + timedelta(minutes=b + lb))
    shared = bool(set(range(a, a + la)) & set(range(b, b + lb)))
    assert (overlapping(one, [two]) is not None) == (overlapping(two, [one]) is not None) == shared


def test_a_session_lies_within_the_days_of_the_seminar_in_its_zone() -> None:
    days = {"starts_on": date(2026, 6, 3), "ends_on": date(2026, 6, 5)}
    evening = SessionTimes(1, at(6, 3), at(6, 5))  # the 5th, 22:00 to midnight in Cancún
    assert within_dates(evening, **days, time_zone=CANCUN)
    assert not within_dates(evening, **days, time_zone="UTC")
    assert not within_dates(SessionTimes(1, at(3, 4), at(3, 6)), **days, time_zone=CANCUN)


def test_speakers_are_lines_of_name_and_affiliation() -> None:
    assert parse_speakers("Ana Núñez, HSI, Cancún\n\n  José Peña \n, nobody") == (("Ana Núñez", "HSI, Cancún"), ("José Peña", None))


def test_an_address_is_proposed_from_city_and_year() -> None:
    june = date(2026, 6, 3)
    assert propose_slug(city="Cancún", starts_on=june) == "cancun-2026"
    assert propose_slug(city="Cancún", starts_on=june, taken={"cancun-2026"}) == "cancun-2026-06"
    assert propose_slug(city="Cancún", starts_on=june, taken={"cancun-2026", "cancun-2026-06"}) == "cancun-2026-2"
    assert propose_slug(city="日本", starts_on=june) == "seminar-2026"
    assert propose_slug(city="Łódź", starts_on=june) == "lodz-2026"
    assert propose_slug(city="Ærø", starts_on=june) == "aero-2026"


@given(st.text(max_size=300))
def test_whatever_the_city_the_proposal_is_an_address(city: str) -> None:
    assert is_slug(propose_slug(city=city, starts_on=date(2026, 6, 3)))


@pytest.mark.parametrize("text", ["", "new", "Cancun", "a--b", "-a", "a-", "cancún", "a b", "a" * 81, "a\n"])
def test_what_is_no_address(text: str) -> None:
    assert not is_slug(text)


def test_people_at_the_door_come_for_the_session_that_is_on_else_the_next_else_the_last() -> None:
    morning, afternoon = SessionTimes("a", at(3, 15), at(3, 17)), SessionTimes("b", at(3, 20), at(3, 23))
    both = [afternoon, morning]
    assert session_at_the_door(both, now=at(3, 15)) == morning
    assert session_at_the_door(both, now=at(3, 17)) == afternoon, "one that has ended is over"
    assert session_at_the_door(both, now=at(3, 12)) == morning
    assert session_at_the_door(both, now=at(5, 12)) == afternoon
    assert session_at_the_door([], now=at(3, 12)) is None
    beside = SessionTimes("c", at(3, 16), at(3, 18))
    assert session_at_the_door([*both, beside], now=at(3, 16, 30)) == beside
