"""The blueprint that all staff routes of this room hang on, and which roles may come."""

from __future__ import annotations

from flask import Blueprint

from seminar_app.core.actor import RoleName

staff_blueprint = Blueprint("seminars_staff", __name__, url_prefix="/staff")
READERS = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR)
ORGANIZERS = (RoleName.ADMIN, RoleName.ORGANIZER)
