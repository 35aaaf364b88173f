"""Words for the enums of letters."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.letters.rules import LetterState, Presence
from seminar_app.web import labels


def init_app() -> None:
    """Register them."""
    labels.register(
        LetterState,
        {
            LetterState.DRAFT: _l("Draft"),
            LetterState.SENT: _l("Sent"),
            LetterState.TAKEN_BACK: _l("Taken back"),
        },
    )
    labels.register(
        Presence,
        {
            Presence.ANY: _l("Attended or not"),
            Presence.ATTENDED: _l("Attended"),
            Presence.MISSED: _l("Did not attend"),
        },
    )
