"""Why the directory is not changed."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class CodeTaken(Refusal):
    """Codes are how sheets and files name an agency, so each is used once, also by one that is retired."""

    sentence = N_("The code %(code)s is already that of %(name)s. Please choose another.")
    field = "code"


class ParentBelowItself(Refusal):
    """The tree would become a ring."""

    sentence = N_("%(parent)s is this agency or one of its own offices, so it cannot stand above it.")
    field = "parent"


class AliasTaken(Refusal):
    """The agency is found by it already."""

    sentence = N_("This agency is already found as «%(alias)s».")
    field = "alias"


class AliasWithoutLetters(Refusal):
    """Nobody could type it."""

    sentence = N_("«%(alias)s» has no letter or digit to search for.")
    field = "alias"


class AlreadyRetired(Refusal):
    """It ended before."""

    sentence = N_("This agency has ended already. Undo that first if its date or its successors were wrong.")


class NotRetired(Refusal):
    """There is nothing to undo."""

    sentence = N_("This agency has not ended, so there is nothing to undo.")


class EndsBeforeItBegins(Refusal):
    """Dates the wrong way round."""

    sentence = N_("It would end before it began, on %(valid_from)s. Please correct one of the dates.")
    field = "last_day"


class ReturnsToItself(Refusal):
    """It would succeed itself, at once or some steps later."""

    sentence = N_("%(name)s became this agency, so it cannot be what this agency became.")
    field = "successor"
