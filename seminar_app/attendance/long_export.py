"""Write the attendance of a big seminar as long work: the worker does it, and a page shows how far it is."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.accounts.queries import find_actor
from seminar_app.attendance import queries
from seminar_app.attendance.export import MIME_TYPES, Format, file_name, write
from seminar_app.attendance.export_rows import Language
from seminar_app.attendance.exported import exported, extent_of
from seminar_app.attendance.rules.exports import takes_long
from seminar_app.core import clock
from seminar_app.core.actor import Actor
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.long_jobs.files import MadeFile
from seminar_app.long_jobs.kinds import GivesFile, Kind
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import Run
from seminar_app.long_jobs.services import begin_job
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_coordinate
from seminar_app.web.database import session

KIND = "attendance.export"


def is_long(open_session: Session, seminar: Seminar, form: Format = Format.XLSX) -> bool:
    """Whether the worker writes a file of this kind; a workbook takes longest."""
    extent = extent_of(open_session, seminar)
    return takes_long(extent.people, extent.sessions, workbook=form is Format.XLSX)


def begin(open_session: Session, context: ChangeContext, *, seminar: Seminar, form: Format, language: Language) -> LongJob:
    """Let the worker write the file; while it is at the same file for the same account, return that job."""
    return begin_job(
        open_session,
        context,
        kind=KIND,
        subject=f"seminar:{seminar.public_id.hex}",
        seminar=seminar.slug,
        total=extent_of(open_session, seminar).people,
        given={"seminar": seminar.slug, "format": form.value, "language": language.value},
        own=True,
    )


def name_of_file(seminar: Seminar, *, form: Format, language: Language, at: datetime) -> str:
    """Return the file's name, with the day that it is where the seminar is."""
    day: date = at.astimezone(ZoneInfo(seminar.time_zone)).date()
    return file_name(seminar.slug, form=form, language=language, on=day)


def _run(run: Run) -> None:
    """Write the file, as far as the account that asked for it may still take it."""
    given, open_session = run.taken.given, session()
    actor = find_actor(open_session, run.taken.owner)
    if actor is None:
        raise NotFound
    seminar = seminar_to_coordinate(open_session, actor, given["seminar"])
    people = extent_of(open_session, seminar).people
    run.step("reading", 0, people)
    form, language = Format(given["format"]), Language(given["language"])
    run.finish(lambda _session, _context: {"people": people}, file=_made(open_session, run, seminar, form=form, language=language))


def _made(open_session: Session, run: Run, seminar: Seminar, *, form: Format, language: Language) -> MadeFile:
    """Read and write. What was read is gone when the file is packed, so that both are not in memory at once."""
    now, whole = clock.now(), io.BytesIO()
    attendance = queries.attendance_of(open_session, seminar, former=True)
    people = sum(len(group.people) for group in attendance.groups)
    step = partial(_written, run, people)
    write(whole, attendance, form=form, language=language, exported=exported(open_session, seminar, at=now), step=step)
    run.step("packing", people, people)
    return MadeFile(whole.getvalue(), name_of_file(seminar, form=form, language=language, at=now), MIME_TYPES[form])


def _written(run: Run, people: int, done: int) -> None:
    run.step("writing", done, people)


def _may_take(open_session: Session, actor: Actor, job: LongJob) -> None:
    seminar_to_coordinate(open_session, actor, job.given["seminar"])


def _counted(done: int, total: int) -> str:
    return str(ngettext("%(done)s of %(all)s person", "%(done)s of %(all)s people", total, done=f"{done:,}", all=f"{total:,}"))


def _said(outcome: Mapping[str, Any]) -> str:
    people = outcome["people"]
    words = ngettext("The attendance of %(all)s person is ready.", "The attendance of %(all)s people is ready.", people, all=f"{people:,}")
    return str(words)


def _leads_to(job: LongJob) -> tuple[str, str]:
    return url_for("attendance_staff.timetable", slug=job.given["seminar"], _anchor="export-heading"), _("Attendance")


EXPORT = Kind(
    name=KIND,
    run=_run,
    title=_l("The attendance as a file"),
    counted=_counted,
    stages={
        "reading": _l("The attendance is being read"),
        "writing": _l("The file is being written"),
        "packing": _l("The file is being packed"),
    },
    said=_said,
    leads_to=_leads_to,
    gives_file=GivesFile(
        may_take=_may_take,
        action="attendance.exported",
        details=lambda job: {name: job.given[name] for name in ("format", "language")},
    ),
)
