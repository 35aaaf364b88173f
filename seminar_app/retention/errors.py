"""Reasons to refuse a decision about a request to erase data."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class NoReasonGiven(Refusal):
    """Data are kept although their person asks that they be erased, and no reason is given."""

    sentence = N_("Please write why the data are kept; the person reads it.")
