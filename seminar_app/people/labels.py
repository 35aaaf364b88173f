"""Labels for the stored data of people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.people.evidence import Evidence
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
    register(
        Evidence,
        {
            Evidence.NAME: _l("the whole name is equal"),
            Evidence.SINGLE_NAME: _l("a single name"),
            Evidence.PARTICLES: _l("particles differ, as in «de la Cruz» and «Cruz»"),
            Evidence.SHORT_FORM: _l("a short form, as in «Ma.» for María"),
            Evidence.SPACING: _l("written together or apart"),
            Evidence.SPELLING: _l("another spelling of the same name"),
            Evidence.GIVEN_SLIP: _l("one letter differs in the given names"),
            Evidence.SURNAME_SLIP: _l("one letter differs in a surname"),
            Evidence.INITIAL: _l("an initial"),
            Evidence.GIVEN_NAME_MISSING: _l("one of the given names is missing"),
            Evidence.GIVEN_ORDER: _l("the given names are in another order"),
            Evidence.SURNAMES_SWAPPED: _l("the surnames are swapped"),
            Evidence.SECOND_SURNAME_MISSING: _l("the second surname is missing"),
            Evidence.MARRIED_NAME: _l("perhaps a married name"),
            Evidence.SURNAME_SHORTENED: _l("a compound surname is shortened"),
            Evidence.DIVIDED: _l("the name is divided otherwise into given names and surnames"),
            Evidence.SURNAME_MISSING: _l("a surname is missing"),
            Evidence.ALPHABETS: _l("the names are in two alphabets"),
            Evidence.NAMES_DIFFER: _l("the names differ"),
            Evidence.ADDRESS_AGREES: _l("the e-mail address is equal"),
            Evidence.ADDRESS_DIFFERS: _l("the e-mail addresses differ"),
            Evidence.CURP_AGREES: _l("the CURP is equal"),
            Evidence.CURP_DIFFERS: _l("the CURPs differ"),
            Evidence.BIRTH_DATE_AGREES: _l("the date of birth is equal"),
            Evidence.BIRTH_DATE_DIFFERS: _l("the dates of birth differ"),
            Evidence.SEX_DIFFERS: _l("the sex differs"),
        },
    )
