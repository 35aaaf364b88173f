"""The staff page on which all sessions of a seminar are written at once."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.core.errors import Refusal
from seminar_app.seminars import queries, services
from seminar_app.seminars.blueprints import ORGANIZERS
from seminar_app.seminars.blueprints import staff_blueprint as blueprint
from seminar_app.seminars.errors import LinesRefused
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.program_form import ProgramForm, languages_of
from seminar_app.seminars.program_page import MOST_LINES, by_day, changed, days_of, first_lines, lines_sent
from seminar_app.seminars.queries import SessionLine
from seminar_app.seminars.rules import SeminarState, may_change_sessions, usual_hours
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.languages import only_switches_language

MORE_LINES = ("day", "copy", "paste")


@blueprint.route("/seminars/<slug>/sessions/program", methods=["GET", "POST"], endpoint="sessions_program")
@staff(*ORGANIZERS)
def program(slug: str) -> ResponseReturnValue:
    """Add, edit and delete the sessions of a seminar on one page; the buttons for more lines store nothing."""
    seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    if not may_change_sessions(seminar.state):
        return redirect(url_for(".sessions", slug=slug), code=303)
    sessions = queries.sessions_of(session(), seminar.id)
    if lines_sent(request.form) > max(MOST_LINES, 2 * len(sessions)):
        abort(413)
    hours = usual_hours(queries.hours_of_last_seminar(session(), seminar))
    action = request.form.get("do", "")
    if request.method == "GET":
        form = ProgramForm(days_of(seminar), data={"lines": first_lines(seminar, sessions, hours)})
    elif action in MORE_LINES and not only_switches_language():
        more = changed(request.form, action, seminar=seminar, hours=hours, languages=_languages(seminar, sessions))
        return _page(seminar, sessions, ProgramForm(days_of(seminar), more))
    else:
        form = ProgramForm(days_of(seminar))
    if form.accepts():
        try:
            in_unit_of_work(lambda work: _save(work, slug, form))
            flash(_("The program is saved."), "success")
            return redirect(_next_page(seminar, stay=action == "stay"), code=303)
        except LinesRefused as refusal:
            for number, fault in refusal.faults:
                form.show_at(number, fault, written_in=_languages(seminar, sessions))
            sessions = queries.sessions_of(session(), seminar.id)
            form.see({line.seminar_session.public_id: line.seminar_session.version for line in sessions})
        except Refusal as refusal:
            form.show(refusal)
    return _page(queries.seminar_to_organize(session(), current_actor(), slug), sessions, form)


def _save(work: Session, slug: str, form: ProgramForm) -> int:
    seminar = queries.seminar_to_organize(work, current_actor(), slug)
    return services.save_program(work, change_context(), seminar_id=seminar.id, lines=form.program())


def _next_page(seminar: Seminar, *, stay: bool) -> str:
    """Return where to go after saving: a draft gets its seats next."""
    if stay:
        return url_for(".sessions_program", slug=seminar.slug)
    if seminar.state is SeminarState.DRAFT:
        return url_for("registration_staff.seats", slug=seminar.slug)
    return url_for(".sessions", slug=seminar.slug)


def _languages(seminar: Seminar, sessions: list[SessionLine]) -> tuple[str, ...]:
    rows = [line.seminar_session for line in sessions]
    return languages_of([(seminar.title_es, seminar.title_en), *((row.title_es, row.title_en) for row in rows)])


def _page(seminar: Seminar, sessions: list[SessionLine], form: ProgramForm) -> ResponseReturnValue:
    page = render_template(
        "seminars/staff/program.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        form=form,
        days=by_day(form.lines),
        written_in=_languages(seminar, sessions),
        several_days=seminar.starts_on < seminar.ends_on,
        speakers=queries.speakers_known(session(), seminar.office_id),
        is_draft=seminar.state is SeminarState.DRAFT,
    )
    return page, 422 if form.has_errors else 200
