"""Pictures of signatures: PNG and JPEG, and nothing else."""

from __future__ import annotations

import base64

from msgspec import Struct

from seminar_app.core.pdf import Picture

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that begin a frame, and so tell its size."""
_ALONE = frozenset([0x01, *range(0xD0, 0xD9)])
"""Markers without a length."""


class Raster(Struct, frozen=True):
    """What a picture's first bytes say of it."""

    mime_type: str
    width: int
    height: int


def read_raster(content: bytes) -> Raster | None:
    """Return type and size in dots of a PNG or JPEG picture; None of anything else."""
    if content.startswith(_PNG) and content[12:16] == b"IHDR":
        found = Raster("image/png", int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))
    elif content.startswith(_JPEG):
        found = Raster("image/jpeg", *_jpeg_size(content))
    else:
        return None
    return found if found.width and found.height else None


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _FRAMES:
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 1 if marker == 0xFF else 2 if marker in _ALONE else 2 + int.from_bytes(content[at + 2 : at + 4])
    return 0, 0


def as_picture(content: bytes) -> Picture | None:
    """Return a picture for a document; None if it is neither PNG nor JPEG.

    It stands in an SVG picture, so that one which is broken further on is left empty and does not stop the document.
    """
    raster = read_raster(content)
    if raster is None:
        return None
    width, height, data = raster.width, raster.height, base64.b64encode(content).decode("ascii")
    return Picture(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image href="data:{raster.mime_type};base64,{data}" width="{width}" height="{height}"/></svg>'
    )
