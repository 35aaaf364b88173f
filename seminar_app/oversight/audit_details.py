"""Words for the details of an audit row. Details without registered words are shown by their names, never hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from seminar_app.audit import words
from seminar_app.web.filters import short_id
from seminar_app.web.labels import word_of

COLUMN_LISTS = ("columns", "fields", "changed")
Codes = Mapping[str, Mapping[int, str]]
"""Codes of offices and agencies by id: {"office": {1: "HSI"}, "agency": {9: "INM"}}."""


def details_words(action: str, details: Mapping[str, Any], codes: Codes) -> str:
    """Return the details in words, for example «Registered → Withdrawn», «210 minutes», «PGR 0 → 28»."""
    room = action.partition(".")[0]
    told = [_change(room, details, codes)]
    for key, value in details.items():
        if key not in ("from", "to", "before", "after") and value not in (None, False, "", [], {}):
            told.append(_told(room, key, value, codes))
    return ", ".join(part for part in told if part)


def _change(room: str, details: Mapping[str, Any], codes: Codes) -> str:
    before = details.get("from", details.get("before"))
    after = details.get("to", details.get("after"))
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _seats(before, after, codes["agency"])
    if isinstance(after, Mapping):
        return ", ".join(f"{_state(room, str(key))} {number}" for key, number in after.items())
    return " → ".join(_state(room, str(value)) for value in (before, after) if value is not None)


def _seats(before: Mapping[str, Any], after: Mapping[str, Any], agencies: Mapping[int, str]) -> str:
    """Return only the pools that changed; the open pool has the key «None»."""
    changed = []
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, 0), after.get(key, 0)
        if was != now:
            name = agencies.get(int(key), key) if key.isdecimal() else str(_("Open to all"))
            changed.append(f"{name} {was} → {now}")
    return ", ".join(changed)


def _state(room: str, value: str) -> str:
    if value == "cleared":
        return str(_("cleared"))
    states = words.state_enum(room)
    return (word_of(states.__name__, value) if states else None) or value


def _told(room: str, key: str, value: Any, codes: Codes) -> str:
    if key in codes:
        return codes[key].get(value, f"{key} {value}")
    if isinstance(value, bool):
        return str(_("searched for an address")) if key == "searched" else key
    if isinstance(value, list) and key in COLUMN_LISTS:
        return ", ".join(words.field_words(each) for each in value)
    if isinstance(value, str) and key == "state":
        return _state(room, value)
    worded = words.number_words(key, value) if isinstance(value, int) else words.text_words(key, value) if isinstance(value, str) else None
    if worded is not None:
        return worded
    return "" if key == "seminar_id" else f"{key} {_plain(value)}"  # the account's page shows the seminar's name


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{key} {_plain(part)}" for key, part in value.items()) + ")"
    if isinstance(value, list):
        return "; ".join(_plain(part) for part in value)
    return short_id(str(value))
