"""Rules of agencies: the tree, when each agency existed, and its successors. No database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct

from seminar_app.core.folding import fold


class AgencyLevel(StrEnum):
    """The level of government to which an agency belongs."""

    FEDERAL = "federal"
    STATE = "state"
    MUNICIPAL = "municipal"
    OTHER = "other"


class Succession(Struct, frozen=True):
    """The work of one agency passed to another: on a day, in a year if only that is established, or at an unknown time."""

    from_id: int
    to_id: int
    on: date | None
    year: int | None = None

    @property
    def at(self) -> date | None:
        """The day by which it had certainly happened: its own, or the last day of the year if only that is known; None if unknown."""
        if self.on is not None:
            return self.on
        return None if self.year is None else date(self.year, 12, 31)

    def had_happened(self, day: date) -> bool:
        """Whether it had certainly happened by the end of `day`."""
        return self.at is not None and self.at <= day


class Listed(Struct, frozen=True):
    """What the directory says of an agency now."""

    code: str
    name_es: str
    name_en: str
    level: AgencyLevel
    state: str | None
    parent_id: int | None


class VersionFacts(Struct, frozen=True):
    """What a version of an agency keeps: what names the agency, and what names its group."""

    code: str
    name_es: str
    name_en: str
    level: AgencyLevel
    state: str | None
    group_id: int
    group_code: str
    group_name_es: str
    group_name_en: str
    group_level: AgencyLevel


def versions_to_add(directory: Mapping[int, Listed], current: Mapping[int, VersionFacts]) -> dict[int, VersionFacts]:
    """Return the agencies whose current version is missing, or differs from the directory, with what the new version keeps.

    Args:
        directory: agencies by id; all parents of each are among them.
        current: the current versions by the agency's id.
    """
    parents = {agency_id: agency.parent_id for agency_id, agency in directory.items()}
    now = {agency_id: _version(agency, group_of(agency_id, parents), directory) for agency_id, agency in directory.items()}
    return {agency_id: facts for agency_id, facts in now.items() if current.get(agency_id) != facts}


def _version(agency: Listed, group_id: int, directory: Mapping[int, Listed]) -> VersionFacts:
    group = directory[group_id]
    return VersionFacts(
        code=agency.code,
        name_es=agency.name_es,
        name_en=agency.name_en,
        level=agency.level,
        state=agency.state,
        group_id=group_id,
        group_code=group.code,
        group_name_es=group.name_es,
        group_name_en=group.name_en,
        group_level=group.level,
    )


def search_key(*, code: str, name_es: str, name_en: str) -> str:
    """Return the folded text by which an agency is found, without its aliases; at most 600 characters."""
    return fold(f"{code} {name_es} {name_en}")[:600]


def alias_key(alias: str) -> str:
    """Return the folded text by which an alias is found; at most 200 characters."""
    return fold(alias)[:200]


class Hit(Struct, frozen=True):
    """A search result; `alias` is set if only an alias matched."""

    alias: str | None = None


def look_for(wanted: str, *, names: Iterable[str], aliases: Iterable[str]) -> Hit | None:
    """Return a hit if every word of `wanted` begins a word of the names, or of the names with one alias. Accents and case are ignored."""
    words = fold(wanted).split()
    own = fold(" ".join(names))
    if _all_begin(words, own):
        return Hit()
    return next((Hit(alias) for alias in aliases if _all_begin(words, f"{own} {fold(alias)}")), None)


def _all_begin(words: Iterable[str], text: str) -> bool:
    text = f" {text}"
    return all(f" {word}" in text for word in words)


def path_of(agency_id: int, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """Return the agency and its parents, nearest first. It also ends at a loop."""
    path: list[int] = []
    here: int | None = agency_id
    while here is not None and here not in path:
        path.append(here)
        here = parents.get(here)
    return tuple(path)


def group_of(agency_id: int, parents: Mapping[int, int | None]) -> int:
    """Return the agency group: the topmost ancestor."""
    return path_of(agency_id, parents)[-1]


def may_be_parent(parent_id: int, *, of: int, parents: Mapping[int, int | None]) -> bool:
    """Whether the tree has no loop if `of` is placed below `parent_id`."""
    return of not in path_of(parent_id, parents)


def existed_on(day: date, *, valid_from: date | None, valid_to: date | None) -> bool:
    """Whether an agency existed on that day. Both ends are included; an unknown end is open."""
    return (valid_from is None or valid_from <= day) and (valid_to is None or day <= valid_to)


def names_a_kind(*, level: AgencyLevel, state: str | None, has_offices: bool) -> bool:
    """Whether an agency only heads its offices, like «the 32 state attorney generals' offices», and has no people of its own."""
    return has_offices and level in (AgencyLevel.STATE, AgencyLevel.MUNICIPAL) and state is None


def successors_on(agency_id: int, successions: Iterable[Succession], day: date) -> tuple[int, ...]:
    """Return the agencies that do the work of this one as of `day`: itself, or the last of its successors, ordered by id."""
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
    """Whether an agency would become its own successor, directly or through other agencies, if `to_ids` succeeded it."""
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
