"""Refusals of hours per official."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class HoursOutOfReach(Refusal):
    """A rule asks for no hours, or for more than a year of work."""

    sentence = N_("The hours of a year must be more than none and at most %(most)s.")
    field = "hours"


class DaysReversed(Refusal):
    """A rule would end before it begins."""

    sentence = N_("The last day is before the first day. Please correct one of them, or leave the last day empty.")
    field = "valid_to"


class RulesOverlap(Refusal):
    """Two rules of an office would hold on the same day."""

    sentence = N_("Another rule is valid on some of these days: the one from %(day)s on. End that one first, or choose other days.")
    field = "valid_from"


class NotBegunYet(Refusal):
    """A rule that has not begun cannot end today."""

    sentence = N_("This rule begins on %(day)s only. Change its days instead.")


class ListTooLong(Refusal):
    """A file would hold more people than it is good for."""

    sentence = N_("The list has %(people)s people, and a file holds at most %(most)s. Choose an agency group or a class first.")
