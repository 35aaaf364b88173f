"""Whom a column speaks of. Every column that holds words or bytes says it, on the column itself: `mapped_column(…, info=PARTICIPANT)`.

Erasure (`retention.erasing`) must leave nothing in a participant's columns; a test holds the schema and an erased person against it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

KEY = "data_subject"


class DataSubject(StrEnum):
    """Whom the values of a column speak of."""

    PARTICIPANT = "participant"
    """A participant: the value goes with erasure."""
    STAFF = "staff"
    """The owner of an account, or a speaker whom the seminar's page names."""
    NO_PERSON = "no_person"
    """No person: texts of the office, codes, ids, hashes, settings."""
    FREE_TEXT = "free_text"
    """Free words tied to no person, which may name any; erasure cannot find them."""


PARTICIPANT: dict[Any, Any] = {KEY: DataSubject.PARTICIPANT}
STAFF: dict[Any, Any] = {KEY: DataSubject.STAFF}
NO_PERSON: dict[Any, Any] = {KEY: DataSubject.NO_PERSON}
FREE_TEXT: dict[Any, Any] = {KEY: DataSubject.FREE_TEXT}
