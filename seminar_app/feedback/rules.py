"""Feedback: shapes of answers, and which figures may be shown. No database."""

from __future__ import annotations

from enum import StrEnum


class FormKind(StrEnum):
    """When and for what a form is answered."""

    REACTION = "reaction"
    PRE_TEST = "pre_test"
    POST_TEST = "post_test"
    FOLLOW_UP = "follow_up"
    SUPERVISOR = "supervisor"


class QuestionKind(StrEnum):
    """The shape of an answer."""

    SCALE = "scale"
    """1 to 5, with words at both ends."""
    CHOICE = "choice"
    YES_NO = "yes_no"
    TEXT = "text"
