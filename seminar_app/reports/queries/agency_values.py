"""What agency, group, level and state a participation is counted under, as of then or as of today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import NamedAgency, agencies_then, all_agencies, all_successions
from seminar_app.agencies.rules import group_of
from seminar_app.reports.rules import MISSING, Dimension, Names, agency_now, sole_successors


class CountedAs(Struct, frozen=True):
    """An agency with its group, as a participation is counted under them; `then_id` is the id of the agency as of then."""

    then_id: int
    agency: NamedAgency
    group: NamedAgency

    def value(self, dimension: Dimension) -> str:
        """Return the value of one of the dimensions that an agency decides."""
        match dimension:
            case Dimension.AGENCY:
                return self.agency.code
            case Dimension.GROUP:
                return self.group.code
            case Dimension.LEVEL:
                return self.agency.level.value if self.agency.code else MISSING
            case _:
                return self.agency.state or MISSING


def counted_as(session: Session, names: Names, *, today: date) -> Mapping[int, CountedAs]:
    """Return by version of an agency what it is counted as, in one statement, or in three for the names of now."""
    versions = {key: each for key, each in agencies_then(session).items() if key is not None}
    then = {key: CountedAs(each.agency.id, each.agency, each.group) for key, each in versions.items()}
    if names is Names.THEN:
        return then
    directory = all_agencies(session, with_aliases=False)
    parents = {agency.id: agency.parent_id for agency in directory.values()}
    after = sole_successors(all_successions(session), today=today)
    found = {}
    for version_id, each in then.items():
        agency_id = agency_now(each.then_id, after)
        found[version_id] = CountedAs(each.then_id, directory[agency_id], directory[group_of(agency_id, parents)])
    return found


def agency_names(counted: Mapping[int, CountedAs], dimension: Dimension) -> Mapping[str, NamedAgency]:
    """Return the agencies or groups by code; one of several versions as in the newest."""
    which = (each.group if dimension is Dimension.GROUP else each.agency for _, each in sorted(counted.items()))
    return {each.code: each for each in which}
