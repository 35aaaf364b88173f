"""The office to turn to, for an error page of a seminar.

A view that has read its office names it (`name_contact`), so that the page of a later failure needs no query. A room registers
how to find the office of a request that was refused before its view read anything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from flask import Flask, current_app, g
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)


class HasContact(Protocol):
    """An office as a row or as a copy of it."""

    @property
    def name_es(self) -> str:
        """Spanish name."""

    @property
    def name_en(self) -> str:
        """English name."""

    @property
    def email(self) -> str | None:
        """Address, if known."""

    @property
    def phone(self) -> str | None:
        """Phone, if known."""


class Contact(Struct, frozen=True):
    """Name, address and phone of an office, independent of its row: a failed transaction takes the row away."""

    name_es: str
    name_en: str
    email: str | None
    phone: str | None


Finder = Callable[[], HasContact | None]
"""Return the office that the present request concerns, or None. It may ask the database once."""


def add_finder(app: Flask, finder: Finder) -> None:
    """Let a room find the office of a request."""
    app.extensions.setdefault("contact_finders", []).append(finder)


def name_contact(office: HasContact) -> None:
    """Say which office the page of this request belongs to."""
    g.contact = _copied(office)


def contact_of_request(*, ask_database: bool) -> Contact | None:
    """Return the office of this request; None if it is unknown, or would have to be asked for and cannot be.

    Args:
        ask_database: whether the registered finders are asked where no view has named the office.
    """
    named: Contact | None = g.get("contact")
    if named is not None or not ask_database:
        return named
    finders: list[Finder] = current_app.extensions.get("contact_finders", [])
    try:
        return next((_copied(office) for finder in finders if (office := finder()) is not None), None)
    except SQLAlchemyError as error:
        log.warning("The office of a refused request could not be read: %s", type(error).__name__)
        return None


def _copied(office: HasContact) -> Contact:
    return Contact(office.name_es, office.name_en, office.email, office.phone)
