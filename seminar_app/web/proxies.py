"""Find the visitor's address behind our own proxies."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Trust what this many proxies say about the visitor's address and about HTTPS; none unless the settings say so.

    The host name stays as it came: a proxy passes the Host header on.
    """
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0)  # type: ignore[method-assign]
