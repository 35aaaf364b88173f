"""The privacy notice: one text file for each version and language. A published file is never edited: a change is a new version."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from seminar_app.offices.rules import text_blocks

PRIVACY = "privacy"
CURRENT_VERSION = 2
LANGUAGES = ("es", "en")


@cache
def notice_text(version: int, language: str) -> str:
    """Return the whole text. Paragraphs are separated by empty lines; one that begins with `## ` is a heading."""
    return (Path(__file__).parent / f"{PRIVACY}.{version}.{language}.txt").read_text(encoding="utf-8").strip()


@cache
def notice_paragraphs(version: int, language: str) -> tuple[tuple[bool, str], ...]:
    """Return (is a heading, text) for each paragraph of the notice, as a page shows them."""
    return text_blocks(notice_text(version, language))
