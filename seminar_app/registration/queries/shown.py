"""The columns of a registration with its person, and the person that may be shown from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seminar_app.agencies.queries import AgencyChoice
from seminar_app.people import queries as people
from seminar_app.people.shown import ShownPerson, as_shown
from seminar_app.registration.models import Registration

SHOWN = (
    *people.SHOWN,
    Registration.agency_id,
    Registration.unit,
    Registration.rank,
    Registration.position,
    Registration.state_name,
    Registration.reserved_code,
)
"""The columns that `shown_person` reads, for queries of registrations joined with their people."""


def shown_person(row: Any, agencies: Mapping[int, AgencyChoice], path: Sequence[int], *, opened: bool = False) -> ShownPerson:
    """Return the person of a registration as they may be shown.

    Args:
        row: with the columns `SHOWN`.
        agencies: the directory.
        path: the registration's agency and its parents; the last one is the group.
        opened: the reader is the person, or has opened the record.
    """
    return as_shown(row, agency=agencies[path[0]], group=agencies[path[-1]], code=row.reserved_code, opened=opened)
