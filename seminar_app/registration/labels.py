"""Labels for the states of a registration, the reasons for a removal, and the sources of registrations."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from seminar_app.registration.rules import RegistrationState, RemovalReason, Source
from seminar_app.web.labels import label, register


def state_in_words(state: RegistrationState, *, by_agency: bool) -> str:
    """Return the word for a state, and of somebody whom the agency withdrew that it did."""
    return str(_("Withdrawn by the agency")) if by_agency else label(state)


def init_app() -> None:
    """Register the labels."""
    register(
        RegistrationState,
        {
            RegistrationState.NOMINATED: _l("Nominated"),
            RegistrationState.INVITED: _l("Invited"),
            RegistrationState.PENDING: _l("Awaiting approval"),
            RegistrationState.REGISTERED: _l("Registered"),
            RegistrationState.WAITLISTED: _l("On the waiting list"),
            RegistrationState.DECLINED: _l("Declined"),
            RegistrationState.WITHDRAWN: _l("Withdrawn"),
            RegistrationState.REMOVED: _l("Removed"),
            RegistrationState.SUBSTITUTED: _l("Substituted"),
        },
    )
    register(
        RemovalReason,
        {
            RemovalReason.ADMINISTRATIVE: _l("Administrative"),
            RemovalReason.CANCELLED: _l("The person or the agency cancelled"),
            RemovalReason.DOCUMENTS: _l("Documents incomplete"),
            RemovalReason.NO_SHOW: _l("Did not come"),
            RemovalReason.PREREQUISITES: _l("Prerequisites not met"),
            RemovalReason.OTHER: _l("Other"),
        },
    )
    register(
        Source,
        {
            Source.FORM: _l("Registration form"),
            Source.STAFF: _l("Added by staff"),
            Source.NOMINATION: _l("Nomination"),
            Source.IMPORT: _l("Import"),
            Source.WALK_IN: _l("At the door"),
            Source.DEMO: _l("Demonstration"),
        },
    )
