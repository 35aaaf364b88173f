"""How the installation runs: mail that is not sent, and long work."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import OPEN, JobState
from seminar_app.messages.queries import unsent_by_state
from seminar_app.messages.rules import MessageState
from seminar_app.today.queries.seminars import A_DAY


class Running(Struct, frozen=True):
    """Figures of the installation. `failed_jobs`: of the last day."""

    waiting_mail: int
    failed_mail: int
    running_jobs: int
    waiting_jobs: int
    failed_jobs: int


def running(session: Session, *, now: datetime) -> Running:
    """Return how the installation runs, in two statements."""
    mail = unsent_by_state(session)
    shown = or_(LongJob.state.in_(OPEN), (LongJob.state == JobState.FAILED) & (LongJob.ended_at > now - A_DAY))
    rows = session.execute(select(LongJob.state, func.count()).where(shown).group_by(LongJob.state))
    jobs: dict[JobState, int] = dict(rows.all())
    return Running(
        waiting_mail=mail[MessageState.WAITING] + mail[MessageState.SENDING],
        failed_mail=mail[MessageState.FAILED],
        running_jobs=jobs.get(JobState.RUNNING, 0),
        waiting_jobs=jobs.get(JobState.WAITING, 0),
        failed_jobs=jobs.get(JobState.FAILED, 0),
    )
