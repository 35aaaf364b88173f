"""What the overview of a seminar says of its invitations."""

from __future__ import annotations

from datetime import datetime

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from seminar_app.registration import queries
from seminar_app.registration.rules import hands_out_seats
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import RegistrationMode


def invitations_in_figures(session: Session, seminar: Seminar, now: datetime) -> Markup:
    """Return how many were invited and what they answered; nothing where nobody was, unless people take part by invitation only."""
    found = queries.invitation_figures(session, seminar, now=now)
    if not found.invited and seminar.registration_mode is not RegistrationMode.INVITATION:
        return Markup("")
    invites = hands_out_seats(seminar, now=now)
    page = render_template("registration/staff/_invitation_figures.html", seminar=seminar, found=found, invites=invites)
    return Markup(page)  # nosec B704  # noqa: S704  our own template
