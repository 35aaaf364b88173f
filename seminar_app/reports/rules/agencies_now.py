"""As which agency of today an agency of then is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from seminar_app.agencies.rules import Succession


def agency_now(agency_id: int, successor: Mapping[int, int]) -> int:
    """Return the agency that does the work today: the end of the chain of `sole_successors`. A loop ends where it began to repeat."""
    path = [agency_id]
    while (after := successor.get(path[-1])) is not None and after not in path:
        path.append(after)
    return path[-1]


def sole_successors(successions: Iterable[Succession], *, today: date) -> Mapping[int, int]:
    """Return the successor of each agency that one other alone succeeded by today.

    Where several took over the work, nobody can say which of them somebody of then would belong to, so that agency stays itself.
    A succession of unknown date makes an agency shared, because it may have happened, and gives nothing by itself.
    """
    after: dict[int, set[int]] = {}
    unsure: set[int] = set()
    for each in successions:
        if each.at is None:
            unsure.add(each.from_id)
        elif each.at <= today:
            after.setdefault(each.from_id, set()).add(each.to_id)
    return {agency: next(iter(heirs)) for agency, heirs in after.items() if len(heirs) == 1 and agency not in unsure}
