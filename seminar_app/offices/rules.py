"""Rules of an office: whether people can reach it, and its own words in the privacy notice. Pure."""

from __future__ import annotations

import re


def text_blocks(text: str) -> tuple[tuple[bool, str], ...]:
    """Return (is a heading, words) for each paragraph of a notice. Empty lines separate paragraphs; `## ` begins a heading."""
    blocks = (" ".join(block.split()) for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return tuple((block.startswith("## "), block.removeprefix("## ")) for block in blocks if block)


def missing_language(text_es: str, text_en: str) -> str | None:
    """Return the language, `es` or `en`, that lacks its text while the other has one; None if both or neither have one."""
    if bool(text_es) == bool(text_en):
        return None
    return "en" if text_es else "es"


def is_reachable(*, email: str | None, phone: str | None) -> bool:
    """Whether people can both write to the office and call it. A seminar is published only then."""
    return bool(email and phone)
