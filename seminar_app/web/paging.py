"""Page numbers of lists."""

from __future__ import annotations

from flask import request

LAST_PAGE = 10_000


def page_number(name: str = "page") -> int:
    """Return the page number in the address, from 1; the first page if the value is not a number."""
    text = request.args.get(name, "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) <= 6 else 1
