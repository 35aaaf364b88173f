"""Staff pages of feedback: results, opening and closing by hand and by date, reminding, preview of the form, and its editor."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from seminar_app.accounts.rules import may_organize
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal, StaleEdit
from seminar_app.feedback import editing, export, queries, rules, services, standard
from seminar_app.feedback.dates import seen_dates, set_dates
from seminar_app.feedback.figures import Tallies
from seminar_app.feedback.forms import DatesForm, QuestionsForm, answers_form, editor, question_in, row_of
from seminar_app.feedback.models import FeedbackForm
from seminar_app.feedback.results import Results
from seminar_app.feedback.rules import Asked, Dates, FormStage
from seminar_app.feedback.shown_results import look_in, shown_results
from seminar_app.feedback.tallying import version_is_answered
from seminar_app.feedback.wording import in_words
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_coordinate, seminar_to_organize
from seminar_app.seminars.rules import local_of
from seminar_app.seminars.services.making import instant_from
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.errors import sentence_of
from seminar_app.web.languages import current_language

blueprint = Blueprint("feedback_staff", __name__, url_prefix="/staff/seminars/<slug>/feedback")
AT_THE_DOOR = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ORGANIZING = (RoleName.ADMIN, RoleName.ORGANIZER)


@blueprint.get("/", endpoint="results")
@staff(*AT_THE_DOOR)
@shows_people("feedback.results_viewed")
def results_page(slug: str) -> ResponseReturnValue:
    """Show the results as far as they may be shown, and the actions for the form."""
    return _results_page(seminar_to_coordinate(session(), current_actor(), slug))


def _results_page(seminar: Seminar, typed: DatesForm | None = None) -> str:
    """Show the page; `typed`: dates that were refused."""
    standing, now = queries.standing_of(session(), seminar), clock.now()
    refusal = services.refusal_to_open(seminar, now=now)
    by_mail, without_address = queries.count_asked_by_mail(session(), seminar.id)
    last_end = queries.last_session_end(session(), seminar.id)
    return _page(
        "results",
        seminar,
        standing.form,
        results=_results_of(seminar, standing.form),
        done=request.args.get("done"),
        questions=_questions(seminar, standing.form),
        by_mail=by_mail,
        without_address=without_address,
        why_not_open=sentence_of(refusal) if refusal else None,
        takes_dates=seminar.state in rules.TAKING_ANSWERS,
        standing=standing,
        opens_in_vain=standing.opens_in_vain(now),
        last_end=last_end,
        dates_form=typed or _dates_form(standing, last_end),
        in_words=partial(in_words, time_zone=seminar.time_zone),
        speaker_in=standard.speaker_in,
    )


def _dates_form(standing: queries.Standing, last_end: datetime | None) -> DatesForm:
    """Return the form with the dates that are set, else with those that are proposed."""
    dates, zone = standing.dates, standing.seminar.time_zone
    if dates == Dates():
        dates = rules.proposed_dates(stage=standing.stage, last_end=last_end, time_zone=zone, now=clock.now())
    shown = {"opens": dates.opens_at, "closes": dates.closes_at}
    values = {name: local_of(at, zone) for name, at in shown.items() if at is not None}
    return _fitting(DatesForm(MultiDict(), data=values | {"seen": seen_dates(standing)}), standing)


def _fitting(form: DatesForm, standing: queries.Standing) -> DatesForm:
    """Take the field for opening away once the form was opened."""
    if standing.stage is not FormStage.NOT_OPENED:
        del form.opens
    return form


def _results_of(seminar: Seminar, form: FeedbackForm | None) -> Results | None:
    """Return the form's results, if there is a form."""
    if form is None:
        needs_no_access_row("there is no form")
        return None
    found = shown_results(session(), form, look=_look)
    if found.rate.too_few:
        needs_no_access_row("there are no figures yet")
    else:
        shown(f"feedback_form:{form.public_id.hex}", seminar=seminar.slug)
    return found


def _look(form_id: int) -> Tallies:
    with unit_of_work() as work:
        return look_in(work, form_id, keys=current_app.extensions["settings"].secret_keys)


