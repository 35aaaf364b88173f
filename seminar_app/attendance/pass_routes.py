"""The pass, read by the camera of a phone: it leads the coordinator to the person on the sheet of the session that is on."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from seminar_app.attendance import queries
from seminar_app.attendance.at_the_door import door
from seminar_app.core.clock import now
from seminar_app.core.errors import NotFound
from seminar_app.registration.passes import registration_of_pass
from seminar_app.registration.queries import seminar_of_registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.queries import seminar_to_coordinate
from seminar_app.seminars.rules import SessionTimes, session_at_the_door
from seminar_app.web.access import current_actor
from seminar_app.web.database import session

blueprint = Blueprint("attendance_pass", __name__)


@blueprint.get("/pass/<pass_code>")
@door
def read(pass_code: str) -> ResponseReturnValue:
    """Lead to the person on the sheet; without a seat, or before there is a session, to the registration.

    Raises:
        NotFound: it is no pass of ours, or of a seminar where the account does not run the door.
    """
    registration_id = registration_of_pass(session(), pass_code)
    if registration_id is None:
        raise NotFound
    slug, state = seminar_of_registration(session(), registration_id)
    seminar = seminar_to_coordinate(session(), current_actor(), slug)
    sessions = [SessionTimes(each.public_id, each.starts_at, each.ends_at) for each in queries.sessions_of(session(), seminar.id)]
    held = session_at_the_door(sessions, now=now())
    if held is None or state is not RegistrationState.REGISTERED:
        return redirect(url_for("registration_staff.registration", slug=slug, registration_id=registration_id.hex), code=303)
    sheet = url_for("attendance_staff.marking", slug=slug, session_id=held.key)
    return redirect(f"{sheet}#line-{registration_id.hex}", code=303)
