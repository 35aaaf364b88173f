"""Device cookies: browsers in which an account has signed in before have a limit of their own on sign-in attempts.

Without them, any person who knows an address could lock its owner out by failing often enough.

Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import uuid
from datetime import timedelta

from flask import Response, after_this_request, current_app, request

from config import Settings
from seminar_app.core.addresses import counting_key, normal_address

LASTS = timedelta(days=180)
_COOKIE = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-f]{64})")


def remember_browser(email: str) -> None:
    """Set a cookie that records that the account with this address has signed in here. The cookie gives no access."""
    number = secrets.token_urlsafe(16)
    settings = _settings()
    value = f"{number}.{_proof(settings.secret_keys[0], email, number)}"

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(_name(settings), value, max_age=LASTS, path="/", secure=settings.secure_cookies, httponly=True, samesite="Lax")
        return response


def tries_of(email: str, *, account_id: uuid.UUID | None) -> str:
    """Return the rate-limit key of an attempt: this browser's own if it is known for the address, else the one that all others share.

    Args:
        email: as typed, in any spelling.
        account_id: public id of the account with this address; the shared key is the account's, whatever the spelling.
    """
    typed, settings = normal_address(email) or "", _settings()
    found = _COOKIE.fullmatch(request.cookies.get(_name(settings), ""))
    if found is not None and any(hmac.compare_digest(_proof(key, typed, found[1]), found[2]) for key in settings.secret_keys):
        return f"known:{found[1]}"
    return f"account:{account_id.hex if account_id else counting_key(email)}"


def _proof(key: str, email: str, number: str) -> str:
    return hmac.new(key.encode(), f"known-browser\0{email}\0{number}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _name(settings: Settings) -> str:
    return "__Host-known" if settings.secure_cookies else "known"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
