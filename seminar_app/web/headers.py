"""Headers of every answer, error pages included: what the browser may load, cache and send to other sites."""

from __future__ import annotations

from flask import Flask, Response, g, request

from config import Settings
from seminar_app.web.page_cache import own_value

STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"
PERMISSIONS = "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers to each answer."""

    @app.after_request
    def finish(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = content_security_policy(csp_nonce())
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers.setdefault("Referrer-Policy", "no-referrer" if g.get("secret_link") else "same-origin")
        headers["Permissions-Policy"] = PERMISSIONS
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Request-ID"] = g.get("request_id", "-")
        if settings.secure_cookies:
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if request.endpoint != "static":
            private = (
                g.get("actor") is not None
                or g.get("half_signed_in")
                or g.get("secret_link")
                or response.status_code >= 400
                or request.method != "GET"
            )
            headers["Cache-Control"] = "no-store" if private else "no-cache, private"
            headers.add("Vary", "Cookie, Accept-Language")
        return response

    app.context_processor(lambda: {"csp_nonce": csp_nonce()})


def csp_nonce() -> str:
    """Return this answer's nonce."""
    return own_value("nonce")


def content_security_policy(nonce: str) -> str:
    """Return the policy: own files only; scripts by nonce; nothing inline, no frames, forms only to this site."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
