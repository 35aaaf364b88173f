"""Format of a backup file: a readable header, then frames that can be encrypted.

Layout: `MAGIC`, one line of JSON (the header), then frames of kind (1 byte), length (4 bytes, big-endian) and body.
Kinds: `M` the manifest, `T` a section begins, `D` a piece of its data (deflated), `E` the end: an HMAC with the installation's
SECRET_KEYS over the header and all frames before, so that only this installation can make a backup that it restores.
Version 1 had a SHA-256 there, which anyone can compute; such a file is read only when that is allowed.
Encrypted bodies are AES-256-GCM with a key of this file alone (scrypt over the backup key and a random salt). The nonce counts
the frames; header, kind and number are authenticated, so that no frame can be left out, moved or taken from another backup.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from msgspec import Struct
from msgspec.structs import asdict

MAGIC = b"CONSTANCIA BACKUP 2\n"
MAGIC_1 = b"CONSTANCIA BACKUP 1\n"
LONGEST_HEADER = 4096
PIECE_BYTES = 1 << 20
LONGEST_BODY = 8 * PIECE_BYTES
SALT_BYTES = 16
MANIFEST, SECTION, DATA, END = b"M", b"T", b"D", b"E"


class BackupFault(Exception):
    """The backup file cannot be used; the text is a sentence with the reason and what to do."""


class Header(Struct, frozen=True, kw_only=True):
    """Facts about a backup that are readable without its key.

    Attributes:
        made_at: ISO instant, UTC.
        schema: number of the newest migration in it.
        engine: `sqlite` or `postgresql`.
        salt: hex; empty where the backup is not encrypted.
        key_check: hex; tells a wrong key from a damaged file.
    """

    made_at: str
    app_version: str
    schema: str
    engine: str
    salt: str = ""
    key_check: str = ""


class BackupWriter:
    """Writes one backup to a file that is open for writing.

    Args:
        key: encrypts the backup; None leaves it in plain text.
        secret: of the installation; authenticates the backup.
    """

    def __init__(self, out: IO[bytes], header: Header, *, key: str | None, secret: str) -> None:
        self._cipher: AESGCM | None = None
        if key is not None:
            salt = os.urandom(SALT_BYTES)
            derived = _derived(key, salt)
            self._cipher = AESGCM(derived)
            header = Header(**asdict(header) | {"salt": salt.hex(), "key_check": _check(derived)})
        line = json.dumps(asdict(header)).encode() + b"\n"
        self._out, self._header, self._number = out, hashlib.sha256(line).digest(), 0
        self._mac = _mac(secret, self._header)
        out.write(MAGIC + line)

    def manifest(self, about: dict[str, Any]) -> None:
        """Write the manifest, which lists the backup's content. Call this first."""
        self._frame(MANIFEST, json.dumps(about, sort_keys=True).encode())

    def section(self, about: dict[str, Any]) -> None:
        """Begin a section: describe the data that follow."""
        self._frame(SECTION, json.dumps(about).encode())

    def data(self, piece: bytes) -> None:
        """Write a piece of the section, at most `PIECE_BYTES`."""
        self._frame(DATA, zlib.compress(piece, 2))

    def end(self) -> None:
        """Write the end frame, which marks the backup as complete. Call this last."""
        self._frame(END, json.dumps({"hmac": self._mac.hexdigest()}).encode())

    def _frame(self, kind: bytes, body: bytes) -> None:
        self._mac.update(_framed(kind, body))
        if self._cipher is not None:
            body = self._cipher.encrypt(_nonce(self._number), body, _bound(self._header, kind, self._number))
        self._number += 1
        self._out.write(_framed(kind, body))


