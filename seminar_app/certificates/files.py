"""Find the number of a certificate in a PDF of ours: in its title and in the address of its QR code, both of which stand as text in it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from seminar_app.certificates.rules import LETTERS, CertificateCode, read_code

_PRINTED = re.compile(rb"(?<![0-9A-Z])[0-9]{6,9}-[%(letters)b]{4}-[%(letters)b]{4}(?![0-9A-Z])" % {b"letters": LETTERS.encode()})
_STREAM = re.compile(rb"stream\r?\n")
MOST_STREAMS, MOST_UNPACKED = 2_000, 1_000_000
"""Of one file, and bytes of one stream: what a stranger's file may cost."""


def codes_in(content: bytes) -> list[CertificateCode]:
    """Return the codes in a file, each once, in their order.

    Where another program has written the file anew, they may stand in a packed stream, or with two bytes a letter.
    """
    found: dict[CertificateCode, None] = {}
    for part in (content, *_unpacked(content)):
        for match in _PRINTED.finditer(part.replace(b"\0", b"")):
            code = read_code(match[0].decode("ascii"))
            if code is not None:
                found[code] = None
    return list(found)


def _unpacked(content: bytes) -> Iterator[bytes]:
    for number, begin in enumerate(_STREAM.finditer(content)):
        if number >= MOST_STREAMS:
            return
        try:
            yield zlib.decompressobj().decompress(content[begin.end() : begin.end() + MOST_UNPACKED], MOST_UNPACKED)
        except zlib.error:
            continue
