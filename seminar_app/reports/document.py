"""Figures on paper: what the template `templates/print/figures.typ` prints, all in words of the file's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.core.pdf import Paper
from seminar_app.reports.figure import Figure, Lack
from seminar_app.reports.handout import HIDDEN, Handout
from seminar_app.reports.queries.gaps import Lacking
from seminar_app.reports.rules import TOTAL, Status
from seminar_app.reports.tables import words_of
from seminar_app.reports.wording import cell_words
from seminar_app.web.filters import long_date
from seminar_app.web.labels import label

TEMPLATE = "figures"
MOST_BARS = 16
WIDE, WIDEST = 5, 11
"""Columns of a cross table from which on the sheet lies on its side, and beyond which each cell stands in a row of its own."""


def document_of(handout: Handout, paper: Paper) -> dict[str, Any]:
    """Return what the template prints."""
    titles = [handout.title_of(figure) for figure in handout.figures]
    scale = max((number or 0 for figure in handout.figures for _cell, number in figure.lines()), default=0)
    shared = len({figure.definition.count for figure in handout.figures}) == 1
    return {
        "language": handout.spoken,
        "paper": paper.value,
        "landscape": any(WIDE < _across(figure) <= WIDEST for figure in handout.figures),
        "title": f"{' / '.join(titles)} · {handout.scope}",
        "author": handout.made_by,
        "seminar": handout.scope,
        "heading": _("Officials trained"),
        "foot": f"{_('Small cells hidden') if handout.hides else _('For the office only')} · {handout.program}",
        "figures": [_figure(handout, figure, scale if shared else 0) for figure in handout.figures],
        "made": f"{handout.made}.",
        "small_cells": handout.small_cells,
        "words": {
            "page": _("Page {page} of {pages}"),
            "continued": _("continued"),
            "missing": _("What is missing"),
            "complete": _("No seminar of this figure lacks a sex, an agency, its attendance or its roster."),
            "reading": _("How to read this"),
        },
    }


def _figure(handout: Handout, figure: Figure, scale: float) -> dict[str, Any]:
    return {
        "value": written(figure.value),
        "what": handout.title_of(figure),
        "rule": handout.rule_of(figure),
        "narrowed": [f"{label(dimension)}: {words}" for dimension, words in handout.narrowed(figure)],
        "without_names": handout.without_names(figure) or "",
        "nine": {
            "head": [_("Count"), *(str(label(status)) for status in Status)],
            "rows": [[str(label(count)), *map(written, numbers)] for count, numbers in figure.nine],
        },
        "breakdown": _breakdown(handout, figure, scale) if figure.definition.by else None,
        "missing": _missing(handout, figure),
        "notes": [f"{about}: {says}" if about != _("Note") else says for about, says in handout.explained(figure)],
    }


def _breakdown(handout: Handout, figure: Figure, scale: float) -> dict[str, Any]:
    """Return the breakdown's heading, its bars if it has one dimension, and its table."""
    definition, cells = figure.definition, words_of(handout, figure)
    title = handout.breakdown_of(figure)
    if len(definition.by) == 1:
        bars = [(said[0], number) for said, number in cells if number][:MOST_BARS]
        top = scale or max((number for _said, number in bars), default=1)
        words = cell_words(figure.table, definition.by[0], language=handout.spoken)
        return {
            "title": title,
            "bars": [{"name": name, "share": number / top, "number": written(number)} for name, number in bars],
            "head": [label(definition.by[0]), *(label(status) for status in Status)],
            "texts": 1,
            "rows": [[words(value), *map(written, figure.of_each_status((value,)))] for value in figure.values(0)],
        }
    if _across(figure) > WIDEST:
        head = [*(label(each) for each in definition.by), label(definition.count)]
        return {"title": title, "bars": [], "head": head, "texts": 2, "rows": [[*said, written(number)] for said, number in cells]}
    return {"title": title, "bars": [], "texts": 1} | _crossed(handout, figure)


def _crossed(handout: Handout, figure: Figure) -> dict[str, Any]:
    down, across = (figure.values(place) for place in (0, 1))
    words = [cell_words(figure.table, each, language=handout.spoken) for each in figure.definition.by]
    rows = [[words[0](value), *(written(figure.number((value, other))) for other in (*across, TOTAL))] for value in down]
    rows.append([_("Total"), *(written(figure.number((TOTAL, other))) for other in (*across, TOTAL))])
    return {"head": [label(figure.definition.by[0]), *(words[1](value) for value in across), _("Total")], "rows": rows}


def _across(figure: Figure) -> int:
    return len(figure.values(1)) if len(figure.definition.by) > 1 else 0


def _missing(handout: Handout, figure: Figure) -> list[dict[str, Any]]:
    found = []
    for lack in figure.lacks:
        people = f", {ngettext('%(num)s participation', '%(num)s participations', lack.people)}" if lack.people else ""
        seminars: Sequence[str] = [_seminar(handout, lack, each) for each in lack.seminars]
        found.append(
            {
                "gap": f"{label(lack.gap)}: {ngettext('%(num)s seminar', '%(num)s seminars', lack.number)}{people}",
                "seminars": seminars,
            }
        )
    return found


def _seminar(handout: Handout, lack: Lack, seminar: Lacking) -> str:
    people = handout.people_of(lack, seminar)
    return f"{handout.title_of_seminar(seminar)} ({long_date(seminar.ends_on)})" + (f": {people}" if people else "")


def written(number: float | None) -> str:
    """Return a number as paper shows it: hours with one decimal, thousands apart, and a dash for what is hidden."""
    if number is None:
        return HIDDEN
    return f"{number:,.1f}" if isinstance(number, float) else f"{number:,}"
