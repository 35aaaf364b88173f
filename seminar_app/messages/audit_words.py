"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from seminar_app.audit.words import register
from seminar_app.messages.rules import MessageState
from seminar_app.messages.words import kind_in_words
from seminar_app.web.filters import short_id


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "message.sent_again": _l("sent a message again"),
            "messages.viewed": _l("looked at the list of messages"),
            "message.viewed": _l("looked at a message"),
        },
        kinds={
            "outbox": _l("message"),
        },
        states={"messages": MessageState},
        texts={
            "as": lambda value: str(_("message %(code)s", code=short_id(value))),
            "kind": kind_in_words,
        },
    )
