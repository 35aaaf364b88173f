"""What the page of figures shows: each figure with its rule, what is missing, and its breakdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.values import replace
from seminar_app.reports.asked import figures_url, sees_fixed_tables
from seminar_app.reports.figure import Figure, figure_of
from seminar_app.reports.mending import mended_at
from seminar_app.reports.queries import Table, scope_of
from seminar_app.reports.queries.gaps import Gap, Lacking
from seminar_app.reports.rules import PERIODS, TOTAL, Definition, Dimension, one_of
from seminar_app.reports.wording import cell_words, narrowed, notes_of, rule_of
from seminar_app.web.labels import label

GAPS_SHOWN = 8
"""Seminars of each kind of gap that the page names."""
LINES_SHOWN, COLUMNS_SHOWN = 300, 40
"""What a breakdown on the page has at most; a file has all."""
BARS = 16
"""Bars of a chart; the table below has more lines."""


class Line(Struct, frozen=True):
    """A row of a breakdown: its words, where its own figures are, its numbers by status, and which of them is the figure."""

    words: str
    url: str | None
    numbers: Sequence[float | None]
    value: float | None


class Cross(Struct, frozen=True):
    """A breakdown by two dimensions: the second's words across, and for each of the first its numbers and their total."""

    columns: Sequence[str]
    lines: Sequence[tuple[str, Sequence[float | None], float | None]]
    totals: Sequence[float | None]


class Missing(Struct, frozen=True):
    """A kind of gap: the first seminars that have it, how many have, and how many participations lack it."""

    gap: Gap
    seminars: Sequence[tuple[Lacking, str | None]]
    number: int
    people: int | None


class Panel(Struct, frozen=True):
    """A figure as the page shows it. A number is None where it is hidden."""

    definition: Definition
    figure: Figure
    value: float | None
    rule: str
    notes: Sequence[str]
    left_out: int
    """Values of the breakdown that it has no line or column for."""
    nine: Sequence[Sequence[str]]
    """For each count its word and the numbers by status, as written."""
    lines: Sequence[Line]
    cross: Cross | None
    missing: Sequence[Missing]
    chips: Sequence[tuple[Dimension, str, str]]
    hides: bool

    @property
    def without_names(self) -> int | None:
        """Participations that only headcounts know."""
        return self.figure.without_names

    @property
    def bars(self) -> list[tuple[str, float, str]]:
        """The first lines for a chart: words, number, number as written. What is nothing or hidden has no bar."""
        shown = [line for line in self.lines if line.value][:BARS]
        return [(line.words, line.value or 0, numbers_in([line.value])[0]) for line in shown]

    @property
    def highest(self) -> float:
        """The highest number of the breakdown, for a scale that two figures share."""
        return max((line.value or 0 for line in self.lines), default=0)


def panel(session: Session, actor: Actor, definition: Definition, *, today: date, language: str) -> Panel:
    """Return a figure as its reader may see it."""
    scope, hides = scope_of(session, actor, today=today), sees_fixed_tables(actor)
    figure = figure_of(session, definition, scope, hides=hides, today=today, gaps_shown=GAPS_SHOWN)
    return panel_of(figure, language, liaison=scope.agencies is not None, opens=not hides)


def panel_of(figure: Figure, language: str, *, liaison: bool = False, opens: bool) -> Panel:
    """Return a figure that was read.

    Args:
        figure: with what is hidden of it.
        language: of the words.
        liaison: whether the reader sees people of agencies, and of seminars her own pages.
        opens: whether lines lead to their own figures, and gaps to the pages where they are mended.
    """
    definition = figure.definition
    values = [figure.values(place) for place in range(len(definition.by))]
    shown = [_shown(*each) for each in zip(values, definition.by, (LINES_SHOWN, COLUMNS_SHOWN), strict=False)]
    return Panel(
        definition,
        figure,
        figure.value,
        rule_of(definition, language=language),
        notes_of(definition),
        sum(map(len, values)) - sum(map(len, shown)),
        [[label(count), *numbers_in(numbers)] for count, numbers in figure.nine],
        _lines(figure, shown[0], language, opens=opens) if len(definition.by) == 1 else [],
        _cross(figure, language, *shown) if len(definition.by) == 2 else None,
        _missing(figure, liaison=liaison, opens=opens),
        _chips(figure.table, language),
        figure.hiding.hides,
    )


def _shown(values: Sequence[str], dimension: Dimension, most: int) -> Sequence[str]:
    """Return the values of a dimension that the page shows: the first, or the latest periods."""
    return values[-most:] if dimension in PERIODS else values[:most]


def _lines(figure: Figure, values: Sequence[str], language: str, *, opens: bool) -> list[Line]:
    definition, (dimension,) = figure.definition, figure.definition.by
    words = cell_words(figure.table, dimension, language=language)
    found = []
    for value in values:
        narrowed = replace(definition, by=(), only={**definition.only, dimension: one_of([value])})
        url = figures_url(narrowed.written()) if opens else None
        found.append(Line(words(value), url, figure.of_each_status((value,)), figure.number((value,))))
    return found


def _cross(figure: Figure, language: str, down: Sequence[str], across: Sequence[str]) -> Cross:
    words = [cell_words(figure.table, dimension, language=language) for dimension in figure.definition.by]
    return Cross(
        [words[1](value) for value in across],
        [(words[0](value), [figure.number((value, other)) for other in across], figure.number((value, TOTAL))) for value in down],
        [figure.number((TOTAL, other)) for other in (*across, TOTAL)],
    )


def _missing(figure: Figure, *, liaison: bool, opens: bool) -> list[Missing]:
    """Return the gaps that there are, each seminar with the page where it is mended. A liaison sees her own page of the seminar.

    An auditor reads which seminars lack something, because a total without that list says too little, and opens none of them.
    """
    found = []
    for lack in figure.lacks:
        if not (liaison and lack.gap is Gap.ROSTER):
            shown = [(each, mended_at(lack.gap, each.slug, liaison=liaison) if opens else None) for each in lack.seminars]
            found.append(Missing(lack.gap, shown, lack.number, lack.people))
    return found


def _chips(table: Table, language: str) -> list[tuple[Dimension, str, str]]:
    """Return what the figure is narrowed down to: dimension, value in words, and the address without it."""
    definition, found = table.definition, []
    for dimension, said in narrowed(table, language=language):
        rest = replace(definition, only={each: value for each, value in definition.only.items() if each is not dimension})
        found.append((dimension, said, figures_url(rest.written())))
    return found


def numbers_in(values: Sequence[float | None]) -> list[str]:
    """Return numbers as the page writes them: hours with one decimal, thousands apart, and a dash for what is hidden."""
    return ["–" if value is None else f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" for value in values]
