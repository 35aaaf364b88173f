"""The blueprints that the routes of this room hang on: the public's and officials', staff's of one seminar, and of people across them."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("registration", __name__)
staff_blueprint = Blueprint("registration_staff", __name__, url_prefix="/staff/seminars/<slug>")
people_blueprint = Blueprint("people_staff", __name__, url_prefix="/staff/people")
