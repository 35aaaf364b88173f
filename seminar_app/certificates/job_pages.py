"""Where jobs about a seminar's certificates lead."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from seminar_app.long_jobs.models import LongJob


def page_of_certificates(job: LongJob) -> tuple[str, str]:
    """Return address and name of the page of the seminar's certificates."""
    return url_for("certificates_staff.index", slug=job.seminar), _("Certificates")
