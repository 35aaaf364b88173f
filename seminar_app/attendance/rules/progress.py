"""How a person stands toward completion while a seminar is still going on. No database."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from seminar_app.attendance.rules.marks import CountedSession, GivenMark, MarkStatus, StoredMark, completes, completion
from seminar_app.attendance.rules.participations import CompletionRule
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.rules import SeminarState


class Progress(StrEnum):
    """Whether a person who holds a seat completes the seminar already, still can, or no longer can."""

    COMPLETES = "completes"
    ON_THE_WAY = "on_the_way"
    OUT_OF_REACH = "out_of_reach"


_THERE = StoredMark(MarkStatus.PRESENT, None)


def progress_of(
    state: RegistrationState,
    sessions: Sequence[CountedSession],
    marks: Sequence[GivenMark | None],
    *,
    rule: CompletionRule,
    seminar: SeminarState,
) -> Progress | None:
    """Return how the person stands: by the marks so far, and by those marks with every unmarked session attended in full.

    To be excused never helps more than to be there: it takes a session out of both sides, or is worth as much.

    Args:
        sessions: all sessions of the seminar.
        marks: the person's mark for each of them, in the same order.
        seminar: its state; of an archived seminar the state in which it was archived.

    Returns:
        None of a person who holds no seat, and where nobody can complete: the seminar was cancelled, or no session counts.
    """
    if state is not RegistrationState.REGISTERED or seminar is SeminarState.CANCELLED or not any(each.counts for each in sessions):
        return None
    so_far, at_best = (
        completion(sessions, each, threshold_percent=rule.threshold_percent, excused_rule=rule.excused_rule)
        for each in (marks, [mark or _THERE for mark in marks])
    )
    if completes(state, so_far, seminar=seminar):
        return Progress.COMPLETES
    return Progress.ON_THE_WAY if at_best.reached else Progress.OUT_OF_REACH
