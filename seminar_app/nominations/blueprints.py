"""The blueprints of agencies' lists and of a liaison's own pages, which their routes share, and who may open the lists."""

from __future__ import annotations

from flask import Blueprint

from seminar_app.core.actor import RoleName

blueprint = Blueprint("nominations_staff", __name__, url_prefix="/staff/seminars/<slug>/nominations")
NOMINATING = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
agency_blueprint = Blueprint("agency_staff", __name__, url_prefix="/staff")
