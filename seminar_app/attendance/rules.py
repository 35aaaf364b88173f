"""Marks, credited minutes and completion. No database."""

from __future__ import annotations

from enum import StrEnum


class MarkStatus(StrEnum):
    """How somebody attended a session."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    EXCUSED = "excused"
    ABSENT = "absent"


class MarkMethod(StrEnum):
    """How the mark was taken."""

    SCAN = "scan"
    LIST = "list"
    SELF = "self"
    PAPER = "paper"
