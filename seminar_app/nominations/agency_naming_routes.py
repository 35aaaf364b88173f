"""A liaison names one person by hand."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from msgspec import Struct

from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.nominations.agency_forms import NameForm
from seminar_app.nominations.agency_pages import current_access, own_agencies, to_seminar
from seminar_app.nominations.agency_people import OwnPerson, agency_list
from seminar_app.nominations.agency_queries import AgencyAccess
from seminar_app.nominations.blueprints import agency_blueprint as blueprint
from seminar_app.nominations.errors import NobodyNamedNow, OnlyTheOrganizer
from seminar_app.people.identity import tokens_of
from seminar_app.people.services import compared_of
from seminar_app.people.shown import ShownPerson
from seminar_app.registration import queries
from seminar_app.registration import services as registrations
from seminar_app.registration.asking import asked_of
from seminar_app.registration.errors import AlreadyOnTheRoster, ReservedOnTheRoster
from seminar_app.registration.forms import showing
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import LikelySame, reach_of
from seminar_app.registration.rules import Source
from seminar_app.registration.services import Entry, merging
from seminar_app.seminars.header import seminar_header
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.ids import id_in

HERE_ALREADY = (AlreadyOnTheRoster, ReservedOnTheRoster)
"""Refusals that tell that somebody has a registration in the seminar."""


class Asked(Struct, frozen=True):
    """What the page asks or shows of people on file: who may be meant, who has the same address, and who is on the list already."""

    likely: Sequence[LikelySame]
    sharing: Sequence[ShownPerson]
    here: OwnPerson | None


@blueprint.route("/seminars/<slug>/agency/name", methods=["GET", "POST"])
@staff(RoleName.LIAISON)
@shows_people("people.searched", "reserved.opened")
def name(slug: str) -> ResponseReturnValue:
    """Name one person. The page asks once whether it is one of the people in reach who resemble."""
    access = current_access(slug)
    form = NameForm()
    form.agency.offer(own_agencies(access))
    form.ask(asked_of(access.seminar))
    likely: list[LikelySame] = []
    sharing: list[ShownPerson] = []
    here: OwnPerson | None = None
    if form.accepts():
        entry, known = form.entry(access.language), _chosen()
        again = registrations.is_sent_again(session(), showing(form.submission_id), entry.person, access.seminar.id)
        if known is None and not again:
            sought = compared_of(entry.person, tokens_of(session(), entry.identity))
            likely = queries.likely_to_be(session(), current_actor(), sought, curp=entry.identity.curp)
            sharing = _sharing(form, entry, likely)
            likely = likely if form.another.data != "1" else []
        if not likely and not sharing:
            try:
                made = _named(access, form, known)
            except Refusal as refusal:
                here = _here(access, entry) if isinstance(refusal, HERE_ALREADY) else None
                form.show(OnlyTheOrganizer() if here is None and isinstance(refusal, HERE_ALREADY) else refusal)
            else:
                return _to_seminar(access, made)
    return _page(access, form, Asked(likely, [] if likely else sharing, here))


def _sharing(form: NameForm, entry: Entry, likely: Sequence[LikelySame]) -> list[ShownPerson]:
    """Return who else in reach has the address that was typed; nobody once the page has asked about it."""
    email = entry.person.email
    if not email or form.shared.data == email:
        return []
    asked = {each.person.public_id for each in likely}
    return [each for each in queries.with_address(session(), current_actor(), email) if each.public_id not in asked]


def _chosen() -> ShownPerson | None:
    """Return the person on file whom the liaison has chosen among those who resemble.

    Raises:
        NotFound: she may not see such a person.
    """
    public_id = id_in(request.form.get("known"))
    if public_id is None:
        return None
    found = queries.person_in_reach(session(), current_actor(), public_id).person
    if found.hidden:
        raise NotFound
    return found


def _named(access: AgencyAccess, form: NameForm, known: ShownPerson | None) -> Registration:
    """Register the person. Administrators learn in silence of somebody outside the account's reach who may be the same."""
    actor, context, entry = current_actor(), change_context(), form.entry(access.language, known)
    submission_id, another = showing(form.submission_id), form.another.data == "1"
    if not access.names:
        raise NobodyNamedNow

    def work(session: Session) -> Registration:
        made = registrations.add_by_hand(
            session,
            context,
            seminar_id=access.seminar.id,
            entry=entry,
            submission_id=submission_id,
            source=Source.NOMINATION,
            reach=None if another else reach_of(session, actor),
            person_id=known.id if known else None,
        )
        if known is None and not actor.is_admin:
            merging.propose_outside_reach(session, context, actor=actor, person_id=made.person_id)
        return made

    return in_unit_of_work(work)


def _here(access: AgencyAccess, entry: Entry) -> OwnPerson | None:
    """Return who of the liaison's people it is that has a registration already. Of one that she may not see she does not learn."""
    typed = entry.person.email, entry.person.certificate_name
    people = (each for each in agency_list(session(), access).everybody if not each.hidden)
    return next((each for each in people if (each.person.email, each.person.full_name) == typed), None)


def _to_seminar(access: AgencyAccess, made: Registration) -> ResponseReturnValue:
    """Go to the seminar's page. It does not point to a reserved identity; that the account can tell whose it is is noted."""
    if not made.person.reserved:
        needs_no_access_row("the change left one")
        return to_seminar(access, "named", made.public_id)
    shown(f"registration:{made.public_id.hex}", seminar=access.seminar.slug, action="reserved.opened")
    flash(_("Done. This identity is reserved: on the list it stands under its code."), "success")
    return redirect(url_for(".seminar", slug=access.seminar.slug), code=303)


def _page(access: AgencyAccess, form: NameForm, asked: Asked) -> ResponseReturnValue:
    if asked.likely or asked.sharing or asked.here:
        shown("person:many", seminar=access.seminar.slug, action="people.searched")
    else:
        needs_no_access_row("the form shows what was typed")
    page = render_template(
        "nominations/agency/name.html",
        form=form,
        likely=asked.likely,
        sharing=asked.sharing,
        here=asked.here,
        access=access,
        seminar=access.seminar,
        seminar_header=seminar_header(access.seminar),
    )
    return page, 422 if form.has_errors or asked.likely or asked.sharing else 200
