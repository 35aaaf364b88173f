"""The blueprints that the staff routes of this room hang on: those of one seminar, and those of people across seminars."""

from __future__ import annotations

from flask import Blueprint

staff_blueprint = Blueprint("registration_staff", __name__, url_prefix="/staff/seminars/<slug>")
people_blueprint = Blueprint("people_staff", __name__, url_prefix="/staff/people")
