"""Headcounts and training elsewhere: what may be recorded. No database."""

from __future__ import annotations

from enum import StrEnum

LONGEST_SOURCE = 300
"""Letters of the words that say where a number comes from."""


class TrainingState(StrEnum):
    """What became of a report of training that others held."""

    REPORTED = "reported"
    """An organizer has still to decide."""
    APPROVED = "approved"
    DECLINED = "declined"
