"""The pages on which staff find a person or type a new one: to register them (`adding_routes`), or to invite them (`inviting_routes`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from seminar_app.agencies.queries import agency_groups
from seminar_app.core import clock
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.offices.queries import language_of
from seminar_app.people.forms import SearchForm
from seminar_app.people.identity import tokens_of
from seminar_app.people.services import compared_of
from seminar_app.registration import queries, services
from seminar_app.registration.asking import asked_of
from seminar_app.registration.forms import HandForm, KnownForm, showing
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import PersonInReach, reach_of
from seminar_app.registration.rules import day_there
from seminar_app.registration.services import Entry, merging
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.web.access import current_actor, needs_no_access_row, shown
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.ids import id_needed
from seminar_app.web.languages import current_language
from seminar_app.web.searches import keep_search, kept_search

Enter = Callable[..., Registration]
"""Enters a person: takes session, context, seminar, form, entry, submission_id, reach and person_id."""


class Adding(Struct, frozen=True, kw_only=True):
    """What a person is looked for.

    Attributes:
        find, new, known: endpoints of the three pages; `posts` takes the words that are searched.
        back: endpoint of the list that they are added to.
        invites: they are invited; else they are registered.
    """

    find: str
    posts: str
    new: str
    known: str
    back: str
    enter: Enter
    new_form: type[HandForm] = HandForm
    known_form: type[KnownForm] = KnownForm
    invites: bool = False


def find_page(seminar: Seminar, adding: Adding) -> ResponseReturnValue:
    """Offer to find a person among those the account may see, and show whom a search found."""
    words = kept_search(request.args.get("find"))
    if words:
        shown("person:many", seminar=seminar.slug)
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
        **_frame(seminar, adding),
    )


def to_found(seminar: Seminar, adding: Adding) -> ResponseReturnValue:
    """Keep the words that were sent, and lead to whom they find."""
    form = SearchForm()
    words = form.words.data if form.accepts() else None
    return redirect(url_for(adding.find, slug=seminar.slug, find=keep_search(words) if words else None), code=303)


def new_page(seminar: Seminar, adding: Adding, **values: object) -> ResponseReturnValue:
    """Take a person who is typed anew. The page asks once whether it is one of the people in reach who resemble.

    Args:
        seminar: that they are added to.
        adding: what for.
        **values: first values of the form.
    """
    form = adding.new_form(data={"language": _language(seminar)} | values)
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
                return _to_list(seminar, adding, _enter(seminar, adding, form, entry, another=form.another.data == "1"))
            except Refusal as refusal:
                form.show(refusal)
    if likely:
        shown("person:many", seminar=seminar.slug, action="people.searched")
    else:
        needs_no_access_row("the form shows what was typed")
    page = render_template("registration/staff/add.html", form=form, likely=likely, **_frame(seminar, adding))
    return page, 422 if form.has_errors or likely else 200


def known_page(seminar: Seminar, adding: Adding, person_id: str, **values: object) -> ResponseReturnValue:
    """Take a known person: only agency, unit and position are asked, as of today.

    Args:
        seminar: that they are added to.
        adding: what for.
        person_id: public id.
        **values: first values of the form.

    Raises:
        NotFound: the account may not see this person, or only by code.
    """
    found = queries.person_in_reach(session(), current_actor(), id_needed(person_id))
    if found.person.hidden:
        raise NotFound
    agency = found.person.agency
    form = adding.known_form(data={"agency": agency.id if agency else None, "language": _language(seminar)} | values)
    form.agency.offer(agency_groups(session(), on=_day(seminar)))
    form.ask(asked_of(seminar))
    if form.accepts():
        try:
            return _to_list(seminar, adding, _enter(seminar, adding, form, form.entry(found.person), found))
        except Refusal as refusal:
            form.show(refusal)
    shown(f"person:{found.person.public_id.hex}", seminar=seminar.slug)
    page = render_template("registration/staff/add_known.html", form=form, found=found, **_frame(seminar, adding))
    return page, 422 if form.has_errors else 200


def to_list_if_fixed(seminar: Seminar, adding: Adding) -> ResponseReturnValue:
    """Go to the list, which says why nobody can be added. A form that was sent is answered by its page, with what was typed."""
    needs_no_access_row("nobody is shown")
    return redirect(url_for(adding.back, slug=seminar.slug), code=303)


def _enter(
    seminar: Seminar,
    adding: Adding,
    form: HandForm | KnownForm,
    entry: Entry,
    known: PersonInReach | None = None,
    *,
    another: bool = False,
) -> Registration:
    """Enter the person. Administrators learn in silence of somebody outside the account's reach who may be the same."""
    actor, context = current_actor(), change_context()
    submission_id = showing(form.submission_id)

    def work(session: Session) -> Registration:
        made = adding.enter(
            session,
            context,
            seminar=seminar,
            form=form,
            entry=entry,
            submission_id=submission_id,
            reach=None if another else reach_of(session, actor),
            person_id=known.person.id if known else None,
        )
        if known is None and not actor.is_admin:
            merging.propose_outside_reach(session, context, actor=actor, person_id=made.person_id)
        return made

    return in_unit_of_work(work)


def _to_list(seminar: Seminar, adding: Adding, made: Registration) -> ResponseReturnValue:
    """Go to the list. It does not point to the code of a reserved identity, and that the account can tell whose it is is recorded."""
    if not made.person.reserved:
        return redirect(url_for(adding.back, slug=seminar.slug, of=made.public_id.hex), code=303)
    shown(f"registration:{made.public_id.hex}", seminar=seminar.slug, action="reserved.opened")
    return redirect(url_for(adding.back, slug=seminar.slug), code=303)


def _language(seminar: Seminar) -> str:
    return language_of(session(), seminar.office_id) or current_language()


def _day(seminar: Seminar) -> date:
    return min(day_there(clock.now(), seminar.time_zone), seminar.starts_on)


def _frame(seminar: Seminar, adding: Adding) -> dict[str, object]:
    return {"seminar": seminar, "seminar_header": seminar_header(seminar), "adding": adding}
