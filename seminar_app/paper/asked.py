"""What somebody asks to be printed, as a form, a command and a job hand it on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from seminar_app.core.pdf import Paper
from seminar_app.paper.rules import BADGES_A_PAGE, BLANK_ROWS, Document


class Asked(Struct, frozen=True):
    """A document that is to be printed.

    Attributes:
        language: `es` or `en`.
        session: public id, of sign-in sheets of one session; None for all sessions.
        blank_rows: on a sign-in sheet, after its people.
        badges_a_page: 4 or 8.
        registration: public id, of a single badge; None for all people.
    """

    document: Document
    language: str
    paper: Paper
    session: uuid.UUID | None = None
    blank_rows: int = BLANK_ROWS
    badges_a_page: int = BADGES_A_PAGE[0]
    registration: uuid.UUID | None = None

    def as_given(self) -> dict[str, Any]:
        """Return it as a job keeps it."""
        return {name: value.hex if isinstance(value, uuid.UUID) else value for name, value in asdict(self).items()}

    @classmethod
    def from_given(cls, given: Mapping[str, Any]) -> Asked:
        """Return what a job keeps."""
        ids = {name: uuid.UUID(given[name]) if given[name] else None for name in ("session", "registration")}
        return cls(**{**given, **ids, "document": Document(given["document"]), "paper": Paper(given["paper"])})
