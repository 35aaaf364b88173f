"""The page of a seminar's invitations: who was invited, what they answered, reminding, inviting again, taking back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal
from seminar_app.registration import queries, services
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.forms import DecisionForm
from seminar_app.registration.invitation_forms import InviteAgainForm
from seminar_app.registration.invitation_rules import count_answers, usual_last_day
from seminar_app.registration.queries import InvitationLine
from seminar_app.registration.rules import RegistrationState, day_there, hands_out_seats
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in, id_needed


@blueprint.get("/invitations/")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("roster.viewed")
def invitations(slug: str) -> ResponseReturnValue:
    """Show who was invited and what they answered; who has not answered comes first."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    lines = queries.invitations(session(), seminar, now=clock.now())
    shown(f"seminar:{seminar.public_id.hex}", seminar=slug)
    of = id_in(request.args.get("of"))
    return render_template(
        "registration/staff/invitations.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        lines=lines,
        figures=count_answers(line.answer for line in lines),
        to_remind=sum(line.may_remind for line in lines),
        invites=hands_out_seats(seminar, now=clock.now()),
        done=next((line for line in lines if line.public_id == of), None) if of else None,
    )


@blueprint.post("/invitations/remind")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def remind_all(slug: str) -> ResponseReturnValue:
    """Send the invitation again to everybody who has not answered."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    _remind(seminar)
    return redirect(url_for(".invitations", slug=slug), code=303)


@blueprint.post("/invitations/<registration_id>/remind")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def remind_one(slug: str, registration_id: str) -> ResponseReturnValue:
    """Send the invitation again to one person."""
    seminar, line = _line(slug, registration_id)
    _remind(seminar, [line.id])
    return redirect(url_for(".invitations", slug=slug), code=303)


@blueprint.route("/invitations/<registration_id>/again", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("registration.viewed")
def invite_again(slug: str, registration_id: str) -> ResponseReturnValue:
    """Invite somebody who has not answered once more, to another day."""
    seminar, line = _line(slug, registration_id)
    today = day_there(clock.now(), seminar.time_zone)
    form = InviteAgainForm(data={"last_day": usual_last_day(today=today, starts_on=seminar.starts_on)})
    if form.accepts():
        try:
            in_unit_of_work(
                lambda session: services.invite_again(
                    session, change_context(), seminar_id=seminar.id, registration_id=line.id, last_day=form.day
                )
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            return redirect(url_for(".invitations", slug=slug, of=line.public_id.hex), code=303)
    shown(f"registration:{line.public_id.hex}", seminar=slug)
    page = render_template(
        "registration/staff/invite_again.html", form=form, line=line, seminar=seminar, seminar_header=seminar_header(seminar)
    )
    return page, 422 if form.has_errors else 200


@blueprint.post("/invitations/<registration_id>/take-back")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def take_invitation_back(slug: str, registration_id: str) -> ResponseReturnValue:
    """Take an invitation back; the page then offers to undo it."""
    return _decide(slug, registration_id, services.decline, only=RegistrationState.INVITED)


@blueprint.post("/invitations/<registration_id>/keep")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def keep_invitation(slug: str, registration_id: str) -> ResponseReturnValue:
    """Undo that: the invitation stands again, and the seat is kept if it is free still."""
    return _decide(slug, registration_id, services.restore, only=RegistrationState.DECLINED, undo=True)


def _remind(seminar: Seminar, registration_ids: list[int] | None = None) -> None:
    DecisionForm().accepts()
    context = change_context()
    sent = in_unit_of_work(lambda session: services.remind(session, context, seminar_id=seminar.id, registration_ids=registration_ids))
    if sent:
        flash(ngettext("%(num)d person gets the invitation again.", "%(num)d people get the invitation again.", sent), "success")
    else:
        flash(_("Nobody was reminded: each of them has answered, or got the invitation within the last day."), "info")


def _decide(slug: str, registration_id: str, service: Callable[..., Any], *, only: RegistrationState, **values: Any) -> ResponseReturnValue:
    """Call a service on one invitation and go back to the list; what was done already, by a second press, is not done again."""
    seminar, line = _line(slug, registration_id)
    DecisionForm().accepts()
    context = change_context()

    def work(session: Session) -> None:
        service(session, context, seminar_id=seminar.id, registration_id=line.id, **values)

    try:
        if line.state is only:
            in_unit_of_work(work)
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    return redirect(url_for(".invitations", slug=slug, of=line.public_id.hex), code=303)


def _line(slug: str, registration_id: str) -> tuple[Seminar, InvitationLine]:
    seminar = seminar_to_organize(session(), current_actor(), slug)
    return seminar, queries.invitation_line(session(), seminar, id_needed(registration_id), now=clock.now())
