"""Constancia: registration and tracking for training seminars."""

from __future__ import annotations

import gc
from functools import cache

from flask import Flask

from config import RESOURCES, Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Assemble the application.

    The collector of garbage rests meanwhile. Nearly everything that is loaded stays, and looking through it again and again, and
    once more when the process ends, takes a third of the time of a short command.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _assembled(settings)
    finally:
        _keep_what_is_loaded()
        if collecting:
            gc.enable()


@cache
def _keep_what_is_loaded() -> None:
    """Let the collector pass over what is there; once, because later it would pass over garbage too."""
    gc.freeze()


def _assembled(settings: Settings | None) -> Flask:
    """First its base, then its features, then its commands."""
    from seminar_app import (
        accounts,
        agencies,
        attendance,
        audit,
        certificates,
        cli,
        demo,
        feedback,
        history,
        letters,
        long_jobs,
        messages,
        nominations,
        offices,
        oversight,
        paper,
        people,
        registration,
        reports,
        retention,
        seminars,
        sign_in,
        today,
        web,
    )

    settings = settings or Settings.from_environment()
    app = Flask(__name__, template_folder=str(RESOURCES / "templates"), static_folder=None, instance_path=str(settings.data_dir))
    app.config["SECRET_KEY"] = settings.secret_keys[0]
    app.config["SECRET_KEY_FALLBACKS"] = list(settings.secret_keys[1:])
    app.extensions["settings"] = settings

    web.init_app(app, settings)
    staff = (audit, long_jobs, messages, agencies, offices, accounts, sign_in, oversight)
    for room in (
        *staff,
        people,
        seminars,
        registration,
        nominations,
        attendance,
        paper,
        feedback,
        letters,
        certificates,
        history,
        reports,
        today,
        retention,
        demo,
        cli,
    ):
        room.init_app(app, settings)
    return app