@blueprint.get("/export")
@staff(*AT_THE_DOOR, fresh="GET", gives_file=True)
@shows_people("feedback.results_exported")
def export_results(slug: str) -> ResponseReturnValue:
    """Send the same figures as a file, `format=csv` or `xlsx`. Below five answers there is no file."""
    seminar = seminar_to_coordinate(session(), current_actor(), slug)
    form = queries.find_form(session(), seminar.id)
    found = _results_of(seminar, form)
    if found is None or not found.shown:
        return redirect(url_for("feedback_staff.results", slug=slug), 303)
    if request.args.get("format") == "xlsx":
        book = io.BytesIO()
        export.as_workbook(book, found)
        return _file(book.getvalue(), seminar, "xlsx", XLSX)
    text = io.StringIO(newline="")
    export.as_csv(text, found)
    return _file(text.getvalue().encode("utf-8-sig"), seminar, "csv", "text/csv; charset=utf-8")


def _file(content: bytes, seminar: Seminar, ending: str, mimetype: str) -> ResponseReturnValue:
    name = f"{seminar.slug}-{'evaluacion' if current_language() == 'es' else 'feedback'}.{ending}"
    return Response(content, content_type=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.post("/open")
@staff(*AT_THE_DOOR)
def open_form(slug: str) -> ResponseReturnValue:
    """Open the form for answers."""
    seminar = seminar_to_coordinate(session(), current_actor(), slug)
    again = queries.standing_of(session(), seminar).stage is FormStage.CLOSED
    return _change(slug, "reopened" if again else "opened", services.open_form)


@blueprint.post("/close")
@staff(*AT_THE_DOOR)
def close_form(slug: str) -> ResponseReturnValue:
    """Close the form for answers; `undo` takes back an opening."""
    take_back = request.form.get("undo") == "1"
    return _change(slug, "taken_back" if take_back else "closed", partial(services.close_form, take_back=take_back))


@blueprint.post("/dates")
@staff(*AT_THE_DOOR)
@shows_people("feedback.results_viewed")
def change_dates(slug: str) -> ResponseReturnValue:
    """Set when the form opens and closes by itself; `forget` takes the dates away."""
    seminar = seminar_to_coordinate(session(), current_actor(), slug)
    form, forget = _fitting(DatesForm(), queries.standing_of(session(), seminar)), request.form.get("do") == "forget"
    if not forget and not form.accepts():
        return _results_page(seminar, form), 422
    typed = {f"{field.name}_at": field for field in form if field.name != "seen" and not forget}
    try:
        dates = Dates(**{name: instant_from(field.data, seminar.time_zone, field=field.name) for name, field in typed.items()})
        with unit_of_work() as work:
            set_dates(work, change_context(), seminar_id=seminar.id, dates=dates, seen=form.seen.data or "")
    except Refusal as refusal:
        form.show(refusal)
        if isinstance(refusal, StaleEdit):
            form.seen.data = seen_dates(queries.standing_of(session(), seminar))
        return _results_page(seminar, form), 422
    return redirect(url_for("feedback_staff.results", slug=slug, done="no_dates" if forget else "dated"), 303)


@blueprint.post("/remind")
@staff(*AT_THE_DOOR)
def remind(slug: str) -> ResponseReturnValue:
    """Send a mail to people who have not answered."""
    return _change(slug, "reminded", services.remind)


def _change(slug: str, done: str, work_on: Callable[..., object]) -> ResponseReturnValue:
    seminar = seminar_to_coordinate(session(), current_actor(), slug)
    try:
        with unit_of_work() as work:
            work_on(work, change_context(), seminar_id=seminar.id)
    except Refusal as refusal:
        flash(sentence_of(refusal), "warning")
        return redirect(url_for("feedback_staff.results", slug=slug), 303)
    return redirect(url_for("feedback_staff.results", slug=slug, done=done), 303)


@blueprint.get("/preview")
@staff(*AT_THE_DOOR)
def preview(slug: str) -> ResponseReturnValue:
    """Show the form as people see it, in the current language."""
    seminar = seminar_to_coordinate(session(), current_actor(), slug)
    form = queries.find_form(session(), seminar.id)
    questions = _questions(seminar, form)
    shown = answers_form(questions, current_language())()
    return _page("preview", seminar, form, questions=questions, form_shown=shown)


@blueprint.route("/questions", methods=["GET", "POST"])
@staff(*ORGANIZING)
def edit(slug: str) -> ResponseReturnValue:
    """Show the editor and take its buttons. They send the form and get it back changed; only «Save» stores anything."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    form = queries.find_form(session(), seminar.id)
    questions = _questions(seminar, form)
    if request.method == "GET":
        as_spelt = standard.respelt(questions, queries.speakers(session(), seminar.id))
        rows = [row_of(question) for question in as_spelt]
        return _editor(seminar, form, editor(rows, rules.fingerprint(questions)), respelt=as_spelt != questions)
    _refuse_floods(len(questions))
    sent = QuestionsForm()
    rows = [dict(entry.data) for entry in sent.questions]
    action = request.form.get("do", "save")
    if action != "save":
        rows, focus = editing.changed(rows, action, speakers=_speakers_missing(seminar, sent))
        return _editor(seminar, form, editor(rows, sent.seen.data or ""), focus=focus)
    if sent.accepts():
        try:
            with unit_of_work() as work:
                services.edit_questions(
                    work, change_context(), seminar_id=seminar.id, questions=[question_in(row) for row in rows], seen=sent.seen.data or ""
                )
        except StaleEdit as refusal:
            sent.show(refusal)
            sent.seen.data = rules.fingerprint(_questions(seminar, queries.find_form(session(), seminar.id)))
        except Refusal as refusal:
            sent.show(refusal)
        else:
            return redirect(url_for("feedback_staff.results", slug=slug, done="saved"), 303)
    return _editor(seminar, form, sent, status=422)


def _editor(
    seminar: Seminar, form: FeedbackForm | None, shown: QuestionsForm, *, focus: int | None = None, status: int = 200, respelt: bool = False
) -> tuple[str, int]:
    answered = form is not None and version_is_answered(session(), queries.get_version(session(), form.id).id)
    only_spelling = answered and form is not None and queries.stage(form, seminar.state) is rules.FormStage.OPEN
    page = _page(
        "questions",
        seminar,
        form,
        form_shown=shown,
        focus=focus,
        speakers_missing=_speakers_missing(seminar, shown),
        answered=answered,
        only_spelling=only_spelling,
        respelt=respelt,
        most=rules.MOST_QUESTIONS,
    )
    return page, status


def _speakers_missing(seminar: Seminar, shown: QuestionsForm) -> tuple[standard.SpeakerAsked, ...]:
    """Return the speakers whom the rows on the page do not ask about."""
    on_page = [
        Asked(entry.key.data or "", rules.QuestionKind.SCALE, entry.prompt_es.data or "", entry.prompt_en.data or "")
        for entry in shown.questions
    ]
    return standard.speakers_missing(on_page, queries.speakers(session(), seminar.id))


def _refuse_floods(stored: int) -> None:
    """Refuse forms with far too many questions: ten thousand of them would keep a worker busy and other requests waiting.

    A form that has too many already (`stored`) is taken, so that it can be made shorter.
    """
    numbers = {match[1] for name in request.form if (match := re.match(r"questions-(\d+)-", name))}
    if len(numbers) > max(2 * rules.MOST_QUESTIONS, stored):
        abort(413)


def _questions(seminar: Seminar, form: FeedbackForm | None) -> tuple[Asked, ...]:
    """Return the form's questions, or before the form is made, the questions it would ask."""
    if form is not None:
        return queries.get_version(session(), form.id).questions
    return standard.reaction_form(queries.speakers(session(), seminar.id))


def _page(name: str, seminar: Seminar, form: FeedbackForm | None, **values: Any) -> str:
    stage = queries.stage(form, seminar.state)
    may_edit = may_organize(current_actor(), office_id=seminar.office_id)
    return render_template(
        f"feedback/staff/{name}.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        stage=stage.value,
        is_open=stage is FormStage.OPEN,
        may_edit=may_edit,
        **values,
    )
