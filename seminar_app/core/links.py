"""Secret links sent by mail.

The token is derived from a key, so it can be sent again without being stored; the database keeps its hash only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretLink:
    """What a link is for, whose it is, and which issue of it: raising `version` makes earlier links useless."""

    purpose: str
    owner: uuid.UUID
    version: int

    def token(self, key: str) -> str:
        """The secret part of the address: 192 bits, letters and digits and - and _."""
        message = f"{self.purpose}\0{self.owner.hex}\0{self.version}".encode()
        digest = hmac.new(key.encode(), b"secret-link\0" + message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode("ascii")


def token_hash(token: str) -> bytes:
    """What the database keeps and looks up: SHA-256 of the token, 32 bytes. The token has 192 bits, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
