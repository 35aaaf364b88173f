"""An organizer's page of the people who work for her office, and the invitation of a liaison."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.accounts import queries, services
from seminar_app.accounts.forms import LiaisonForm
from seminar_app.accounts.inviting import invitation_limit, say_invited
from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.queries import TeamLine
from seminar_app.accounts.rules import InvitationState, invitation_state
from seminar_app.accounts.words import grant_words
from seminar_app.agencies.queries import agency_groups
from seminar_app.core import clock
from seminar_app.core.actor import Grant, RoleName
from seminar_app.core.errors import InBothLanguages, NotFound, Refusal
from seminar_app.offices.models import Office
from seminar_app.offices.queries import find_office_by_code, offices_of
from seminar_app.offices.words import office_name
from seminar_app.seminars.queries import SeminarName, seminar_names
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session, unit_of_work
from seminar_app.web.errors import sentence_of
from seminar_app.web.languages import current_language

blueprint = Blueprint("invitations_staff", __name__, url_prefix="/staff/invitations")


@blueprint.get("/")
@staff(RoleName.ORGANIZER)
def team() -> ResponseReturnValue:
    """List the coordinators of the offices' seminars and the liaisons that the offices invited, with how far each is."""
    now, seminars = clock.now(), _seminars_of(session())
    titles = {key: f"{name.title(current_language())} ({name.starts_on.year})" for key, name in seminars.items()}
    lines = [(line, grant_words(line.grant, titles), _state_of(line.account, now)) for line in _team(session(), seminars)]
    return render_template("accounts/staff/team.html", lines=lines, states=InvitationState)


def _seminars_of(database: Session) -> Mapping[int, SeminarName]:
    office_ids = current_actor().office_ids
    return {name.id: name for name in seminar_names(database) if name.office_id in office_ids}


def _team(database: Session, seminars: Mapping[int, SeminarName]) -> Sequence[TeamLine]:
    offices = {key: name.office_id for key, name in seminars.items()}
    return queries.team_of(database, office_ids=current_actor().office_ids, seminars=offices)


def _state_of(account: UserAccount, now: datetime) -> InvitationState:
    return invitation_state(active=account.active, has_password=account.password is not None, link_until=account.reset_until, now=now)


@blueprint.route("/liaison", methods=["GET", "POST"])
@staff(RoleName.ORGANIZER, fresh="POST")
@invitation_limit
def invite_liaison() -> ResponseReturnValue:
    """Invite a liaison of any agency in the directory, in the name of one of the organizer's offices."""
    offices = _inviting_offices()
    form = LiaisonForm(data={"language": current_language(), "office": next(iter(offices), None)})
    form.office.choices = {code: office_name(office) for code, office in offices.items()}
    form.agency.offer(agency_groups(session(), whole=True), whole_groups=True)
    if form.accepts():
        try:
            given = in_unit_of_work(lambda database: _invite(database, form))
        except Refusal as refusal:
            form.show(refusal)
        else:
            say_invited(str(form.email.data), given=given)
            return redirect(url_for(".team"), code=303)
    return render_template("accounts/staff/invite_liaison.html", form=form, offices=offices), 422 if form.has_errors else 200


def _inviting_offices() -> Mapping[str, Office]:
    actor = current_actor()
    return {office.code: office for office in offices_of(session(), actor) if office.active and office.id in actor.office_ids}


def _invite(database: Session, form: LiaisonForm) -> bool:
    agency, office = form.agency.chosen, find_office_by_code(database, str(form.office.data))
    if agency is None or office is None:
        raise NotFound
    return services.invite(
        database,
        change_context(),
        actor=current_actor(),
        office_id=office.id,
        grant=Grant(RoleName.LIAISON, agency_id=agency.id),
        scope=InBothLanguages(agency.name_es, agency.name_en),
        email=str(form.email.data),
        name=str(form.name.data),
        language=form.language.data,
    )


@blueprint.post("/<uuid:public_id>/invite")
@staff(RoleName.ORGANIZER, fresh="POST")
@invitation_limit
def invite_again(public_id: uuid.UUID) -> ResponseReturnValue:
    """Send the invitation again to a person who has no password yet."""
    try:
        with unit_of_work() as database:
            account = services.invite_again(
                database,
                change_context(),
                actor=current_actor(),
                seminar_ids=_seminars_of(database),
                account_public_id=public_id,
            )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(_("The invitation is on its way to %(email)s again; the link sent before no longer works.", email=account.email), "success")
    return redirect(url_for(".team"), code=303)


@blueprint.post("/<uuid:public_id>/roles/take")
@staff(RoleName.ORGANIZER, fresh="POST")
def take_role(public_id: uuid.UUID) -> ResponseReturnValue:
    """Take away a role that the page shows."""
    shown = (public_id, request.form.get("role", ""))
    with unit_of_work() as database:
        seminars = _seminars_of(database)
        line = next((line for line in _team(database, seminars) if (line.account.public_id, str(line.role_id)) == shown), None)
        if line is None:
            raise NotFound
        seminar = seminars.get(line.grant.seminar_id) if line.grant.seminar_id else None
        account = services.take_back(
            database,
            change_context(),
            actor=current_actor(),
            office_id=line.office_id,
            role_id=line.role_id,
            seminar=seminar.slug if seminar else None,
        )
    flash(_("The role of %(name)s is taken away. To give it back, invite them again.", name=account.name), "success")
    return redirect(url_for(".team"), code=303)
