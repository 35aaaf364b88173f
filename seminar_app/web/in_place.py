"""Forms that a script sends without leaving the page (static/js/page.js): the answer says where to go, and the script goes there.

The script cannot see where a redirect leads before it has followed it, and the page it leads to would say what it says once
(«Saved.») to the script instead of the reader.
"""

from __future__ import annotations

from flask import Flask, Response, g, request

from seminar_app.web.access import gives_file

SENT_IN_PLACE = "X-In-Place"
LEADS_TO = "X-Leads-To"
GIVES_FILE = "X-Gives-File"
"""Where it leads to is a file: the page stays, and its form can be sent again."""


def init_app(app: Flask) -> None:
    """Answer such forms, and tell pages whether a browser keeps what was typed into them."""
    app.jinja_env.globals["typed_is_lost"] = _typed_is_lost

    @app.after_request
    def say_where(response: Response) -> Response:
        if SENT_IN_PLACE in request.headers and response.status_code in (302, 303):
            response.headers[LEADS_TO] = response.headers.pop("Location")
            if gives_file(response.headers[LEADS_TO]):
                response.headers[GIVES_FILE] = "1"
            response.status_code = 204
            response.set_data(b"")
        return response


def _typed_is_lost() -> bool:
    """Whether no browser keeps this page, so that Back would find its fields empty: staff's pages, and those behind a personal link."""
    return g.get("actor") is not None or bool(g.get("secret_link"))
