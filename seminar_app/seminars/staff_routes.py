"""Staff pages about seminars: the list, a new seminar, overview, settings and copies."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.accounts import queries as accounts
from seminar_app.accounts.forms import InvitationForm
from seminar_app.accounts.inviting import invitation_limit, say_invited
from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.rules import may_coordinate, may_organize
from seminar_app.accounts.services import invitations
from seminar_app.accounts.services.coordinators import assign_coordinator, withdraw_coordinator
from seminar_app.core import clock
from seminar_app.core.actor import Grant, RoleName
from seminar_app.core.errors import InBothLanguages, NotFound, Refusal, StaleEdit
from seminar_app.messages.checks import what_waiting_means
from seminar_app.registration import queries as registrations
from seminar_app.seminars import queries, services
from seminar_app.seminars.blueprints import ORGANIZERS, READERS
from seminar_app.seminars.blueprints import staff_blueprint as blueprint
from seminar_app.seminars.copy_page import CopyPage
from seminar_app.seminars.forms import LikeForm, SeminarForm, details_of
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.overview import People, figures_of_rooms, outcome_of, overview_of, sections_of
from seminar_app.seminars.rules import Change, SeminarState, leads_to, may_edit, next_step, propose_slug, undoes
from seminar_app.seminars.services.copying import Shares
from seminar_app.seminars.settings_page import defaults, differences, own_offices, prepare, proposed_slug
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.checks import Check, State, findings
from seminar_app.web.database import Session, in_unit_of_work, session, unit_of_work
from seminar_app.web.errors import sentence_of
from seminar_app.web.labels import choices
from seminar_app.web.languages import current_language
from seminar_app.web.paging import page_number

LISTED = (*READERS, RoleName.LIAISON)


def _concerns(now: datetime) -> dict[str, list[Check]]:
    """Return what administrators are to know of the installation, and what waits for their decision; nothing for others."""
    found = findings(session(), now=now) if current_actor().is_admin else []
    return {state.value: [check for check, finding in found if finding.state is state] for state in (State.WRONG, State.WAITS)}


@blueprint.get("/seminars/")
@staff(*LISTED)
def index() -> ResponseReturnValue:
    """Show the seminars that the account may see; filters are part of the URL."""
    state, year = request.args.get("state", ""), request.args.get("year", "")
    filters = queries.Filters(
        state=SeminarState(state) if state in list(SeminarState) else None,
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 and year != "0000" else None,
        text=request.args.get("q", "")[:200],
    )
    now = clock.now()
    listed = queries.seminars_for(session(), current_actor(), filters, page=page_number())
    steps = {line.seminar.id: next_step(line.seminar, sessions=line.sessions, now=now) for line in listed.lines}
    return render_template(
        "seminars/staff/index.html",
        listed=listed,
        steps=steps,
        filters=filters,
        year_choices=[(year, str(year)) for year in queries.years_of(session(), current_actor())],
        states=choices(SeminarState),
        may_open={line.seminar.id: _may_open(line.seminar) for line in listed.lines},
        may_create=bool(current_actor().roles & set(ORGANIZERS)),
        runs_any=bool(current_actor().roles & set(READERS)),
        mail_waits=what_waiting_means(session(), now)
        if RoleName.ORGANIZER in current_actor().roles and not current_actor().is_admin
        else None,
        **_concerns(now),
        lacks_office=not listed.lines and not filters.any and not own_offices(session(), current_actor()),
    )


def _may_open(seminar: Seminar) -> bool:
    return may_coordinate(current_actor(), office_id=seminar.office_id, seminar_id=seminar.id)


@blueprint.route("/seminars/new", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def new() -> ResponseReturnValue:
    """Create a seminar, or go on to copy the earlier one that is chosen. What is seldom changed stands folded."""
    if earlier := request.args.get("like"):
        return redirect(url_for(".copy", slug=queries.seminar_to_organize(session(), current_actor(), earlier).slug), code=303)
    if not own_offices(session(), current_actor()):
        return render_template("seminars/staff/first_an_office.html"), 422 if request.method == "POST" else 200
    form = SeminarForm(data=defaults(session(), current_actor()))
    prepare(form, session(), current_actor())
    if form.accepts():
        try:
            made = in_unit_of_work(
                lambda work: services.create_seminar(
                    work, change_context(), details=form.details(slug=proposed_slug(work, form)), capacity=form.capacity.data or 0
                )
            )
            flash(_("The draft is saved. Next, write its program."), "success")
            return redirect(url_for(".sessions_program", slug=made.slug), code=303)
        except Refusal as refusal:
            form.show(refusal)
    like = LikeForm(queries.seminars_to_copy(session(), current_actor()), current_language()).like
    return render_template("seminars/staff/new.html", form=form, like=like), 422 if form.has_errors else 200


@blueprint.get("/seminars/<slug>/")
@staff(*READERS)
def overview(slug: str) -> ResponseReturnValue:
    """Show how full the seminar is, what comes next, and what needs attention."""
    seminar = queries.seminar_to_coordinate(session(), current_actor(), slug)
    counts = registrations.head_count(session(), seminar.id)
    seats = registrations.seats_overview(session(), seminar.id)
    people = People(
        registered=counts.registered,
        pending=counts.pending,
        nominated=counts.nominated,
        waiting=counts.waitlisted,
        seats=seats.capacity,
        kept=seats.kept,
        alternates=seats.alternates,
        open_free=seats.open_pool.size - seats.open_pool.taken,
        names_asked=registrations.names_asked(session(), seminar.id),
        forms=registrations.forms_waiting(session(), seminar.id, now=clock.now()),
        to_phone=counts.to_phone,
    )
    coordinators = accounts.coordinators_of(session(), seminar.id)
    organizes = may_organize(current_actor(), office_id=seminar.office_id)
    done = _done(seminar)
    return render_template(
        "seminars/staff/overview.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        page=overview_of(
            session(),
            seminar,
            people=people,
            coordinators=len(coordinators),
            may_organize=organizes,
            is_admin=current_actor().is_admin,
            now=clock.now(),
        ),
        people=people,
        seats=seats,
        organizes=organizes,
        sections=sections_of(session(), seminar, now=clock.now()) if organizes else [],
        outcome=outcome_of(session(), seminar),
        more_figures=figures_of_rooms(session(), seminar, now=clock.now()) if organizes else [],
        coordinators=coordinators,
        done=done,
        undo=undoes(done) if done is not None else None,
    )


def _done(seminar: Seminar) -> Change | None:
    """Return the change that the URL says was just made, as long as the seminar is still in the state it led to."""
    said = request.args.get("done", "")
    change = Change(said) if said in list(Change) else None
    return change if change is not None and seminar.state in leads_to(change) else None


@blueprint.route("/seminars/<slug>/settings", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def settings(slug: str) -> ResponseReturnValue:
    """Edit all settings of the seminar that may still be changed."""
    seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    hosts = [host.id for host in queries.hosts_of(session(), [seminar.id])[seminar.id]]
    form = SeminarForm(data=details_of(seminar) | {"version": seminar.version, "hosts": hosts})
    form.leave_out(seminar)
    prepare(form, session(), current_actor(), seminar=seminar)
    theirs: list[tuple[Any, Any]] = []
    if may_edit(seminar.state) and form.accepts():
        try:
            edited = _save_settings(form, seminar.slug)
            flash(_("The changes are saved."), "success")
            return redirect(url_for(".settings", slug=edited.slug), code=303)
        except StaleEdit as refusal:
            form.show(refusal)
            seminar = queries.seminar_to_organize(session(), current_actor(), slug)
            form.version.show(seminar.version)
            theirs = differences(form, seminar)
        except Refusal as refusal:
            form.show(refusal)
            seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    return _settings_page(seminar, form, theirs), 422 if form.has_errors else 200


def _save_settings(form: SeminarForm, slug: str) -> Seminar:
    def save(work: Session) -> Seminar:
        seminar = queries.seminar_to_organize(work, current_actor(), slug)
        details = form.details(slug=(form.slug.data or seminar.slug) if "slug" in form else seminar.slug, seminar=seminar)
        return services.edit_seminar(work, change_context(), seminar_id=seminar.id, version=form.version.data or 0, details=details)

    return in_unit_of_work(save)


def _settings_page(seminar: Seminar, form: SeminarForm, theirs: list[tuple[Any, Any]]) -> str:
    coordinators = accounts.coordinators_of(session(), seminar.id)
    return render_template(
        "seminars/staff/settings.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        sections=sections_of(session(), seminar, now=clock.now()),
        form=form,
        theirs=theirs,
        editable=may_edit(seminar.state),
        coordinators=coordinators,
        others=[account for account in accounts.possible_coordinators(session()) if account.id not in {c.id for c in coordinators}],
    )


@blueprint.post("/seminars/<slug>/settings/coordinators", endpoint="settings_assign")
@staff(*ORGANIZERS, fresh="POST")
def assign(slug: str) -> ResponseReturnValue:
    """Make an account a coordinator of this seminar."""
    return _coordinator(slug, request.form.get("account", ""), assign_coordinator, _("%(name)s can run the door now."))


@blueprint.route("/seminars/<slug>/settings/coordinators/invite", methods=["GET", "POST"], endpoint="settings_invite")
@staff(*ORGANIZERS, fresh="POST")
@invitation_limit
def invite(slug: str) -> ResponseReturnValue:
    """Invite a person, with or without an account, to be coordinator of this seminar."""
    seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    form = InvitationForm(data={"language": current_language()})
    if form.accepts():
        try:
            given = in_unit_of_work(lambda work: _invite(work, slug, form))
        except Refusal as refusal:
            form.show(refusal)
            seminar = queries.seminar_to_organize(session(), current_actor(), slug)
        else:
            say_invited(str(form.email.data), given=given)
            return redirect(url_for(".settings", slug=slug, _anchor="coordinators"), code=303)
    page = render_template("seminars/staff/invite.html", seminar=seminar, seminar_header=seminar_header(seminar), form=form)
    return page, 422 if form.has_errors else 200


def _invite(work: Session, slug: str, form: InvitationForm) -> bool:
    seminar = queries.seminar_to_organize(work, current_actor(), slug)
    return invitations.invite(
        work,
        change_context(),
        actor=current_actor(),
        office_id=seminar.office_id,
        grant=Grant(RoleName.COORDINATOR, seminar_id=seminar.id),
        scope=InBothLanguages(seminar.title_es, seminar.title_en),
        email=str(form.email.data),
        name=str(form.name.data),
        language=form.language.data,
        seminar=seminar.slug,
    )


@blueprint.post("/seminars/<slug>/settings/coordinators/withdraw", endpoint="settings_withdraw")
@staff(*ORGANIZERS, fresh="POST")
def withdraw(slug: str) -> ResponseReturnValue:
    """Withdraw an account as coordinator of this seminar."""
    return _coordinator(slug, request.form.get("account", ""), withdraw_coordinator, _("%(name)s no longer runs the door."))


def _coordinator(slug: str, account: str, change: Callable[..., UserAccount], said: str) -> ResponseReturnValue:
    try:
        public_id = uuid.UUID(account)
    except ValueError as error:
        raise NotFound from error
    try:
        with unit_of_work() as work:
            seminar = queries.seminar_to_organize(work, current_actor(), slug)
            who = change(
                work,
                change_context(),
                actor=current_actor(),
                seminar_id=seminar.id,
                office_id=seminar.office_id,
                slug=seminar.slug,
                account_public_id=public_id,
            )
        flash(said % {"name": who.name}, "success")
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    return redirect(url_for(".settings", slug=slug, _anchor="coordinators"), code=303)


def _copied(work: Session, slug: str, *, wanted: str | None, starts_on: date, shares: Shares) -> Seminar:
    """Return the copy, with the wanted slug or the next free one."""
    source = queries.seminar_to_organize(work, current_actor(), slug)
    stem = propose_slug(city=source.city, starts_on=starts_on).rpartition("-")[0]
    free = wanted or propose_slug(city=source.city, starts_on=starts_on, taken=queries.slugs_like(work, stem))
    return services.copy_seminar(work, change_context(), seminar_id=source.id, slug=free, starts_on=starts_on, shares=shares)


@blueprint.route("/seminars/<slug>/copy", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def copy(slug: str) -> ResponseReturnValue:
    """Copy the seminar to other days. If agencies with a quota have ended by then, the page first asks who gets their seats."""
    seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    page = CopyPage(seminar.id)
    form = page.form
    if page.is_first_step:
        return redirect(url_for(".copy", slug=slug, starts_on=page.starts_on, address=form.slug.data or None), code=303)
    if page.accepts() and form.starts_on.data is not None:
        starts_on, shares = form.starts_on.data, page.shares()
        try:
            made = in_unit_of_work(lambda work: _copied(work, slug, wanted=form.slug.data, starts_on=starts_on, shares=shares))
            flash(_("The copy is a draft, with its sessions and seats and without any people. Look through its settings."), "success")
            return redirect(url_for(".overview", slug=made.slug), code=303)
        except Refusal as refusal:
            form.show(refusal)
            seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    rendered = render_template(
        "seminars/staff/copy.html", seminar=seminar, seminar_header=seminar_header(seminar), page=page, language=current_language()
    )
    return rendered, 422 if form.has_errors else 200
