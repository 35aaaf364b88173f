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
