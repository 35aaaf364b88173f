"""The outcome of one registration: what was attended, and whether it was enough. No database.

Source: docs/decisions/0028-participations.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from seminar_app.attendance.rules.marks import ATTENDED, CountedSession, StoredMark, completes, completion
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.rules import ExcusedRule, SeminarState


class CompletionRule(Struct, frozen=True):
    """What a seminar asks for: a threshold in percent of the contact minutes, and what an excused absence means."""

    threshold_percent: int
    excused_rule: ExcusedRule


class ParticipationFacts(Struct, frozen=True):
    """The outcome of one registration, as it is kept.

    Attributes:
        minutes_credited: of the sessions that count.
        contact_minutes: of the same, without those that an excuse takes out.
        percent: one over the other, 0 to 100, to one decimal; None where there is nothing to attend.
        attended: the person was at any session, also at one that does not count.
        sessions_attended, sessions_counted: sessions that count at which the person was, of how many.
        completed: the seat is held, the threshold is reached, and the seminar was not cancelled.
    """

    minutes_credited: int
    contact_minutes: int
    percent: float | None
    threshold_percent: int
    excused_rule: ExcusedRule
    attended: bool
    sessions_attended: int
    sessions_counted: int
    completed: bool


def participation_of(
    state: RegistrationState,
    sessions: Sequence[CountedSession],
    marks: Sequence[StoredMark | None],
    *,
    rule: CompletionRule,
    seminar: SeminarState,
) -> ParticipationFacts:
    """Return the outcome of one registration.

    Args:
        sessions: all sessions of the seminar.
        marks: the person's mark for each of them, in the same order.
        seminar: its state; of an archived seminar the state in which it was archived.
    """
    done = completion(sessions, marks, threshold_percent=rule.threshold_percent, excused_rule=rule.excused_rule)
    there = [mark is not None and mark.status in ATTENDED for mark in marks]
    return ParticipationFacts(
        minutes_credited=done.minutes_credited,
        contact_minutes=done.contact_minutes,
        percent=done.percent if done.contact_minutes else None,
        threshold_percent=rule.threshold_percent,
        excused_rule=rule.excused_rule,
        attended=any(there),
        sessions_attended=sum(was and session.counts for was, session in zip(there, sessions, strict=True)),
        sessions_counted=sum(session.counts for session in sessions),
        completed=completes(state, done, seminar=seminar),
    )
