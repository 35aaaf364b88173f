"""The registration that a page of the seminar's office is about, in full. The page writes the audit row."""

from __future__ import annotations

from seminar_app.core.errors import NotFound
from seminar_app.registration import queries
from seminar_app.registration.queries import StaffRegistration
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor
from seminar_app.web.database import session
from seminar_app.web.ids import id_needed


def found_registration(slug: str, registration_id: str) -> StaffRegistration:
    """Return the registration, if the account organizes its seminar.

    Raises:
        NotFound: there is no such registration, or the account does not organize the seminar.
    """
    seminar_to_organize(session(), current_actor(), slug)
    return queries.registration_in_reach(session(), current_actor(), slug, id_needed(registration_id))


def opened_registration(slug: str, registration_id: str) -> StaffRegistration:
    """Return the registration in full; that of a reserved identity is opened.

    Raises:
        NotFound: as above, or the person was erased.
    """
    found = found_registration(slug, registration_id)
    if found.registration.person.erased:
        raise NotFound
    if not found.registration.person.hidden:
        return found
    return queries.registration_in_reach(session(), current_actor(), slug, id_needed(registration_id), opened=True)


def own_offices() -> frozenset[int] | None:
    """Return the offices that the account organizes for; None for an administrator."""
    actor = current_actor()
    return None if actor.is_admin else actor.office_ids
