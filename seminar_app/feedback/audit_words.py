"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "feedback.made": _l("made a feedback form"),
            "feedback.questions_changed": _l("changed the questions"),
            "feedback.opened": _l("opened feedback"),
            "feedback.dates_changed": _l("changed when feedback opens and closes"),
            "feedback.closed": _l("closed feedback"),
            "feedback.reopened": _l("reopened feedback"),
            "feedback.reminded": _l("reminded of feedback"),
            "feedback.results_viewed": _l("looked at feedback"),
            "feedback.results_exported": _l("exported feedback"),
        },
        kinds={
            "feedback_form": _l("feedback form"),
        },
        numbers={
            "questions": lambda n: ngettext("%(num)d question", "%(num)d questions", n),
            "version": lambda n: str(_("version %(number)s", number=n)),
        },
        texts={
            "opens": lambda when: str(_("opens %(when)s", when=when)),
            "closes": lambda when: str(_("closes %(when)s", when=when)),
        },
    )
