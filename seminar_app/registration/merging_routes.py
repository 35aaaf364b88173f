"""Pages of staff that merge two records of one person, undo it, split a registration off, and decide proposals."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.people.shown import ShownPerson
from seminar_app.registration import queries
from seminar_app.registration.blueprints import people_blueprint, staff_blueprint
from seminar_app.registration.errors import MergedAlready, NotJoined
from seminar_app.registration.forms import DecisionForm, MergeForm, SplitForm
from seminar_app.registration.opening import opened_registration
from seminar_app.registration.queries import Comparison
from seminar_app.registration.services import merging
from seminar_app.seminars.header import seminar_header
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in, id_needed


@people_blueprint.route("/<person_id>/merge/<other_id>", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER, fresh="POST")
@shows_people("person.viewed", "reserved.opened")
def merge(person_id: str, other_id: str) -> ResponseReturnValue:
    """Show two records side by side, and merge them. A record that was merged meanwhile leads to the one that was kept."""
    actor = queries.organizing(current_actor())
    one, other = (queries.kept_in_reach(session(), actor, id_needed(each)) for each in (person_id, other_id))
    if one.id == other.id:
        return _merged_meanwhile(one)
    found = queries.compare(session(), actor, one, other)
    form = MergeForm()
    form.offer(found)
    if form.accepts():
        answer = _merge(found, form)
        if answer is not None:
            return answer
        found = queries.compare(session(), actor, one, other)
        form.reopen(found)
    elif not form.is_sent:
        form.reopen(found)
    for who in (one, other):
        shown(f"person:{who.public_id.hex}", action="reserved.opened" if who.reserved else "person.viewed")
    page = render_template("people/staff/merge.html", form=form, found=found)
    return page, 422 if form.has_errors else 200


def _merge(found: Comparison, form: MergeForm) -> ResponseReturnValue | None:
    """Merge, and return the way to the record that was kept; None with the refusal on the form."""
    people = [each.person for each in found.records]
    kept, gone = people if form.kept.data == people[0].public_id.hex else reversed(people)
    try:
        made = in_unit_of_work(
            lambda session: merging.merge(session, change_context(), kept=kept.id, gone=gone.id, opened=form.opened.data or "")
        )
    except MergedAlready as refusal:
        flash(sentence_of(refusal), "error")
        return redirect(url_for(".person", person_id=kept.public_id.hex), code=303)
    except Refusal as refusal:
        form.show(refusal)
        return None
    return redirect(url_for(".person", person_id=kept.public_id.hex, merged=made.public_id.hex), code=303)


def _merged_meanwhile(kept: ShownPerson) -> ResponseReturnValue:
    """Lead to the record that both are by now: the button was pressed twice, or somebody else was quicker."""
    needs_no_access_row("leads to the page of the record that was kept")
    flash(_("These two records are one already."), "info")
    return redirect(url_for(".person", person_id=kept.public_id.hex), code=303)


@people_blueprint.post("/<person_id>/merge/<other_id>/apart")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def two_people(person_id: str, other_id: str) -> ResponseReturnValue:
    """Decide that the two records are two people, so that neither is proposed beside the other again."""
    return _decide(person_id, other_id, merging.keep_apart)


@people_blueprint.post("/<person_id>/merge/<other_id>/apart/undo")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def perhaps_one(person_id: str, other_id: str) -> ResponseReturnValue:
    """Take back that the two records are two people."""
    return _decide(person_id, other_id, merging.take_apart_back)


def _decide(person_id: str, other_id: str, service: Callable[..., bool]) -> ResponseReturnValue:
    """Call one service on two people in reach, and go back to the page that compares them."""
    one, other = (queries.kept_in_reach(session(), queries.organizing(current_actor()), id_needed(each)) for each in (person_id, other_id))
    if other.reserved:
        raise NotFound
    DecisionForm().accepts()
    if one.id != other.id:
        in_unit_of_work(lambda session: service(session, change_context(), one=one.id, other=other.id))
    return redirect(url_for(".merge", person_id=one.public_id.hex, other_id=other.public_id.hex), code=303)


@people_blueprint.post("/<person_id>/merges/<merge_id>/undo")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, fresh="POST")
def undo_merge(person_id: str, merge_id: str) -> ResponseReturnValue:
    """Separate two records again."""
    row, kept = queries.merge_to_undo(session(), queries.organizing(current_actor()), id_needed(merge_id))
    DecisionForm().accepts()
    try:
        in_unit_of_work(lambda session: merging.undo_merge(session, change_context(), merge_id=row.id))
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(_("The two records are separate again, each with what it had."), "success")
    return redirect(url_for(".person", person_id=kept.hex), code=303)


@staff_blueprint.route("/roster/<registration_id>/split", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("registration.viewed", "reserved.opened")
def split(slug: str, registration_id: str) -> ResponseReturnValue:
    """Take a registration off the record that it was given to, for a person of its own."""
    found = opened_registration(slug, registration_id)
    registration, seminar = found.registration, found.access.seminar
    if not queries.was_joined(session(), registration.id):
        needs_no_access_row("leads to the registration")
        flash(sentence_of(NotJoined()), "info")
        return _to_registration(slug, registration_id)
    form = SplitForm()
    if form.accepts():
        try:
            in_unit_of_work(
                lambda session: merging.split(
                    session, change_context(), registration_id=registration.id, data=form.person(registration.language or "es")
                )
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("The registration has a record of its own now.") + " " + _mailed(form), "success")
            return _to_registration(slug, registration_id)
    elif not form.is_sent:
        form.begin(registration)
    action = "reserved.opened" if registration.person.reserved else "registration.viewed"
    shown(f"registration:{registration.public_id.hex}", seminar=slug, action=action)
    page = render_template("registration/staff/split.html", form=form, found=found, seminar=seminar, seminar_header=seminar_header(seminar))
    return page, 422 if form.has_errors else 200


def _to_registration(slug: str, registration_id: str) -> ResponseReturnValue:
    return redirect(url_for("registration_staff.registration", slug=slug, registration_id=registration_id), code=303)


def _mailed(form: SplitForm) -> str:
    if form.email.data:
        return str(_("Its new personal link goes to %(address)s, and the earlier link no longer works.", address=form.email.data))
    return str(_("There is no address for its new personal link. The earlier link no longer works."))


@people_blueprint.get("/proposals")
@staff(RoleName.ADMIN)
@shows_people("proposals.viewed")
def proposals() -> ResponseReturnValue:
    """Show the pairs of records that may be one person and that no office could see together."""
    found = queries.proposals(session(), current_actor())
    if found:
        shown("person:many")
    else:
        needs_no_access_row("there is no proposal")
    return render_template(
        "people/staff/proposals.html",
        proposals=found,
        names=names_by_audit_name(session(), {each.by for each in found}),
        kept_apart=id_in(request.args.get("apart")),
    )


@people_blueprint.post("/proposals/<proposal_id>/apart")
@staff(RoleName.ADMIN)
def keep_apart(proposal_id: str) -> ResponseReturnValue:
    """Decide that the two records are two people."""
    proposal = _proposal(proposal_id)
    in_unit_of_work(lambda session: merging.decide_proposal(session, change_context(), proposal_id=proposal, kept=None))
    return redirect(url_for(".proposals", apart=proposal_id), code=303)


@people_blueprint.post("/proposals/<proposal_id>/reopen")
@staff(RoleName.ADMIN)
def reopen_proposal(proposal_id: str) -> ResponseReturnValue:
    """Take back that the two records are two people."""
    proposal = _proposal(proposal_id)
    in_unit_of_work(lambda session: merging.reopen_proposal(session, change_context(), proposal_id=proposal))
    return redirect(url_for(".proposals"), code=303)


def _proposal(proposal_id: str) -> int:
    DecisionForm().accepts()
    return queries.get_proposal(session(), id_needed(proposal_id)).id
