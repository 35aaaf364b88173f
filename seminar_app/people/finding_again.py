"""Find the people of a list again, a little later: only whoever was added meanwhile is compared anew.

An import finds its people before it takes the lock of the seats, because that takes most of its time. Under the lock it asks here.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from seminar_app.people.finding_many import RESEMBLING, Found, Sought, find_many
from seminar_app.people.matching import By, Compared
from seminar_app.people.models import Person
from seminar_app.people.queries import compared_many

MOST_NEW = 200
"""If more people came meanwhile, all are found anew."""


class Mark(Struct, frozen=True):
    """How the records of people stood: the newest one's id, and the sum of their versions, which each change of one raises."""

    newest: int
    versions: int


def mark_of(session: Session) -> Mark:
    """Return how the records of people stand. Ask before the people are found: whoever comes between counts as new then."""
    newest, versions = session.execute(select(func.coalesce(func.max(Person.id), 0), func.coalesce(func.sum(Person.version), 0))).one()
    return Mark(newest, versions)


def find_again(
    session: Session,
    wanted: Sequence[Sought],
    found: Sequence[Found | None],
    mark: Mark,
    *,
    reach: ColumnElement[bool],
    by: By = By.LIST,
    everybody: ColumnElement[bool] | None = None,
) -> list[Found]:
    """Return for each person of a list who they are on file now, as `find_many` would.

    Args:
        found: what `find_many` said when the records stood at `mark`; None for somebody who was not looked for then.
        everybody: as for `find_many`.
    """
    versions = session.scalar(select(func.coalesce(func.sum(Person.version), 0)).where(Person.id <= mark.newest))
    new = session.scalars(select(Person).where(Person.id > mark.newest).limit(MOST_NEW + 1)).all()
    if versions != mark.versions or len(new) > MOST_NEW:
        return find_many(session, wanted, reach=reach, by=by, everybody=everybody)
    concerned = _concerned(wanted, compared_many(session, list(new))) if new else set()
    again = [place for place, each in enumerate(found) if each is None or place in concerned]
    result = [each or Found() for each in found]
    anew = find_many(session, [wanted[place] for place in again], reach=reach, by=by, everybody=everybody) if again else []
    for place, each in zip(again, anew, strict=True):
        result[place] = each
    return result


def _concerned(wanted: Sequence[Sought], new: Sequence[Compared]) -> set[int]:
    """Return the places of those who may be one of the new people: by address, number or resembling name."""
    addresses, numbers = {each.email for each in new if each.email}, {each.curp for each in new if each.curp}
    places = {place for place, each in enumerate(wanted) if each.compared.email in addresses or each.compared.curp in numbers}
    names = [_name(each.compared) for each in wanted]
    for each in new:
        alike = process.extract(_name(each), names, scorer=fuzz.token_set_ratio, score_cutoff=RESEMBLING, limit=None)
        places.update(place for _key, _score, place in alike)
    return places


def _name(compared: Compared) -> str:
    return " ".join(word for part in (*compared.name.surnames, compared.name.given) for word in part.words)


__all__ = ["Mark", "find_again", "mark_of"]
