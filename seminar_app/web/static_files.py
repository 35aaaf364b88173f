"""Static files: served by WhiteNoise, named with a content hash so that browsers keep them for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

ROOT = Path(__file__).resolve().parents[1] / "static"
A_YEAR = 31_536_000


def init_app(app: Flask) -> None:
    """Put WhiteNoise before the app and give templates `static_url`."""
    if ROOT.is_dir():
        app.wsgi_app = WhiteNoise(app.wsgi_app, root=str(ROOT), prefix="static/", max_age=A_YEAR, add_headers_function=_headers)  # type: ignore[method-assign]
    app.context_processor(lambda: {"static_url": static_url})


def _headers(headers: Headers, _path: str, _url: str) -> None:
    """Files are read as what they are, and by our own pages."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


@lru_cache(maxsize=256)
def static_url(path: str) -> str:
    """Address of a file below `seminar_app/static`, changing when its content does.

    Raises:
        FileNotFoundError: a template asks for a file that is not there.
    """
    digest = hashlib.sha256((ROOT / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"
