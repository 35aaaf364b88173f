"""Check where a request comes from: it must be addressed to our name, and forms must come from our pages."""

from __future__ import annotations

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.sansio.utils import host_is_trusted

from config import Settings
from seminar_app.web.errors import form_from_elsewhere

ANY_NAME = frozenset({"healthz", "readyz"})
"""Endpoints that monitors call by IP address, without our name."""
OTHER_SITES = frozenset({"cross-site", "same-site"})


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse requests addressed to another name (400) and forms that another site sends (422).

    The CSRF token is checked for each form as well. A browser that does not say where a form comes from is trusted if its token
    is right. Flask-WTF would require a Referer under HTTPS, which pages behind a secret link never send, so that check is off.
    """
    app.config["WTF_CSRF_SSL_STRICT"] = False

    @app.before_request
    def refuse_other_names() -> None:
        host = request.environ.get("HTTP_HOST") or request.environ.get("SERVER_NAME")
        if request.endpoint not in ANY_NAME and not host_is_trusted(host, settings.trusted_hosts):
            abort(400)

    @app.before_request
    def refuse_forms_of_other_sites() -> ResponseReturnValue | None:
        if request.method not in ("GET", "HEAD", "OPTIONS") and request.headers.get("Sec-Fetch-Site") in OTHER_SITES:
            return form_from_elsewhere()
        return None
