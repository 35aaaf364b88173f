"""Identity data that a seminar's registration form asks for, besides name and agency."""

from __future__ import annotations

from seminar_app.people.identity_rules import IdentityPart
from seminar_app.registration.queries.form_page import FormSeminar
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Asked

_PARTS = {
    IdentityPart.BIRTH_DATE: "asks_birth",
    IdentityPart.BIRTH_PLACE: "asks_birth",
    IdentityPart.CURP: "asks_curp",
    IdentityPart.PASSPORT: "asks_passport",
}


def asked_of(seminar: Seminar | FormSeminar) -> list[IdentityPart]:
    """Return the identity parts that the form asks for, optional or required."""
    return [part for part, column in _PARTS.items() if getattr(seminar, column) is not Asked.NO]


def needed_of(seminar: Seminar | FormSeminar) -> list[IdentityPart]:
    """Return the identity parts that must be filled in."""
    return [part for part, column in _PARTS.items() if getattr(seminar, column) is Asked.REQUIRED]
