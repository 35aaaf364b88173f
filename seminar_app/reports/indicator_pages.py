"""What the page of indicators shows: each with the figure of a year, its rule, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.values import replace
from seminar_app.reports.asked import figures_url, sees_fixed_tables
from seminar_app.reports.figure import figure_of
from seminar_app.reports.indicator_forms import definition_of
from seminar_app.reports.models import Indicator
from seminar_app.reports.pages import numbers_in
from seminar_app.reports.queries import scope_of
from seminar_app.reports.queries.indicators import groups_in_use, indicators_on, topics_in_use
from seminar_app.reports.queries.years import latest_year
from seminar_app.reports.rules import Count, Definition, Period, Status, read_period
from seminar_app.reports.wording import narrowed_to, rule_of
from seminar_app.web.filters import text_of


class IndicatorLine(Struct, frozen=True):
    """An indicator with its figure of a year. `lacking`: seminars with something missing; `url`: the figure with their list."""

    indicator: Indicator
    name: str
    value: str
    count: Count
    status: Status
    rule: str
    lacking: int
    url: str | None


def year_asked(session: Session, text: str, years: Sequence[str], *, today: date) -> tuple[str, Period]:
    """Return a year and its days: the one asked for if there are figures of it, else the fiscal year of the latest seminar."""
    year = text if text in years else latest_year(session, today=today)
    period = read_period(year)
    if period is None:
        raise ValueError(f"{year} is no year")
    return year, period


def in_period(definition: Definition, period: Period) -> Definition:
    """Return a definition with its period."""
    return replace(definition, first=period.first, last=period.last)


def indicator_lines(session: Session, actor: Actor, period: Period, *, today: date, language: str) -> list[IndicatorLine]:
    """Return the indicators that hold on the period's last day, with their figures.

    Each takes as many statements as a figure does, and `services.MOST_INDICATORS` is the most there are.
    """
    scope, hides = scope_of(session, actor, today=today), sees_fixed_tables(actor)
    lines = []
    for indicator in indicators_on(session, period.last):
        definition = in_period(definition_of(indicator), period)
        figure = figure_of(session, definition, scope, hides=hides, today=today)
        lines.append(
            IndicatorLine(
                indicator,
                text_of(indicator.name_es, indicator.name_en),
                numbers_in([figure.value])[0],
                definition.count,
                definition.status,
                " ".join(filter(None, (rule_of(definition, language=language), narrowed_to(figure.table, language=language)))),
                len({seminar.slug for lack in figure.lacks for seminar in lack.seminars}),
                None if hides else figures_url(definition.written()),
            )
        )
    return lines


def offered(session: Session, *, today: date, language: str) -> tuple[Sequence[str], Sequence[tuple[str, str]]]:
    """Return the topics and the agency groups that an indicator can be narrowed down to."""
    groups = groups_in_use(session, today=today)
    return topics_in_use(session), [(code, f"{code} · {english if language == 'en' else spanish}") for code, spanish, english in groups]
