"""Issue certificates as long work."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.services import begin_job
from seminar_app.seminars.models import Seminar

KIND = "certificates.issue"


def begin_issuing(session: Session, context: ChangeContext, *, seminar: Seminar, registrations: object = None) -> LongJob:
    """Let the worker issue."""
    return begin_job(session, context, kind=KIND, subject=f"seminar:{seminar.public_id.hex}", seminar=seminar.slug)
