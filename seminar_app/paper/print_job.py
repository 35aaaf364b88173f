"""Print a document as long work: one press begins it, the worker sets it, and the file goes to who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.accounts.queries import find_actor
from seminar_app.core.actor import Actor
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.long_jobs.files import MadeFile
from seminar_app.long_jobs.kinds import GivesFile, Kind
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import Run
from seminar_app.long_jobs.services import begin_job
from seminar_app.paper.asked import Asked
from seminar_app.paper.printing import MIME_TYPE, Printed, Work, print_and_keep
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_coordinate
from seminar_app.web.database import session

PRINTED = "paper.printed"
"""Action in the access log."""


def begin_printing(open_session: Session, context: ChangeContext, *, seminar: Seminar, asked: Asked) -> LongJob:
    """Let the worker print a document. Pressed twice it is the same job."""
    subject = f"seminar:{seminar.public_id.hex}"
    return begin_job(open_session, context, kind=PRINT.name, subject=subject, seminar=seminar.slug, given=asked.as_given(), own=True)


def print_details(asked: Asked) -> dict[str, object]:
    """Return what the access log keeps of a print."""
    return {"document": asked.document, "language": asked.language}


def _run(run: Run) -> None:
    """Print, as far as the account that asked for it may still see the seminar's people."""
    asked = Asked.from_given(run.taken.given)
    actor = find_actor(session(), run.taken.owner)
    if actor is None or run.taken.seminar is None:
        raise NotFound
    seminar = seminar_to_coordinate(session(), actor, run.taken.seminar)
    run.step("setting", 0, 0)

    def save(work: Work, printed: Printed) -> None:
        run.finish(work, file=MadeFile(printed.content, printed.file_name, MIME_TYPE))

    print_and_keep(seminar, asked, now=run.context.now, save=save)


def _counted(done: int, total: int) -> str:
    return str(ngettext("%(done)d of %(all)d person", "%(done)d of %(all)d people", total, done=done, all=total))


def _said(outcome: Mapping[str, Any]) -> str:
    people = outcome["people"]
    return str(ngettext("Ready to print: %(num)d person.", "Ready to print: %(num)d people.", people) if people else _("Ready to print."))


def _leads_to(job: LongJob) -> tuple[str, str]:
    return url_for("paper_staff.index", slug=job.seminar), _("Paper")


def _may_take(reading: Session, actor: Actor, job: LongJob) -> None:
    seminar_to_coordinate(reading, actor, job.seminar or "")


PRINT = Kind(
    name="paper.print",
    run=_run,
    title=_l("A document is set for printing"),
    counted=_counted,
    stages={"setting": _l("The pages are being set")},
    said=_said,
    leads_to=_leads_to,
    gives_file=GivesFile(_may_take, PRINTED, lambda job: print_details(Asked.from_given(job.given))),
)
