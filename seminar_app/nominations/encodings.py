"""How the bytes of a text file become text: which encoding an office's program wrote, and by which words a person confirms it.

Source: the rule was compared with charset-normalizer, which reads `Ibáñez` in a short Spanish list as cp1250 (`Ibáńez`).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

UTF_8 = "utf-8"
UTF_16 = "utf-16"
"""With a byte order mark; without one, «utf-16-le» or «utf-16-be»."""
MIXED = "mixed"
"""Lines in UTF-8 beside lines in another encoding, as pasting one file under another leaves them."""
ONE_BYTE = ("cp1252", "mac_roman", "cp850")
"""Spanish Windows, old Macs and old DOS programs, likeliest first. Latin-1 is cp1252 with less in it."""
ENCODINGS = (UTF_8, *ONE_BYTE, UTF_16, "utf-16-le", "utf-16-be", MIXED)
"""All that may be chosen."""

SCORED_BYTES = 65_536
ACCENTED_WORDS = 5
_LONGEST_WORD = 40
_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SPANISH = frozenset("áéíóúüñÁÉÍÓÚÜÑ")
_USUAL = frozenset("¿¡°ºª«»–—’‘“”…·´\xa0")
_WORD = re.compile(r"[^\s;,|\"()<>]+")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was read in, and the others that may be chosen instead, likeliest first; none for plain ASCII."""

    text: str
    encoding: str
    others: tuple[str, ...] = ()


def decode(content: bytes, chosen: str | None = None) -> Decoded:
    """Return the text of a file. An encoding that a person chose counts, and what it cannot read becomes «\ufffd».

    Else a byte order mark decides, then NUL bytes (UTF-16), then whether all is UTF-8, and last the Spanish letters that
    each encoding of one byte would give.

    Raises:
        LookupError: the chosen encoding is none of `ENCODINGS`.
    """
    if chosen is not None and chosen not in ENCODINGS:
        raise LookupError(chosen)
    encoding = chosen or likeliest(content)
    text = _by_lines(content) if encoding == MIXED else content.decode(encoding, "replace")
    return Decoded(text.removeprefix("\ufeff"), encoding, _others(content, encoding))


def likeliest(content: bytes) -> str:
    """Return the encoding that the bytes themselves speak for."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return UTF_16
    if wide := _wide(content):
        return wide
    if _is_utf_8(content):
        return UTF_8
    lines = [line for line in _LINES.findall(content) if _NOT_ASCII.search(line)]
    if not content.startswith(codecs.BOM_UTF8) and not any(_is_utf_8(line) for line in lines):
        return _by_score(lines)[0]
    return MIXED


def accented_words(text: str) -> tuple[str, ...]:
    """Return the first different words with letters beyond ASCII, by which a person sees whether the encoding is right."""
    found: dict[str, None] = {}
    if text.isascii():
        return ()
    for match in _WORD.finditer(text):
        word = match.group().strip(".:'!?-_/¿¡«»“”‘’…")
        if not word.isascii() and len(word) <= _LONGEST_WORD and any(letter.isalpha() for letter in word):
            found.setdefault(word)
            if len(found) == ACCENTED_WORDS:
                break
    return tuple(found)


def _others(content: bytes, encoding: str) -> tuple[str, ...]:
    """Return the choices beside this encoding; none where every one gives the same, or a byte order mark of UTF-16 leaves no doubt."""
    guess = likeliest(content)
    if guess == UTF_16 or not (_NOT_ASCII.search(content) or b"\0" in content):
        return () if encoding == guess else (guess,)
    scored = ONE_BYTE if guess == UTF_8 else _by_score([line for line in _LINES.findall(content) if _NOT_ASCII.search(line)])
    return tuple(one for one in dict.fromkeys((guess, *scored, UTF_8)) if one != encoding)


def _wide(content: bytes) -> str | None:
    """Return UTF-16 without a byte order mark, which in a Spanish list has a NUL in nearly every second place."""
    sample = content[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if len(sample) >= 4 and max(even, odd) > half * 0.6 and min(even, odd) < half * 0.1:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def _by_lines(content: bytes) -> str:
    """Decode each line as UTF-8 where it is UTF-8, else in the encoding of one byte that fits the remaining lines best."""
    lines = _LINES.findall(content.removeprefix(codecs.BOM_UTF8))
    rest = [line for line in lines if not _is_utf_8(line)]
    other = _by_score(rest)[0]
    return "".join(line.decode(UTF_8) if _is_utf_8(line) else line.decode(other, "replace") for line in lines)


def _by_score(lines: Iterable[bytes]) -> tuple[str, ...]:
    """Return the encodings of one byte, the one that gives the most Spanish first."""
    sample = b"".join(lines)[:SCORED_BYTES]
    scores = {encoding: _spanish(sample.decode(encoding, "replace")) for encoding in ONE_BYTE}
    return tuple(sorted(ONE_BYTE, key=lambda encoding: -scores[encoding]))


def _spanish(text: str) -> int:
    """Score a text by its letters beyond ASCII: Spanish ones count, unless their case differs from that of their neighbours."""
    score = 0
    for place, letter in enumerate(text):
        if letter.isascii():
            continue
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        if letter in _SPANISH:
            score += 2 if _fits(before, letter, after) else -2
        elif letter in "’‘" and before in ("D", "O", "d", "o"):
            score += 3  # D’Acosta
        elif letter in _USUAL:
            score += 0 if before.isalpha() and after.isalpha() else 1
        else:
            score -= 2
    return score


def _fits(before: str, letter: str, after: str) -> bool:
    """Whether the letter's case is possible there: no capital after a small letter, no small letter before a capital."""
    if letter.isupper():
        return not before.islower()
    return not after.isupper()
