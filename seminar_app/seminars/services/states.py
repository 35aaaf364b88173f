"""Publish, close, complete, cancel and archive a seminar, and undo it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import InBothLanguages
from seminar_app.offices.models import Office
from seminar_app.offices.rules import is_reachable
from seminar_app.seminars import errors
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.quotas import quotas_for_nobody
from seminar_app.seminars.rules import Change, Need, is_over, needs_before_publishing, state_after
from seminar_app.seminars.services.events import StateChange, state_changed
from seminar_app.seminars.services.making import lock_pools, locked_seminar, trail

_ACTIONS = {
    Change.PUBLISH: "seminar.published",
    Change.UNPUBLISH: "seminar.unpublished",
    Change.CLOSE: "seminar.closed",
    Change.REOPEN: "seminar.reopened",
    Change.COMPLETE: "seminar.completed",
    Change.RESUME: "seminar.resumed",
    Change.CANCEL: "seminar.cancelled",
    Change.ARCHIVE: "seminar.archived",
    Change.UNARCHIVE: "seminar.unarchived",
}
_WITHOUT_REASON = {Change.CANCEL: errors.ReasonMissing, Change.RESUME: errors.ReasonToResumeMissing}


def change_state(session: Session, context: ChangeContext, *, seminar_id: int, change: Change, reason: str | None = None) -> Seminar:
    """Change the state of a seminar.

    The pools are locked first, as in a registration, so that no registration is made while the state changes.

    Args:
        reason: why the seminar is cancelled, as registered people read it; or why a completed one is reopened, for the audit log.

    Raises:
        NotInThisState: the change is not allowed from the present state.
        NotReady, QuotaHeldByNobody, OfficeNotReachable: the seminar cannot be published yet.
        NotOverYet: the seminar cannot be completed yet.
        ReasonMissing: a cancellation without a reason.
        ReasonToResumeMissing: a completed seminar is reopened without a reason.
        Refusal: a hook refuses the change.
    """
    lock_pools(session, seminar_id)
    seminar = locked_seminar(session, seminar_id)
    before = seminar.state
    after = state_after(change, before, archived_from=seminar.archived_from)
    if after is None:
        raise errors.NotInThisState
    if change is Change.PUBLISH:
        _refuse_unready(session, seminar)
    elif change is Change.COMPLETE:
        _refuse_early(session, seminar, now=context.now)
    given = _reason(change, reason)
    if change is Change.CANCEL:
        seminar.state_reason = given
    seminar.archived_from = before if change is Change.ARCHIVE else None
    seminar.state = after
    seminar.changed_at = context.now
    session.flush()
    state_changed(session, context, seminar, StateChange(change, before, after, given))
    details = {"reason": given} if change is Change.RESUME else {}
    trail(session, context, seminar, action=_ACTIONS[change], before=before.value, after=after.value, **details)
    return seminar


def _reason(change: Change, reason: str | None) -> str | None:
    """Return the reason of a change that needs one; None for the others."""
    if change not in _WITHOUT_REASON:
        return None
    if not (reason and reason.strip()):
        raise _WITHOUT_REASON[change]
    return reason.strip()


def _refuse_unready(session: Session, seminar: Seminar) -> None:
    for_nobody = quotas_for_nobody(session, seminar)
    office = session.get_one(Office, seminar.office_id)
    needs = needs_before_publishing(
        titles=(seminar.title_es, seminar.title_en),
        sessions=session.scalar(select(func.count()).where(SeminarSession.seminar_id == seminar.id)) or 0,
        seats=session.scalar(select(func.sum(SeatPool.size)).where(SeatPool.seminar_id == seminar.id)) or 0,
        mode=seminar.registration_mode,
        code=seminar.registration_code,
        for_nobody=len(for_nobody),
        reachable=is_reachable(email=office.email, phone=office.phone),
    )
    if needs == (Need.QUOTAS,):
        raise errors.QuotaHeldByNobody(agencies=", ".join(quota.agency.code for quota in for_nobody))
    if needs == (Need.CONTACT,):
        raise errors.OfficeNotReachable(office=InBothLanguages(office.name_es, office.name_en))
    if needs:
        raise errors.NotReady


def _refuse_early(session: Session, seminar: Seminar, *, now: datetime) -> None:
    last = session.scalar(select(func.max(SeminarSession.ends_at)).where(SeminarSession.seminar_id == seminar.id))
    if now < last if last is not None else not is_over(seminar, now=now):
        raise errors.NotOverYet
