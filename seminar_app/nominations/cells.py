"""A cell as text, and the words that lists write for nothing. No database."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from seminar_app.core.folding import IGNORED, fold, visible
from seminar_app.nominations.shapes import Cell

NOTHING = frozenset(
    {
        "n a",
        "na",
        "no aplica",
        "no aplicable",
        "pendiente",
        "por confirmar",
        "s d",
        "sd",
        "n d",
        "nd",
        "s n",
        "sn",
        "s c",
        "no tiene",
        "no tengo",
    }
    | {
        "no cuenta",
        "no cuenta con correo",
        "no cuenta con curp",
        "no",
        "ninguno",
        "ninguna",
        "ningun",
        "sin dato",
        "sin datos",
        "sin correo",
    }
    | {"sin telefono", "sin curp", "sin informacion", "no disponible", "not available", "no proporcionado", "no proporciono", "desconocido"}
    | {"desconoce", "se desconoce", "none", "null", "nil", "nan", "unknown", "pending", "tbd", "no hay", "no registrado", "no especificado"}
)
"""Folded words that stand for an empty cell."""
NOTHING_AS_NAME = frozenset({"n a", "no aplica", "s d", "n d", "sin dato", "sin datos", "no disponible", "null", "no tiene", "s n", "none"})
"""The same where a name is expected: «Na» and «Nil» are names, «Sin» is one."""
LONGEST_NUMBER = 512
"""Bits of a number that has a text; Python refuses to write those with thousands of digits."""
_CONTROL = dict.fromkeys(range(32), " ") | dict.fromkeys((127, *range(128, 160))) | {0: None, 0xFFFE: None, 0xFFFF: None}


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


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """Return text without control characters, half surrogates and characters that nobody sees, and with single spaces."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = text.translate(_CONTROL)
    if not text.isascii():
        text = "".join(c for c in text if not "\ud800" <= c <= "\udfff")
        text = visible(text) if IGNORED.search(text) else text
    return " ".join(text.split())


folded = lru_cache(maxsize=16384)(fold)
"""`core.folding.fold`, remembered: a list repeats its states, positions and headings."""


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
