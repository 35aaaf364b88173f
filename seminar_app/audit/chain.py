"""Keyed hashes of the audit log: of a row, of the chain's end, and of a line of the anchor."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy.orm import Session

from seminar_app.core.installation import installation_of
from seminar_app.core.key_ring import Key

GENESIS = bytes(32)


class Link(Protocol):
    """The fields of a row that its hash covers."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    seminar: str | None
    details: dict[str, Any]
    request_id: str | None


class ChainKeys:
    """The keys that chain and verify, oldest first: a chain may move to a newer key but never back to an older one."""

    def __init__(self, *, audit_keys: Sequence[str], secret_keys: Sequence[str]) -> None:
        """Derive the keys.

        Args:
            audit_keys: `<id>:<secret>`, newest first; the first chains new rows, all verify.
            secret_keys: the settings' secret keys, newest first. Keys derived from them chain where there are no audit keys, and
                verify the rows chained before there were any.
        """
        before = [hashlib.sha256(b"audit-chain\0" + key.encode()).digest() for key in reversed(secret_keys)]
        self._keys = before + [Key.of(entry).derived("audit-chain") for entry in reversed(audit_keys)]

    @property
    def newest(self) -> int:
        """Return the number of the key that chains new rows; older keys have smaller numbers."""
        return len(self._keys) - 1

    def digest(self, row: Link, *, before: bytes, key: int) -> bytes:
        """Return the HMAC-SHA256 over the row's content and the digest before it, 32 bytes."""
        content = json.dumps(
            [
                row.sequence,
                row.at.astimezone(UTC).isoformat(),
                row.actor,
                row.action,
                row.subject,
                row.seminar,
                row.details,
                row.request_id,
            ],
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return hmac.new(self._keys[key], before + content.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()

    def head_seal(self, sequence: int, last: bytes, *, key: int) -> bytes:
        """Return the HMAC over the chain's end. An attacker who removes the last rows cannot make the seal of an earlier end."""
        return hmac.new(self._keys[key], b"head\0" + str(sequence).encode() + b"\0" + last, hashlib.sha256).digest()

    def anchor_mac(self, text: str, *, before: str, key: int) -> str:
        """Return the HMAC over a line of the anchor and the one before it, in hexadecimal digits."""
        return hmac.new(self._keys[key], f"anchor\0{before}\0{text}".encode(), hashlib.sha256).hexdigest()


def chain_keys(session: Session) -> ChainKeys:
    """Return the keys of the session's installation."""
    settings = installation_of(session).settings
    return _derived(settings.audit_keys, settings.secret_keys)


@lru_cache(maxsize=8)
def _derived(audit_keys: tuple[str, ...], secret_keys: tuple[str, ...]) -> ChainKeys:
    return ChainKeys(audit_keys=audit_keys, secret_keys=secret_keys)
