"""This room's words in the audit log."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register
from seminar_app.reports.rules import read_definition
from seminar_app.reports.wording import rule_of
from seminar_app.web.languages import current_language


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "figure.exported": _l("took a figure as a file"),
            "figure.rows_exported": _l("took the rows of all figures as a file"),
            "hours.viewed": _l("looked at who lacks hours of training"),
            "hours.exported": _l("took the list of who lacks hours of training as a file"),
            "hours_rule.added": _l("added a rule of hours"),
            "hours_rule.changed": _l("changed a rule of hours"),
            "hours_rule.ended": _l("ended a rule of hours"),
        },
        kinds={"figure": _l("figure"), "hours_rule": _l("rule of hours")},
        numbers={"hours_asked": lambda n: ngettext("%(num)d hour in a year", "%(num)d hours in a year", n)},
        texts={"figure": _in_words},
    )


def _in_words(written: str) -> str:
    return rule_of(read_definition(dict(parse_qsl(written))), language=current_language())
