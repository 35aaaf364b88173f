"""Register a person by hand: look for the record first, and type only a person who has none."""

from __future__ import annotations

import uuid
from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from seminar_app.agencies.queries import agency_groups
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.offices.queries import language_of
from seminar_app.people.forms import SearchForm
from seminar_app.people.identity import tokens_of
from seminar_app.people.services import compared_of
from seminar_app.registration import queries, services
from seminar_app.registration.asking import asked_of
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.forms import HandForm, KnownForm, showing
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import PersonInReach, reach_of
from seminar_app.registration.rules import day_there
from seminar_app.registration.services import Entry, merging
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.seminars.rules import is_frozen
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.ids import id_needed
from seminar_app.web.languages import current_language
from seminar_app.web.searches import keep_search, kept_search


@blueprint.get("/roster/add")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("people.searched")
def add(slug: str) -> ResponseReturnValue:
    """Offer to find a person among those the account may see, and show whom a search found (`find`)."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    if is_frozen(seminar.state):
        return _fixed(seminar)
    words = kept_search(request.args.get("find"))
    if words:
        shown("person:many", seminar=slug)
    else:
        needs_no_access_row("nobody is searched for")
    people, more = queries.people_in_reach(session(), current_actor(), words)
    here = queries.registered_among(session(), seminar.id, [found.person.id for found in people])
    return render_template(
        "registration/staff/find.html",
        form=SearchForm(data={"words": words}),
        people=[found for found in people if not found.person.hidden],
        here=here,
        more=more,
        asked=bool(words),
        **_frame(seminar),
    )


@blueprint.post("/roster/add")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def find(slug: str) -> ResponseReturnValue:
    """Search a person to register. The words are sent in the request body, because they name people."""
    seminar_to_organize(session(), current_actor(), slug)
    form = SearchForm()
    words = form.words.data if form.accepts() else None
    return redirect(url_for(".add", slug=slug, find=keep_search(words) if words else None), code=303)


@blueprint.route("/roster/add/new", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("people.searched", "reserved.opened")
def add_new(slug: str) -> ResponseReturnValue:
    """Register a person who is typed anew. The page asks once whether it is one of the people in reach who resemble."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    if is_frozen(seminar.state) and request.method != "POST":
        return _fixed(seminar)
    form = HandForm(data={"language": _language(seminar)})
    form.agency.offer(agency_groups(session(), on=_day(seminar)))
    form.ask(asked_of(seminar))
    likely: list[queries.LikelySame] = []
    if form.accepts():
        entry = form.entry()
        if form.another.data != "1" and not services.is_sent_again(session(), showing(form.submission_id), entry.person, seminar.id):
            sought = compared_of(entry.person, tokens_of(session(), entry.identity))
            likely = queries.likely_to_be(session(), current_actor(), sought, curp=entry.identity.curp)
        if not likely:
            try:
                made = _register(seminar, entry, showing(form.submission_id), another=form.another.data == "1")
            except Refusal as refusal:
                form.show(refusal)
            else:
                return _to_roster(slug, made)
    if likely:
        shown("person:many", seminar=slug, action="people.searched")
    else:
        needs_no_access_row("the form shows what was typed")
    page = render_template("registration/staff/add.html", form=form, likely=likely, **_frame(seminar))
    return page, 422 if form.has_errors or likely else 200


@blueprint.route("/roster/add/<person_id>", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("person.viewed")
def add_known(slug: str, person_id: str) -> ResponseReturnValue:
    """Register a known person: only agency, unit and position are asked, as of today."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    if is_frozen(seminar.state) and request.method != "POST":
        return _fixed(seminar)
    found = queries.person_in_reach(session(), current_actor(), id_needed(person_id))
    if found.person.hidden:
        raise NotFound
    agency = found.person.agency
    form = KnownForm(data={"agency": agency.id if agency else None, "language": _language(seminar)})
    form.agency.offer(agency_groups(session(), on=_day(seminar)))
    form.ask(asked_of(seminar))
    if form.accepts():
        try:
            made = _register(seminar, form.entry(found.person), showing(form.submission_id), found)
        except Refusal as refusal:
            form.show(refusal)
        else:
            return _to_roster(slug, made)
    shown(f"person:{found.person.public_id.hex}", seminar=slug)
    page = render_template("registration/staff/add_known.html", form=form, found=found, **_frame(seminar))
    return page, 422 if form.has_errors else 200


def _register(
    seminar: Seminar, entry: Entry, submission_id: uuid.UUID, known: PersonInReach | None = None, *, another: bool = False
) -> Registration:
    """Register the person. Administrators learn in silence of somebody outside the account's reach who may be the same."""
    actor, context = current_actor(), change_context()

    def work(session: Session) -> Registration:
        made = services.add_by_hand(
            session,
            context,
            seminar_id=seminar.id,
            entry=entry,
            submission_id=submission_id,
            reach=None if another else reach_of(session, actor),
            person_id=known.person.id if known else None,
        )
        if known is None and not actor.is_admin:
            merging.propose_outside_reach(session, context, actor=actor, person_id=made.person_id)
        return made

    return in_unit_of_work(work)


def _to_roster(slug: str, made: Registration) -> ResponseReturnValue:
    """Go to the roster. It does not point to the code of a reserved identity, and that the account can tell whose it is is recorded."""
    if not made.person.reserved:
        return redirect(url_for(".roster", slug=slug, of=made.public_id.hex), code=303)
    shown(f"registration:{made.public_id.hex}", seminar=slug, action="reserved.opened")
    return redirect(url_for(".roster", slug=slug), code=303)


def _fixed(seminar: Seminar) -> ResponseReturnValue:
    """Go to the roster, which says why nobody can be added. A form that was sent is answered by its page, with what was typed."""
    needs_no_access_row("nobody is shown")
    return redirect(url_for(".roster", slug=seminar.slug), code=303)


def _language(seminar: Seminar) -> str:
    return language_of(session(), seminar.office_id) or current_language()


def _day(seminar: Seminar) -> date:
    return min(day_there(clock.now(), seminar.time_zone), seminar.starts_on)


def _frame(seminar: Seminar) -> dict[str, object]:
    return {"seminar": seminar, "seminar_header": seminar_header(seminar)}
