"""Reports: how many officials were trained, with the rule and the gaps printed."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.reports import audit_words, labels
from seminar_app.reports import models as models


def init_app(app: Flask, settings: Settings) -> None:
    """Register the words."""
    audit_words.init_app()
    labels.init_app()
