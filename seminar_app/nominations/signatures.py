"""Tell what a file is by its first bytes, whatever its name says."""

from __future__ import annotations

from seminar_app.nominations.limits import Refused

_KINDS = {b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", bytes.fromhex("d0cf11e0a1b11ae1"): "ole"}
_REFUSED = {
    b"%PDF": "TextDocument",
    b"{\\rtf": "TextDocument",
    b"\x89PNG": "Picture",
    b"\xff\xd8\xff": "Picture",
    b"GIF8": "Picture",
    b"II*\0": "Picture",
    b"MM\0*": "Picture",
    b"BM": "Picture",
    b"Rar!": "Archive",
    b"7z\xbc\xaf": "Archive",
    b"\x1f\x8b": "Archive",
    b"BZh": "Archive",
    b"\x09\x08\x08\x00": "UnreadableList",  # workbooks of Excel 2 to 5, without a container
    b"\x09\x00\x04\x00": "UnreadableList",
    b"\x09\x02\x06\x00": "UnreadableList",
    b"\x09\x04\x06\x00": "UnreadableList",
}
_MEDIA = b"ftyp"
"""From the fifth byte: photographs of phones (HEIC), and films."""
_RIFF = b"RIFF"


def kind_of(content: bytes) -> str:
    """Return «zip», «ole» or «text».

    Raises:
        Refused: it is empty, or something that is not read.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise Refused("EmptyList")
    for signature, kind in _KINDS.items():
        if content.startswith(signature):
            return kind
    for signature, code in _REFUSED.items():
        if content.startswith(signature) and (signature != b"BM" or b"\0" in content[:32]):
            raise Refused(code)
    if content[4:8] == _MEDIA or (content.startswith(_RIFF) and content[8:12] == b"WEBP"):
        raise Refused("Picture")
    return "text"
