"""The program's Spanish: one source catalogue for each feature, compiled into one catalogue for the program.

  python -m tools.translations compile        merge all catalogues into the one that is read at run time
  python -m tools.translations update ROOM    add the feature's new sentences from pages and code
  python -m tools.translations check          report sentences that are missing, unused or translated in two ways

The English is in the code itself.
"""

from __future__ import annotations

import gettext
import hashlib
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "seminar_app" / "translations" / "es" / "LC_MESSAGES"
COMPILED = FOLDER / "messages.mo"
SOURCES = "digest of the catalogues"
"""Entry of the compiled catalogue that says what it was made from, as `seminar_app.web.compiled` reads it when the program starts.

That module is not imported here: a package is built where the program's libraries are not installed.
"""
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "_l": None, "N_": None}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true"}, "**.txt": {"trimmed": "true"}}
LOOK = ("_layout", "_macros", "errors", "print")

HEADER = """msgid ""
msgstr ""
"Language: es\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

MessageId = str | tuple[str, ...]


def spoken() -> Iterator[tuple[str, MessageId]]:
    """Yield (feature, sentence) for all texts in code and templates. Layouts, macros and error pages are the feature `look`."""
    for base in (ROOT / "seminar_app", ROOT / "templates"):
        for filename, _line, message, _comments, _context in extract_from_dir(
            str(base), METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=(), directory_filter=lambda _folder: True
        ):
            first = Path(filename).parts[0].removesuffix(".py")
            yield ("look" if first in LOOK else first), tuple(message) if isinstance(message, (tuple, list)) else message


def catalogues() -> dict[str, Catalog]:
    """Return each feature's catalogue, by the feature's name."""
    found = {}
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = read_po(file, locale="es")
    return found


def merged() -> tuple[Catalog, list[str]]:
    """Return one catalogue of all, and a line for each sentence that two features translate differently."""
    whole, faults = Catalog(locale="es", domain="messages"), []
    for room, catalogue in catalogues().items():
        for message in catalogue:
            if not message.id or not _is_said(message):
                continue
            before = whole.get(message.id)
            if before is not None and before.string != message.string:
                faults.append(f"{room}.po says «{message.string}» for «{message.id}», another room «{before.string}»")
            whole.add(message.id, message.string, flags=message.flags)
    return whole, faults


def compile_catalogues() -> None:
    """Write the catalogue that the program reads, unless it was compiled from the same sources."""
    sources = _digest()
    if sources in _compiled_from():
        return
    whole, _faults = merged()
    whole.add(SOURCES, sources)
    FOLDER.mkdir(parents=True, exist_ok=True)
    part = COMPILED.with_suffix(".part")
    with part.open("wb") as file:
        write_mo(file, whole)
    part.replace(COMPILED)


def _digest() -> str:
    """Return a digest of all catalogues, with their names."""
    whole = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.po")):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def _compiled_from() -> set[str]:
    """Return the digest that the compiled catalogue carries, or nothing."""
    try:
        with COMPILED.open("rb") as file:
            return {gettext.GNUTranslations(file).gettext(SOURCES)}
    except (OSError, ValueError, struct.error):
        return set()


def update(room: str) -> int:
    """Add the feature's new sentences to its catalogue, untranslated; return how many are untranslated now."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{room}.po"
    known, _faults = merged()
    catalogue = catalogues().get(room) or Catalog(locale="es", domain=room)
    for speaker, message in spoken():
        if speaker == room and known.get(message) is None and catalogue.get(message) is None:
            catalogue.add(message)
    with path.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, catalogue, width=120, no_location=True, omit_header=True)
    return sum(1 for message in catalogue if message.id and not _is_said(message))


def _is_said(message: Message) -> bool:
    """Whether the sentence has its Spanish, in singular and plural where it counts."""
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


def faults() -> list[str]:
    """Return sentences that are missing, empty, marked fuzzy, translated in two ways, or changed in their places (%(name)s)."""
    whole, found = merged()
    said = set()
    for room, sentence in spoken():
        said.add(sentence)
        if whole.get(sentence) is None:
            found.append(f"{room}: «{sentence}» has no Spanish")
    for room, catalogue in catalogues().items():
        for message in catalogue:
            if message.id and message.fuzzy:
                found.append(f"{room}.po: «{message.id}» is marked fuzzy")
            found.extend(f"{room}.po: «{message.id}»: {error}" for _message, errors in _checks(message, catalogue) for error in errors)
            if message.id and message.id not in said:
                found.append(f"{room}.po: «{message.id}» is said nowhere")
    return sorted(set(found))


def _checks(message: Message, catalogue: Catalog) -> list[tuple[Message, list[object]]]:
    errors: list[object] = list(message.check(catalogue)) if message.id and message.string else []
    return [(message, errors)]


def main(arguments: list[str]) -> int:
    """Run a command; return the exit code."""
    match arguments:
        case ["compile"]:
            compile_catalogues()
            return 0
        case ["update", room]:
            print(f"{update(room)} sentences of {room} wait for their Spanish in {FOLDER.relative_to(ROOT) / room}.po")
            return 0
        case ["check"]:
            found = faults()
            print("\n".join(found) or "Every sentence has its Spanish.")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
