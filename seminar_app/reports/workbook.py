"""Figures as a workbook: each with its rule and all counts, its breakdown with a chart, what is missing, and how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.core.sheet_layout import Above
from seminar_app.core.table_writer import Column, Kind, Value
from seminar_app.core.workbook_charts import COLOURS, BarChart, Series
from seminar_app.core.workbook_writer import WorkbookWriter
from seminar_app.reports.figure import Figure, Language
from seminar_app.reports.handout import HIDDEN, Handout
from seminar_app.reports.mending import mended_at
from seminar_app.reports.rules import TOTAL, Count, Status
from seminar_app.reports.tables import kind_of, words_of
from seminar_app.reports.wording import cell_words
from seminar_app.web.labels import label

DATE_FORMATS = {Language.SPANISH: "dd/mm/yyyy", Language.ENGLISH: "mm/dd/yyyy", Language.KEYS: "yyyy-mm-dd"}
MOST_BARS = 16
MOST_ACROSS = 60
"""Columns of a cross table; where there would be more, each cell stands in a row of its own."""
MOST_CROSSED = 10
"""Rows of a chart with several series; more would be read by nobody."""


def write_workbook(target: IO[bytes], handout: Handout) -> None:
    """Write the workbook."""
    footer = (_("Small cells hidden") if handout.hides else _("For the office only"), handout.program)
    with WorkbookWriter(target, date_format=DATE_FORMATS[handout.language], footer=footer) as book:
        for figure in handout.figures:
            _write_counts(book, handout, figure)
            if len(figure.definition.by) == 1:
                _write_lines(book, handout, figure)
            elif figure.definition.by and len(figure.values(1)) <= MOST_ACROSS:
                _write_cross(book, handout, figure)
            elif figure.definition.by:
                _write_cells(book, handout, figure)
        _write_missing(book, handout)
        _write_explanation(book, handout)


def _above(handout: Handout, figure: Figure, title: str) -> Above:
    narrowed = [f"{label(dimension)}: {words}" for dimension, words in handout.narrowed(figure)]
    return Above(title, lines=[handout.rule_of(figure), *narrowed])


def _shown(numbers: Sequence[float | None]) -> list[Value]:
    return [HIDDEN if number is None else number for number in numbers]


def _named(key: str, words: str, handout: Handout) -> str:
    return key if handout.language is Language.KEYS else words


def _write_counts(book: WorkbookWriter, handout: Handout, figure: Figure) -> None:
    """Write the figure with its rule, and all that is counted of it."""
    (number,) = _shown([figure.value])
    written = number if isinstance(number, str) else f"{number:,.1f}" if isinstance(number, float) else f"{number:,}"
    columns = [Column(_named("status", _("Of those who"), handout), width=22)]
    columns += [Column(_named(count.value, label(count), handout), kind_of(count), width=18) for count in Count]
    columns.append(Column("", width=60))  # room for the rule above
    sheet = book.sheet(_("Figure"), columns, above=_above(handout, figure, f"{written} · {handout.title_of(figure)}"))
    numbers = dict(figure.nine)
    for place, status in enumerate(Status):
        row = _shown([numbers[count][place] for count in Count])
        sheet.append([_named(status.value, label(status), handout), *row, ""], strong=status is figure.definition.status)


def _write_lines(book: WorkbookWriter, handout: Handout, figure: Figure) -> None:
    """Write the breakdown by one dimension: a row for each value with its number by status, and a chart of the figure's own."""
    definition, (dimension,) = figure.definition, figure.definition.by
    kind, own = kind_of(definition.count), list(Status).index(definition.status)
    columns = [Column(_named(dimension.value, label(dimension), handout), width=50)]
    columns += [Column(_named(status.value, label(status), handout), kind) for status in Status]
    title = handout.breakdown_of(figure)
    sheet = book.sheet(title, columns, above=_above(handout, figure, f"{handout.title_of(figure)} · {title}"))
    words, names, bars = _words(handout, figure, 0), [], []
    for value in figure.values(0):
        numbers = figure.of_each_status((value,))
        sheet.append([words(value), *_shown(numbers)])
        names.append(words(value))
        bars.append(numbers[own])
    sheet.append([_("Total"), *_shown(figure.of_each_status(figure.total))], strong=True)
    if drawn := max((place for place, number in enumerate(bars[:MOST_BARS], start=1) if number), default=0):
        series = Series(str(label(definition.status)), own + 1, bars[:drawn])
        book.chart(sheet, _chart(handout, figure, names[:drawn], [series], all_of=len(names)))


