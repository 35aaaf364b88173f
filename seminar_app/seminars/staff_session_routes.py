"""Staff pages about the sessions of a seminar: the list by day, add, edit, delete and restore."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.accounts.rules import may_organize
from seminar_app.core import clock
from seminar_app.core.errors import NotFound, Refusal, StaleEdit
from seminar_app.core.values import replace
from seminar_app.seminars import queries, services
from seminar_app.seminars.blueprints import ORGANIZERS, READERS
from seminar_app.seminars.blueprints import staff_blueprint as blueprint
from seminar_app.seminars.forms import SessionForm
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.overview import sections_of
from seminar_app.seminars.rules import days_between, local_of, may_change_sessions, minutes_said
from seminar_app.seminars.services import SessionDetails
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of

DELETED = "deleted_session"
FIRST_BEGINS = time(9)
USUAL_LENGTH = timedelta(hours=2)


@blueprint.get("/seminars/<slug>/sessions/")
@staff(*READERS)
def sessions(slug: str) -> ResponseReturnValue:
    """Show the sessions by day, and the sum of the contact minutes that count."""
    seminar = queries.seminar_to_coordinate(session(), current_actor(), slug)
    lines = queries.sessions_of(session(), seminar.id)
    deleted = browser.get(DELETED) or {}
    organizes = may_organize(current_actor(), office_id=seminar.office_id)
    return render_template(
        "seminars/staff/sessions.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        days=queries.by_day(lines, seminar.time_zone),
        minutes=sum(line.seminar_session.contact_minutes for line in lines if line.seminar_session.counts_for_completion),
        editable=may_change_sessions(seminar.state) and organizes,
        sections=sections_of(session(), seminar, now=clock.now()) if organizes else [],
        deleted=deleted if deleted.get("seminar") == seminar.slug else None,
    )


@blueprint.route("/seminars/<slug>/sessions/new", methods=["GET", "POST"], endpoint="sessions_new")
@staff(*ORGANIZERS)
def add(slug: str) -> ResponseReturnValue:
    """Add a session; its times begin after the last one by default."""
    seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    form = SessionForm(data=_after_the_last(seminar))
    if form.accepts():
        try:
            in_unit_of_work(lambda work: _add(work, slug, form.details()))
            flash(_("The session is added."), "success")
            return redirect(url_for(".sessions_new" if "another" in request.form else ".sessions", slug=slug), code=303)
        except Refusal as refusal:
            form.show(refusal)
    return _form_page(slug, form, seminar_session=None)


@blueprint.route("/seminars/<slug>/sessions/<uuid:public_id>", methods=["GET", "POST"], endpoint="sessions_edit")
@staff(*ORGANIZERS)
def edit(slug: str, public_id: uuid.UUID) -> ResponseReturnValue:
    """Edit a session."""
    seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    line = queries.get_session(session(), seminar.id, public_id)
    form = SessionForm(data=SessionForm.values_of(line.seminar_session, line.speakers, seminar.time_zone))
    if form.accepts():
        try:
            in_unit_of_work(lambda work: _edit(work, slug, public_id, form))
            flash(_("The session is saved."), "success")
            return redirect(url_for(".sessions", slug=slug), code=303)
        except StaleEdit as refusal:
            form.show(refusal)
            form.version.show(queries.get_session(session(), line.seminar_session.seminar_id, public_id).seminar_session.version)
        except Refusal as refusal:
            form.show(refusal)
    return _form_page(slug, form, seminar_session=public_id)


@blueprint.post("/seminars/<slug>/sessions/<uuid:public_id>/delete", endpoint="sessions_delete")
@staff(*ORGANIZERS)
def delete(slug: str, public_id: uuid.UUID) -> ResponseReturnValue:
    """Delete a session, and store its data in the browser session so that it can be restored."""
    try:
        was = in_unit_of_work(lambda work: _delete(work, slug, public_id))
        browser[DELETED] = _packed(was) | {"seminar": slug, "public_id": public_id.hex}
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    return redirect(url_for(".sessions", slug=slug), code=303)


@blueprint.post("/seminars/<slug>/sessions/restore", endpoint="sessions_restore")
@staff(*ORGANIZERS)
def restore(slug: str) -> ResponseReturnValue:
    """Restore the session that this user has just deleted."""
    deleted = browser.get(DELETED) or {}
    if deleted.get("seminar") != slug:
        raise NotFound
    try:
        in_unit_of_work(lambda work: _add(work, slug, _unpacked(deleted), uuid.UUID(deleted["public_id"])))
        flash(_("The session is back."), "success")
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    browser.pop(DELETED, None)
    return redirect(url_for(".sessions", slug=slug), code=303)


def _form_page(slug: str, form: SessionForm, *, seminar_session: uuid.UUID | None) -> ResponseReturnValue:
    seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    form.offer_speakers()
    page = render_template(
        "seminars/staff/session.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        form=form,
        seminar_session=seminar_session,
        days=days_between(seminar.starts_on, seminar.ends_on),
        speakers=queries.speakers_known(session(), seminar.office_id),
    )
    return page, 422 if form.has_errors else 200


def _after_the_last(seminar: Seminar) -> dict[str, Any]:
    lines = queries.sessions_of(session(), seminar.id)
    if not lines:
        return {"day": seminar.starts_on, "starts": FIRST_BEGINS, "counts_for_completion": True}
    last = lines[-1].seminar_session
    starts, ends = local_of(last.starts_at, seminar.time_zone), local_of(last.ends_at, seminar.time_zone)
    if ends.date() > starts.date():  # until midnight, or longer: the next one is in the morning
        return {"day": min(ends.date(), seminar.ends_on), "starts": FIRST_BEGINS, "room": last.room, "counts_for_completion": True}
    later_today = (ends + USUAL_LENGTH).date() == ends.date() and ends.time() < time(17)
    if later_today:
        return {"day": ends.date(), "starts": ends.time(), "room": last.room, "counts_for_completion": True}
    day = min(ends.date() + timedelta(days=1), seminar.ends_on)
    return {"day": day, "starts": FIRST_BEGINS, "room": last.room, "counts_for_completion": True}


def _packed(details: SessionDetails) -> dict[str, Any]:
    """Return the details as JSON values, for the browser session."""
    return {
        "day": details.day.isoformat(),
        "starts": details.starts.isoformat(),
        "ends": details.ends.isoformat(),
        "contact_minutes": details.contact_minutes,
        "title_es": details.title_es,
        "title_en": details.title_en,
        "room": details.room,
        "counts_for_completion": details.counts_for_completion,
        "speakers": [list(speaker) for speaker in details.speakers],
    }


def _unpacked(values: dict[str, Any]) -> SessionDetails:
    plain = ("contact_minutes", "title_es", "title_en", "room", "counts_for_completion")
    return SessionDetails(
        day=date.fromisoformat(values["day"]),
        starts=time.fromisoformat(values["starts"]),
        ends=time.fromisoformat(values["ends"]),
        speakers=tuple((name, affiliation) for name, affiliation in values["speakers"]),
        **{name: values[name] for name in plain},
    )


def _add(work: Session, slug: str, details: SessionDetails, public_id: uuid.UUID | None = None) -> SeminarSession:
    seminar = queries.seminar_to_organize(work, current_actor(), slug)
    return services.add_session(work, change_context(), seminar_id=seminar.id, details=details, public_id=public_id)


def _edit(work: Session, slug: str, public_id: uuid.UUID, form: SessionForm) -> SeminarSession:
    seminar = queries.seminar_to_organize(work, current_actor(), slug)
    version, details = form.version.data or 0, form.details()
    before = queries.get_session(work, seminar.id, public_id).seminar_session
    if details.contact_minutes == before.contact_minutes and minutes_said(before.contact_minutes, before.starts_at, before.ends_at) is None:
        details = replace(details, contact_minutes=None)  # it counted as a whole and nobody says otherwise: its minutes follow its hours
    return services.edit_session(work, change_context(), seminar_id=seminar.id, public_id=public_id, version=version, details=details)


def _delete(work: Session, slug: str, public_id: uuid.UUID) -> SessionDetails:
    seminar = queries.seminar_to_organize(work, current_actor(), slug)
    return services.delete_session(work, change_context(), seminar_id=seminar.id, public_id=public_id)
