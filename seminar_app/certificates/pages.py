"""Where jobs about a seminar's certificates lead."""

from __future__ import annotations

from flask import current_app, url_for
from flask_babel import gettext as _

from seminar_app.long_jobs.models import LongJob

PAGE = "certificates_staff.index"


def page_of_certificates(job: LongJob) -> tuple[str, str]:
    """Return address and name of the page of the seminar's certificates."""
    endpoint = PAGE if PAGE in current_app.view_functions else "seminars_staff.overview"
    return url_for(endpoint, slug=job.seminar), _("Certificates")
