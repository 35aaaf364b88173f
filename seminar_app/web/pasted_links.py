"""Lead to the right page from a link that was copied together with what stood behind it: a dot, a bracket, a space."""

from __future__ import annotations

import re

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

_BEHIND = re.compile(r"(?<=[\w-])[^\w/-]+$")
"""Signs with which no address of ours ends: slugs, codes and tokens have letters, digits, hyphens and underscores."""


def init_app(app: Flask) -> None:
    """Look at each address, after unreadable ones were refused."""
    app.before_request(_lead_right)


def _lead_right() -> ResponseReturnValue | None:
    right = _BEHIND.sub("", request.path)
    if right == request.path or request.method != "GET":
        return None
    try:
        endpoint, values = current_app.create_url_adapter(request).match(right, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    g.secret_link = True  # it may be one
    return redirect(url_for(str(endpoint), **values), code=303)
