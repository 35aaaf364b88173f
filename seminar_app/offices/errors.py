"""Refusals about offices, each with its sentence."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class CodeTaken(Refusal):
    """Another office has this code."""

    sentence = N_("There is an office with the code %(code)s already.")
    field = "code"
