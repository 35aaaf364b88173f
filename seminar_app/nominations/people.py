"""The name of a row's person, out of one, two or three cells. No database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from msgspec import Struct

from seminar_app.nominations.cells import LONGEST_TOLD, folded, is_no_name
from seminar_app.nominations.limits import UNCALCULATED
from seminar_app.nominations.names import split_surnames
from seminar_app.nominations.shapes import Field, NameOrder, Problem, ProblemCode, Severity
from seminar_app.nominations.whole_names import NO_SURNAME, cut_brackets, cut_title, split_whole, without_ordinals
from seminar_app.people.rules import is_name

LONGEST_NAME = 100
"""Letters of a part of a name in the database."""
VACANT = frozenset(
    {"vacante", "vacant", "plaza vacante", "puesto vacante", "por designar", "por definir", "por asignar", "sin asignar", "por nombrar"}
    | {"pendiente", "pendiente por designar", "pendiente de designar", "plaza disponible", "to be named", "to be determined", "tbd"}
)
"""Folded words for a post without a person."""
_FORMULA_FAULT = re.compile(r"#\s?[¡¿]?[A-ZÁÉÍÓÚ/0-9 ]+[!?]?")
_SIGNS = re.compile(r"[0-9/\\:@<>{}\[\]|#%=_~^$*+;!?\"()]+")
_SIGN_INSIDE = re.compile(r"\s[/\\|;+&]\s|[^\W\d_][0-9/\\:@<>{}|#%=_~^$*+;!?]+[^\W\d_]")


class Named(Struct, frozen=True):
    """A name as read, and what is wrong with it."""

    given_names: str = ""
    surname1: str = ""
    surname2: str = ""
    title: str = ""
    agency: str = ""
    problems: tuple[Problem, ...] = ()


def named(cells: Mapping[Field, str], order: NameOrder | None, known: Collection[str]) -> Named:
    """Return the name in a row.

    Args:
        cells: text by field; only the fields of names count. A field that is not there has no column.
        order: of a whole name without a comma.
        known: folded given names of other columns.
    """
    if long := [field for field, text in cells.items() if field in _PARTS and len(text) > LONGEST_TOLD]:
        return Named(problems=tuple(Problem(field, ProblemCode.TOO_LONG, Severity.ERROR, cells[field]) for field in long))
    if any(folded(text) in VACANT for field, text in cells.items() if field in _PARTS) and not _others(cells):
        field = next(field for field, text in cells.items() if field in _PARTS and folded(text) in VACANT)
        return Named(problems=(Problem(field, ProblemCode.VACANT, Severity.ERROR, cells[field]),))
    if Field.FULL_NAME in cells and Field.GIVEN_NAMES not in cells:
        return _of_whole(cells[Field.FULL_NAME], order, known)
    return _of_parts(cells)


def _others(cells: Mapping[Field, str]) -> bool:
    """Whether a part of the name says something beside that the post is vacant."""
    return any(folded(text) not in VACANT and not is_no_name(text) for field, text in cells.items() if field in _PARTS)


def _of_whole(text: str, order: NameOrder | None, known: Collection[str]) -> Named:
    field = Field.FULL_NAME
    if is_no_name(text) and text not in NO_SURNAME:
        return Named(problems=(_missing(field, text),))
    clean, fault = _part(field, text, brackets=True)
    parts = split_whole(clean, order, known)
    problems = [fault] if fault else []
    if not fault:
        lone = not parts.surname1 and not any(word in NO_SURNAME for word in clean.replace(",", " ").split())
        if not parts.given_names or lone:
            problems.append(_missing(field, text, ProblemCode.NO_SURNAME if parts.given_names else ProblemCode.MISSING))
        elif max(map(len, (parts.given_names, parts.surname1, parts.surname2))) > LONGEST_NAME:
            problems.append(Problem(field, ProblemCode.TOO_LONG, Severity.ERROR, text))
        elif parts.meant:
            problems.append(Problem(field, ProblemCode.WHICH_IS_GIVEN, Severity.WARNING, text, parts.meant))
    return Named(parts.given_names, parts.surname1, parts.surname2, parts.title, parts.agency, tuple(problems))


def _of_parts(cells: Mapping[Field, str]) -> Named:
    problems: list[Problem] = []
    found: dict[Field, str] = {}
    for field in (Field.GIVEN_NAMES, Field.SURNAME1, Field.SURNAME2, Field.SURNAMES):
        text = cells.get(field, "")
        clean, fault = ("", None) if is_no_name(text) else _part(field, text, brackets=False)
        found[field] = clean
        if fault is None and len(clean) > LONGEST_NAME:
            fault = Problem(field, ProblemCode.TOO_LONG, Severity.ERROR, text)
        if fault:
            problems.append(fault)
    given, agency = cut_brackets(found[Field.GIVEN_NAMES])
    title, given = cut_title(given)
    surname1, surname2 = found[Field.SURNAME1], found[Field.SURNAME2]
    if not surname1 and found[Field.SURNAMES]:
        surname1, second = split_surnames(found[Field.SURNAMES])
        surname2 = surname2 or second
    if not surname1 and surname2:  # one surname is the first
        surname1, surname2 = surname2, ""
    if not given and not any(problem.field is Field.GIVEN_NAMES for problem in problems):
        problems.append(_missing(Field.GIVEN_NAMES, cells.get(Field.GIVEN_NAMES, "")))
    if not surname1:
        field = Field.SURNAMES if Field.SURNAMES in cells and Field.SURNAME1 not in cells else Field.SURNAME1
        if cells.get(field, "") not in NO_SURNAME and not any(problem.field is field for problem in problems):
            problems.append(_missing(field, cells.get(field, ""), ProblemCode.NO_SURNAME if given else ProblemCode.MISSING))
    return Named(given, surname1, surname2, title, agency, tuple(problems))


def _missing(field: Field, text: str, code: ProblemCode = ProblemCode.MISSING) -> Problem:
    return Problem(field, code, Severity.ERROR, text)


def _part(field: Field, text: str, *, brackets: bool) -> tuple[str, Problem | None]:
    """Return a name without pictures, and what is wrong with it."""
    clean = text
    if not text.isascii():
        clean = " ".join("".join(c for c in text if unicodedata.category(c) not in _PICTURES).split())
    if clean == UNCALCULATED:
        return "", Problem(field, ProblemCode.NOT_CALCULATED, Severity.ERROR, text)
    if _FORMULA_FAULT.fullmatch(clean):
        return "", Problem(field, ProblemCode.UNUSABLE, Severity.ERROR, text)
    if not any(c.isalpha() for c in clean):
        return "", Problem(field, ProblemCode.NO_LETTERS, Severity.ERROR, text)
    checked = without_ordinals(cut_brackets(clean)[0]) if brackets or field is Field.GIVEN_NAMES else clean
    if is_name(checked) or checked in NO_SURNAME:
        return clean, None
    proposal = _name_meant(checked)
    return clean, Problem(field, ProblemCode.UNUSABLE, Severity.ERROR, text, proposal)


def _name_meant(text: str) -> str | None:
    """Return the name without signs around its words and with O for 0 in them; None where that says nothing."""
    if text.startswith("=") or "http" in text.casefold() or "www." in text.casefold():
        return None
    text = re.sub(r"(?<=[^\W\d_])0(?=[^\W\d_])", lambda match: "O" if text.isupper() else "o", text)
    if _SIGN_INSIDE.search(text):
        return None
    proposal = " ".join(_SIGNS.sub(" ", text).split())
    return proposal if is_name(proposal) else None


_PARTS = frozenset({Field.GIVEN_NAMES, Field.SURNAME1, Field.SURNAME2, Field.SURNAMES, Field.FULL_NAME})
_PICTURES = frozenset({"So", "Sk", "Co", "Cn"})
"""Categories of emoji, of marks that colour them, and of characters that mean nothing."""
