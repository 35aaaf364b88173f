"""Credited minutes of a mark, and completion."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminar_app.attendance.rules import (
    Completion,
    CompletionRule,
    CountedSession,
    MarkStatus,
    Progress,
    StoredMark,
    completes,
    completion,
    count_marks,
    credited_minutes,
    default_minutes,
    may_credit,
    minutes_said,
    progress_of,
)
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.rules import ExcusedRule, SeminarState

P, L, E, X, A = MarkStatus
NOT_COUNTED, CREDITED, ABSENT = ExcusedRule
DAY = CountedSession(180, counts=True)


@pytest.mark.parametrize(
    ("status", "contact", "rule", "minutes"),
    [
        (P, 180, NOT_COUNTED, 180),
        (L, 180, NOT_COUNTED, 165),
        (E, 180, NOT_COUNTED, 165),
        (L, 20, NOT_COUNTED, 10),
        (L, 1, NOT_COUNTED, 0),
        (X, 180, NOT_COUNTED, 0),
        (X, 180, CREDITED, 180),
        (X, 180, ABSENT, 0),
        (A, 180, CREDITED, 0),
    ],
)
def test_each_mark_has_its_minutes(status: MarkStatus, contact: int, rule: ExcusedRule, minutes: int) -> None:
    assert default_minutes(status, contact_minutes=contact, excused_rule=rule) == minutes


def test_only_late_and_left_early_have_minutes_of_their_own() -> None:
    assert minutes_said(L, 90, contact_minutes=180, excused_rule=NOT_COUNTED) == 90
    assert minutes_said(L, 0, contact_minutes=180, excused_rule=NOT_COUNTED) == 0
    assert minutes_said(P, 90, contact_minutes=180, excused_rule=NOT_COUNTED) is None
    assert minutes_said(A, 90, contact_minutes=180, excused_rule=NOT_COUNTED) is None


def test_minutes_equal_to_the_default_were_not_said_by_anybody() -> None:
    assert minutes_said(L, 165, contact_minutes=180, excused_rule=NOT_COUNTED) is None
    assert minutes_said(L, None, contact_minutes=180, excused_rule=NOT_COUNTED) is None


def test_minutes_go_from_none_to_the_whole_session() -> None:
    assert [may_credit(minutes, contact_minutes=180) for minutes in (-1, 0, 180, 181)] == [False, True, True, False]


def test_a_session_that_was_corrected_counts_as_it_now_is() -> None:
    assert credited_minutes(P, None, contact_minutes=120, excused_rule=NOT_COUNTED) == 120
    assert credited_minutes(P, None, contact_minutes=180, excused_rule=NOT_COUNTED) == 180
    assert credited_minutes(L, 165, contact_minutes=120, excused_rule=NOT_COUNTED) == 120
    assert credited_minutes(L, None, contact_minutes=120, excused_rule=NOT_COUNTED) == 105
    assert credited_minutes(L, None, contact_minutes=60, excused_rule=NOT_COUNTED) == 45
    assert credited_minutes(X, None, contact_minutes=180, excused_rule=CREDITED) == 180


@pytest.mark.parametrize(
    ("rule", "credited", "contact", "reached"), [(NOT_COUNTED, 180, 180, True), (CREDITED, 360, 360, True), (ABSENT, 180, 360, False)]
)
def test_an_excuse_counts_as_the_seminar_says(rule: ExcusedRule, credited: int, contact: int, reached: bool) -> None:
    done = completion([DAY, DAY], [StoredMark(P, 180), StoredMark(X, 0)], threshold_percent=80, excused_rule=rule)
    assert (done.minutes_credited, done.contact_minutes, done.reached) == (credited, contact, reached)


def test_a_session_that_does_not_count_is_in_neither_number() -> None:
    reception = CountedSession(60, counts=False)
    done = completion([DAY, reception], [StoredMark(P, 180), None], threshold_percent=100, excused_rule=NOT_COUNTED)
    assert (done.minutes_credited, done.contact_minutes, done.reached) == (180, 180, True)


def test_without_marks_nothing_is_credited_and_all_is_to_attend() -> None:
    done = completion([DAY, DAY], [None, None], threshold_percent=80, excused_rule=NOT_COUNTED)
    assert (done.minutes_credited, done.contact_minutes, done.percent, done.reached) == (0, 360, 0.0, False)


@pytest.mark.parametrize("marks", [[], [StoredMark(X, 0)]])
def test_nobody_completes_what_has_no_minutes_to_attend(marks: list[StoredMark]) -> None:
    done = completion([DAY] * len(marks), marks, threshold_percent=0, excused_rule=NOT_COUNTED)
    assert (done.contact_minutes, done.percent, done.reached) == (0, 0.0, False)


@pytest.mark.parametrize(
    ("credited", "contact", "percent", "reached"),
    [
        (864, 1080, 80.0, True),
        (863, 1080, 79.9, False),
        (7996, 10000, 79.9, False),
        (9999, 10000, 99.9, True),
        (1, 3, 33.3, False),
        (1, 2000, 0.1, False),
        (2, 3, 66.7, False),
    ],
)
def test_percent_is_rounded_half_up_and_the_threshold_is_not(credited: int, contact: int, percent: float, reached: bool) -> None:
    done = Completion(credited, contact, 80)
    assert (done.percent, done.reached) == (percent, reached)


def test_only_who_keeps_the_seat_completes() -> None:
    whole = Completion(180, 180, 80)
    assert completes(RegistrationState.REGISTERED, whole, seminar=SeminarState.COMPLETED)
    assert not completes(RegistrationState.REMOVED, whole, seminar=SeminarState.COMPLETED)
    assert not completes(RegistrationState.REGISTERED, Completion(0, 180, 80), seminar=SeminarState.COMPLETED)


@pytest.mark.parametrize("state", SeminarState)
def test_a_cancelled_seminar_completes_nobody(state: SeminarState) -> None:
    done = Completion(180, 180, 80)
    assert completes(RegistrationState.REGISTERED, done, seminar=state) is (state is not SeminarState.CANCELLED)


FOUR_HOURS = [CountedSession(60, counts=True)] * 4


def progress(marks: str, rule: ExcusedRule = ExcusedRule.NOT_COUNTED, **values: Any) -> Progress | None:
    """Return the progress of somebody with these marks in sessions of one hour, a dot where there is none; the threshold is 75."""
    by_letter = {"p": P, "a": A, "x": X}
    stored = [StoredMark(by_letter[letter], None) if letter in by_letter else None for letter in marks]
    facts: dict[str, Any] = {"state": RegistrationState.REGISTERED, "sessions": FOUR_HOURS, "seminar": SeminarState.PUBLISHED}
    facts |= values
    return progress_of(facts.pop("state"), facts.pop("sessions"), stored, rule=CompletionRule(75, rule), **facts)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("....", Progress.ON_THE_WAY),
        ("p...", Progress.ON_THE_WAY),
        ("pa..", Progress.ON_THE_WAY),
        ("aa..", Progress.OUT_OF_REACH),
        (".a.a", Progress.OUT_OF_REACH),
        ("ppp.", Progress.COMPLETES),
        ("pppa", Progress.COMPLETES),
        ("ppaa", Progress.OUT_OF_REACH),
        ("xx..", Progress.ON_THE_WAY),
        ("xxa.", Progress.OUT_OF_REACH),
        ("xxxx", Progress.OUT_OF_REACH),
    ],
)
def test_half_way_through_a_person_completes_or_still_can_or_no_longer_can(marks: str, expected: Progress) -> None:
    assert progress(marks) is expected


def test_progress_is_of_those_who_hold_a_seat_where_somebody_can_complete() -> None:
    assert progress("pppp", state=RegistrationState.WITHDRAWN) is None
    assert progress("pppp", seminar=SeminarState.CANCELLED) is None
    assert progress("pppp", sessions=[CountedSession(60, counts=False)] * 4) is None
    assert progress("pppp", seminar=SeminarState.COMPLETED) is Progress.COMPLETES


@given(st.text("pax.", min_size=4, max_size=4), st.sampled_from(ExcusedRule))
def test_on_the_way_is_exactly_who_some_marks_still_to_come_let_complete(marks: str, rule: ExcusedRule) -> None:
    found = progress(marks, rule)
    ways = ["".join(way) for way in product(*("pax" if mark == "." else mark for mark in marks))]
    can = any(progress(way, rule) is Progress.COMPLETES for way in ways)
    assert can is (found is not Progress.OUT_OF_REACH)
    if found is Progress.COMPLETES:
        assert all(progress(way, rule) is Progress.COMPLETES for way in ways), "no mark still to come takes it away"


def test_counts_of_a_group() -> None:
    counts = count_marks([P, P, L, E, X, A, None])
    assert (counts.people, counts.marked, counts.unmarked, counts.attended) == (7, 6, 1, 4)
    assert counts.by_status[P] == 2
    assert count_marks([]).people == 0
