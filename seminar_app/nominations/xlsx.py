"""What calamine does not tell about an XLSX workbook: how far its cells reach, hidden rows, and cells with errors."""

from __future__ import annotations

import posixpath
import re
import zipfile
from functools import lru_cache
from html import unescape

from msgspec import Struct, field

from seminar_app.nominations.limits import UNCALCULATED, Extent

_TAG = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^<>]*)>")
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{0,3})\$?(\d{1,9})["']""")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]{1,20})<")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_UNCALCULATED = re.compile(
    rb"\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v\s*></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A formula whose value was never kept, as programs write it that do not compute."""
_TEXT = re.compile(rb"""\st\s*=\s*["']str["']""")
"""A formula with a text as its value, which may be empty."""
_ELEMENT = r"<(?:\w+:)?%s\b([^<>]*)>"
_SHEET = re.compile(_ELEMENT % "sheet")
_RELATION = re.compile(_ELEMENT % "Relationship")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class SheetNotes(Struct):
    """Rows are numbers from 1; errors are texts such as «#N/A», or `UNCALCULATED`, by (row, column) from 1."""

    hidden: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def sheet_members(book: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return (name, member of the archive) of the sheets in their order; an empty member where the workbook does not say."""
    names = {name.lower(): name for name in book.namelist()}
    workbook = names.get("xl/workbook.xml", "")
    relations = names.get("xl/_rels/workbook.xml.rels", "")
    if not (workbook and relations):
        return []
    targets = {}
    for attributes in _elements(_RELATION, _text(book, relations)):
        target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
        targets[attributes.get("Id")] = names.get(target.lower(), "")
    sheets = []
    for attributes in _elements(_SHEET, _text(book, workbook)):
        relation = next((value for key, value in attributes.items() if key.endswith(":id")), None)
        sheets.append((attributes.get("name", ""), targets.get(relation, "")))
    return sheets


def _text(book: zipfile.ZipFile, member: str) -> str:
    return book.read(member).decode("utf-8", "replace")


def _elements(pattern: re.Pattern[str], text: str) -> list[dict[str, str]]:
    """Return the attributes of each element."""
    return [{key: unescape(one or other) for key, one, other in _ATTRIBUTE.findall(found)} for found in pattern.findall(text)]


def look_over(content: bytes, extent: Extent) -> SheetNotes:
    """Read a sheet's XML without building its cells. Formatted cells without content do not count.

    A cell without a reference stands at the right of the one before, and a row without a number below it.

    Raises:
        Refused: it is larger than a list may be.
    """
    notes, row, column = SheetNotes(), 0, 0
    has_errors = _ERROR.search(content) is not None
    has_formulas = _FORMULA.search(content) is not None
    for tag in _TAG.finditer(content):
        kind, attributes = tag.groups()
        reference = _REFERENCE.search(attributes)
        if kind == b"row":
            row, column = int(reference[2]) if reference else row + 1, 0
            if _HIDDEN.search(attributes):
                notes.hidden.add(row)
            continue
        if reference:
            row, column = int(reference[2]), _column(reference[1])
        else:
            column += 1
        if attributes.endswith(b"/") or content.startswith(b"</", tag.end()):
            continue
        extent.add(row, column)
        if has_errors and _ERROR.search(attributes) and (value := _VALUE.search(content, tag.end(), tag.end() + 20_000)):
            notes.errors[row, column] = value[1].decode("utf-8", "replace")
        elif has_formulas and _UNCALCULATED.match(content, tag.end()) and not _TEXT.search(attributes):
            notes.errors[row, column] = UNCALCULATED
    return notes


@lru_cache(maxsize=1024)
def _column(letters: bytes) -> int:
    """Return 1 for A, 28 for AB."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
