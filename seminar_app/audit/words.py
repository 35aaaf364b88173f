"""Words for the audit log. Each feature registers those of its own actions, rows and details; the pages read them here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

InWords = Callable[[Any], str]

_actions: dict[str, Any] = {}
_kinds: dict[str, Any] = {}
_fields: dict[str, Any] = {}
_states: dict[str, type[StrEnum]] = {}
_numbers: dict[str, InWords] = {}
_texts: dict[str, InWords] = {}


def register(
    *,
    actions: Mapping[str, Any] | None = None,
    kinds: Mapping[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
    states: Mapping[str, type[StrEnum]] | None = None,
    numbers: Mapping[str, InWords] | None = None,
    texts: Mapping[str, InWords] | None = None,
) -> None:
    """Add a feature's words. Sentences are translated lazily.

    Args:
        actions: action to words, for example `roster.viewed` to «looked at the roster».
        kinds: table of a subject to the word for such a row.
        fields: column to its label on the form, for details that list columns.
        states: first word of an action to the enum of the states in its details.
        numbers: key of a whole number in the details to the function that words it.
        texts: key of a text in the details to the function that words it.
    """
    added: tuple[tuple[dict[str, Any], Mapping[str, Any] | None], ...] = (
        (_actions, actions),
        (_kinds, kinds),
        (_fields, fields),
        (_states, states),
        (_numbers, numbers),
        (_texts, texts),
    )
    for known, words in added:
        known.update(words or {})


def all_actions() -> list[tuple[str, str]]:
    """Return (action, words) of every registered action, in the order of the words."""
    return sorted(((action, str(words)) for action, words in _actions.items()), key=lambda pair: pair[1].casefold())


def action_words(action: str) -> str:
    """Return an action in words, for example «signed in». An action without words is shown by its name, never hidden."""
    return str(_actions.get(action, action))


def kind_words(kind: str) -> str:
    """Return the word for a row of this table."""
    return str(_kinds.get(kind, kind))


def field_words(column: str) -> str:
    """Return the label of a column."""
    return str(_fields.get(column, column))


def state_enum(room: str) -> type[StrEnum] | None:
    """Return the enum of the states in the details of a feature's actions."""
    return _states.get(room)


def number_words(key: str, value: int) -> str | None:
    """Return a number in words, for example «3 people»; None where no feature words this key."""
    return _numbers[key](value) if key in _numbers else None


def text_words(key: str, value: str) -> str | None:
    """Return the words for a text in the details; None where no feature words this key."""
    return _texts[key](value) if key in _texts else None
