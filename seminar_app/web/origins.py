"""Check where a request comes from: it must be addressed to our name, and forms must come from our pages.

Browsers say of each form whether a page of the same site sent it (`Sec-Fetch-Site`), and no page can change what they say. Where
one does not say it, the form needs a token that only our pages have (docs/decisions/0035-where-a-form-comes-from.md).
"""

from __future__ import annotations

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.sansio.utils import host_is_trusted

from config import Settings
from seminar_app.web.errors import form_from_elsewhere
from seminar_app.web.forms import csrf
from seminar_app.web.sending_site import comes_from_another_site, comes_from_our_page, form_needs_token

SENDING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ANY_NAME = frozenset({"healthz", "readyz"})
"""Endpoints that monitors call by IP address, without our name."""


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse requests addressed to another name (400) and forms that another site sends (422).

    A browser that does not say where a form comes from is trusted if its token is right. Flask-WTF would require a Referer under
    HTTPS, which pages behind a secret link never send, so that check is off.
    """
    app.config.update(WTF_CSRF_SSL_STRICT=False, WTF_CSRF_CHECK_DEFAULT=False)
    csrf.init_app(app)
    app.jinja_env.globals["form_needs_token"] = form_needs_token

    @app.before_request
    def refuse_other_names() -> None:
        host = request.environ.get("HTTP_HOST") or request.environ.get("SERVER_NAME")
        if request.endpoint not in ANY_NAME and not host_is_trusted(host, settings.trusted_hosts):
            abort(400)

    @app.before_request
    def refuse_forms_of_other_sites() -> ResponseReturnValue | None:
        if request.method not in ("GET", "HEAD", "OPTIONS") and comes_from_another_site():
            return form_from_elsewhere()
        return None

    @app.before_request
    def refuse_forms_without_token() -> None:
        sends = request.endpoint is not None and request.method in SENDING and app.config["WTF_CSRF_ENABLED"]
        if sends and not comes_from_our_page() and form_needs_token():
            csrf.protect()
