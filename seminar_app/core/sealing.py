"""Values that a copy of the database must not reveal: sealed with a key that is kept outside it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def seal(keys: Sequence[str], plain: bytes, *, about: str) -> bytes:
    """Encrypt and authenticate `plain` (AES-256-GCM) with the newest key.

    Args:
        keys: the settings' secret keys, newest first.
        about: what the value belongs to, `<column>:<row's public id>`; it opens for nothing else.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_key(keys[0])).encrypt(nonce, plain, about.encode())


def unseal(keys: Sequence[str], sealed: bytes, *, about: str) -> bytes | None:
    """Return the plain value, or None where no key opens it or it was moved from another row."""
    for key in keys:
        try:
            return AESGCM(_key(key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
        except InvalidTag:
            continue
    return None


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"sealing\0" + secret.encode()).digest()
