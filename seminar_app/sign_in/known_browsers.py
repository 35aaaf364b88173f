"""Browsers in which somebody has signed in before: strangers who guess at their account use up the tries of strangers, not theirs.

Without it whoever knows an address could keep its owner out for ever, by being wrong often enough.

Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from flask import Response, after_this_request, current_app, request

from config import Settings
from seminar_app.core.folding import canonical_email

LASTS = timedelta(days=180)
_COOKIE = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-f]{64})")


def remember_browser(email: str) -> None:
    """Give this answer a cookie that says: the account with this address was signed in here. It opens nothing."""
    number = secrets.token_urlsafe(16)
    settings = _settings()
    value = f"{number}.{_proof(settings.secret_keys[0], email, number)}"

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(_name(settings), value, max_age=LASTS, path="/", secure=settings.secure_cookies, httponly=True, samesite="Lax")
        return response


def tries_of(email: str) -> str:
    """On whose account an attempt at this address goes: one browser's that its owner has used, or that of all others together."""
    typed = canonical_email(email)
    settings = _settings()
    found = _COOKIE.fullmatch(request.cookies.get(_name(settings), ""))
    if found is not None and any(hmac.compare_digest(_proof(key, typed, found[1]), found[2]) for key in settings.secret_keys):
        return f"known:{found[1]}"
    return "account:" + hashlib.sha256(typed.encode("utf-8", "surrogatepass")).hexdigest()


def _proof(key: str, email: str, number: str) -> str:
    return hmac.new(key.encode(), f"known-browser\0{email}\0{number}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _name(settings: Settings) -> str:
    return "__Host-known" if settings.secure_cookies else "known"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
