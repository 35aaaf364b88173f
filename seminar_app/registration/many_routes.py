"""Decide about many people of the roster at once, with one undo. Who was concerned is kept in the browser's session on the server."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal
from seminar_app.registration import queries, services
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.forms import ManyForm
from seminar_app.registration.registration_page import filters_in
from seminar_app.registration.roster_filter import roster_filter
from seminar_app.registration.rules import Decision, RegistrationState, RemovalReason
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in

DONE = "decided_about_many"


@blueprint.post("/roster/many")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def decide_many(slug: str) -> ResponseReturnValue:
    """Approve, decline, remove or open seats to the people chosen on the roster, one by one or by agency group."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    form = ManyForm()
    if not form.accepts():
        if (fault := next((str(error) for errors in form.errors.values() for error in errors), None)) is not None:
            flash(fault, "error")
        return _to_roster(slug)
    chosen, decision = _chosen(slug), Decision(form.do.data)
    if not chosen:
        flash(_("Nobody is chosen. Tick the people, or a whole group, first."), "error")
        return _to_roster(slug)
    reason = RemovalReason(form.reason.data) if decision is Decision.REMOVE else RemovalReason.OTHER
    try:
        done = in_unit_of_work(
            lambda session: services.decide_many(
                session, change_context(), seminar_id=seminar.id, chosen=chosen, decision=decision, reason=reason
            )
        )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
        return _to_roster(slug)
    browser[DONE] = {
        "id": uuid.uuid4().hex[:12],
        "decision": decision.value,
        "of": [each.public_id.hex for each in done],
        "states": Counter(each.state.value for each in done),
        "left_out": len(chosen) - len(done),
    }
    return _to_roster(slug, many=browser[DONE]["id"])


@blueprint.post("/roster/many/undo")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def undo_many(slug: str) -> ResponseReturnValue:
    """Take the last decision about many back."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    kept: Mapping[str, Any] = browser.get(DONE, {})
    if not kept or kept["id"] != request.form.get("many"):
        flash(_("That can no longer be undone here. Open each registration to change it."), "error")
        return _to_roster(slug)
    chosen = [found for each in kept["of"] if (found := id_in(each)) is not None]
    try:
        back = in_unit_of_work(
            lambda session: services.undo_many(
                session, change_context(), seminar_id=seminar.id, chosen=chosen, decision=Decision(kept["decision"])
            )
        )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        del browser[DONE]
        said = ngettext("Undone for %(num)d person.", "Undone for %(num)d people.", len(back))
        if len(back) < len(chosen):
            left = len(chosen) - len(back)
            late = ngettext(
                "%(num)d had changed since, or the message had left.", "%(num)d had changed since, or their messages had left.", left
            )
            said = f"{said} {late}"
        flash(said, "success")
    return _to_roster(slug)


def decided(number: str | None) -> dict[str, Any] | None:
    """Return what was decided about many under this id, in words, for the roster; None if it was undone, or the session ended."""
    kept: Mapping[str, Any] = browser.get(DONE, {})
    if not kept or kept["id"] != number:
        return None
    return {"id": number, "sentence": _in_words(Decision(kept["decision"]), kept), "undo": bool(kept["of"])}


def _in_words(decision: Decision, kept: Mapping[str, Any]) -> str:
    number, states = len(kept["of"]), kept["states"]
    if decision is Decision.APPROVE:
        said = [ngettext("%(num)d person is approved.", "%(num)d people are approved.", number)]
        if waiting := states.get(RegistrationState.WAITLISTED.value):
            said.append(ngettext("%(num)d of them is on the waiting list.", "%(num)d of them are on the waiting list.", waiting))
    elif decision is Decision.DECLINE:
        said = [ngettext("%(num)d person is declined.", "%(num)d people are declined.", number)]
    elif decision is Decision.OPEN:
        seated = states.get(RegistrationState.REGISTERED.value, 0)
        said = [ngettext("%(num)d alternate has a seat now.", "%(num)d alternates have a seat now.", seated)]
        if waiting := number - seated:
            said.append(
                ngettext(
                    "%(num)d gets the first open seat that falls free, in turn.",
                    "%(num)d get the first open seats that fall free, in turn.",
                    waiting,
                )
            )
    else:
        said = [ngettext("%(num)d person is off the list.", "%(num)d people are off the list.", number)]
    if number and (decision is not Decision.OPEN or states.get(RegistrationState.REGISTERED.value)):
        said.append(_("The messages about it leave in two minutes."))
    if left_out := kept["left_out"]:
        alone = ngettext(
            "%(num)d of those chosen is in another state and stays.",
            "%(num)d of those chosen are in another state and stay.",
            left_out,
        )
        said.append(alone)
    return " ".join(said)


def _chosen(slug: str) -> set[uuid.UUID]:
    """Return who was ticked; of a group that was ticked, all who match the filters."""
    found = {each for value in request.form.getlist("chosen") if (each := id_in(value)) is not None}
    groups = set(request.form.getlist("chosen_group"))
    if groups:
        access = queries.roster_access(session(), current_actor(), slug)
        for group in queries.roster(session(), access, roster_filter(request.form)).groups:
            if group.group.key in groups:
                found |= set(group.matching)
    return found


def _to_roster(slug: str, **more: str) -> ResponseReturnValue:
    return redirect(f"{url_for('.roster', slug=slug)}?{urlencode(filters_in(request.form) | more)}", code=303)
