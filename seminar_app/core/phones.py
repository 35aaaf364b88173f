"""Telephone numbers: how they are stored and shown."""

from __future__ import annotations

import phonenumbers

HOME_REGION = "MX"


def readable_phone(typed: str, *, region: str = HOME_REGION) -> str:
    """Return the number as E.164 («+529981234567») if it is valid, else as typed, because it may be an extension or a radio code."""
    typed = " ".join(typed.split())
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return typed
    if not phonenumbers.is_valid_number(number) or number.extension:
        return typed
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(stored: str, *, region: str = HOME_REGION) -> str:
    """Return a stored number as people write it: «998 123 4567» in the home region, «+1 202 555 0142» in another."""
    if not stored.startswith("+"):
        return stored
    try:
        number = phonenumbers.parse(stored, None)
    except phonenumbers.NumberParseException:
        return stored
    at_home = phonenumbers.region_code_for_number(number) == region
    style = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)
