"""Telephone numbers: how they are stored and shown."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import CountryCodeSource, PhoneNumber, PhoneNumberFormat

HOME_REGION = "MX"
MEXICO = 52
_ENDED_PREFIX = re.compile(r"(?:01|044|045)(?=\d{10}$)")
_ENDED_PREFIX_FROM_ABROAD = re.compile(r"(?:1|01|044|045)(?=\d{10}$)")
"""Digits that were dialled before a Mexican number until 3 August 2019; the 1 stood behind the country code only.

People still write them, and the library does not know them any more. Without a country code a 1 may mean the United States.
"""


def readable_phone(typed: str, *, region: str = HOME_REGION) -> str:
    """Return the number as E.164 («+529981234567») if it is valid, else as typed, because it may be an extension or a radio code."""
    typed = " ".join(typed.split())
    number = _valid(typed, region)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number is not None else typed


def shown_phone(stored: str, *, region: str = HOME_REGION) -> str:
    """Return a stored number as people write it: «998 123 4567» in the home region, «+1 202 555 0142» in another.

    What was stored as typed is shown as typed, unless it begins with a country code and can be read today.
    """
    number = _valid(stored, None) if stored.startswith("+") else None
    if number is None:
        return stored
    at_home = phonenumbers.region_code_for_number(number) == region
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL)


def _valid(text: str, region: str | None) -> PhoneNumber | None:
    """Return the number if it is valid and has no extension."""
    try:
        number = phonenumbers.parse(text, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code == MEXICO:
        at_home = number.country_code_source == CountryCodeSource.FROM_DEFAULT_COUNTRY
        prefix = _ENDED_PREFIX if at_home else _ENDED_PREFIX_FROM_ABROAD
        digits = phonenumbers.national_significant_number(number)
        if (found := prefix.match(digits)) is not None:
            number = PhoneNumber(country_code=MEXICO, national_number=int(digits[found.end() :]), extension=number.extension)
    return number if phonenumbers.is_valid_number(number) and not number.extension else None
