"""The pass that a participant shows at the door: a QR code that says which registration it is, and nothing to a stranger.

The code is the registration's random id with a keyed check behind it, so that nobody can make one and no table is needed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid

from sqlalchemy.orm import Session

from seminar_app.core.installation import installation_of

CHECK_BYTES = 9


def pass_code(session: Session, registration: uuid.UUID) -> str:
    """Return the code of a registration's pass: 40 capital letters and digits, which a QR code holds most tightly."""
    return code_with(installation_of(session).settings.secret_keys[0], registration)


def registration_of_pass(session: Session, code: str) -> uuid.UUID | None:
    """Return the public id of the registration whose pass this is; None if we made no such pass. Earlier keys count too."""
    try:
        registration = uuid.UUID(bytes=base64.b32decode(code.upper())[:-CHECK_BYTES])
    except (binascii.Error, ValueError):
        return None
    known = (code_with(key, registration) for key in installation_of(session).settings.secret_keys)
    given = code.upper().encode("utf-8", "surrogatepass")
    return registration if any(hmac.compare_digest(given, each.encode()) for each in known) else None


def code_with(key: str, registration: uuid.UUID) -> str:
    """Return the code that this key makes for a registration."""
    check = hmac.digest(key.encode(), b"pass\0" + registration.bytes, "sha256")[:CHECK_BYTES]
    return base64.b32encode(registration.bytes + check).decode("ascii")