def _write_cross(book: WorkbookWriter, handout: Handout, figure: Figure) -> None:
    """Write the breakdown by two dimensions as a cross table, with a chart if it stays small enough to be read."""
    definition, (down, across) = figure.definition, (figure.values(place) for place in (0, 1))
    kind, words = kind_of(definition.count), [_words(handout, figure, place) for place in (0, 1)]
    columns = [Column(_named(definition.by[0].value, label(definition.by[0]), handout), width=50)]
    columns += [Column(words[1](value), kind, width=16) for value in across]
    columns.append(Column(_named("total", _("Total"), handout), kind))
    title = handout.breakdown_of(figure)
    sheet = book.sheet(title, columns, above=_above(handout, figure, f"{handout.title_of(figure)} · {title}"), names=1)
    rows = {value: [figure.number((value, other)) for other in across] for value in down}
    for value, numbers in rows.items():
        sheet.append([words[0](value), *_shown([*numbers, figure.number((value, TOTAL))])])
    sheet.append([_("Total"), *_shown([figure.number((TOTAL, other)) for other in (*across, TOTAL)])], strong=True)
    if 0 < len(across) <= len(COLOURS) and 0 < len(down) <= MOST_CROSSED:
        drawn = [value for value in down if any(rows[value])] or down
        last = down.index(drawn[-1]) + 1
        series = [Series(words[1](other), place + 1, [rows[value][place] for value in down[:last]]) for place, other in enumerate(across)]
        book.chart(sheet, _chart(handout, figure, [words[0](value) for value in down[:last]], series, all_of=len(down)))


def _write_cells(book: WorkbookWriter, handout: Handout, figure: Figure) -> None:
    """Write the breakdown by two dimensions with a row for each cell."""
    definition, title = figure.definition, handout.breakdown_of(figure)
    columns = [Column(_named(each.value, label(each), handout), width=44) for each in definition.by]
    columns.append(Column(_named(definition.count.value, label(definition.count), handout), kind_of(definition.count)))
    sheet = book.sheet(title, columns, above=_above(handout, figure, f"{handout.title_of(figure)} · {title}"), names=2)
    for said, number in words_of(handout, figure):
        sheet.append([*said, *_shown([number])])


def _words(handout: Handout, figure: Figure, place: int) -> Any:
    return str if handout.language is Language.KEYS else cell_words(figure.table, figure.definition.by[place], language=handout.spoken)


def _chart(handout: Handout, figure: Figure, names: Sequence[str], series: Sequence[Series], *, all_of: int) -> BarChart:
    """Return the chart with its title and the words for who cannot see it."""
    (number,) = _shown([figure.value])
    title, by = f"{handout.title_of(figure)} ({number})", handout.breakdown_of(figure)
    said = _("Horizontal bars. %(title)s. %(by)s.", title=title, by=by)
    if len(series) == 1:
        shown = (f"{name}: {HIDDEN if each is None else each}" for name, each in zip(names, series[0].numbers, strict=True))
        said = f"{said} {'; '.join(shown)}."
    if all_of > len(names):
        said = f"{said} {_('The first %(number)s rows of the table.', number=len(names))}"
    return BarChart(title, said, names, series)


def _write_missing(book: WorkbookWriter, handout: Handout) -> None:
    """Write which seminars lack something, of each figure."""
    several = len(handout.figures) > 1
    columns = [Column(_("Figure"), width=26)] if several else []
    columns += [Column(_("What is missing"), width=34), Column(_("Seminar"), width=56), Column(_("Ended on"), Kind.DATE)]
    columns += [Column(_("Participations"), Kind.INTEGER, width=16)]
    columns += [Column(_("Page"), width=60)] if handout.site else []
    sheet = book.sheet(_("What is missing"), columns, above=Above(_("What is missing"), lines=[_summed_up(handout)]))
    for figure in handout.figures:
        for lack in figure.lacks:
            for seminar in lack.seminars:
                row: list[Value] = [handout.title_of(figure)] if several else []
                row += [label(lack.gap), handout.title_of_seminar(seminar), seminar.ends_on]
                row.append(handout.people_of(lack, seminar))
                row += [handout.site + mended_at(lack.gap, seminar.slug)] if handout.site else []
                sheet.append(row)


def _summed_up(handout: Handout) -> str:
    lacks = [lack for figure in handout.figures[:1] for lack in figure.lacks]
    if not lacks and not any(True for figure in handout.figures for _lack in figure.lacks):
        return str(_("No seminar of this figure lacks a sex, an agency, its attendance or its roster."))
    said = []
    for lack in lacks:
        seminars = ngettext("%(num)s seminar", "%(num)s seminars", lack.number)
        people = f", {ngettext('%(num)s participation', '%(num)s participations', lack.people)}" if lack.people else ""
        said.append(f"{label(lack.gap)}: {seminars}{people}")
    return " · ".join(said)


def _write_explanation(book: WorkbookWriter, handout: Handout) -> None:
    """Write how the figures are read, and when and by whom the file was made."""
    columns = [Column(_("About"), width=30), Column(_("How to read this"), width=110)]
    sheet = book.sheet(_("How to read this"), columns)
    for figure in handout.figures:
        if len(handout.figures) > 1:
            sheet.append([_("Figure"), handout.title_of(figure)], strong=True)
        for about, says in handout.explained(figure):
            sheet.append([about, says])
    sheet.append([_("Small cells"), handout.small_cells])
    sheet.append([_("Made"), f"{handout.made}."])
    sheet.append([_("Program"), handout.program])
