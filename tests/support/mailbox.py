"""The button in the mail of a form: what an official presses after sending the public form."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.installation import installation_of
from seminar_app.registration.links import button_link
from seminar_app.registration.models import FormSent
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import KEY


def button_of(session: Session, form: FormSent | None = None) -> str:
    """Return the address of the button: of the form that was sent last, or of another."""
    session.rollback()
    form = form or session.scalars(select(FormSent).order_by(FormSent.id.desc()).limit(1)).one()
    return f"/confirm/{button_link(form.public_id).token(installation_of(session).settings.secret_keys[0])}"


def button_after(page_after_form: str) -> str:
    """Return the address of the button, from the address of the page that follows the form."""
    form = uuid.UUID(page_after_form.split("/")[-2])
    return f"/confirm/{button_link(form).token(KEY)}"


def press(client: CheckingClient, session: Session, *, status: int = 303) -> Page:
    """Open the mail of the form that was sent last, and press its button."""
    button = button_of(session)
    session.rollback()  # or the test would go on reading what was there before
    return client.submit(button, status=status)


def register(client: CheckingClient, session: Session, url: str, values: dict[str, Any]) -> Page:
    """Send the public form and press the button; return the answer, which leads to the personal page."""
    client.submit(url, values)
    return press(client, session)
