"""Training that others held: report it, decide on it, withdraw the report; and what becomes of it with its person."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.core.inserts import insert_unless_present
from seminar_app.history import errors
from seminar_app.history.models import OutsideTraining
from seminar_app.history.rules import MOST_MINUTES_A_DAY, TrainingFault, TrainingState, training_fault
from seminar_app.people.models import Person
from seminar_app.people.services import hold_person


class Training(Struct, frozen=True, kw_only=True):
    """What is reported: what it was, who held it, where and when, and its contact minutes."""

    title: str
    provider: str
    country: str
    starts_on: date
    ends_on: date
    minutes: int
    place: str | None = None


def report_training(
    session: Session, context: ChangeContext, *, person_id: int, submission_id: uuid.UUID, training: Training, approved: bool
) -> OutsideTraining:
    """Report training of a person. The same form sent again leads to the same report.

    Args:
        person_id: of a person whom the account may see.
        approved: the account may decide on it, so it needs no other decision.

    Raises:
        NotFound: the person was erased meanwhile.
        TrainingReversed, TrainingNotOver, TrainingTooLong: its days or hours cannot be right.
    """
    person = hold_person(session, session.get_one(Person, person_id))
    if person is None:
        raise NotFound
    _refuse_impossible(training, today=context.now.date())
    row = OutsideTraining(
        public_id=uuid.uuid4(),
        submission_id=submission_id,
        person_id=person.id,
        state=TrainingState.APPROVED if approved else TrainingState.REPORTED,
        reported_by=context.actor,
        reported_at=context.now,
        decided_by=context.actor if approved else None,
        decided_at=context.now if approved else None,
        **asdict(training),
    )
    if not insert_unless_present(session, row, index_elements=("submission_id",)):
        return session.scalars(select(OutsideTraining).where(OutsideTraining.submission_id == submission_id)).one()
    _record(session, context, row, "outside_training.reported")
    if approved:
        _record(session, context, row, "outside_training.approved")
    return row


def decide_training(
    session: Session, context: ChangeContext, *, training_id: int, version: int, approve: bool, reason: str | None
) -> OutsideTraining:
    """Approve or decline a report.

    Args:
        training_id: of a report about a person within the organizer's reach.
        version: of the report that the page showed.
        reason: needed to decline it.

    Raises:
        NotFound: the report was withdrawn, or its person erased.
        DecidedAlready: another decision was made.
        StaleEdit: it has changed meanwhile.
        ReasonNeeded: it is declined without a reason.
    """
    row = _locked(session, training_id)
    if row.state is not TrainingState.REPORTED:
        raise errors.DecidedAlready
    if row.version != version:
        raise StaleEdit
    said = (reason or "").strip()
    if not approve and not said:
        raise errors.ReasonNeeded
    row.state = TrainingState.APPROVED if approve else TrainingState.DECLINED
    row.decided_by, row.decided_at, row.reason = context.actor, context.now, said or None
    session.flush()
    _record(session, context, row, f"outside_training.{row.state.value}")
    return row


def withdraw_training(session: Session, context: ChangeContext, *, training_id: int) -> None:
    """Delete a report that waits, for who has made it.

    Raises:
        NotFound: it is not there, or another account has made it.
        NotYoursToWithdraw: it was decided.
    """
    row = _locked(session, training_id)
    if row.reported_by != context.actor:
        raise NotFound
    if row.state is not TrainingState.REPORTED:
        raise errors.NotYoursToWithdraw
    session.delete(row)
    session.flush()
    _record(session, context, row, "outside_training.withdrawn")


def forget_outside_training(session: Session, person_ids: Collection[int]) -> None:
    """Delete the reports of people who are erased."""
    theirs = OutsideTraining.person_id.in_(person_ids)
    session.execute(delete(OutsideTraining).where(theirs).execution_options(synchronize_session=False))


def move_training(session: Session, *, source: int, target: int, ids: Collection[int] | None = None) -> list[int]:
    """Give reports of one person to another, all or those with these ids; return the ids of those that went."""
    theirs = select(OutsideTraining.id).where(OutsideTraining.person_id == source).order_by(OutsideTraining.id)
    if ids is not None:
        theirs = theirs.where(OutsideTraining.id.in_(ids))
    found = list(session.scalars(theirs.with_for_update()))
    if found:
        moved = update(OutsideTraining).where(OutsideTraining.id.in_(found)).values(person_id=target)
        session.execute(moved.execution_options(synchronize_session=False))
    return found


def _refuse_impossible(training: Training, *, today: date) -> None:
    match training_fault(training.starts_on, training.ends_on, training.minutes, today=today):
        case TrainingFault.REVERSED:
            raise errors.TrainingReversed
        case TrainingFault.NOT_OVER:
            raise errors.TrainingNotOver(day=training.ends_on)
        case TrainingFault.TOO_LONG:
            raise errors.TrainingTooLong(most=MOST_MINUTES_A_DAY // 60)


def _locked(session: Session, training_id: int) -> OutsideTraining:
    wanted = select(OutsideTraining).where(OutsideTraining.id == training_id).with_for_update()
    row = session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    return row


def _record(session: Session, context: ChangeContext, row: OutsideTraining, action: str) -> None:
    details = {"person": session.get_one(Person, row.person_id).public_id.hex, "minutes": row.minutes}
    record(session, context, action=action, subject=f"outside_training:{row.public_id.hex}", details=details)
