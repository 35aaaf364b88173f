"""What the page of coverage shows: states on a tile grid, the trend, agencies together, no-shows, completion beside evaluation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.installation import installation_of
from seminar_app.core.rounding import whole_percent
from seminar_app.feedback.figures import Figure as Answers
from seminar_app.feedback.shown_results import scales_last_shown
from seminar_app.feedback.standard import MET_OBJECTIVES
from seminar_app.reports.asked import figures_url
from seminar_app.reports.queries import scope_of
from seminar_app.reports.queries.agency_values import agency_names
from seminar_app.reports.queries.counted import Directory, directory_for
from seminar_app.reports.queries.coverage import (
    NamedSeminar,
    OfSeminar,
    OfState,
    by_seminar,
    by_state,
    last_before,
    seminars_named,
    trend,
)
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import (
    MISSING,
    RESERVED,
    STATES,
    Count,
    Definition,
    Dimension,
    FederalEntity,
    Mix,
    NoShow,
    Reached,
    Status,
    mix_of,
    no_shows,
    one_of,
    parts_of,
    reached,
    state_named,
    trend_by,
)
from seminar_app.reports.wording import period_words

SEMINARS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Tile:
    """A state on the grid: its class, who attended, when last, and the address of its figures."""

    state: FederalEntity
    reached: Reached
    counted: OfState
    last_day: date | None
    url: str


@dataclass(frozen=True, slots=True)
class States:
    """The tiles in the order of their names, and who is not on the grid: no state, another country's, reserved."""

    tiles: Sequence[Tile]
    without: int
    elsewhere: int
    reserved: int

    @property
    def unnamed(self) -> int:
        """How many people of these states only headcounts know."""
        return sum(tile.counted.without_names for tile in self.tiles)

    def number(self, which: Reached) -> int:
        """Return how many states are of a class."""
        return sum(tile.reached is which for tile in self.tiles)


@dataclass(frozen=True, slots=True)
class SeminarLine:
    """A seminar of the list: the mix of its agencies, and how it ended. `answers`: whether it met its objectives, as last shown."""

    seminar: NamedSeminar
    mix: Mix
    seated: int
    completed: int | None
    """Whole percent of those seated; None where attendance is not closed."""
    answers: Answers | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """All that the page shows. `names`: the words of an agency group's code."""

    states: States
    trend: Sequence[tuple[str, int, int]]
    trend_by: Dimension | None
    seminars: Sequence[SeminarLine]
    left_out: int
    held: int
    together: int
    no_shows: Sequence[NoShow]
    names: Callable[[str], str]


def coverage(session: Session, actor: Actor, asked: Definition, *, today: date, language: str) -> Coverage:
    """Return the coverage of a period as its reader may see it, in a constant number of statements."""
    scope = scope_of(session, actor, today=today)
    directory = directory_for(session, asked, today=today)
    rows = by_seminar(session, asked, scope, directory)
    by = _by_seminar(rows)
    held = [seminar_id for seminar_id, lines in by.items() if sum(line.attended for line in lines)]
    mixes = {seminar_id: mix_of(_people(by[seminar_id])) for seminar_id in held}
    latest = sorted(held, key=lambda each: (by[each][0].ends_on, each), reverse=True)[:SEMINARS_SHOWN]
    groups = agency_names(directory.agencies, Dimension.GROUP)
    words, span = {"": str(_("Not assigned"))}, _span(asked, rows)
    unit = trend_by(*span) if span else None
    return Coverage(
        _states(session, asked, scope, directory),
        _in_order(trend(session, asked, scope, directory, unit), span, unit, language) if span and unit else [],
        unit,
        _lines(session, latest, by, mixes),
        len(held) - len(latest),
        len(held),
        sum(mix.together for mix in mixes.values()),
        no_shows((row.group, row.seated, row.absent) for row in rows if row.closed),
        lambda code: words.get(code) or (groups[code].full(language) if code in groups else code),
    )


def _by_seminar(rows: Sequence[OfSeminar]) -> Mapping[int, list[OfSeminar]]:
    found: dict[int, list[OfSeminar]] = {}
    for row in rows:
        found.setdefault(row.seminar_id, []).append(row)
    return found


def _people(lines: Sequence[OfSeminar]) -> dict[str, int]:
    people: dict[str, int] = {}
    for line in lines:
        people[line.group] = people.get(line.group, 0) + line.attended
    return people


def _states(session: Session, asked: Definition, scope: Scope, directory: Directory) -> States:
    found = by_state(session, asked, scope, directory)
    known: dict[str, set[str]] = {state.code: set() for state in STATES}
    for name in {each.value(Dimension.STATE) for each in directory.agencies.values()}:
        state = state_named(name)
        if state is not None:
            known[state.code].add(name)
    missed = {name for state in STATES if not any(name in found for name in known[state.code]) for name in known[state.code]}
    before = last_before(session, asked, scope, directory, missed)
    tiles = [_tile(state, asked, sorted(known[state.code]), found, before) for state in STATES]
    placed = {name for names in known.values() for name in names} | {MISSING, RESERVED}
    elsewhere = sum(each.people + each.without_names for name, each in found.items() if name not in placed)
    none, reserved = (found.get(name, OfState()) for name in (MISSING, RESERVED))
    return States(tiles, none.people + none.without_names, elsewhere, reserved.people)


def _tile(
    state: FederalEntity, asked: Definition, names: Collection[str], found: Mapping[str, OfState], before: Mapping[str, date]
) -> Tile:
    """Return a state's tile. A directory may have two names for it («Distrito Federal»): whoever attended under both counts twice."""
    parts = [found[name] for name in names if name in found]
    days = [each.last_day for each in parts if each.last_day] or [before[name] for name in names if name in before]
    counted = (
        OfState(*(sum(numbers) for numbers in zip(*((p.people, p.without_names, p.seminars) for p in parts), strict=True)))
        if parts
        else OfState()
    )
    last_day = max(days, default=None)
    only = {**asked.only, Dimension.STATE: one_of(names or [state.name])}
    url = figures_url(replace(asked, count=Count.PEOPLE, status=Status.ATTENDED, only=only).written())
    return Tile(state, reached(counted.people + counted.without_names, last_day), counted, last_day, url)


def _span(asked: Definition, rows: Sequence[OfSeminar]) -> tuple[date, date] | None:
    """Return the days that the trend shows: those asked for, or those on which seminars ended."""
    days = [row.ends_on for row in rows if row.attended]
    if not days:
        return None
    return asked.first or min(days), asked.last or max(days)


def _in_order(found: Mapping[str, tuple[int, int]], span: tuple[date, date], by: Dimension, language: str) -> list[tuple[str, int, int]]:
    words = period_words(by, language=language)
    return [(words(part), *found.get(part, (0, 0))) for part in parts_of(by, *span)]


def _lines(session: Session, ids: Sequence[int], by: Mapping[int, Sequence[OfSeminar]], mixes: Mapping[int, Mix]) -> list[SeminarLine]:
    keys = installation_of(session).settings.secret_keys
    answers = scales_last_shown(session, MET_OBJECTIVES, seminar_ids=ids, keys=keys)
    found = []
    for seminar in seminars_named(session, ids):
        lines = by[seminar.id]
        seated, completed = sum(line.seated for line in lines), sum(line.completed for line in lines)
        percent = whole_percent(completed, max(seated, completed)) if lines[0].closed and seated else None
        found.append(SeminarLine(seminar, mixes[seminar.id], seated, percent, answers.get(seminar.id)))
    return found
