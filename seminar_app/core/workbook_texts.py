"""Texts as a workbook can hold them: in cells, as names of sheets, in the footers of printed pages."""

from __future__ import annotations

import re
import textwrap

from seminar_app.core.table_writer import SURROGATES, readable

LONGEST_CELL = 32_767
"""Maximum UTF-16 units in an XLSX cell (ECMA-376; Excel counts units, and most emoji are two). A longer text is cut and ends in «…»."""
LONGEST_SHEET_NAME = 31
"""In UTF-16 units too."""
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_FORBIDDEN_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
_MARKUP = frozenset("&<>_")


def xml_text(text: str) -> str:
    """Return a cell's text as XML, with characters that XML cannot carry as `_xHHHH_` (ECMA-376, ST_Xstring)."""
    if len(text) > LONGEST_CELL // 2 and _units(text) > LONGEST_CELL:
        text = _beginning(text, LONGEST_CELL - 1) + "…"
    if not (text.isprintable() and _MARKUP.isdisjoint(text)):
        text = _ESCAPE_LIKE.sub("_x005F_", SURROGATES.sub("\ufffd", text))
        text = _CONTROLS.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def in_footer(text: str) -> str:
    """Return a text for a printed page's footer, where `&` begins a code and only 255 characters have room."""
    return textwrap.shorten(_CONTROLS.sub(" ", readable(text)), 90, placeholder="…").replace("&", "&&")


def _units(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _beginning(text: str, units: int) -> str:
    """Return the beginning of the text, at most this many UTF-16 units, without splitting a character."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")


def free_sheet_name(name: str, taken: set[str]) -> str:
    """Return the name, cut and cleaned to what a spreadsheet takes, and different from those taken, to which it is added case-folded."""
    clean = " ".join(_FORBIDDEN_IN_SHEET_NAMES.sub(" ", readable(name)).split()).strip("'") or "–"
    free, number = _beginning(clean, LONGEST_SHEET_NAME).strip(" '"), 1
    while free.casefold() in taken:
        number += 1
        ending = f" {number}"
        free = _beginning(clean, LONGEST_SHEET_NAME - len(ending)) + ending
    taken.add(free.casefold())
    return free
