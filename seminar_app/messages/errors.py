"""Reasons to refuse sending a message again."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class BeingSent(Refusal):
    """A sender holds the lease of the message at this moment."""

    sentence = N_("This message is being sent right now. Wait a few minutes, then look again.")
