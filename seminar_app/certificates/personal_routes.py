"""The official's own certificate, behind the personal link."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.certificates import queries
from seminar_app.certificates.models import Certificate
from seminar_app.core import clock
from seminar_app.core.errors import NotFound
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import personal_page
from seminar_app.web.access import personal_link
from seminar_app.web.database import session

blueprint = Blueprint("certificates_personal", __name__)


@blueprint.get("/registrations/<token>/certificate")
@personal_link
def download(token: str) -> ResponseReturnValue:
    """Send the person's certificate."""
    found = personal_page(session(), token, today=clock.now().date())
    certificate = queries.standing_certificate(session(), found.registration.id)
    content = queries.pdf_of(session(), certificate) if certificate is not None else None
    if certificate is None or content is None:
        raise NotFound
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{_('certificate')}-{certificate.number:06}.pdf")
    return response


def own_certificate(registration: Registration) -> Certificate | None:
    """Return the certificate that the personal page offers."""
    return queries.standing_certificate(session(), registration.id)
