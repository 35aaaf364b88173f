"""Labels for the stored data of people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.people.identity_rules import IdentityPart
from seminar_app.people.rules import Sex
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
