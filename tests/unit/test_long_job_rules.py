"""When long work may be taken up, and how a refusal is kept for whoever reads it later."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest

from seminar_app.core.errors import InBothLanguages, Refusal
from seminar_app.long_jobs.outcomes import outcome_of, refusal_in
from seminar_app.long_jobs.rules import JobState, broke_off_too_often, expires_at, lost_before, shown_progress

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_a_job_is_lost_after_a_minute_without_a_sign_of_life_and_kept_for_a_week_after_its_end() -> None:
    assert lost_before(NOW) == NOW - timedelta(seconds=60)
    assert expires_at(NOW) == NOW + timedelta(days=7)
    assert [broke_off_too_often(attempts) for attempts in (0, 4, 5)] == [False, False, True]


def test_only_a_job_that_waits_or_runs_goes_on() -> None:
    assert {state for state in JobState if not state.is_over} == {JobState.WAITING, JobState.RUNNING}


@pytest.mark.parametrize(
    ("done", "total", "bar"), [(0, 0, (0, 1)), (0, 10, (0, 10)), (7, 10, (7, 10)), (11, 10, (10, 10)), (-1, 10, (0, 10))]
)
def test_the_bar_never_goes_beyond_its_end(done: int, total: int, bar: tuple[int, int]) -> None:
    assert shown_progress(done, total) == bar


class NotOnThatDay(Refusal):
    sentence = "Not on %(day)s at %(hour)s: %(title)s, %(seats)d seats."


def test_a_refusal_is_kept_as_json_with_values_that_are_shown_in_the_readers_language() -> None:
    values = {"day": date(2014, 6, 3), "hour": time(9, 30), "title": InBothLanguages("Curso", "Course"), "seats": 3, "none": None}
    kept = json.loads(json.dumps(outcome_of(NotOnThatDay(**values))))
    refusal = refusal_in(kept)
    assert refusal is not None
    assert (refusal.sentence, refusal.values) == (NotOnThatDay.sentence, values)
    assert Refusal.sentence != NotOnThatDay.sentence
    assert refusal_in({"counts": {}}) is None
