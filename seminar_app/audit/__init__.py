"""The audit log: what was changed and which data were accessed, and by which account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

from flask import Flask

from config import Settings
from seminar_app.audit import access_log, checks
from seminar_app.audit import models as models
from seminar_app.audit.anchor import append_anchor
from seminar_app.audit.services import record
from seminar_app.core import clock
from seminar_app.web.access import PersonalDataAccess
from seminar_app.web.change import change_context
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.schedule import Job, add_job

EVERY_HOUR = timedelta(hours=1)


def init_app(app: Flask, settings: Settings) -> None:
    """Schedule the deletion of old access counts, and the hourly anchor where the settings name a file for it."""
    add_job(app, Job("delete-old-counts", _delete_old_counts, daily_at=time(7)))
    if (path := settings.audit_anchor) is not None:
        add_job(app, Job("anchor-audit-log", lambda: append_anchor(session(), path, now=clock.now()), every=EVERY_HOUR))
    app.extensions["record_accesses"] = _record_accesses
    checks.init_app(app)


def _record_accesses(accesses: Sequence[PersonalDataAccess]) -> None:
    context = change_context()
    with unit_of_work() as writing:
        for one in accesses:
            record(writing, context, action=one.action, subject=one.subject, seminar=one.seminar, details=dict(one.details))


def _delete_old_counts() -> None:
    with unit_of_work() as writing:
        access_log.delete_old_counts(writing, now=clock.now())