class BackupReader:
    """Reads one backup, and raises `BackupFault` at the first fault.

    Args:
        keys: of encrypted backups, newest first.
        secrets: of the installation, newest first; one of them must have authenticated the backup.
        allow_unauthenticated: also read a file that anyone may have made: one of version 1, or in plain text where there is a key.
    """

    def __init__(self, source: IO[bytes], *, keys: Sequence[str], secrets: Sequence[str], allow_unauthenticated: bool = False) -> None:
        magic = source.read(len(MAGIC))
        if magic not in (MAGIC, MAGIC_1):
            raise BackupFault("This is no backup of Constancia, or of a version that writes them in another way.")
        self._authenticated = magic == MAGIC
        if not self._authenticated and not allow_unauthenticated:
            raise BackupFault(
                "This backup is of format 1 and not authenticated: anyone who could write to its folder may have changed "
                "it. If you are sure of where it lay, give --allow-unauthenticated."
            )
        line = source.readline(LONGEST_HEADER)
        try:
            self.header = Header(**json.loads(line))
            bytes.fromhex(self.header.salt)
        except (ValueError, TypeError, RecursionError) as error:
            raise BackupFault("The beginning of this backup is damaged. Use another copy of it, or the one before.") from error
        self._source, self._bound, self._number, self._sum = source, hashlib.sha256(line).digest(), 0, hashlib.sha256()
        self._macs = [_mac(secret, self._bound) for secret in secrets]
        if keys and not self.header.salt and not allow_unauthenticated:
            raise BackupFault(
                "BACKUP_KEYS is set, and this backup is not encrypted: it may not be yours. If you made it before the key was set, give "
                "--allow-unauthenticated."
            )
        self._cipher = _cipher_for(self.header, keys)
        kind, body = self._frame()
        if kind != MANIFEST:
            raise _damaged()
        self.manifest: dict[str, Any] = _object(body)

    def pieces(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield kind and content of each frame after the manifest. If the iteration ends without a fault, the whole file is intact."""
        while True:
            sha256, macs = self._sum.hexdigest(), [mac.hexdigest() for mac in self._macs]
            kind, body = self._frame()
            if kind == END:
                told = _object(body)
                if self._source.read(1) or told.keys() != ({"hmac"} if self._authenticated else {"sha256"}):
                    raise _damaged()
                if not self._authenticated and told["sha256"] != sha256:
                    raise _damaged()
                said = str(told.get("hmac")).encode("utf-8", "surrogatepass")
                if self._authenticated and not any(hmac.compare_digest(mac.encode(), said) for mac in macs):
                    raise BackupFault(
                        "This backup was changed after it was made, or another installation made it (SECRET_KEYS), so nothing was restored."
                    )
                return
            yield kind, _inflated(body) if kind == DATA else body

    def _frame(self) -> tuple[bytes, bytes]:
        kind, length = self._source.read(1), int.from_bytes(self._source.read(4), "big")
        if kind not in {MANIFEST, SECTION, DATA, END} or length > LONGEST_BODY:
            raise _damaged()
        body = self._source.read(length)
        if len(body) != length:
            raise _damaged()
        if self._cipher is not None:
            try:
                body = self._cipher.decrypt(_nonce(self._number), body, _bound(self._bound, kind, self._number))
            except InvalidTag as error:
                raise _damaged() from error
        self._number += 1
        self._sum.update(body)
        for mac in self._macs:
            mac.update(_framed(kind, body))
        return kind, body


def _cipher_for(header: Header, keys: Sequence[str]) -> AESGCM | None:
    if not header.salt:
        return None
    if not keys:
        raise BackupFault("This backup is encrypted. Put the key that it was made with into BACKUP_KEYS.")
    for key in keys:
        derived = _derived(key, bytes.fromhex(header.salt))
        if _check(derived) == header.key_check:
            return AESGCM(derived)
    raise BackupFault(f"This backup of {header.made_at} was made with another key. Put the one of that day into BACKUP_KEYS.")


def _damaged() -> BackupFault:
    return BackupFault("This backup is damaged or cut off, so nothing was restored. Use another copy of it, or the one before.")


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _damaged() from error
    if not isinstance(found, dict):
        raise _damaged()
    return found


def section_of(piece: bytes) -> tuple[str, list[str]]:
    """Return the table and the columns that a section's head names.

    Raises:
        BackupFault: it is damaged.
    """
    about = _object(piece)
    name, columns = about.get("name"), about.get("columns")
    if not isinstance(name, str) or not isinstance(columns, list) or not all(isinstance(each, str) for each in columns):
        raise _damaged()
    return name, columns


def _inflated(body: bytes) -> bytes:
    inflate = zlib.decompressobj()
    try:
        piece = inflate.decompress(body, LONGEST_BODY)
    except zlib.error as error:
        raise _damaged() from error
    if not inflate.eof:
        raise _damaged()
    return piece


def _derived(key: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(key.encode())


def _check(derived: bytes) -> str:
    return hashlib.sha256(b"backup-key-check\0" + derived).hexdigest()[:8]


def _mac(secret: str, header: bytes) -> hmac.HMAC:
    key = hmac.new(secret.encode(), b"backup-authentication", hashlib.sha256).digest()
    return hmac.new(key, header, hashlib.sha256)


def _framed(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "big") + body


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(header: bytes, kind: bytes, number: int) -> bytes:
    return header + kind + number.to_bytes(8, "big")
