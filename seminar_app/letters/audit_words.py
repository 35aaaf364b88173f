"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.audit.words import register


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "letter.written": _l("wrote a message to the people of a seminar"),
            "letter.changed": _l("changed the draft of a message"),
            "letter.discarded": _l("discarded the draft of a message"),
            "letter.sent": _l("sent a message to the people of a seminar"),
            "letter.taken_back": _l("took a message back before it left"),
            "letter.viewed": _l("looked at a message to the people of a seminar"),
            "seminar_messages.viewed": _l("looked at the messages of a seminar"),
        },
        kinds={
            "letter": _l("message to the people of a seminar"),
        },
    )
