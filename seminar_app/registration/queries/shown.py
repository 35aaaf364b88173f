"""The columns of a registration with its person, and the person that may be shown from them."""

from __future__ import annotations

from typing import Any

from seminar_app.agencies.queries import AgenciesThen, AgencyThen, agency_written
from seminar_app.people import queries as people
from seminar_app.people.shown import ShownPerson, as_shown
from seminar_app.registration.models import Registration

SHOWN = (
    *people.SHOWN,
    Registration.agency_version_id,
    Registration.agency_text,
    Registration.unit,
    Registration.rank,
    Registration.position,
    Registration.state_name,
    Registration.reserved_code,
)
"""The columns that `shown_person` reads, for queries of registrations joined with their people."""


def agency_of(row: Any, agencies: AgenciesThen) -> AgencyThen:
    """Return the agency of a row with `agency_version_id` and `agency_text`: as of then, or as the person wrote it."""
    return agency_written(agencies[row.agency_version_id], row.agency_text)


def shown_person(row: Any, agencies: AgenciesThen, *, opened: bool = False) -> ShownPerson:
    """Return the person of a registration as they may be shown.

    Args:
        row: with the columns `SHOWN`.
        agencies: as of then, by version (`agencies_then`).
        opened: the reader is the person, or has opened the record.
    """
    then = agency_of(row, agencies)
    return as_shown(row, agency=then.agency, group=then.group, code=row.reserved_code, opened=opened)
