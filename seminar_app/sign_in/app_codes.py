"""Codes of an authenticator app, and the recovery codes on paper that replace it. No database, no Flask.

Source: RFC 6238 (TOTP), by pyotp.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from datetime import datetime

from pyotp import TOTP

ISSUER = "Constancia"
DIGITS = 6
SECRET_BYTES = 20
PERIOD_SECONDS = 30
SLACK_SECONDS = 30
"""Tolerated difference between the phone's clock and the server's."""
RECOVERY_CODES = 10
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits without 0, 1, I, L, O and U, which are easily confused when copied from paper."""
GROUPS, GROUP = 4, 4


def new_secret() -> bytes:
    """Return a new secret of 160 random bits for an authenticator app to share with the server."""
    return secrets.token_bytes(SECRET_BYTES)


def address_for_app(secret: bytes, *, account: str) -> str:
    """Return the `otpauth://` address that the QR code holds."""
    return _totp(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def key_for_typing(secret: bytes) -> str:
    """Return the secret as groups of letters and digits, for a person who cannot scan the QR code."""
    key = _base32(secret)
    return "-".join(key[start : start + GROUP] for start in range(0, len(key), GROUP))


def is_app_code(text: str) -> bool:
    """Whether the text has the form of an app code (6 digits) and not of a recovery code."""
    code = "".join(text.split())
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def period_of(secret: bytes, text: str, *, now: datetime, last: int) -> int | None:
    """Return the 30-second period (counted since 1970) that the code belongs to, or None for a wrong code.

    Args:
        last: period of the code that was used last.

    Raises:
        CodeUsed: the code belongs to period `last`, so it was used before. A code of an earlier period counts as wrong.
    """
    if not is_app_code(text):
        return None
    code, app, seconds = "".join(text.split()), _totp(secret), int(now.timestamp())
    used = False
    for period in range((seconds - SLACK_SECONDS) // PERIOD_SECONDS, (seconds + SLACK_SECONDS) // PERIOD_SECONDS + 1):
        if hmac.compare_digest(app.generate_otp(period), code):
            if period > last:
                return period
            used = used or period == last
    if used:
        raise CodeUsed
    return None


class CodeUsed(Exception):
    """The code is right but was used before."""


def new_recovery_code() -> str:
    """Return a recovery code such as `7QX4-…`: 16 letters and digits, 78 random bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def recovery_hash(text: str, *, account: uuid.UUID) -> bytes:
    """Return the SHA-256 that the database keeps of a recovery code; case and separators do not matter.

    The code has 78 random bits, so it needs no slow hash.
    """
    code = "".join(c for c in text.upper() if c.isalnum())
    return hashlib.sha256(b"recovery-code\0" + account.bytes + code.encode("utf-8", "surrogatepass")).digest()


def _totp(secret: bytes) -> TOTP:
    return TOTP(_base32(secret), digits=DIGITS, interval=PERIOD_SECONDS)


def _base32(secret: bytes) -> str:
    return base64.b32encode(secret).decode("ascii")
