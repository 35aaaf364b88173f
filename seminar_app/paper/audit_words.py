"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register
from seminar_app.paper.rules import Document
from seminar_app.web.labels import label


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "paper.printed": _l("took a document to print"),
            "paper.sheet_viewed": _l("looked at a printed sheet"),
            "paper.keyed": _l("keyed a signed sheet"),
            "paper.settled": _l("settled where paper and screen differ"),
            "paper.unsettled": _l("undid a decision between paper and screen"),
        },
        kinds={"printed_sheet": _l("printed sheet")},
        numbers={
            "rows_keyed": lambda n: ngettext("%(num)d row keyed", "%(num)d rows keyed", n),
            "rows_cleared": lambda n: ngettext("%(num)d row cleared", "%(num)d rows cleared", n),
            "rows_recorded": lambda n: ngettext("%(num)d mark recorded", "%(num)d marks recorded", n),
            "rows_differ": lambda n: ngettext("%(num)d row differs from the screen", "%(num)d rows differ from the screen", n),
            "rows_paper": lambda n: ngettext("%(num)d time the paper is right", "%(num)d times the paper is right", n),
            "rows_screen": lambda n: ngettext("%(num)d time the screen is right", "%(num)d times the screen is right", n),
            "rows_undone": lambda n: ngettext("%(num)d decision undone", "%(num)d decisions undone", n),
        },
        texts={"document": lambda value: str(label(Document(value)))},
    )
