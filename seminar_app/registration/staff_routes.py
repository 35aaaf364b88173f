"""The roster, and what staff do with a registration. Each access is in the audit log before the page is made."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.agencies.queries import agency_groups
from seminar_app.audit import services as audit
from seminar_app.core import clock
from seminar_app.core.actor import Actor, RoleName
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.offices.queries import language_of
from seminar_app.people.forms import SearchForm
from seminar_app.registration import queries, services
from seminar_app.registration.asking import asked_of
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.forms import DecisionForm, HandForm, RemovalForm, showing
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import Roster, RosterFilter, reach_of
from seminar_app.registration.rules import (
    RegistrationState,
    RemovalReason,
    day_there,
    may_approve,
    may_decline,
    may_remove,
    may_restore,
)
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, shows_people, staff
from seminar_app.web.database import Session, in_unit_of_work, session, unit_of_work
from seminar_app.web.errors import sentence_of
from seminar_app.web.labels import label
from seminar_app.web.languages import current_language
from seminar_app.web.paging import page_number

FILTERS = ("state", "group", "pool", "page")


@blueprint.get("/roster/")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR, RoleName.LIAISON)
@shows_people("roster.viewed")
def roster(slug: str) -> ResponseReturnValue:
    """Show the registrations of the seminar by agency group. Filters are part of the URL; a search is not, as it names people."""
    return _roster_page(slug, request.args, words="", done=_id(request.args.get("of")))


@blueprint.post("/roster/")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR, RoleName.LIAISON)
@shows_people("roster.viewed")
def search(slug: str) -> ResponseReturnValue:
    """Search the roster by name or e-mail, sent in the request body; redirect to the URL with the filters if no words were sent."""
    form = SearchForm()
    words = form.words.data or "" if form.accepts() else ""
    filters = _filters_sent()
    if not words:
        return redirect(f"{url_for('.roster', slug=slug)}?{urlencode(filters)}", code=303)
    return _roster_page(slug, filters, words=words, done=None)


def _roster_page(slug: str, asked: Mapping[str, str], *, words: str, done: uuid.UUID | None) -> ResponseReturnValue:
    access = queries.roster_access(session(), current_actor(), slug)
    _record_access(access.seminar, "roster.viewed", f"seminar:{access.seminar.public_id.hex}")
    access = queries.roster_access(session(), current_actor(), slug)
    wanted = _filter(asked, words)
    found = queries.roster(session(), access, wanted, page=page_number())
    lines = (line for group in found.groups for line in group.everybody)
    return render_template(
        "registration/staff/roster.html",
        seminar_header=seminar_header(access.seminar),
        seminar=access.seminar,
        access=access,
        roster=found,
        wanted=wanted,
        filters_now={name: value for name, value in asked.items() if name in FILTERS and value},
        **_choices(found),
        done=next((line for line in lines if line.public_id == done), None) if done else None,
    )


@blueprint.get("/roster/<registration_id>")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR, RoleName.LIAISON)
@shows_people("registration.viewed")
def registration(slug: str, registration_id: str) -> ResponseReturnValue:
    """Show one registration, its history, and what can be done with it."""
    return _registration_page(slug, registration_id, RemovalForm())


def _registration_page(slug: str, registration_id: str, form: RemovalForm) -> ResponseReturnValue:
    found = queries.registration_in_reach(session(), current_actor(), slug, _needed(registration_id))
    _record_access(found.access.seminar, "registration.viewed", f"registration:{found.registration.public_id.hex}")
    state = found.registration.state
    change = found.access.may_change
    page = render_template(
        "registration/staff/registration.html",
        seminar_header=seminar_header(found.access.seminar),
        found=found,
        form=form,
        may_approve=change and may_approve(state),
        may_decline=change and may_decline(state),
        may_remove=change and may_remove(state),
        may_restore=change and may_restore(state),
    )
    return page, 422 if form.has_errors else 200


@blueprint.route("/roster/add", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def add(slug: str) -> ResponseReturnValue:
    """Register a person by hand."""
    actor: Actor = current_actor()
    seminar = seminar_to_organize(session(), actor, slug)
    form = HandForm(data={"language": language_of(session(), seminar.office_id) or current_language()})
    day = min(day_there(clock.now(), seminar.time_zone), seminar.starts_on)
    form.agency.offer(agency_groups(session(), on=day))
    form.ask(asked_of(seminar))
    if form.accepts():
        try:
            made = in_unit_of_work(
                lambda session: services.add_by_hand(
                    session,
                    now=clock.now(),
                    actor=actor.audit_name,
                    seminar_id=seminar.id,
                    entry=form.entry(),
                    submission_id=showing(form.submission_id),
                    reach=reach_of(session, actor),
                )
            )
            return redirect(url_for(".roster", slug=slug, of=made.public_id.hex), code=303)
        except Refusal as refusal:
            form.show(refusal)
    page = render_template("registration/staff/add.html", form=form, seminar=seminar, seminar_header=seminar_header(seminar))
    return page, 422 if form.has_errors else 200


@blueprint.post("/roster/<registration_id>/approve")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def approve(slug: str, registration_id: str) -> ResponseReturnValue:
    """Approve the registration."""
    return _decide(slug, registration_id, services.approve)


@blueprint.post("/roster/<registration_id>/decline")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def decline(slug: str, registration_id: str) -> ResponseReturnValue:
    """Decline the registration; the roster then offers to undo it."""
    return _decide(slug, registration_id, services.decline)


@blueprint.post("/roster/<registration_id>/restore")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def restore(slug: str, registration_id: str) -> ResponseReturnValue:
    """Restore a registration that was removed, declined or withdrawn."""
    return _decide(slug, registration_id, services.restore)


@blueprint.post("/roster/<registration_id>/remove")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("registration.viewed")
def remove(slug: str, registration_id: str) -> ResponseReturnValue:
    """Remove the registration, with a reason; the roster then offers to undo it."""
    form = RemovalForm()
    if not form.accepts():
        seminar_to_organize(session(), current_actor(), slug)
        return _registration_page(slug, registration_id, form)
    return _decide(slug, registration_id, services.remove, reason=RemovalReason(form.reason.data), note=form.note.data or None)


def _decide(slug: str, registration_id: str, service: Callable[..., Registration], **values: Any) -> ResponseReturnValue:
    """Call one service on one registration and go back to the roster with the same filters."""
    actor: Actor = current_actor()
    seminar = seminar_to_organize(session(), actor, slug)
    found = queries.registration_in_reach(session(), actor, slug, _needed(registration_id)).registration
    DecisionForm().accepts()

    def work(session: Session) -> Registration:
        return service(session, now=clock.now(), actor=actor.audit_name, seminar_id=seminar.id, registration_id=found.id, **values)

    try:
        in_unit_of_work(work)
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    filters = _filters_sent()
    return redirect(f"{url_for('.roster', slug=slug)}?{urlencode([*filters.items(), ('of', found.public_id.hex)])}", code=303)


def _filters_sent() -> dict[str, str]:
    """Return the filters that came in the request body."""
    return {name: request.form[name] for name in FILTERS if request.form.get(name)}


def _choices(found: Roster) -> dict[str, list[tuple[str, str]]]:
    """Return the choices of the roster's filters: the states and groups that occur, and the pools."""
    everything = ("", _("All"))
    return {
        "states": [everything, *((state.value, label(state)) for state in RegistrationState if found.counts[state])],
        "groups": [everything, *((group.group.code, group.group.code) for group in found.groups)],
        "pools": [
            everything,
            *((pool.public_id.hex, found.agencies[pool.agency_id].code if pool.agency_id else _("Open to all")) for pool in found.pools),
        ],
    }


def _filter(arguments: Mapping[str, str], words: str) -> RosterFilter:
    """Return the filters of the URL; unknown values are ignored."""
    try:
        state = RegistrationState(arguments.get("state", ""))
    except ValueError:
        state = None
    return RosterFilter(state, arguments.get("group", ""), arguments.get("pool", ""), words)


def _record_access(seminar: Seminar, action: str, subject: str) -> None:
    """Record the access in the audit log, committed before the page is made."""
    with unit_of_work() as session:
        audit.record(
            session,
            now=clock.now(),
            actor=current_actor().audit_name,
            action=action,
            subject=subject,
            seminar=seminar.slug,
            request_id=g.request_id,
        )


def _id(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(hex=text) if text else None
    except ValueError:
        return None


def _needed(text: str) -> uuid.UUID:
    """Return the id in a URL.

    Raises:
        NotFound: the text is not an id.
    """
    found = _id(text)
    if found is None:
        raise NotFound
    return found
