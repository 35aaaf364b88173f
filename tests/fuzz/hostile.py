"""Values that an attacker types, or a person whose hand slips, and ways to send them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote_plus

from hypothesis import strategies as st

Pairs = Sequence[tuple[str, str]]

NUMBERS = (
    "0",
    "-1",
    "1" + "0" * 20,
    "-" + "9" * 400,
    "2147483648",
    "9223372036854775808",
    "1.5",
    "1e5",
    "NaN",
    "Infinity",
    "٣",
    "²",
    "0x10",
    "1_0",
)
DAYS = (
    "2025-02-29",
    "2028-02-29",
    "0000-01-01",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2026-13-45",
    "2026-3-2",
    "20260302",
    "-2026-01-01",
)
HOURS = ("00:00", "24:00", "23:59:60", "99:99", "9", "09:00+02:00", "00:00:00.0000001")
IDS = ("0" * 32, "not-an-id", "00000000-0000-0000-0000-000000000000", "{" + "0" * 32 + "}", "g" * 32, "٣" * 32)
FORMULAS = ("=1+1", "+1+2", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x.example","x")', "x;=1", "'=1")
SIGNS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "a\udfffb",
    "🎓" * 60,
    "👩🏽‍🎓",
    "\u202eabc\u202c\u200b",
    "\u200b",
    "\ufeff",
    "\ufffe",
    "\u2028",
    "\x85",
    "\x1b[0m",
    "e" + "\u0301" * 300,
    "\u0301",
    "x" * 201,
    "x" * 100_000,
    "ﷺ" * 250,
    "İstanbul ß ﬁ ǅ",
    "محمد العربي",
    "王小明",
    "\r\n\r\n",
    "a\r\nBcc: b@x.example",
)
MARKUP = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    "' OR 1=1 --",
    "%",
    "_",
    "\\",
    "%s",
    "[1]",
    "{}",
    "null",
    "../../etc/passwd",
    "//x.example",
    "a@b",
    "a@[1]",
)
HOSTILE = (*SIGNS, *NUMBERS, *DAYS, *HOURS, *IDS, *FORMULAS, *MARKUP)

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=40)
NASTY = st.sampled_from(HOSTILE) | ANY_TEXT
NAMES = st.text(st.sampled_from(sorted(set("_-[]().0q\0é "))) | st.characters(categories=("Ll", "Nd")), max_size=12)


class Wire(StrEnum):
    """Encoding of the fields; browsers use only the first two."""

    URLENCODED = "urlencoded"
    MULTIPART = "multipart"
    BAD_BYTES = "urlencoded, with bytes that are no UTF-8"
    BAD_PART_BYTES = "multipart, with bytes that are no UTF-8"
    CUT = "multipart that ends in the middle"
    NO_BOUNDARY = "multipart without its boundary"
    CHARSET = "urlencoded, said to be UTF-7"
    JSON = "json"
    TEXT = "text"
    FILES = "multipart, every value a file"


BOUNDARY = "----fuzz"
BAD = b"\xff\xfe\xed\xa0\x80\xc0\x80"
TYPES = {
    Wire.URLENCODED: "application/x-www-form-urlencoded",
    Wire.BAD_BYTES: "application/x-www-form-urlencoded",
    Wire.CHARSET: "application/x-www-form-urlencoded; charset=utf-7",
    Wire.NO_BOUNDARY: "multipart/form-data",
    Wire.JSON: "application/json",
    Wire.TEXT: "text/plain; charset=nonsense",
}


def body_of(pairs: Pairs, wire: Wire) -> tuple[bytes, str]:
    """Return the body of a request and its content type."""
    kind = TYPES.get(wire, f"multipart/form-data; boundary={BOUNDARY}")
    match wire:
        case Wire.JSON:
            return json.dumps(dict(pairs)).encode(), kind
        case Wire.URLENCODED | Wire.CHARSET | Wire.TEXT:
            return _urlencoded(pairs), kind
        case Wire.BAD_BYTES:
            return _urlencoded(pairs).replace(b"&", BAD + b"&%zz%ed%a0%80=%c0%80&") + BAD, kind
        case Wire.CUT:
            whole = _multipart(pairs)
            return whole[: len(whole) * 2 // 3], kind
        case Wire.FILES:
            return _multipart(pairs, file=True), kind
        case Wire.BAD_PART_BYTES:
            return _multipart(pairs, after=BAD), kind
        case _:
            return _multipart(pairs), kind


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _urlencoded(pairs: Pairs) -> bytes:
    return "&".join(f"{quote_plus(_bytes(name))}={quote_plus(_bytes(value))}" for name, value in pairs).encode()


def _multipart(pairs: Pairs, *, after: bytes = b"", file: bool = False) -> bytes:
    parts = []
    for name, value in pairs:
        label = _bytes(name).replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A")
        named = b'; filename="\xff../x\x00.csv"' if file else b""
        parts.append(
            b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s%s\r\n' % (BOUNDARY.encode(), label, named, _bytes(value), after)
        )
    return b"".join(parts) + b"--%s--\r\n" % BOUNDARY.encode()


@dataclass(frozen=True)
class Tampering:
    """Changes to a form that was filled in well. Places count modulo the number of fields, so that they fit any form.

    Args:
        changed: another value, at a place.
        dropped: places that are not sent.
        doubled: a second value for the field at a place.
        unknown: fields that the form does not have.
        wire: encoding.
    """

    changed: tuple[tuple[int, str], ...] = ()
    dropped: tuple[int, ...] = ()
    doubled: tuple[tuple[int, str], ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    wire: Wire = Wire.URLENCODED

    def of(self, filled: Pairs) -> list[tuple[str, str]]:
        """Return the fields to send."""
        if not filled:
            return list(self.unknown)
        size = len(filled)
        changed = {place % size: value for place, value in self.changed}
        dropped = {place % size for place in self.dropped}
        pairs = [(name, changed.get(at, value)) for at, (name, value) in enumerate(filled) if at not in dropped]
        return [*pairs, *((filled[place % size][0], value) for place, value in self.doubled), *self.unknown]


PLACES = st.integers(0, 60)
TAMPERINGS = st.builds(
    Tampering,
    changed=st.lists(st.tuples(PLACES, NASTY), max_size=4).map(tuple),
    dropped=st.lists(PLACES, max_size=2).map(tuple) | st.just(()),
    doubled=st.lists(st.tuples(PLACES, NASTY), max_size=2).map(tuple) | st.just(()),
    unknown=st.lists(st.tuples(NAMES, NASTY), max_size=2).map(tuple) | st.just(()),
    wire=st.sampled_from([Wire.URLENCODED, Wire.MULTIPART, *Wire]),
)
