"""What a mail states of the office that it comes from."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from seminar_app.core.phones import shown_phone

_phone = lru_cache(maxsize=500)(shown_phone)
"""Offices are few, and each mail states one's phone."""


class HasContact(Protocol):
    """An office, or the columns of it that name it."""

    name_es: str
    name_en: str
    email: str | None
    phone: str | None


def office_facts(office: HasContact, language: str) -> dict[str, str]:
    """Return the office's name in the reader's language, its address and its phone, empty where unknown.

    Answers go to the address, and the end of the mail states both (`messages.rendering`).
    """
    return {
        "office": office.name_es if language == "es" else office.name_en,
        "office_email": office.email or "",
        "office_phone": _phone(office.phone) if office.phone else "",
    }
