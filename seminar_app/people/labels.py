"""Labels for the stored data of people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.people.identity_rules import IdentityPart
from seminar_app.people.rules import ReservedReason, Sex
from seminar_app.web.labels import register


def init_app() -> None:
    """Register the labels."""
    register(Sex, {Sex.FEMALE: _l("Female"), Sex.MALE: _l("Male"), Sex.OTHER: _l("Other")})
    register(
        IdentityPart,
        {
            IdentityPart.CURP: _l("CURP"),
            IdentityPart.BIRTH_DATE: _l("Date of birth"),
            IdentityPart.BIRTH_PLACE: _l("Place of birth"),
            IdentityPart.PASSPORT: _l("Passport number"),
        },
    )
    register(
        ReservedReason,
        {
            ReservedReason.OWN_REQUEST: _l("The person asked for it"),
            ReservedReason.AGENCY_REQUEST: _l("The agency asked for it"),
            ReservedReason.AUTHORITY_ORDER: _l("An authority ordered it"),
            ReservedReason.MISTAKE: _l("It was a mistake"),
        },
    )
