"""What a liaison and the organizer find on the page of a registration: the way to change the place.

Of a reserved identity a liaison finds it only on the opened record.
"""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from seminar_app.core import clock
from seminar_app.core.errors import Refusal
from seminar_app.nominations.request_rules import takes_changes
from seminar_app.registration.door_rules import may_be_replaced
from seminar_app.registration.queries import StaffRegistration
from seminar_app.registration.rules import may_edit


def place(found: StaffRegistration, _refused: Refusal | None) -> Markup:
    """Return the section; empty for who may not change the place, and where no place changes any more."""
    registration, access = found.registration, found.access
    hers = registration.agency_id in access.own_agencies and not registration.person.hidden and may_edit(registration.state)
    organizes = access.may_change and may_be_replaced(registration.state)
    if not (hers or organizes) or not takes_changes(access.seminar, now=clock.now()):
        return Markup("")
    html = render_template(
        "nominations/agency/_place.html",
        slug=access.seminar.slug,
        registration_id=registration.public_id.hex,
        hers=hers,
        organizes=organizes,
    )
    return Markup(html)  # noqa: S704  # nosec B704  our own template
