"""A figure in words: what its rule is, and what its cells are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from babel import Locale
from babel.dates import format_skeleton
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import all_agencies
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.core.actor import Actor
from seminar_app.core.dates import date_range, long_date, noon
from seminar_app.offices.queries import offices
from seminar_app.people.rules import Sex
from seminar_app.reports.queries.agency_values import agency_names
from seminar_app.reports.queries.figures import Table
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import (
    MISSING,
    OF_AGENCY,
    OVERLAPPING,
    RESERVED,
    Count,
    Definition,
    Dimension,
    Names,
    Status,
    hours,
    read_period,
    values_of,
    whole_year,
    written,
)
from seminar_app.web.labels import label


def rule_of(definition: Definition, *, language: str) -> str:
    """Return the counting rule in one sentence: what is counted, of which status, in which seminars."""
    return " ".join(filter(None, (_what(definition), _least(definition), seminars_words(definition, language))))


def _what(definition: Definition) -> str:
    """Return what is counted, of which status."""
    words: Mapping[tuple[Count, Status], str] = {
        (Count.PEOPLE, Status.COMPLETED): _(
            "Each person once, who completed at least one seminar: reached its threshold of contact hours."
        ),
        (Count.PEOPLE, Status.ATTENDED): _("Each person once, who was at one session of a seminar at least."),
        (Count.PEOPLE, Status.REGISTERED): _("Each person once, who held a seat in a seminar at the end, or was there."),
        (Count.PARTICIPATIONS, Status.COMPLETED): _(
            "Each person once in each seminar that they completed: reached its threshold of contact hours."
        ),
        (Count.PARTICIPATIONS, Status.ATTENDED): _("Each person once in each seminar of which they were at one session at least."),
        (Count.PARTICIPATIONS, Status.REGISTERED): _(
            "Each person once in each seminar in which they held a seat at the end, or were there."
        ),
        (Count.HOURS, Status.COMPLETED): _("The credited contact hours of everybody who completed the seminar, added up."),
        (Count.HOURS, Status.ATTENDED): _("The credited contact hours of everybody who was at one session at least, added up."),
        (Count.HOURS, Status.REGISTERED): _("The credited contact hours of everybody who held a seat at the end or was there, added up."),
    }
    return words[definition.count, definition.status]


def _least(definition: Definition) -> str:
    """Return how many contact hours a participation must have been credited to count."""
    if not definition.least_minutes:
        return ""
    number = f"{hours(definition.least_minutes):g}"
    return str(_("Only participations with at least %(number)s credited contact hours.", number=number))


def broken_down_by(definition: Definition) -> str:
    """Return by what a figure is broken down, as a heading; nothing where it is not."""
    names = [label(each).lower() for each in definition.by]
    if len(names) < 2:
        return str(_("By %(what)s", what=names[0])) if names else ""
    return str(_("By %(what)s and %(other)s", what=names[0], other=names[1]))


def narrowed(table: Table, *, language: str) -> list[tuple[Dimension, str]]:
    """Return what a figure is narrowed down to: each dimension with its values in words."""
    found = []
    for dimension, values in table.definition.only.items():
        words = cell_words(table, dimension, language=language)
        found.append((dimension, "; ".join(words(each) for each in values_of(values))))
    return found


def narrowed_to(table: Table, *, language: str) -> str:
    """Return the same in sentences; nothing where it is not narrowed down."""
    return " ".join(f"{label(dimension)}: {said}." for dimension, said in narrowed(table, language=language))


def seminars_words(definition: Definition, language: str) -> str:
    """Return which seminars count by their last day."""
    if definition.first is None and definition.last is None:
        return str(_("Seminars of all years; drafts and cancelled seminars do not count."))
    if definition.first is None:
        return str(_("Seminars that ended on %(day)s or before.", day=long_date(definition.last or date.max, language)))
    if definition.last is None:
        return str(_("Seminars that ended on %(day)s or later.", day=long_date(definition.first, language)))
    days = date_range(definition.first, definition.last, language)
    if whole_year(definition.first, definition.last) == written(Dimension.FISCAL_YEAR, definition.last):
        return str(_("Seminars that ended in US fiscal year %(year)s (%(days)s).", year=definition.last.year, days=days))
    return str(_("Seminars that ended in %(days)s.", days=days))


def notes_of(definition: Definition) -> list[str]:
    """Return what else a reader of the figure's breakdown must know."""
    notes = []
    if set(definition.by) & OF_AGENCY:
        notes.append(
            _("Agencies are named and grouped as on the day of each registration.")
            if definition.names is Names.THEN
            else _("Agencies are named and grouped as today; one that a single other agency succeeded is counted as that one.")
        )
    if set(definition.by) - {Dimension.SEX} and definition.count is Count.PEOPLE:
        notes.append(_("A person can be in several rows, so the rows may add up to more than the total."))
    elif set(definition.by) & OVERLAPPING:
        notes.append(_("A seminar with several hosts counts in the row of each, so the rows may add up to more than the total."))
    return notes


