"""The blueprint that all staff routes of this room hang on."""

from __future__ import annotations

from flask import Blueprint

staff_blueprint = Blueprint("registration_staff", __name__, url_prefix="/staff/seminars/<slug>")
