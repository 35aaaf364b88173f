"""A cell as text, and the words that lists write for nothing. No database."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from seminar_app.core.folding import IGNORED, fold, visible
from seminar_app.nominations.shapes import Cell

NOTHING = frozenset(
    {"desconoce", "desconocido", "n a", "n d", "na", "nan", "nd", "nil", "ningun", "ninguna", "ninguno", "no"}
    | {"no aplica", "no aplicable", "no cuenta", "no cuenta con correo", "no cuenta con curp", "no disponible"}
    | {"no especificado", "no hay", "no proporcionado", "no proporciono", "no registrado", "no tengo", "no tiene", "none"}
    | {"not available", "null", "pendiente", "pending", "por confirmar", "s c", "s d", "s n", "sd", "se desconoce"}
    | {"sin correo", "sin curp", "sin dato", "sin datos", "sin informacion", "sin telefono", "sn", "tbd", "unknown"}
)
"""Folded words that stand for an empty cell."""
NOTHING_AS_NAME = frozenset({"n a", "no aplica", "s d", "n d", "sin dato", "sin datos", "no disponible", "null", "no tiene", "s n", "none"})
"""The same where a name is expected: «Na» and «Nil» are names, «Sin» is one."""
LONGEST_REMEMBERED = 120
LONGEST_NUMBER = 512
"""Bits of a number that has a text; Python refuses to write those with thousands of digits."""
_CONTROL = dict.fromkeys(range(32), " ") | {0: None} | dict.fromkeys((127, *range(0x80, 0xA0), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)))
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters, half surrogates, and what is no character."""
LONGEST_TOLD = 400
"""Letters of a cell by which it is told what it holds."""


def text_of(cell: Cell) -> str:
    """Return a cell as an editor shows it: blanks collapsed, whole numbers without a point, dates as ISO, nothing that cannot be seen."""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else str(cell)
    if isinstance(cell, datetime):
        whole_day = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if whole_day else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if cell.bit_length() < LONGEST_NUMBER else "#NUM!"


def told(cell: Cell) -> str:
    """Return the beginning of a cell's text, by which it is told what it holds."""
    return text_of(cell[: LONGEST_TOLD * 2] if isinstance(cell, str) else cell)[:LONGEST_TOLD]


def clean(text: str) -> str:
    """Return text without control characters, half surrogates and characters that nobody sees, and with single spaces."""
    if _ODD.search(text):
        text = text.translate(_CONTROL)
    if not text.isascii() and IGNORED.search(text):
        text = visible(text)
    return " ".join(text.split())


@lru_cache(maxsize=16_384)
def _folded(text: str) -> str:
    return fold(text)


def folded(text: str) -> str:
    """Return `core.folding.fold` of a text. Short ones are remembered: a list repeats its states, positions and headings."""
    return _folded(text) if len(text) <= LONGEST_REMEMBERED else fold(text)


def is_nothing(text: str) -> bool:
    """Whether a text stands for an empty cell: «N/A», «PENDIENTE», «-»."""
    if len(text) > 30:
        return False
    word = folded(text)
    return not word or word in NOTHING


def is_no_name(text: str) -> bool:
    """Whether a text stands for an empty cell where a name is expected."""
    word = folded(text) if len(text) <= 30 else "long"
    return not word or word in NOTHING_AS_NAME
