"""How often one address may try the few things worth trying often."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from config import Settings

limiter = Limiter(key_func=get_remote_address, headers_enabled=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Count in memory for one process, or in what `LIMITER_STORAGE` names for several."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.limiter_storage
    app.config["RATELIMIT_ENABLED"] = settings.limits_enabled
    limiter.init_app(app)
