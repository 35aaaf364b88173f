"""Secret links sent by mail.

The token is derived from a key, so it can be sent again without being stored; the database keeps only its hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid

from msgspec import Struct

_ENDS = {"-": "A", "_": "B"}
_OTHER_ENDS = _ENDS | {letter: sign for sign, letter in _ENDS.items()}


class SecretLink(Struct, frozen=True):
    """Purpose, owner and version of a link; raising `version` voids earlier links."""

    purpose: str
    owner: uuid.UUID
    version: int

    def token(self, key: str) -> str:
        """Return the secret part of the address: 191 bits, as letters, digits, - and _.

        It ends in a letter or digit, because mail programs leave a hyphen at the end out of a link.
        """
        message = f"{self.purpose}\0{self.owner.hex}\0{self.version}".encode()
        digest = hmac.new(key.encode(), b"secret-link\0" + message, hashlib.sha256).digest()
        text = base64.urlsafe_b64encode(digest[:24]).decode("ascii")
        return text[:-1] + _ENDS.get(text[-1], text[-1])


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token (32 bytes), as the database stores it. The token is so long that no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def token_hashes(token: str) -> list[bytes]:
    """Return the hashes under which the token of a link may be stored: tokens of version 0.2.0 and before could end in - or _."""
    other = _OTHER_ENDS.get(token[-1:])
    return [token_hash(each) for each in ([token] if other is None else [token, token[:-1] + other])]
