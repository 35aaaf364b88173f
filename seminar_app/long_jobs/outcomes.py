"""Refusals as JSON, so that whoever opens the page of a job reads the sentence in their own language."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from seminar_app.core.errors import N_, InBothLanguages, Refusal

BROKE_OFF = N_("The work broke off several times, so it was given up. Nothing was changed.")
WENT_WRONG = N_("Something went wrong on our side. Nothing was changed.")
MAY_NO_LONGER = N_("This is no longer there, or your account may no longer do it. Nothing was changed.")

_WITHOUT_NOTHING_CHANGED = {
    BROKE_OFF: N_("The work broke off several times, so it was given up."),
    WENT_WRONG: N_("Something went wrong on our side."),
    MAY_NO_LONGER: N_("This is no longer there, or your account may no longer do it."),
}
"""The same sentences for work that is done in parts, of which some were done."""


def outcome_of(refusal: Refusal) -> dict[str, Any]:
    """Return what is kept of a refusal: its sentence, which is translated when it is read, and its values."""
    return refused(refusal.sentence, **refusal.values)


def refused(sentence: str, **values: object) -> dict[str, Any]:
    """Return a sentence as an outcome."""
    return {"sentence": sentence, "values": {name: _packed(value) for name, value in values.items()}}


def refusal_in(outcome: dict[str, Any]) -> Refusal | None:
    """Return the refusal that an outcome keeps; None if it keeps none."""
    if "sentence" not in outcome:
        return None
    refusal = Refusal(**{name: _unpacked(value) for name, value in outcome["values"].items()})
    refusal.sentence = outcome["sentence"]  # type: ignore[misc]  # of this one only
    return refusal


def why_it_ended(outcome: dict[str, Any]) -> Refusal | None:
    """Return the refusal that an outcome keeps, without «Nothing was changed»; None if it keeps none."""
    refusal = refusal_in(outcome)
    if refusal is not None:
        refusal.sentence = _WITHOUT_NOTHING_CHANGED.get(refusal.sentence, refusal.sentence)  # type: ignore[misc]  # of this one only
    return refusal


def _packed(value: object) -> object:
    if isinstance(value, InBothLanguages):
        return {"es": value.es, "en": value.en}
    if isinstance(value, date | time):
        return {type(value).__name__: value.isoformat()}
    return value if isinstance(value, str | int | float | None) else str(value)


def _unpacked(value: object) -> object:
    if not isinstance(value, dict):
        return value
    if "date" in value:
        return date.fromisoformat(value["date"])
    if "time" in value:
        return time.fromisoformat(value["time"])
    return InBothLanguages(value["es"], value["en"])
