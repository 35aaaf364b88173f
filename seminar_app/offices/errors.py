"""What is refused about offices, and the sentence for it."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class CodeTaken(Refusal):
    """Two offices may not have one code."""

    sentence = N_("There is an office with the code %(code)s already.")
    field = "code"
