"""Codes of what agrees and what differs between two records. No database."""

from __future__ import annotations

from enum import StrEnum


class Evidence(StrEnum):
    """What agrees and what differs, for a page that shows two records side by side; stored with a proposal."""

    NAME = "name_agrees"
    SINGLE_NAME = "single_name"
    PARTICLES = "particles_differ"
    SHORT_FORM = "short_form"
    SPACING = "written_together"
    SPELLING = "spelled_otherwise"
    GIVEN_SLIP = "slip_in_given_names"
    SURNAME_SLIP = "slip_in_surname"
    INITIAL = "initial"
    GIVEN_NAME_MISSING = "given_name_missing"
    GIVEN_ORDER = "given_names_in_other_order"
    SURNAMES_SWAPPED = "surnames_swapped"
    SECOND_SURNAME_MISSING = "second_surname_missing"
    MARRIED_NAME = "married_name"
    SURNAME_SHORTENED = "surname_shortened"
    DIVIDED = "divided_otherwise"
    SURNAME_MISSING = "surname_missing"
    ALPHABETS = "alphabets_differ"
    NAMES_DIFFER = "names_differ"
    ADDRESS_AGREES = "address_agrees"
    ADDRESS_DIFFERS = "address_differs"
    CURP_AGREES = "curp_agrees"
    CURP_DIFFERS = "curp_differs"
    BIRTH_DATE_AGREES = "birth_date_agrees"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    SEX_DIFFERS = "sex_differs"


IN_ORDER = tuple(Evidence)
