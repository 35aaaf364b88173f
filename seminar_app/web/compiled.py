"""Whether the program's Spanish is compiled, from the catalogues that lie there. Without it all pages are English, without a word."""

from __future__ import annotations

import gettext
import hashlib
import struct
from functools import cache
from pathlib import Path

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from seminar_app.web.checks import Check, Finding, State, add_check

FOLDER = Path(__file__).resolve().parents[1] / "translations" / "es" / "LC_MESSAGES"
COMPILED = FOLDER / "messages.mo"
SOURCES = "digest of the catalogues"
"""Entry of the compiled catalogue that says what it was compiled from. Times of files would not: copying changes them."""


def init_app(app: Flask) -> None:
    """Register the check."""
    add_check(app, Check("translations", _l("Spanish"), lambda _session, _now: _finding(), 120))


def digest(folder: Path = FOLDER) -> str | None:
    """Return a digest of the catalogues in the folder; None where there are none, as in an installed package."""
    sources = sorted(folder.glob("*.po"))
    if not sources:
        return None
    whole = hashlib.sha256()
    for path in sources:
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def compiled_from(compiled: Path = COMPILED) -> str | None:
    """Return the digest that the compiled catalogue carries; None where it is missing, broken, or of an earlier version."""
    try:
        with compiled.open("rb") as file:
            found = gettext.GNUTranslations(file).gettext(SOURCES)
    except (OSError, ValueError, struct.error):
        return None
    return None if found == SOURCES else found


def is_compiled(folder: Path = FOLDER) -> bool:
    """Whether the compiled catalogue is there and made from the catalogues beside it."""
    found, wanted = compiled_from(folder / COMPILED.name), digest(folder)
    return found is not None and wanted in (None, found)


@cache
def _is_compiled(_written: int) -> bool:
    """Return `is_compiled`, asked again where the file was written anew: it takes 8 ms, and pages of administrators ask."""
    return is_compiled()


def _finding() -> Finding:
    if COMPILED.exists() and _is_compiled(COMPILED.stat().st_mtime_ns):
        return Finding(State.DONE, _("The Spanish texts are compiled."))
    missing = _("The Spanish texts are not compiled, or older than the program. Run «python -m tools.translations compile».")
    return Finding(State.WRONG, missing)
