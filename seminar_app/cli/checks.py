"""What an administrator is to know of backups."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from seminar_app.core.installation import installation_of
from seminar_app.web.checks import Check, Finding, State, add_check
from seminar_app.web.filters import local_instant
from seminar_app.web.job_runs import BACKUP, last_runs

BACKUP_WITHIN = timedelta(hours=26)
"""A day, and the time that a nightly backup may take."""


def init_app(app: Flask) -> None:
    """Register the check."""
    add_check(app, Check("backup", _l("Backup"), backup_is_new, 80))


def backup_is_new(session: Session, now: datetime) -> Finding:
    """Say when the last backup was written."""
    run = last_runs(session).get(BACKUP)
    if run is None:
        return Finding(State.LEFT, _("None has been made yet. The command «constancia backup FOLDER» writes one."))
    when = local_instant(run.ended_at, str(installation_of(session).zone))
    if now - run.ended_at > BACKUP_WITHIN:
        return Finding(State.WRONG, _("The last one is older than a day: it was written on %(when)s. Look at what makes them.", when=when))
    return Finding(State.DONE, _("The last one was written on %(when)s.", when=when))
