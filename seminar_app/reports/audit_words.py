"""This room's words in the audit log."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register
from seminar_app.core.dates import long_date
from seminar_app.reports.making import HIDDEN_CELLS
from seminar_app.reports.rules import read_definition
from seminar_app.reports.wording import rule_of
from seminar_app.web.languages import current_language

KINDS = {"report_snapshot": _l("frozen figure"), "indicator": _l("indicator")}


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "figure.exported": _l("took a figure as a file"),
            "figure.rows_exported": _l("took the rows of all figures as a file"),
            "figure.changes_exported": _l("took what changed a seminar's figures as a file"),
            "figure.frozen": _l("froze a figure"),
            "indicator.added": _l("added an indicator"),
            "indicator.changed": _l("changed an indicator from a day on"),
            "indicator.corrected": _l("corrected an indicator"),
            "indicator.ended": _l("ended an indicator"),
            "view.saved": _l("saved a view of figures"),
            "view.renamed": _l("renamed a view of figures"),
            "view.deleted": _l("deleted a view of figures"),
            "hours.viewed": _l("looked at who lacks hours of training"),
            "hours.exported": _l("took the list of who lacks hours of training as a file"),
            "hours_rule.added": _l("added a rule of hours"),
            "hours_rule.changed": _l("changed a rule of hours"),
            "hours_rule.ended": _l("ended a rule of hours"),
        },
        kinds={"figure": _l("figure"), "saved_view": _l("view of figures"), "hours_rule": _l("rule of hours"), **KINDS},
        numbers={"hours_asked": lambda n: ngettext("%(num)d hour in a year", "%(num)d hours in a year", n)},
        texts={"figure": _in_words, "beside": _in_words, "cells": _cells_in_words, "indicator": str, "begins_on_day": _begins},
    )


def _in_words(written: str) -> str:
    return rule_of(read_definition(dict(parse_qsl(written))), language=current_language())


def _cells_in_words(written: str) -> str:
    return str(_("small cells hidden") if written == HIDDEN_CELLS else _("all numbers"))


def _begins(day: str) -> str:
    return str(_("from %(day)s", day=long_date(date.fromisoformat(day), current_language())))
