"""Keys for values that a copy of the database must not reveal: newest first, each with a name that the ciphertext carries.

What this protects and what it does not: docs/decisions/0015-sealed-columns.md.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

FORMAT = 1
NONCE_BYTES = 12


class CannotOpen(Exception):
    """The value was changed, belongs to another row, or was sealed with a key that is not in the ring."""


class Key(Struct, frozen=True, dict=True):
    """One key: the name in the ciphertext, and the secret that everything is derived from."""

    id: str
    secret: str

    @classmethod
    def of(cls, entry: str) -> Key:
        """Parse a key from the settings, `<id>:<secret>`."""
        name, _colon, secret = entry.partition(":")
        return cls(name, secret)

    def derived(self, purpose: str) -> bytes:
        """Return 32 bytes derived for this purpose only."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"constancia\0" + purpose.encode()).derive(self.secret.encode())

    @cached_property
    def cipher(self) -> AESGCM:
        """Return the cipher for sealing."""
        return AESGCM(self.derived("seal"))


class KeyRing:
    """The keys in use. The first seals; all can open, so that a key can be changed while the program runs."""

    def __init__(self, entries: Sequence[str]) -> None:
        self._keys = tuple(Key.of(entry) for entry in entries)
        self._by_id = {key.id: key for key in self._keys}
        self._index_keys: dict[tuple[str, str], bytes] = {}

    @property
    def newest(self) -> str:
        """Return the name of the key that seals now."""
        return self._first.id

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the names of all keys, newest first."""
        return tuple(self._by_id)

    @property
    def _first(self) -> Key:
        if not self._keys:
            raise RuntimeError("there is no key to seal with: IDENTITY_KEYS is empty")
        return self._keys[0]

    def seal(self, plain: bytes, *, about: str) -> bytes:
        """Encrypt and authenticate (AES-256-GCM) with the newest key.

        Args:
            about: what the value belongs to, `<table>|<column>|<row's public id>`; it opens for nothing else.
        """
        key, nonce = self._first, os.urandom(NONCE_BYTES)
        name = key.id.encode("ascii")
        return bytes((FORMAT, len(name))) + name + nonce + key.cipher.encrypt(nonce, plain, _bound(key.id, about))

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """Decrypt a sealed value.

        Raises:
            CannotOpen: it was changed or moved, or its key is not in the ring.
        """
        name = key_id_of(sealed)
        key = self._by_id.get(name)
        if key is None:
            raise CannotOpen(f"sealed with the key «{name}», which is not in IDENTITY_KEYS")
        body = sealed[2 + len(name) :]
        try:
            return key.cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], _bound(name, about))
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"changed, or moved to {about}") from error

    def index(self, canonical: str, *, about: str) -> bytes:
        """Return the blind index for looking a value up: HMAC-SHA256 of its canonical form, 32 bytes.

        Args:
            about: `<table>|<column>`; the same text in two columns has two indexes.
        """
        return self._index(self._first, canonical, about)

    def indexes(self, canonical: str, *, about: str) -> list[bytes]:
        """Return the blind index under every key, to find rows that are not rotated yet."""
        return [self._index(key, canonical, about) for key in self._keys]

    def _index(self, key: Key, canonical: str, about: str) -> bytes:
        derived = self._index_keys.get((key.id, about))
        if derived is None:
            derived = self._index_keys[key.id, about] = key.derived(f"index\0{about}")
        return hmac.new(derived, canonical.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def key_id_of(sealed: bytes) -> str:
    """Return the name of the key that a value was sealed with.

    Raises:
        CannotOpen: this is no sealed value.
    """
    if len(sealed) < 2 + NONCE_BYTES or sealed[0] != FORMAT or len(sealed) < 2 + sealed[1] + NONCE_BYTES:
        raise CannotOpen("not a sealed value")
    return sealed[2 : 2 + sealed[1]].decode("ascii", "replace")


def _bound(key_id: str, about: str) -> bytes:
    return f"constancia|{FORMAT}|{key_id}|{about}".encode()


class Turned(Struct, frozen=True):
    """Result of one step of a key rotation.

    Attributes:
        last: where the next step continues; None when there is nothing left.
        done: rows that are now sealed with the newest key.
        failed: rows that did not open and were left as they are.
    """

    last: int | None
    done: int
    failed: int
