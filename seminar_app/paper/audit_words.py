"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.audit.words import register
from seminar_app.paper.rules import Document


def init_app() -> None:
    """Register the words."""
    register(actions={"paper.printed": _l("took a document to print")}, states={"document": Document})
