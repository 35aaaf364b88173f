"""Invite a person: look for the record first, and type only a person who has none."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.registration import services
from seminar_app.registration.adding_pages import Adding, find_page, known_page, new_page, to_found
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.invitation_forms import InviteForm, InviteKnownForm, day_of
from seminar_app.registration.invitation_rules import usual_last_day
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import day_there, hands_out_seats
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, needs_no_access_row, shows_people, staff
from seminar_app.web.database import Session, session


def _invite(session: Session, context: ChangeContext, *, seminar: Seminar, form: Any, **who: Any) -> Registration:
    return services.invite(session, context, seminar_id=seminar.id, last_day=day_of(form.last_day), **who)


TO_INVITE = Adding(
    find=".invite",
    posts=".invite_find",
    new=".invite_new",
    known=".invite_known",
    back=".invitations",
    enter=_invite,
    new_form=InviteForm,
    known_form=InviteKnownForm,
    invites=True,
)


@blueprint.get("/invitations/add")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("people.searched")
def invite(slug: str) -> ResponseReturnValue:
    """Offer to find a person among those the account may see, and show whom a search found (`find`)."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    return find_page(seminar, TO_INVITE) if _invites(seminar) else _back(seminar)


@blueprint.post("/invitations/add")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def invite_find(slug: str) -> ResponseReturnValue:
    """Search a person to invite. The words are sent in the request body, because they name people."""
    return to_found(seminar_to_organize(session(), current_actor(), slug), TO_INVITE)


@blueprint.route("/invitations/add/new", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("people.searched", "reserved.opened")
def invite_new(slug: str) -> ResponseReturnValue:
    """Invite a person who is typed anew. The page asks once whether it is one of the people in reach who resemble."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    if not _invites(seminar) and request.method != "POST":
        return _back(seminar)
    return new_page(seminar, TO_INVITE, last_day=_usual(seminar))


@blueprint.route("/invitations/add/<person_id>", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("person.viewed")
def invite_known(slug: str, person_id: str) -> ResponseReturnValue:
    """Invite a known person: only agency, unit, position and the day are asked."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    if not _invites(seminar) and request.method != "POST":
        return _back(seminar)
    return known_page(seminar, TO_INVITE, person_id, last_day=_usual(seminar))


def _invites(seminar: Seminar) -> bool:
    """Whether the seminar still gives seats."""
    return hands_out_seats(seminar, now=clock.now())


def _usual(seminar: Seminar) -> object:
    return usual_last_day(today=day_there(clock.now(), seminar.time_zone), starts_on=seminar.starts_on)


def _back(seminar: Seminar) -> ResponseReturnValue:
    """Go to the list, which says why nobody can be invited."""
    needs_no_access_row("nobody is shown")
    return redirect(url_for(".invitations", slug=seminar.slug), code=303)
