"""Documents on paper: PDF/UA-1, set by typst from the templates of `templates/print`.

What a document says goes to its template as JSON and as nothing else, so no text of a person is ever read as typst's markup
(docs/decisions/0052-paper.md).
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seminar_app.core.folding import visible

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "print"
INSTEAD = "\u25a1"
"""Stands for a sign that no font on this machine has."""
NOT_TO_BE_SET = "PDF/UA-1 error"
"""How typst's message begins when the standard refuses a text: for want of a glyph that says what it is."""
SURE = "[ -~\u00a0-\u00ac\u00ae-\u017f]"
"""Latin letters and signs, which Public Sans has; a test sets all of them."""
_ALL_SURE = re.compile(f"{SURE}*")
_ONE_SURE = re.compile(SURE)
_one_at_a_time = threading.Lock()


class Picture(str):
    """An SVG picture among the texts of a document: nothing in it is set as letters."""

    __slots__ = ()


class Paper(StrEnum):
    """Size of a sheet, by the name that typst gives it."""

    LETTER = "us-letter"
    A4 = "a4"


LETTER_COUNTRIES = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])
"""Where letter is the usual paper. Source: CLDR 45, supplemental data, paper size."""


def usual_paper(country: str) -> Paper:
    """Return the paper that offices of a country (ISO 3166-1 alpha-2) have in their printers."""
    return Paper.LETTER if country in LETTER_COUNTRIES else Paper.A4


def typeset(template: str, document: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return a document as a tagged PDF. Signs that cannot be set are replaced before.

    Args:
        template: name of a file of `templates/print`, without its ending.
        document: what the template prints: texts in the document's language, numbers, lists. `language` and `title` are needed.
        made_at: the document's date.

    Raises:
        typst.TypstError: the template or its data are faulty.
    """
    return _compile(template, settable(document), made_at)


def settable(value: Any) -> Any:
    """Return the same value with all its texts so that they can be set."""
    if isinstance(value, Picture):
        return value
    if isinstance(value, str):
        return _settable_text(value)
    if isinstance(value, Mapping):
        return {key: settable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [settable(each) for each in value]
    return value


def _settable_text(text: str) -> str:
    if _ALL_SURE.fullmatch(text):
        return text
    plain = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    spaced = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in plain)
    return "".join(c if _ONE_SURE.match(c) or _can_be_set(c) else INSTEAD for c in visible(spaced))


@lru_cache(maxsize=4096)
def _can_be_set(character: str) -> bool:
    """Whether a font has the character. Only the compiler knows, because it falls back to the fonts that it brings."""
    import typst  # noqa: PLC0415  40 MB that only the worker and commands need

    try:
        _compile("probe", {"text": f"o{character}"}, None)
    except typst.TypstError as error:
        if NOT_TO_BE_SET not in error.message:
            raise
        return False
    return True


def _compile(template: str, document: Mapping[str, Any], made_at: datetime | None) -> bytes:
    with _one_at_a_time:  # it keeps what it has read between two documents
        made = _compiler().compile(
            input=str(TEMPLATES / f"{template}.typ"),
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs={"document": json.dumps(document, ensure_ascii=False)},
            timestamp=made_at.replace(microsecond=0) if made_at else None,
        )
    assert isinstance(made, bytes)  # noqa: S101  for the type checker: a PDF is one file
    return made


@cache
def _compiler() -> typst.Compiler:
    """Return this process's compiler. It reads nothing outside the templates: no system fonts, no packages."""
    import typst  # noqa: PLC0415

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(TEMPLATES / "fonts")])
    return typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True)
