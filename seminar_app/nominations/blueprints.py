"""The blueprint of agencies' lists, which their routes share, and the roles that may open its pages."""

from __future__ import annotations

from flask import Blueprint

from seminar_app.core.actor import RoleName

blueprint = Blueprint("nominations_staff", __name__, url_prefix="/staff/seminars/<slug>/nominations")
NOMINATING = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
