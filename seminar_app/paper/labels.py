"""Words for documents and sizes of paper."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.core.pdf import Paper
from seminar_app.paper.rules import Document
from seminar_app.web.labels import register


def init_app() -> None:
    """Register the words."""
    register(
        Document,
        {
            Document.SIGN_IN: _l("Sign-in sheets"),
            Document.ROSTER: _l("List of participants"),
            Document.PROGRAMME: _l("Program"),
            Document.BADGES: _l("Badges"),
            Document.ATTENDANCE: _l("Attendance"),
        },
    )
    register(Paper, {Paper.LETTER: _l("Letter (8.5 × 11 in)"), Paper.A4: _l("A4 (210 × 297 mm)")})
