"""Buttons for certificates as one ZIP file: an organizer's for a seminar or one agency group, and a liaison's for her people."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from seminar_app.certificates.zip_job import begin_agency_zip, begin_zip
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.long_jobs.telling import follow
from seminar_app.nominations.agency_queries import agency_access
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session

blueprint = Blueprint("certificates_zip", __name__, url_prefix="/staff/seminars/<slug>")


@blueprint.post("/certificates/zip")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, fresh="POST")
def of_seminar(slug: str) -> ResponseReturnValue:
    """Write the certificates of a seminar, or of the agency group `group`, into one file."""
    seminar, context = seminar_to_organize(session(), current_actor(), slug), change_context()
    group = request.form.get("group") or None
    return follow(in_unit_of_work(lambda work: begin_zip(work, context, seminar=seminar, group=group)))


@blueprint.post("/agency/certificates")
@staff(RoleName.LIAISON, fresh="POST")
def of_agency(slug: str) -> ResponseReturnValue:
    """Write the certificates of the liaison's people into one file."""
    actor, context = current_actor(), change_context()
    return follow(in_unit_of_work(lambda work: begin_agency_zip(work, context, access=agency_access(work, actor, slug, now=clock.now()))))
