"""Static files: served by WhiteNoise, with a content hash in the address so that browsers cache them for a year."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from whitenoise import WhiteNoise

from config import Settings
from seminar_app.web.headers import STRICT_TRANSPORT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).resolve().parents[1] / "static"
A_YEAR = 31_536_000
OF_FILES = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
)
"""Headers of files: the type is not guessed, only our pages may use a file, and a picture opened by itself runs no script."""


class Files(WhiteNoise):  # type: ignore[misc]  # without types
    """WhiteNoise with our headers on every answer: files, parts of files, and refusals.

    Args:
        headers: added to each answer.
    """

    def __init__(self, *args: Any, headers: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        self._headers = list(headers)
        super().__init__(*args, **kwargs)

    def serve(self, static_file: Any, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with a file."""

        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, *self._headers], *rest)

        answer: Iterable[bytes] = super().serve(static_file, environ, begin)
        return answer


def init_app(app: Flask, settings: Settings) -> None:
    """Put WhiteNoise before the app and give templates `static_url`."""
    headers = [*OF_FILES, ("Strict-Transport-Security", STRICT_TRANSPORT)] if settings.secure_cookies else OF_FILES
    if ROOT.is_dir():
        app.wsgi_app = Files(  # type: ignore[method-assign]
            app.wsgi_app, root=str(ROOT), prefix="static/", max_age=A_YEAR, allow_all_origins=False, headers=headers
        )
    app.context_processor(lambda: {"static_url": static_url})


@lru_cache(maxsize=256)
def static_url(path: str) -> str:
    """Return the address of a file below `seminar_app/static`. It changes when the content does.

    Raises:
        FileNotFoundError: a template names a file that does not exist.
    """
    digest = hashlib.sha256((ROOT / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"
