"""The page of long work, for the account that began it: how far it is, what came of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.core import clock
from seminar_app.core.errors import NotFound
from seminar_app.long_jobs import files, queries, services
from seminar_app.long_jobs.kinds import Kind, kinds_of
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.outcomes import refusal_in, why_it_ended
from seminar_app.long_jobs.rules import JobState, file_kept_until, shown_progress, shown_size, subject_itself
from seminar_app.web.access import current_actor, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_needed

blueprint = Blueprint("long_jobs_staff", __name__, url_prefix="/staff/jobs")


@blueprint.get("/<job_id>")
@staff()
def show(job_id: str) -> ResponseReturnValue:
    """Show how far the work is; while it goes on, the page takes itself anew each second."""
    job = queries.get_job(session(), current_actor(), id_needed(job_id))
    kind = kinds_of(current_app)[job.kind]
    value, maximum = shown_progress(job.done, job.total)
    address, link = kind.leads_to(job)
    return render_template(
        "long_jobs/staff/show.html",
        job=job,
        kind=kind,
        value=value,
        maximum=maximum,
        counted=kind.counted(value, maximum) if job.state is JobState.RUNNING and job.total else None,
        stage=kind.stages.get(job.stage) if job.stage else None,
        said=_said(kind, job),
        address=address,
        link=link,
        file=_file_shown(job),
        time_zone=current_app.extensions["settings"].default_time_zone,
    )


@blueprint.get("/<job_id>/file")
@staff(fresh="GET", gives_file=True)
@shows_people()
def file(job_id: str) -> ResponseReturnValue:
    """Send the file that the job made. The job's page says what became of one that is not there."""
    job = queries.get_own_job(session(), current_actor(), id_needed(job_id))
    gives = kinds_of(current_app)[job.kind].gives_file
    if gives is None:
        raise NotFound
    gives.may_take(session(), current_actor(), job)
    made = files.find_file(session(), job, now=clock.now())
    if made is None:
        return redirect(url_for(".show", job_id=job.public_id.hex), code=303)
    shown(subject_itself(job.subject), seminar=job.seminar, action=gives.action, **gives.details(job))
    response = Response(made.content, mimetype=made.mime_type)
    response.headers.set("Content-Disposition", "attachment", filename=made.name)
    return response


@blueprint.post("/<job_id>/cancel")
@staff()
def cancel(job_id: str) -> ResponseReturnValue:
    """Cancel the work. What is written is written as a whole, at its end or in parts, so nothing is done by halves."""
    job = queries.get_job(session(), current_actor(), id_needed(job_id))
    context = change_context()
    in_unit_of_work(lambda work: services.ask_to_cancel(work, context, public_id=job.public_id))
    return redirect(url_for(".show", job_id=job.public_id.hex), code=303)


def _file_shown(job: LongJob) -> dict[str, Any] | None:
    """Return what the page says of the file that the job made: name and size, and until when it is kept if it still is."""
    if job.state is not JobState.DONE or job.ended_at is None or not files.had_file(job):
        return None
    mine, kept = job.owner == current_actor().audit_name, files.has_file(job, now=clock.now())
    about: dict[str, Any] = job.outcome[files.FILE]
    size, until = shown_size(about["size"]), file_kept_until(job.ended_at) if kept else None
    return {"name": about["name"], "shown_size": size, "mine": mine, "until": until}


def _said(kind: Kind, job: LongJob) -> str | None:
    """Return what came of the work."""
    if job.state is JobState.DONE:
        return kind.said(job.outcome)
    if kind.said_of_part is not None and job.state.is_over:
        return _said_of_part(job, kind.said_of_part(job.outcome))
    if job.state is JobState.CANCELLED:
        return str(_("It was cancelled. Nothing was changed."))
    refusal = refusal_in(job.outcome) if job.state is JobState.FAILED else None
    return sentence_of(refusal) if refusal is not None else None


def _said_of_part(job: LongJob, part: str) -> str:
    """Return why the work ended before its end, and what was done until then."""
    refusal = why_it_ended(job.outcome)
    why = sentence_of(refusal) if refusal is not None else str(_("It was cancelled."))
    return f"{why} {part}"
