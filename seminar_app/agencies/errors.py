"""Refusals about changes to the directory of agencies."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class CodeTaken(Refusal):
    """Another agency has this code. Sheets and files name agencies by code, so even the code of a retired agency is not reused."""

    sentence = N_("The code %(code)s is already that of %(name)s. Please choose another.")
    field = "code"


class ParentBelowItself(Refusal):
    """The parent is the agency itself or below it, which would make the tree a loop."""

    sentence = N_("%(parent)s is this agency or one of its own offices, so it cannot stand above it.")
    field = "parent"


class AliasTaken(Refusal):
    """The agency has this alias already."""

    sentence = N_("This agency is already found as «%(alias)s».")
    field = "alias"


class AliasWithoutLetters(Refusal):
    """The alias has no letter or digit to search for."""

    sentence = N_("«%(alias)s» has no letter or digit to search for.")
    field = "alias"


class AlreadyRetired(Refusal):
    """The agency has been retired before."""

    sentence = N_("This agency has ended already. Undo that first if its date or its successors were wrong.")


class NotRetired(Refusal):
    """The agency has not ended, so there is no end to undo."""

    sentence = N_("This agency has not ended, so there is nothing to undo.")


class EndsBeforeItBegins(Refusal):
    """The agency would end before it began."""

    sentence = N_("It would end before it began, on %(valid_from)s. Please correct one of the dates.")
    field = "last_day"


class ReturnsToItself(Refusal):
    """The agency would become its own successor, directly or through other agencies."""

    sentence = N_("%(name)s became this agency, so it cannot be what this agency became.")
    field = "successor"
