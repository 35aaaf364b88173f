"""Secret links sent by mail.

The token is derived from a key, so it can be sent again without being stored; the database keeps only its hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretLink:
    """Purpose, owner and version of a link; raising `version` voids earlier links."""

    purpose: str
    owner: uuid.UUID
    version: int

    def token(self, key: str) -> str:
        """Return the secret part of the address: 192 bits, as letters, digits, - and _."""
        message = f"{self.purpose}\0{self.owner.hex}\0{self.version}".encode()
        digest = hmac.new(key.encode(), b"secret-link\0" + message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode("ascii")


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token (32 bytes), as the database stores it. The token has 192 bits, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
