"""Write a form's results to a file: the figures that the page shows, suppressed in the same way, one row per answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from flask_babel import gettext as _

from seminar_app.core.rounding import percent
from seminar_app.core.table_writer import Column, Kind, Value, write_csv
from seminar_app.core.workbook_writer import WorkbookWriter
from seminar_app.feedback.figures import Figure
from seminar_app.feedback.forms import options_of
from seminar_app.feedback.results import Results
from seminar_app.web.languages import current_language

Row = list[Value]


def columns() -> list[Column]:
    """Return the columns. A comment stands in «answer» and is counted once."""
    return [
        Column(_("Question"), width=60),
        Column(_("Answers in all"), Kind.INTEGER),
        Column(_("Answer"), width=40),
        Column(_("How many"), Kind.INTEGER),
        Column(_("Percent"), Kind.PERCENT),
        Column(_("Mean"), Kind.DECIMAL),
    ]


def lines(found: Results) -> Iterator[Row]:
    """Yield the rows, questions in the order of the page. A question with fewer than five answers says only that."""
    language = current_language()
    for figure in found.everything:
        prompt = figure.question.prompt(language)
        if not isinstance(figure, Figure):
            yield [prompt, None, _("Fewer than five answers, so nothing is shown."), None, None, None]
            continue
        words = dict(options_of(figure.question, language))
        mean = None if figure.mean is None else float(figure.mean)
        for bar in figure.bars:
            yield [prompt, figure.answers, words.get(bar.value, bar.value), bar.count, percent(bar.count, figure.answers), mean]
        for text in figure.texts:
            yield [prompt, figure.answers, text, 1, None, None]


def as_csv(target: IO[str], found: Results) -> None:
    """Write the results as CSV; `target` is opened with `newline=""`."""
    write_csv(target, columns(), lines(found))


def as_workbook(target: IO[bytes], found: Results) -> None:
    """Write the results as XLSX."""
    with WorkbookWriter(target) as book:
        sheet = book.sheet(_("Feedback"), columns())
        for line in lines(found):
            sheet.append(line)
