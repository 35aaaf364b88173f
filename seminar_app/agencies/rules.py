"""Agencies as the rules see them: levels, groups, successors."""

from __future__ import annotations

from enum import StrEnum


class AgencyLevel(StrEnum):
    """Whose agency it is."""

    FEDERAL = "federal"
    STATE = "state"
    MUNICIPAL = "municipal"
    OTHER = "other"
