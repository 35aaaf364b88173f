"""What an administrator is to know of the audit log's anchor."""

from __future__ import annotations

import os
from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from config import OTHERS
from seminar_app.core.installation import installation_of
from seminar_app.web.checks import Check, Finding, State, add_check


def init_app(app: Flask) -> None:
    """Register the check."""
    add_check(app, Check("anchor", _l("Audit log's anchor"), anchor_is_kept, 90))


def anchor_is_kept(session: Session, _now: datetime) -> Finding:
    """Say whether the anchor's file can be written, by the program only."""
    path = installation_of(session).settings.audit_anchor
    if path is None:
        return Finding(State.LEFT, _("None is kept, so a person with database and keys could rewrite the log. Set AUDIT_ANCHOR."))
    folder = path.parent
    if not folder.exists():
        return Finding(State.LEFT, _("The folder %(folder)s is not there yet. «constancia audit anchor» makes it.", folder=folder))
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.W_OK)):
        return Finding(State.WRONG, _("The program cannot write %(path)s.", path=path))
    if folder.stat().st_mode & OTHERS:
        return Finding(State.WRONG, _("Other users of the machine have access to %(folder)s: «chmod 700 %(folder)s».", folder=folder))
    if not path.exists():
        return Finding(State.LEFT, _("It has no line yet. «constancia audit anchor» writes the first; the worker adds one each hour."))
    return Finding(State.DONE, _("It is kept in %(path)s.", path=path))
