"""Refusals about people."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class NameTaken(Refusal):
    """Another person has this name and this e-mail address already."""

    sentence = N_("There is already somebody with this name and this e-mail address. Please write to the organizers, who can look into it.")
    field = "surname1"


class IdentityUnreadable(Refusal):
    """The stored identity data cannot be decrypted."""

    sentence = N_(
        "What is on file cannot be opened: it was changed outside the program, or its key is missing. Please tell the administrator."
    )
