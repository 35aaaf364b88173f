"""The codes of an authenticator app, and the codes on paper that stand in for it. No database, no Flask.

Source: RFC 6238 (TOTP), by passlib, which Flask-Security brings.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime

from passlib.exc import TokenError, UsedTokenError
from passlib.totp import TOTP

ISSUER = "Constancia"
DIGITS = 6
SECRET_BYTES = 20
PERIOD_SECONDS = 30
SLACK_SECONDS = 30
"""How far the clock of a phone may be off."""
RECOVERY_CODES = 10
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, 1, I, L, O and U: nothing that is mistaken when it is copied from paper."""
GROUPS, GROUP = 4, 4


def new_secret() -> bytes:
    """What an app and we are to share: 160 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def address_for_app(secret: bytes, *, account: str) -> str:
    """The `otpauth://` address that a QR code holds."""
    return str(_totp(secret).to_uri(label=account, issuer=ISSUER))


def key_for_typing(secret: bytes) -> str:
    """The same secret in groups of letters and digits, for whoever cannot scan."""
    return str(_totp(secret).pretty_key())


def is_app_code(text: str) -> bool:
    """Whether this looks like an app's code rather than one on paper."""
    code = "".join(text.split())
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def period_of(secret: bytes, text: str, *, now: datetime, last: int) -> int | None:
    """The 30 seconds (counted since 1970) that this code belongs to, or None for a wrong one.

    Args:
        last: period of the code that was used last.

    Raises:
        CodeUsed: right, but of a period that was used, or of an earlier one.
    """
    if not is_app_code(text):
        return None
    try:
        counter: int = _totp(secret).match("".join(text.split()), time=now, window=SLACK_SECONDS, last_counter=last).counter
    except UsedTokenError as error:
        raise CodeUsed from error
    except TokenError:
        return None
    return counter


class CodeUsed(Exception):
    """A code that was right once."""


def new_recovery_code() -> str:
    """`7QX4-…`: 16 letters and digits, 78 random bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def recovery_hash(text: str, *, account: uuid.UUID) -> bytes:
    """What the database keeps of a code on paper, however it was typed: with 78 random bits it needs no slow hash."""
    code = "".join(c for c in text.upper() if c.isalnum())
    return hashlib.sha256(b"recovery-code\0" + account.bytes + code.encode("utf-8", "surrogatepass")).digest()


def _totp(secret: bytes) -> TOTP:
    return TOTP(key=secret, format="raw")
