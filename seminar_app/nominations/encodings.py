"""How the bytes of a text file become text: which encoding an office's program wrote, and by which words a person confirms it.

Source: the rule was compared with charset-normalizer, which reads `Ibáñez` in a short Spanish list as cp1250 (`Ibáńez`).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Encoding(StrEnum):
    """What a text file may be written in; the values are Python's names, but for `MIXED`."""

    UTF_8 = "utf-8"
    CP1252 = "cp1252"
    """Of Spanish Windows; latin-1 is the same with less in it."""
    MAC_ROMAN = "mac_roman"
    CP850 = "cp850"
    """Of old DOS programs."""
    UTF_16 = "utf-16"
    """With a byte order mark."""
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    MIXED = "mixed"
    """Lines in UTF-8 beside lines in another encoding, as pasting one file under another leaves them."""


ONE_BYTE = (Encoding.CP1252, Encoding.MAC_ROMAN, Encoding.CP850)
"""Likeliest first."""

SCORED_BYTES = 65_536
ACCENTED_WORDS = 5
_LONGEST_WORD = 40
_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SPANISH = frozenset("áéíóúüñÁÉÍÓÚÜÑ")
_USUAL = frozenset("¿¡°ºª«»–—’‘“”…·´\xa0")
_WORD = re.compile(r"[^\s;,|\"()<>]+")


class Decoded(Struct, frozen=True):
    """Text, the encoding it was read in, and all that it may be, likeliest first; none for plain ASCII."""

    text: str
    encoding: Encoding
    encodings: tuple[Encoding, ...] = ()


def decode(content: bytes, chosen: str | None = None) -> Decoded:
    """Return the text of a file. An encoding that a person chose counts, and what it cannot read becomes «\ufffd».

    Else a byte order mark decides, then NUL bytes (UTF-16), then whether all is UTF-8, and last the Spanish letters that
    each encoding of one byte would give.

    Raises:
        ValueError: the chosen encoding is none of `Encoding`.
    """
    encoding = Encoding(chosen) if chosen is not None else likeliest(content)
    text = _by_lines(content) if encoding == Encoding.MIXED else content.decode(encoding, "replace")
    return Decoded(text.removeprefix("\ufeff"), encoding, _choices(content))


def likeliest(content: bytes) -> Encoding:
    """Return the encoding that the bytes themselves speak for."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding.UTF_16
    if wide := _wide(content):
        return wide
    if _is_utf_8(content):
        return Encoding.UTF_8
    lines = [line for line in _LINES.findall(content) if _NOT_ASCII.search(line)]
    if not content.startswith(codecs.BOM_UTF8) and not any(_is_utf_8(line) for line in lines):
        return _by_score(lines)[0]
    return Encoding.MIXED


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


def _choices(content: bytes) -> tuple[Encoding, ...]:
    """Return what a person may choose among; one where a byte order mark of UTF-16 leaves no doubt, none where all give the same."""
    if not (_NOT_ASCII.search(content) or b"\0" in content):
        return ()
    guess = likeliest(content)
    if guess == Encoding.UTF_16:
        return (guess,)
    lines = [line for line in _LINES.findall(content) if _NOT_ASCII.search(line)]
    scored = ONE_BYTE if guess == Encoding.UTF_8 else _by_score(lines)
    return tuple(dict.fromkeys((guess, *scored, Encoding.UTF_8)))


def _wide(content: bytes) -> Encoding | None:
    """Return UTF-16 without a byte order mark, which in a Spanish list has a NUL in nearly every second place."""
    sample = content[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if len(sample) >= 4 and max(even, odd) > half * 0.6 and min(even, odd) < half * 0.1:
        return Encoding.UTF_16_LE if odd > even else Encoding.UTF_16_BE
    return None


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode(Encoding.UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def _by_lines(content: bytes) -> str:
    """Decode each line as UTF-8 where it is UTF-8, else in the encoding of one byte that fits the remaining lines best."""
    lines = _LINES.findall(content.removeprefix(codecs.BOM_UTF8))
    rest = [line for line in lines if not _is_utf_8(line)]
    other = _by_score(rest)[0]
    return "".join(line.decode(Encoding.UTF_8) if _is_utf_8(line) else line.decode(other, "replace") for line in lines)


def _by_score(lines: Iterable[bytes]) -> tuple[Encoding, ...]:
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
