"""Record a seminar that was held before it was entered, and settle its outcomes by what its lists say."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import time

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.attendance.rules import MarkMethod, ObservationKind
from seminar_app.attendance.services import NewObservation, observe
from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.history import errors, queries
from seminar_app.history.rules import MOST_MINUTES_A_DAY, MOST_ON_A_LIST, ListOutcome, minutes_by_day
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.rules import Change, SeminarState, is_frozen, is_over
from seminar_app.seminars.services import ProgramLine, SeminarDetails, SessionDetails, change_state, create_seminar, save_program

BEGINS = time(9)
"""When each day's session is said to have begun; only its contact minutes are known."""


def record_past_seminar(
    session: Session, context: ChangeContext, *, details: SeminarDetails, minutes: int, named: bool, demo: bool = False
) -> Seminar:
    """Create a seminar that was held, with a session a day that together have these contact minutes.

    Args:
        minutes: contact minutes in all.
        named: lists of its people follow, so it stays a draft until `settle_outcomes`; else it is completed at once.

    Raises:
        HoursOutOfReach: the minutes do not fit into the days.
        NotHeldYet: the last day is not over.
        OfficeNotReachable: the office has no address or phone, so the seminar cannot be published.
        Refusal: one of `seminars.errors`, for the first fault found.
    """
    seminar = create_seminar(session, context, details=details, capacity=MOST_ON_A_LIST, demo=demo, from_before=True)
    if not is_over(seminar, now=context.now):
        raise errors.NotHeldYet(day=seminar.ends_on)
    shares = minutes_by_day(seminar.starts_on, seminar.ends_on, minutes)
    if shares is None:
        raise errors.HoursOutOfReach(most=MOST_MINUTES_A_DAY // 60)
    lines = [
        ProgramLine(details=SessionDetails(day=day, starts=BEGINS, ends=_end(share), title_es=f"Día {number}", title_en=f"Day {number}"))
        for number, (day, share) in enumerate(shares.items(), start=1)
    ]
    save_program(session, context, seminar_id=seminar.id, lines=lines)
    if not named:
        _complete(session, context, seminar)
    return seminar


def settle_outcomes(
    session: Session, context: ChangeContext, *, seminar_id: int, outcomes: Mapping[uuid.UUID | None, ListOutcome]
) -> Counter[ListOutcome]:
    """Credit the people of a past seminar by what their list says of them, and complete the seminar.

    Who has any attendance on record already keeps it. Nobody is written to.

    Args:
        outcomes: by public id of the list that brought the person; None for those whom no list has brought. A list that is not
            named here says no more than that its people were registered.

    Returns:
        How many people had each outcome.

    Raises:
        NotFromBefore: the seminar was not entered as a past one.
        AlreadyCompleted: its outcomes stand.
        NobodyOnTheRoster: nobody is to be credited, and no headcount is there.
        CountedAlready: a headcount has counted some of these people.
    """
    seminar = session.get_one(Seminar, seminar_id)
    if not seminar.from_before:
        raise errors.NotFromBefore
    if is_frozen(seminar.state):
        raise errors.AlreadyCompleted
    people = queries.people_to_credit(session, seminar.id)
    if not people and not queries.has_headcounts(session, seminar.id):
        raise errors.NobodyOnTheRoster
    if seminar.state is SeminarState.DRAFT:
        change_state(session, context, seminar_id=seminar.id, change=Change.PUBLISH)
    by_outcome: dict[ListOutcome, list[uuid.UUID]] = {}
    for each in people:
        by_outcome.setdefault(outcomes.get(each.list_id, ListOutcome.REGISTERED), []).append(each.registration)
    wanted = select(SeminarSession).where(SeminarSession.seminar_id == seminar.id).order_by(SeminarSession.starts_at)
    for number, held in enumerate(session.scalars(wanted).all()):
        seen = [_seen(context, each, ObservationKind.PRESENT) for each in by_outcome.get(ListOutcome.COMPLETED, [])]
        if number == 0:  # that they came is known, and no more: one mark without minutes says so
            seen += [_seen(context, each, ObservationKind.LEFT_EARLY, minutes=0) for each in by_outcome.get(ListOutcome.ATTENDED, [])]
        if seen:
            observe(session, context, seminar_id=seminar.id, session_id=held.public_id, observations=seen)
    _complete(session, context, seminar)
    counts = Counter({outcome: len(found) for outcome, found in by_outcome.items()})
    details = {f"people_{outcome.value}": number for outcome, number in sorted(counts.items())}
    record(session, context, action="history.settled", subject=f"seminar:{seminar.public_id.hex}", seminar=seminar.slug, details=details)
    return counts


def _complete(session: Session, context: ChangeContext, seminar: Seminar) -> None:
    """Complete the seminar, by way of the states that lead there."""
    if seminar.state is SeminarState.DRAFT:
        change_state(session, context, seminar_id=seminar.id, change=Change.PUBLISH)
    change_state(session, context, seminar_id=seminar.id, change=Change.COMPLETE)


def fit_seats(session: Session, seminar: Seminar) -> None:
    """Give a past seminar that is completed as many seats as people; one that is open again room for all who may follow."""
    size = SeatPool.taken if is_frozen(seminar.state) else MOST_ON_A_LIST
    open_pool = (SeatPool.seminar_id == seminar.id) & SeatPool.agency_id.is_(None)
    session.execute(update(SeatPool).where(open_pool).values(size=size).execution_options(synchronize_session="fetch"))


def _seen(context: ChangeContext, registration: uuid.UUID, kind: ObservationKind, *, minutes: int | None = None) -> NewObservation:
    return NewObservation(
        id=uuid.uuid4(), registration=registration, kind=kind, observed_at=context.now, minutes=minutes, method=MarkMethod.IMPORT
    )


def _end(minutes: int) -> time:
    hours, rest = divmod(BEGINS.hour * 60 + minutes, 60)
    return time(hours % 24, rest)
