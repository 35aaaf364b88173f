"""Rules of succession: which quotas an agency's people may draw from, and to whom the quota of an ended agency falls. No database.

Source: docs/decisions/0012-agencies-to-the-day-or-the-year.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Protocol

from msgspec import Struct

from seminar_app.agencies.rules import Succession, existed_on, path_of, successors_on


class InDirectory(Protocol):
    """What these rules ask of an agency in the directory."""

    @property
    def parent_id(self) -> int | None:
        """Id of the agency above."""
        ...

    @property
    def valid_from(self) -> date | None:
        """First day, if known."""
        ...

    @property
    def valid_to(self) -> date | None:
        """Last day; None if it still exists."""
        ...

    @property
    def heads_a_kind(self) -> bool:
        """Whether it only heads its offices, so that nobody belongs to it directly."""
        ...


class Steps(Struct, frozen=True):
    """The steps from each agency towards its pools as of one day: to its parent, and to its predecessors in the order they are tried."""

    parents: Mapping[int, int | None]
    predecessors: Mapping[int, tuple[int, ...]]


def steps_on(day: date, *, codes: Mapping[int, str], parents: Mapping[int, int | None], successions: Iterable[Succession]) -> Steps:
    """Return the steps as of `day`: predecessors latest first, then by code.

    A succession counts if it had happened by the end of `day`, one known only to the year from the year's last day on. One of
    unknown date does not count, because nobody can say that it had happened; it counts as soon as a year is recorded.
    """
    happened = [(succession, at) for succession in successions if (at := succession.at) is not None and at <= day]
    happened.sort(key=lambda pair: (-pair[1].toordinal(), codes.get(pair[0].from_id, "")))
    predecessors: dict[int, tuple[int, ...]] = {}
    for succession, _ in happened:
        predecessors[succession.to_id] = (*predecessors.get(succession.to_id, ()), succession.from_id)
    return Steps(parents, predecessors)


def path_to_pools(agency_id: int, steps: Steps) -> tuple[int, ...]:
    """Return the agencies whose quotas an agency's people may draw from, in the order they are tried.

    The agency, its parents, nearest first, its predecessors and theirs, then the parents of these, and so on. Each stands once,
    so loops end.
    """
    path: dict[int, None] = {}
    wave = [agency_id]
    while wave:
        reached: list[int] = []
        while wave:
            new = [each for each in dict.fromkeys(wave) if each not in path]
            path.update(dict.fromkeys(new))
            reached += new
            wave = [parent for each in new if (parent := steps.parents.get(each)) is not None]
        wave = [before for each in reached for before in steps.predecessors.get(each, ())]
    return tuple(path)


def reached_on(day: date, agencies: Mapping[int, InDirectory], steps: Steps) -> frozenset[int]:
    """Return the agencies whose quota somebody could hold: those on the path of an agency that has people on `day`."""
    alive = (each for each, agency in agencies.items() if _exists(agency, day) and not agency.heads_a_kind)
    return frozenset(step for each in alive for step in path_to_pools(each, steps))


def reach_of_liaison(
    granted: Collection[int], agencies: Mapping[int, InDirectory], successions: Iterable[Succession], *, codes: Mapping[int, str], on: date
) -> frozenset[int]:
    """Return the agencies whose people a liaison sees: her own, what is below them, and what these alone succeeded by a day.

    An ended agency belongs to the agencies of today whose people may draw from its quota. It is hers if all of them are. If
    another agency draws from it too, she sees none of its people, because nobody can say which of them are hers. What was below
    an ended agency and has no successor of its own goes where that agency went. A succession of unknown date gives nothing, but
    it makes an agency shared, because it may have happened.

    Args:
        granted: the agencies that she is the liaison of.
        codes: of all agencies.
        on: the day, today on pages.

    Source: docs/decisions/0032-reach-along-succession.md.
    """
    parents = {each: agency.parent_id for each, agency in agencies.items()}
    own = frozenset(each for each in agencies if set(granted) & set(path_of(each, parents)))
    known = list(successions)
    possible = [each if each.at is not None else Succession(each.from_id, each.to_id, on) for each in known]
    alive = [each for each in agencies if not agencies[each].heads_a_kind and all(_exists(agencies[a], on) for a in path_of(each, parents))]
    certain, shared = (_drawn_from(alive, steps_on(on, codes=codes, parents=parents, successions=s)) for s in (known, possible))
    followed = (each for each in agencies if _heirs(each, certain, parents))
    return own | {each for each in followed if _heirs(each, shared, parents) <= own}


def _drawn_from(alive: Iterable[int], steps: Steps) -> dict[int, set[int]]:
    """Return for each agency those of `alive` whose people may draw from its quota."""
    found: dict[int, set[int]] = {}
    for each in alive:
        for step in path_to_pools(each, steps):
            found.setdefault(step, set()).add(each)
    return found


def _heirs(agency_id: int, drawn_from: Mapping[int, set[int]], parents: Mapping[int, int | None]) -> set[int]:
    """Return the agencies that draw from the quota of an agency, or else of the nearest one above it that has any."""
    return next((drawn_from[each] for each in path_of(agency_id, parents) if each in drawn_from), set())


def has_mostly_ended(agency_id: int, agencies: Mapping[int, InDirectory], *, before: date) -> bool:
    """Whether the agency, or more than half of its offices at any depth, had ended before that day."""
    if _ended(agencies[agency_id], before):
        return True
    offices = [agencies[each] for each in _below(agency_id, agencies) if not agencies[each].heads_a_kind]
    return 2 * sum(_ended(office, before) for office in offices) > len(offices)


def heirs_of(agency_id: int, agencies: Mapping[int, InDirectory], successions: Collection[Succession], *, on: date) -> frozenset[int]:
    """Return the agencies that do the work of an agency and of its ended offices as of a day. It is not among them itself.

    The successor of an office stands for the agency as far above it as the quota's agency was above the office: 30 state offices
    that succeeded 30 offices of one group are one heir, their group.
    """
    parents = {each: agency.parent_id for each, agency in agencies.items()}
    found: set[int] = set()
    for member in (agency_id, *_below(agency_id, agencies)):
        depth = path_of(member, parents).index(agency_id)
        for successor in successors_on(member, successions, on):
            path = path_of(successor, parents)
            lifted = path[min(depth, len(path) - 1)]
            heir = lifted if _exists(agencies[lifted], on) else successor
            if agency_id not in path and _exists(agencies[heir], on):
                found.add(heir)
    return frozenset(heir for heir in found if not found & set(path_of(heir, parents)[1:]))


def _below(agency_id: int, agencies: Mapping[int, InDirectory]) -> list[int]:
    parents = {each: agency.parent_id for each, agency in agencies.items()}
    return [each for each in agencies if each != agency_id and agency_id in path_of(each, parents)]


def _exists(agency: InDirectory, day: date) -> bool:
    return existed_on(day, valid_from=agency.valid_from, valid_to=agency.valid_to)


def _ended(agency: InDirectory, before: date) -> bool:
    return agency.valid_to is not None and agency.valid_to < before