def scope_words(session: Session, actor: Actor, scope: Scope) -> str:
    """Return whose seminars and people an account counts."""
    if scope.agencies is not None:
        directory = all_agencies(session, with_aliases=False)
        codes = sorted(directory[agency_id].code for agency_id in actor.agency_ids)
        return str(_("People of %(codes)s, of what is below and of what it succeeded", codes=", ".join(codes)))
    return words_of_scope(session, scope)


def words_of_scope(session: Session, scope: Scope) -> str:
    """Return the offices whose seminars are counted."""
    if scope.offices is None:
        return str(_("Seminars of all offices"))
    codes = sorted(office.code for office in offices(session) if office.id in scope.offices)
    return str(ngettext("Seminars of the office %(codes)s", "Seminars of the offices %(codes)s", len(codes), codes=", ".join(codes)))


def year_words(year: str) -> str:
    """Return `FY2014` or `2014` in words."""
    return str(_("Fiscal year %(year)s (US)", year=year[2:]) if year.startswith("FY") else _("Year %(year)s", year=year))


def cell_words(table: Table, dimension: Dimension, *, language: str) -> Callable[[str], str]:
    """Return a function from a value of a dimension to its words."""
    missing = _("No state: federal agencies, and agencies not assigned") if dimension is Dimension.STATE else _("Not known")
    if dimension in (Dimension.AGENCY, Dimension.GROUP):
        missing = _("Not assigned")
    said = {RESERVED: _("Reserved identity"), MISSING: missing}
    read = _reader(table, dimension, language)
    return lambda value: said.get(value) or read(value)


def _reader(table: Table, dimension: Dimension, language: str) -> Callable[[str], str]:
    match dimension:
        case Dimension.AGENCY | Dimension.GROUP:
            names = agency_names(table.directory.agencies, dimension)
            return lambda code: names[code].full(language) if code in names else code
        case Dimension.LEVEL:
            return lambda value: label(AgencyLevel(value)) if value in list(AgencyLevel) else value
        case Dimension.SEX:
            return lambda value: label(Sex(value)) if value in list(Sex) else value
        case Dimension.COUNTRY:
            return lambda code: Locale(language).territories.get(code, code)
        case _:
            return period_words(dimension, language=language)


def period_words(dimension: Dimension, *, language: str) -> Callable[[str], str]:
    """Return a function from a month, quarter or fiscal year to its words; all else is its own word."""
    match dimension:
        case Dimension.MONTH:
            return lambda value: _month(value, language)
        case Dimension.FISCAL_YEAR:
            return lambda value: _("FY %(year)s", year=value[2:])
        case Dimension.QUARTER:
            return lambda value: _("%(year)s, quarter %(number)s", year=value[:4], number=value[-1])
        case _:
            return lambda value: value


def _month(value: str, language: str) -> str:
    period = read_period(value)
    return value if period is None else format_skeleton("yMMMM", noon(period.first), locale=language)
