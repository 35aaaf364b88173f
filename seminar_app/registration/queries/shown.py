"""The columns of a registration with its person, and the person that may be shown from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seminar_app.agencies.queries import AgencyThen
from seminar_app.people import queries as people
from seminar_app.people.shown import ShownPerson, as_shown
from seminar_app.registration.models import Registration

SHOWN = (
    *people.SHOWN,
    Registration.agency_version_id,
    Registration.unit,
    Registration.rank,
    Registration.position,
    Registration.state_name,
    Registration.reserved_code,
)
"""The columns that `shown_person` reads, for queries of registrations joined with their people."""


def shown_person(row: Any, agencies: Mapping[int, AgencyThen], *, opened: bool = False) -> ShownPerson:
    """Return the person of a registration as they may be shown.

    Args:
        row: with the columns `SHOWN`.
        agencies: as of then, by version (`agencies_then`).
        opened: the reader is the person, or has opened the record.
    """
    then = agencies[row.agency_version_id]
    return as_shown(row, agency=then.agency, group=then.group, code=row.reserved_code, opened=opened)
