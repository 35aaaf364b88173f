"""What the page of coverage shows: states on a tile grid, the trend, agencies together, no-shows, completion beside evaluation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_

from flask_babel import gettext as _
from msgspec import Struct
from pyroaring import BitMap
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.installation import installation_of
from seminar_app.core.rounding import whole_percent
from seminar_app.core.values import replace
from seminar_app.feedback.figures import Figure as Answers
from seminar_app.feedback.shown_results import scales_last_shown
from seminar_app.feedback.standard import MET_OBJECTIVES
from seminar_app.reports.asked import figures_url
from seminar_app.reports.queries import scope_of
from seminar_app.reports.queries.agency_values import agency_names
from seminar_app.reports.queries.counted import Directory, directory_for
from seminar_app.reports.queries.coverage import (
    NamedSeminar,
    OfGroup,
    OfSeminar,
    OfState,
    by_seminar,
    by_state_and_group,
    last_before,
    latest_held,
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
    brought_together,
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


class Tile(Struct, frozen=True):
    """A state on the grid: its class, who attended, when last, and the address of its figures."""

    state: FederalEntity
    reached: Reached
    counted: OfState
    last_day: date | None
    url: str


class States(Struct, frozen=True):
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


class SeminarLine(Struct, frozen=True):
    """A seminar of the list: the mix of its agencies, and how it ended. `answers`: whether it met its objectives, as last shown."""

    seminar: NamedSeminar
    mix: Mix
    seated: int
    completed: int | None
    """Whole percent of those seated; None where attendance is not closed."""
    answers: Answers | None


class Coverage(Struct, frozen=True):
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
    states, found = by_state_and_group(session, asked, scope, directory)
    held = BitMap.union(BitMap(), *(each.seminars for each in found.values()))
    seminars = _lines(session, asked, scope, directory)
    groups = agency_names(directory.agencies, Dimension.GROUP)
    words, span = {"": str(_("Not assigned"))}, _span(asked, found.values(), today)
    unit = trend_by(*span) if span else None
    return Coverage(
        _states(session, asked, scope, directory, states),
        _in_order(trend(session, asked, scope, directory, unit), span, unit, language) if span and unit else [],
        unit,
        seminars,
        len(held) - len(seminars),
        len(held),
        brought_together(each.seminars for group, each in found.items() if group),
        no_shows((group, each.seated, each.absent) for group, each in found.items()),
        lambda code: words.get(code) or (groups[code].full(language) if code in groups else code),
    )


def _people(lines: Sequence[OfSeminar]) -> dict[str, int]:
    people: dict[str, int] = {}
    for line in lines:
        people[line.group] = people.get(line.group, 0) + line.attended
    return people


def _states(session: Session, asked: Definition, scope: Scope, directory: Directory, found: Mapping[str, OfState]) -> States:
    known: dict[str, set[str]] = {state.code: set() for state in STATES}
    for name in {each.value(Dimension.STATE) for each in directory.agencies.values()}:
        state = state_named(name)
        if state is not None:
            known[state.code].add(name)
    missed = {name for state in STATES if not any(name in found for name in known[state.code]) for name in known[state.code]}
    before = last_before(session, asked, scope, directory, missed)
    tiles = [_tile(state, asked, sorted(known[state.code]), found, before) for state in STATES]
    placed = {name for names in known.values() for name in names} | {MISSING, RESERVED}
    elsewhere = reduce(or_, (each for name, each in found.items() if name not in placed), OfState())
    none, reserved = (found.get(name, OfState()) for name in (MISSING, RESERVED))
    return States(tiles, none.number, elsewhere.number, reserved.number)


def _tile(
    state: FederalEntity, asked: Definition, names: Collection[str], found: Mapping[str, OfState], before: Mapping[str, date]
) -> Tile:
    """Return a state's tile. A directory may have two names for it («Distrito Federal»)."""
    counted = reduce(or_, (found[name] for name in names if name in found), OfState())
    last_day = counted.last_day or max((before[name] for name in names if name in before), default=None)
    only = {**asked.only, Dimension.STATE: one_of(names or [state.name])}
    url = figures_url(replace(asked, count=Count.PEOPLE, status=Status.ATTENDED, only=only).written())
    return Tile(state, reached(counted.number, last_day), counted, last_day, url)


def _span(asked: Definition, groups: Iterable[OfGroup], today: date) -> tuple[date, date] | None:
    """Return the days that the trend shows: those asked for, or those on which seminars ended. Of the future only the latter."""
    days = [day for each in groups for day in (each.first_day, each.last_day) if day]
    if not days:
        return None
    return asked.first or min(days), min(asked.last or max(days), max(today, *days))


def _in_order(found: Mapping[str, tuple[int, int]], span: tuple[date, date], by: Dimension, language: str) -> list[tuple[str, int, int]]:
    words = period_words(by, language=language)
    return [(words(part), *found.get(part, (0, 0))) for part in parts_of(by, *span)]


def _lines(session: Session, asked: Definition, scope: Scope, directory: Directory) -> list[SeminarLine]:
    seminars = latest_held(session, asked, scope, directory, most=SEMINARS_SHOWN)
    ids = [each.id for each in seminars]
    by = by_seminar(session, asked, scope, directory, ids)
    keys = installation_of(session).settings.secret_keys
    answers = scales_last_shown(session, MET_OBJECTIVES, seminar_ids=ids, keys=keys)
    found = []
    for seminar in seminars:
        lines = by[seminar.id]
        seated, completed = sum(line.seated for line in lines), sum(line.completed for line in lines)
        percent = whole_percent(completed, max(seated, completed)) if lines[0].closed and seated else None
        found.append(SeminarLine(seminar, mix_of(_people(lines)), seated, percent, answers.get(seminar.id)))
    return found
