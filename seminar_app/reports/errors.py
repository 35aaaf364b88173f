"""Refusals of reports."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class NameTaken(Refusal):
    """The account has another view of this name."""

    sentence = N_("You have a view of the name «%(name)s» already. Choose another name.")
    field = "name"


class TooManyViews(Refusal):
    """The account has as many views as it may keep."""

    sentence = N_("You keep %(most)s views already, which is the most. Delete one that you no longer need.")
    field = "name"


class AddressTooLong(Refusal):
    """The address is longer than is kept."""

    sentence = N_("This figure is narrowed down by too many values to be kept. Choose fewer.")


class DefinitionTooLong(Refusal):
    """The definition is longer than is kept."""

    sentence = N_("This figure is narrowed down by too many values to be kept. Choose fewer.")


class TooManyCells(Refusal):
    """The figure is broken down more finely than is frozen."""

    sentence = N_(
        "This figure has %(cells)s cells, and at most %(most)s are frozen. Break it down less finely, or choose a shorter period."
    )


class CodeInUse(Refusal):
    """Another indicator has this code."""

    sentence = N_("The code %(code)s belongs to another indicator. Choose another code, or change that one.")
    field = "code"


class TooManyIndicators(Refusal):
    """As many indicators are in use as one page counts."""

    sentence = N_("%(most)s indicators are in use, which is the most. End one that is no longer asked for.")


class LaterVersion(Refusal):
    """A version of the indicator begins later than the day that was given."""

    sentence = N_("The newest version of this indicator begins on %(day)s. A change begins on that day or later.")
    field = "valid_from"


class EndsBeforeItBegins(Refusal):
    """An indicator cannot end before its first day."""

    sentence = N_("This version begins on %(day)s and cannot end before that day.")
    field = "last"
