"""Agencies as the rules see them: the tree, when each existed, and what became of it. No database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from seminar_app.core.folding import fold


class AgencyLevel(StrEnum):
    """Whose agency it is."""

    FEDERAL = "federal"
    STATE = "state"
    MUNICIPAL = "municipal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Succession:
    """One agency's work went to another: on a day, in a year where only that is established, or nobody knows when."""

    from_id: int
    to_id: int
    on: date | None
    year: int | None = None

    def had_happened(self, day: date) -> bool:
        """Whether it had surely happened by the end of `day`; of a year that means its last day."""
        if self.on is not None:
            return self.on <= day
        return self.year is not None and date(self.year, 12, 31) <= day


def search_key(*, code: str, name_es: str, name_en: str) -> str:
    """What an agency is found by, folded, besides its aliases; at most 600 characters."""
    return fold(f"{code} {name_es} {name_en}")[:600]


@dataclass(frozen=True, slots=True)
class Hit:
    """That an agency was found; `alias` where only what else it is called led to it."""

    alias: str | None = None


def look_for(wanted: str, *, names: Iterable[str], aliases: Iterable[str]) -> Hit | None:
    """Whether every word of `wanted` begins a word of the names, or of the names and one alias together; accents and case do not matter."""
    words = fold(wanted).split()
    own = fold(" ".join(names))
    if _all_begin(words, own):
        return Hit()
    return next((Hit(alias) for alias in aliases if _all_begin(words, f"{own} {fold(alias)}")), None)


def _all_begin(words: Iterable[str], text: str) -> bool:
    text = f" {text}"
    return all(f" {word}" in text for word in words)


def path_of(agency_id: int, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """The agency and its parents, nearest first. Ends where the tree does, and at a loop rather than never."""
    path: list[int] = []
    here: int | None = agency_id
    while here is not None and here not in path:
        path.append(here)
        here = parents.get(here)
    return tuple(path)


def group_of(agency_id: int, parents: Mapping[int, int | None]) -> int:
    """The agency group: the topmost ancestor."""
    return path_of(agency_id, parents)[-1]


def may_be_parent(parent_id: int, *, of: int, parents: Mapping[int, int | None]) -> bool:
    """Whether putting `of` below `parent_id` keeps the tree a tree."""
    return of not in path_of(parent_id, parents)


def existed_on(day: date, *, valid_from: date | None, valid_to: date | None) -> bool:
    """Whether an agency existed on that day; both ends count, an end that is not known is open."""
    return (valid_from is None or valid_from <= day) and (valid_to is None or day <= valid_to)


def names_a_kind(*, level: AgencyLevel, state: str | None, has_offices: bool) -> bool:
    """Whether an agency only heads its offices, as «the 32 state attorney generals' offices» do, so that nobody works in it itself."""
    return has_offices and level in (AgencyLevel.STATE, AgencyLevel.MUNICIPAL) and state is None


def successors_on(agency_id: int, successions: Iterable[Succession], day: date) -> tuple[int, ...]:
    """Who does the agency's work as of `day`: itself, or those at the end of the chain of successors, in a stable order."""
    steps: dict[int, list[int]] = {}
    for succession in successions:
        if succession.had_happened(day):
            steps.setdefault(succession.from_id, []).append(succession.to_id)
    ends: dict[int, None] = {}
    seen: set[int] = set()
    waiting = [agency_id]
    while waiting:
        here = waiting.pop(0)
        if here in seen:
            continue
        seen.add(here)
        following = steps.get(here, [])
        if following:
            waiting.extend(following)
        else:
            ends[here] = None
    return tuple(sorted(ends)) or (agency_id,)


def would_return(from_id: int, to_ids: Collection[int], successions: Iterable[Succession]) -> bool:
    """Whether naming `to_ids` as successors would make an agency its own successor some steps later."""
    steps: dict[int, list[int]] = {}
    for succession in successions:
        steps.setdefault(succession.from_id, []).append(succession.to_id)
    waiting, seen = list(to_ids), set[int]()
    while waiting:
        here = waiting.pop()
        if here == from_id:
            return True
        if here not in seen:
            seen.add(here)
            waiting.extend(steps.get(here, []))
    return False
