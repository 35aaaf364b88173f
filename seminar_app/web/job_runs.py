"""When each job last ran, kept in the database so that every process, command and page can tell."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from seminar_app.core.data_subject import NO_PERSON
from seminar_app.core.tables import Base
from seminar_app.web.checks import Check, Finding, State, add_check
from seminar_app.web.schedule import EVERY_MINUTE, Job, add_job

BACKUP = "backup"
"""Name under which the command `backup` notes its runs; other names are those of jobs (`web.schedule`)."""
WORKER = "worker"
"""A job that does nothing: its runs, one a minute and one at the start, show that a worker runs, also while it sends mail for long."""


class JobRun(Base):
    """The last run of a job, or of a command that is to run regularly."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(64), primary_key=True, info=NO_PERSON)
    ended_at: Mapped[datetime]
    failed: Mapped[bool]


def note_run(session: Session, name: str, *, now: datetime, failed: bool = False) -> None:
    """Note that the job has ended; within a unit of work."""
    session.execute(delete(JobRun).where(JobRun.name == name))
    session.add(JobRun(name=name, ended_at=now, failed=failed))
    session.flush()


def last_runs(session: Session) -> dict[str, JobRun]:
    """Return the last run of each job that ever ran, by name."""
    return {run.name: run for run in session.scalars(select(JobRun))}


def init_app(app: Flask) -> None:
    """Schedule the sign of life, and register the check of failed jobs."""
    add_job(app, Job(WORKER, lambda: None, every=EVERY_MINUTE))
    add_check(app, Check("jobs", _l("Jobs"), jobs_succeed, 65))


def jobs_succeed(session: Session, _now: datetime) -> Finding:
    """Say whether the last run of a job failed."""
    failed = [name for name, run in sorted(last_runs(session).items()) if run.failed]
    if failed:
        return Finding(State.WRONG, _("The last run failed of: %(names)s. The worker's log says why.", names=", ".join(failed)))
    return Finding(State.DONE, _("No job failed when it last ran."))
