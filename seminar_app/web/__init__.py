"""The base of every page: database session, forms, languages, access, headers, errors. Imports no feature."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.web import (
    body_reading,
    compiled,
    compression,
    database,
    disk,
    errors,
    filters,
    forms,
    headers,
    health,
    in_place,
    job_runs,
    languages,
    large_pages,
    limits,
    logs,
    navigation,
    origins,
    page_cache,
    page_parts,
    pasted_links,
    places,
    proxies,
    static_files,
)

MAX_REQUEST_BYTES = 8 * 1024 * 1024
MAX_FORM_BYTES = 1024 * 1024
MAX_FORM_PARTS = 20_000


def init_app(app: Flask, settings: Settings) -> None:
    """Set up what all pages share."""
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure_cookies else "session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        TEMPLATES_AUTO_RELOAD=False,
    )
    database.init_app(app, settings)
    body_reading.init_app(app, places=settings.body_readers, longest=MAX_REQUEST_BYTES)
    page_cache.init_app(app, settings)  # before what stands before it: proxies, static files
    proxies.init_app(app, settings)
    large_pages.init_app(app)
    compression.init_app(app)
    logs.init_app(app, settings)
    headers.init_app(app, settings)
    in_place.init_app(app)
    errors.init_app(app)
    pasted_links.init_app(app)
    origins.init_app(app, settings)
    static_files.init_app(app, settings)
    languages.init_app(app, settings)
    compiled.init_app(app)
    forms.init_app(app)
    limits.init_app(app, settings)
    filters.init_app(app)
    navigation.init_app(app)
    page_parts.init_app(app)
    places.init_app(app)
    health.init_app(app, settings)
    job_runs.init_app(app)
    disk.init_app(app)
