"""Names of files and folders: ASCII only, so that they are unpacked alike everywhere, and in an order that sorts. No database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from seminar_app.core.folding import IGNORED, OPENED

_OPENED = str.maketrans(OPENED | {letter.upper(): plain.capitalize() for letter, plain in OPENED.items() if len(letter.upper()) == 1})
_NOT_IN_NAMES = re.compile(r"[^\w .,()&'+-]+", re.ASCII)
CALLED: Mapping[str, Mapping[str, str]] = {
    "readme": {"es": "00 LEAME.txt", "en": "00 README.txt"},
    "roster": {"es": "01 participantes.pdf", "en": "01 participants.pdf"},
    "workbook": {"es": "02 asistencia.xlsx", "en": "02 attendance.xlsx"},
    "timetable": {"es": "03 asistencia.pdf", "en": "03 attendance.pdf"},
    "hours": {"es": "04 horas.csv", "en": "04 hours.csv"},
    "evaluation": {"es": "05 evaluacion.xlsx", "en": "05 evaluation.xlsx"},
    "sheets": {"es": "06 hojas de firmas.pdf", "en": "06 sign-in sheets.pdf"},
    "unplaced": {"es": "07 constancias", "en": "07 certificates"},
    "letter": {"es": "carta.txt", "en": "letter.txt"},
    "attendance": {"es": "asistencia", "en": "attendance"},
    "certificates": {"es": "constancias", "en": "certificates"},
    "kit": {"es": "cierre", "en": "closing-kit"},
}
"""Names by language. They are no translated sentences, because they may have no accents."""
LONGEST = 110
"""Characters of a part of a name: some systems take 260 of a whole path."""


def plain(text: str) -> str:
    """Return the text as a part of a name: «Procuraduría General» becomes «Procuraduria General»; empty where no letter is Latin."""
    apart = unicodedata.normalize("NFKD", IGNORED.sub("", text).translate(_OPENED))
    bare = "".join(each for each in apart if unicodedata.category(each)[0] != "M")
    words = _NOT_IN_NAMES.sub(" ", bare.encode("ascii", "replace").decode().replace("?", " ")).split()
    return " ".join(words)[:LONGEST].strip(" .,-'")


def free_name(name: str, taken: set[str]) -> str:
    """Return the name, or with a number after it where it is taken already, in whatever capitals; it is taken from now on."""
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name} ({number})"
    taken.add(free.casefold())
    return free


def called(what: str, language: str) -> str:
    """Return the name of a part of the kit."""
    return CALLED[what][language]
