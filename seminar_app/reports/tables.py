"""A figure as typed rows: for CSV, with keys for scripts or words for people."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from seminar_app.core.table_writer import Column, Kind, Value
from seminar_app.reports.figure import Figure, Language
from seminar_app.reports.handout import Handout
from seminar_app.reports.rules import Count
from seminar_app.reports.wording import cell_words
from seminar_app.web.labels import label

Table = tuple[Sequence[Column], list[Sequence[Value]]]


def kind_of(count: Count) -> Kind:
    """Return the type of a column that holds such numbers."""
    return Kind.DECIMAL if count is Count.HOURS else Kind.INTEGER


def table_of_file(handout: Handout) -> Table:
    """Return the table of a file that holds a single one: of one figure its cells, of two the cells of both below each other."""
    return _table(handout, handout.figures[0]) if len(handout.figures) == 1 else _both(handout)


def _table(handout: Handout, figure: Figure) -> Table:
    """Return the dimensions and the number. Where small cells are hidden, a last column says which."""
    definition, keys = figure.definition, handout.language is Language.KEYS
    columns = [Column(each.value if keys else label(each), width=40) for each in definition.by]
    columns.append(Column(definition.count.value if keys else label(definition.count), kind_of(definition.count)))
    words = words_of(handout, figure)
    lines: list[Sequence[Value]] = [[*said, number] for said, number in words] or [[figure.value]]
    if handout.hides:
        columns.append(Column("hidden" if keys else _("Hidden")))
        yes, no = ("yes", "no") if keys else (_("yes"), _("no"))
        lines = [[*line, yes if line[-1] is None else no] for line in lines]
    return columns, lines


def words_of(handout: Handout, figure: Figure) -> list[tuple[list[str], float | None]]:
    """Return each cell of a figure in words, or in keys, with its number."""
    keys = handout.language is Language.KEYS
    words = [str if keys else cell_words(figure.table, each, language=handout.spoken) for each in figure.definition.by]
    return [([said(value) for said, value in zip(words, cell, strict=True)], number) for cell, number in figure.lines()]


def _both(handout: Handout) -> Table:
    """Return the cells of two figures, which may be broken down by different dimensions: those stand in columns of their own."""
    dimensions = list(dict.fromkeys(each for figure in handout.figures for each in figure.definition.by))
    columns = [
        Column(_("Figure"), width=30),
        Column(_("Ended in"), width=24),
        *(Column(label(each), width=40) for each in dimensions),
        Column(_("Number"), Kind.DECIMAL),
    ]
    lines: list[Sequence[Value]] = []
    for figure in handout.figures:
        for said, number in words_of(handout, figure) or [([], figure.value)]:
            of = dict(zip(figure.definition.by, said, strict=False))
            lines.append([handout.title_of(figure), handout.period_of(figure), *(of.get(each, "") for each in dimensions), number])
    if handout.hides:
        columns.append(Column(_("Hidden")))
        lines = [[*line, _("yes") if line[-1] is None else _("no")] for line in lines]
    return columns, lines
