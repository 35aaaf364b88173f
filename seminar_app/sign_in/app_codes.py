"""The codes of an authenticator app, and the codes on paper that stand in for it. No database, no Flask.

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
    return _totp(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def key_for_typing(secret: bytes) -> str:
    """The same secret in groups of letters and digits, for whoever cannot scan."""
    key = _base32(secret)
    return "-".join(key[start : start + GROUP] for start in range(0, len(key), GROUP))


def is_app_code(text: str) -> bool:
    """Whether this looks like an app's code rather than one on paper."""
    code = "".join(text.split())
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def period_of(secret: bytes, text: str, *, now: datetime, last: int) -> int | None:
    """The 30 seconds (counted since 1970) that this code belongs to, or None for a wrong one.

    Args:
        last: period of the code that was used last.

    Raises:
        CodeUsed: right, but used already. A code of an earlier period than `last` is a wrong one.
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
    """A code that was right once."""


def new_recovery_code() -> str:
    """`7QX4-…`: 16 letters and digits, 78 random bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def recovery_hash(text: str, *, account: uuid.UUID) -> bytes:
    """What the database keeps of a code on paper, however it was typed: with 78 random bits it needs no slow hash."""
    code = "".join(c for c in text.upper() if c.isalnum())
    return hashlib.sha256(b"recovery-code\0" + account.bytes + code.encode("utf-8", "surrogatepass")).digest()


def _totp(secret: bytes) -> TOTP:
    return TOTP(_base32(secret), digits=DIGITS, interval=PERIOD_SECONDS)


def _base32(secret: bytes) -> str:
    return base64.b32encode(secret).decode("ascii")
