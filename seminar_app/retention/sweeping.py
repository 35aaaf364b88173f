"""Remove what deleted rows leave behind in the database's files, after the rules and after an erasure."""

from __future__ import annotations

from sqlalchemy import func, select

from seminar_app.audit.models import AuditRow
from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.residual_data import sweep_residual_data
from seminar_app.web.database import db, unit_of_work

TOUCHED = (
    "person",
    "person_identity",
    "registration",
    "registration_history",
    "observation",
    "name_request",
    "form_sent",
    "letter",
    "file",
    "nomination_list",
    "hold",
    "list_request",
    "job",
    "certificate",
    "outside_training",
    "outbox",
    "web_session",
)
SWEEPABLE = ("person.erased", "retention.applied")


def sweep(context: ChangeContext, *, rewrite: bool = False) -> bool:
    """Remove residual data if anything was deleted since the last sweep, which the audit log records."""
    newest = select(func.max(AuditRow.sequence))
    with unit_of_work() as session:
        deleted = session.scalar(newest.where(AuditRow.action.in_(SWEEPABLE))) or 0
        swept = session.scalar(newest.where(AuditRow.action == "retention.swept")) or 0
    if deleted <= swept and not rewrite:
        return True
    if not sweep_residual_data(db.engine, TOUCHED, rewrite=rewrite):
        return False
    with unit_of_work() as session:
        record(session, context, action="retention.swept", subject="database:all")
    return True
