"""What the page of figures shows: each figure with its rule, what is missing, and its breakdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.reports.asked import figures_url, sees_fixed_tables
from seminar_app.reports.figure import Figure
from seminar_app.reports.order import values_in_order
from seminar_app.reports.queries import Table, scope_of, table_of
from seminar_app.reports.queries.gaps import Gap, Lacking, gaps_of
from seminar_app.reports.rules import EMPTY, TOTAL, Count, Definition, Dimension, Figures, Status, hidden_cells
from seminar_app.reports.wording import cell_words, notes_of, rule_of
from seminar_app.web.labels import label

GAPS_SHOWN = 8
"""Seminars of each kind of gap that the page names."""


BARS = 16
"""Bars of a chart; the table below has all lines."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a breakdown: its words, where its own figures are, its numbers by status, and which of them is the figure."""

    words: str
    url: str | None
    numbers: Sequence[float | None]
    value: float | None


@dataclass(frozen=True, slots=True)
class Cross:
    """A breakdown by two dimensions: the second's words across, and for each of the first its numbers and their total."""

    columns: Sequence[str]
    lines: Sequence[tuple[str, Sequence[float | None], float | None]]
    totals: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Missing:
    """A kind of gap: the first seminars that have it, how many have, and how many participations lack it."""

    gap: Gap
    seminars: Sequence[tuple[Lacking, str]]
    number: int
    people: int


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure as the page shows it. A number is None where it is hidden."""

    definition: Definition
    figure: Figure
    value: float | None
    rule: str
    notes: Sequence[str]
    nine: Sequence[Sequence[str]]
    """For each count its word and the numbers by status, as written."""
    lines: Sequence[Line]
    cross: Cross | None
    missing: Sequence[Missing]
    chips: Sequence[tuple[Dimension, str, str]]
    hides: bool

    @property
    def without_names(self) -> int:
        """Participations that only headcounts know."""
        return self.figure.table.total.without_names.of(self.definition.status)

    @property
    def hidden_any(self) -> bool:
        """Whether a number of the breakdown is hidden."""
        return self.hides and any(None in line.numbers for line in self.lines)

    @property
    def bars(self) -> list[tuple[str, float, str]]:
        """The first lines for a chart: words, number, number as written. What is nothing or hidden has no bar."""
        shown = [line for line in self.lines if line.value][:BARS]
        return [(line.words, line.value or 0, numbers_in([line.value])[0]) for line in shown]

    @property
    def highest(self) -> float:
        """The highest number of the breakdown, for a scale that two figures share."""
        return max((line.value or 0 for line in self.lines), default=0)


class Hiding:
    """Which numbers of a table are shown: all, or those that tell nothing of fewer than five people."""

    def __init__(self, table: Table, *, hides: bool) -> None:
        """Decide for each status, because a cell can be small in one only."""
        everything = dict(table.totals) | dict(table.cells)
        self._hidden = {
            status: hidden_cells({cell: _people(figures, status) for cell, figures in everything.items()}) if hides else frozenset()
            for status in Status
        }
        if hides and not table.definition.by:
            small = {status for status in Status if 0 < _people(table.total, status) < 5}
            self._hidden = {status: frozenset({()}) if status in small else frozenset() for status in Status}

    def shown(self, cell: tuple[str, ...], figures: Figures, count: Count, status: Status) -> float | None:
        """Return the number, or None if it is hidden."""
        return None if cell in self._hidden[status] else figures.value(count, status)


def _people(figures: Figures, status: Status) -> int:
    """Return how many people a cell tells of: those with names, and those of headcounts."""
    return figures.people.of(status) + figures.without_names.of(status)


def panel(session: Session, actor: Actor, definition: Definition, *, today: date, language: str) -> Panel:
    """Return a figure as its reader may see it."""
    scope, hides = scope_of(session, actor, today=today), sees_fixed_tables(actor)
    table = table_of(session, definition, scope, today=today)
    figure = Figure(table, gaps_of(session, definition, scope, today=today))
    hiding, whole = Hiding(table, hides=hides), (TOTAL,) * len(definition.by)
    return Panel(
        definition,
        figure,
        hiding.shown(whole, table.total, definition.count, definition.status),
        rule_of(definition, language=language),
        notes_of(definition),
        [[label(count), *numbers_in([hiding.shown(whole, table.total, count, status) for status in Status])] for count in Count],
        _lines(table, hiding, language, opens=not hides) if len(definition.by) == 1 else [],
        _cross(table, hiding, language) if len(definition.by) == 2 else None,
        [] if hides else _missing(figure, scope.agencies is not None),
        _chips(table, language),
        hides,
    )


def _lines(table: Table, hiding: Hiding, language: str, *, opens: bool) -> list[Line]:
    definition, (dimension,) = table.definition, table.definition.by
    words = cell_words(table, dimension, language=language)
    found = []
    for value in values_in_order(table, 0):
        figures = table.cells[value,]
        numbers = {status: hiding.shown((value,), figures, definition.count, status) for status in Status}
        narrowed = replace(definition, by=(), only={**definition.only, dimension: value or EMPTY})
        url = figures_url(narrowed.written()) if opens else None
        found.append(Line(words(value), url, list(numbers.values()), numbers[definition.status]))
    return found


def _cross(table: Table, hiding: Hiding, language: str) -> Cross:
    definition = table.definition
    down, across = (values_in_order(table, place) for place in (0, 1))
    words = [cell_words(table, dimension, language=language) for dimension in definition.by]

    def number(cell: tuple[str, ...]) -> float | None:
        figures = table.cells.get(cell) or table.totals.get(cell) or Figures()
        return hiding.shown(cell, figures, definition.count, definition.status)

    return Cross(
        [words[1](value) for value in across],
        [(words[0](value), [number((value, other)) for other in across], number((value, TOTAL))) for value in down],
        [number((TOTAL, other)) for other in (*across, TOTAL)],
    )


_MENDED_AT = {
    Gap.SEX: ("registration_staff.roster", {"lacks": "sex"}),
    Gap.AGENCY: ("registration_staff.roster", {"group": EMPTY}),
    Gap.MARKS: ("attendance_staff.timetable", {}),
    Gap.ROSTER: ("seminars_staff.overview", {}),
}
"""The page where a gap is mended, with what narrows it to those who lack something."""


def _missing(figure: Figure, liaison: bool) -> list[Missing]:
    """Return the gaps that there are, each seminar with the page where it is mended. A liaison sees her own page of the seminar."""
    found = []
    for gap in Gap:
        seminars = figure.gaps[gap]
        if seminars and not (liaison and gap is Gap.ROSTER):
            shown = [(each, _mended_at(gap, each.slug, liaison)) for each in seminars[:GAPS_SHOWN]]
            found.append(Missing(gap, shown, len(seminars), sum(each.people for each in seminars)))
    return found


def _mended_at(gap: Gap, slug: str, liaison: bool) -> str:
    if liaison:
        return url_for("agency_staff.seminar", slug=slug)
    endpoint, values = _MENDED_AT[gap]
    return url_for(endpoint, slug=slug, **dict[str, Any](values))


def _chips(table: Table, language: str) -> list[tuple[Dimension, str, str]]:
    """Return what the figure is narrowed down to: dimension, value in words, and the address without it."""
    definition, found = table.definition, []
    for dimension, value in definition.only.items():
        rest = replace(definition, only={each: said for each, said in definition.only.items() if each is not dimension})
        words = cell_words(table, dimension, language=language)
        said = ", ".join(words("" if each == EMPTY else each) for each in value.split("|"))
        found.append((dimension, said, figures_url(rest.written())))
    return found


def numbers_in(values: Sequence[float | None]) -> list[str]:
    """Return numbers as the page writes them: hours with one decimal, thousands apart, and a dash for what is hidden."""
    return ["–" if value is None else f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" for value in values]
