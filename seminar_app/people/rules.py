"""Names and people, decided without a database."""

from __future__ import annotations

from enum import StrEnum


class Sex(StrEnum):
    """As the person says it; asked because those who pay must count women, and never required."""

    FEMALE = "F"
    MALE = "M"
    OTHER = "X"
