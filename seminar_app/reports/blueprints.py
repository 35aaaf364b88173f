"""The blueprint of reports, and who reads them."""

from __future__ import annotations

from flask import Blueprint

from seminar_app.core.actor import RoleName

blueprint = Blueprint("reports", __name__, url_prefix="/staff/reports")
READERS = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON, RoleName.AUDITOR)
OFFICES = (RoleName.ADMIN, RoleName.ORGANIZER)
"""Who keeps what reports need: indicators, frozen figures, hours to be trained."""
KEPT_FIGURES = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.AUDITOR)
"""Who sees frozen figures and indicators."""
HOURS_LISTED = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
"""Who sees by name how many hours officials lack."""
