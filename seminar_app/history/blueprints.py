"""The blueprint that the routes of this room hang on, and which roles may come."""

from __future__ import annotations

from flask import Blueprint

from seminar_app.core.actor import RoleName

blueprint = Blueprint("history_staff", __name__, url_prefix="/staff")
ORGANIZERS = (RoleName.ADMIN, RoleName.ORGANIZER)
READERS = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR, RoleName.LIAISON)
REPORTING = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
"""Who may report training that others held."""
