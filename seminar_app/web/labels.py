"""Labels for stored values: each feature registers the words of its enums; templates use `{{ value | label }}`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

_labels: dict[tuple[type[StrEnum], str], Any] = {}


def register(kind: type[StrEnum], words: Mapping[Any, Any]) -> None:
    """Register the (lazily translated) word of every member of `kind`.

    Raises:
        ValueError: a member has no word.
    """
    missing = [member for member in kind if member not in words]
    if missing:
        raise ValueError(f"no words for {missing}")
    for member, word in words.items():
        _labels[kind, member.value] = word


def label(value: StrEnum) -> str:
    """Return the word for a member, in the current language."""
    return str(_labels[type(value), value.value])


def word_of(kind: str, value: str) -> str | None:
    """Return the word for a stored value of the enum with this name, for callers that may not import its feature; else None."""
    return next((str(word) for (each, stored), word in _labels.items() if each.__name__ == kind and stored == value), None)


def choices(kind: type[StrEnum]) -> list[tuple[str, Any]]:
    """Return (value, word) pairs in the enum's order, for a select or radio field."""
    return [(member.value, _labels[kind, member.value]) for member in kind]
