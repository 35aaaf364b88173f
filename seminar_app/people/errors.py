"""Refusals about people."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class NameTaken(Refusal):
    """Another record has this name at this address already."""

    sentence = N_("There is already somebody with this name and this e-mail address. Please write to the organizers, who can look into it.")
    field = "surname1"
