"""Searches for people: the words stay on the server, and the address of the results holds a random id, so that Back is safe."""

from __future__ import annotations

import uuid

from flask import session as browser

MOST_KEPT = 20
_KEY = "searches"


def keep_search(words: str) -> str:
    """Keep the words of a search in the browser's session, and return the id for the address of its results."""
    kept: dict[str, str] = dict(browser.get(_KEY, {}))
    number = next((number for number, each in kept.items() if each == words), None) or uuid.uuid4().hex[:12]
    kept.pop(number, None)
    browser[_KEY] = dict([*kept.items(), (number, words)][-MOST_KEPT:])
    return number


def kept_search(number: str | None) -> str:
    """Return the words kept under this id; empty if it is unknown, or the session ended."""
    return str(browser.get(_KEY, {}).get(number, "")) if number else ""
