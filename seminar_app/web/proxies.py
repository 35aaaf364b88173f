"""Who really asks, where proxies of ours stand before the program."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Believe what so many proxies say of the visitor's address and of HTTPS; nobody is believed unless settings say so.

    The name asked for is left as it came: a proxy passes the Host header on.
    """
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0)  # type: ignore[method-assign]
