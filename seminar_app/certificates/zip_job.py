"""Certificates as a ZIP file, as long work: a seminar's or a group's for its office, and her people's for a liaison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from seminar_app.accounts.queries import find_actor
from seminar_app.agencies.queries import NO_CODE
from seminar_app.attendance.queries import agencies_of_group
from seminar_app.certificates.job_pages import page_of_certificates
from seminar_app.certificates.zipped import of_agencies, of_versions, zip_certificates
from seminar_app.core import clock
from seminar_app.core.actor import Actor
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.long_jobs.files import MadeFile
from seminar_app.long_jobs.kinds import GivesFile, Kind
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import Run
from seminar_app.long_jobs.services import begin_job
from seminar_app.nominations.agency_queries import AgencyAccess, agency_access
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.database import session
from seminar_app.web.languages import current_language

KIND = "certificates.zip"
TAKEN = "certificates.taken"
"""Action in the access log."""


def begin_zip(open_session: Session, context: ChangeContext, *, seminar: Seminar, group: str | None = None) -> LongJob:
    """Let the worker write the certificates of a seminar, or of one agency group (by its key), for an organizer."""
    return _begin(open_session, context, seminar, {"group": group, "agencies": None})


def begin_agency_zip(open_session: Session, context: ChangeContext, *, access: AgencyAccess) -> LongJob:
    """Let the worker write the certificates of a liaison's people in a seminar."""
    return _begin(open_session, context, access.seminar, {"group": None, "agencies": sorted(access.own)})


def _begin(open_session: Session, context: ChangeContext, seminar: Seminar, given: Mapping[str, object]) -> LongJob:
    given = {**given, "language": current_language()}
    subject = f"seminar:{seminar.public_id.hex}"
    return begin_job(open_session, context, kind=KIND, subject=subject, seminar=seminar.slug, given=given, own=True)


def _may_take(reading: Session, actor: Actor, job: LongJob) -> None:
    """Let through who may still see all that is in the file."""
    _seminar(reading, actor, job.seminar or "", job.given)


def _seminar(reading: Session, actor: Actor, slug: str, given: Mapping[str, Any]) -> Seminar:
    """Return the seminar, for its organizer; for a liaison as long as all the agencies are in her reach.

    Raises:
        NotFound: the account may not see these people, or no more.
    """
    if given["agencies"] is None:
        return seminar_to_organize(reading, actor, slug)
    access = agency_access(reading, actor, slug, now=clock.now())
    if not set(given["agencies"]) <= access.own:
        raise NotFound
    return access.seminar


def _run(run: Run) -> None:
    """Write the file, as far as the account that asked for it may still take it."""
    given, actor = run.taken.given, find_actor(session(), run.taken.owner)
    if actor is None:
        raise NotFound
    seminar = _seminar(session(), actor, run.taken.seminar or "", given)
    seminar_id, name = seminar.id, _file_name(seminar.slug, given)
    made = zip_certificates(session(), seminar_id, _whose(given), step=lambda done, total: run.step("writing", done, total))
    outcome = {"people": made.people, "reserved": made.reserved, "waiting": made.waiting}
    run.finish(lambda _work, _context: outcome, file=MadeFile(made.content, name, "application/zip"))


def _whose(given: Mapping[str, Any]) -> ColumnElement[bool] | None:
    if given["agencies"] is not None:
        return of_agencies(given["agencies"])
    return of_versions(agencies_of_group(session(), given["group"])) if given["group"] is not None else None


def _file_name(slug: str, given: Mapping[str, Any]) -> str:
    """Return «constancias-cancun-2014.zip», with the key of a group after it."""
    with force_locale(given["language"]):
        group = given["group"] if given["group"] != NO_CODE else None
        return "-".join(filter(None, (_("certificates"), slug, group))) + ".zip"


def _counted(done: int, total: int) -> str:
    done_of = {"done": f"{done:,}", "all": f"{total:,}"}
    return str(ngettext("%(done)s of %(all)s certificate", "%(done)s of %(all)s certificates", total, **done_of))


def _said(outcome: Mapping[str, Any]) -> str:
    people, reserved, waiting = outcome["people"], outcome["reserved"], outcome["waiting"]
    said = [ngettext("The file has %(num)d certificate.", "The file has %(num)d certificates.", people)]
    if reserved:
        said.append(
            ngettext(
                "%(num)d of a reserved identity is left out: it goes to the person only.",
                "%(num)d of reserved identities are left out: they go to the person only.",
                reserved,
            )
        )
    if waiting:
        said.append(
            ngettext("%(num)d is not made yet: try again in a minute.", "%(num)d are not made yet: try again in a minute.", waiting)
        )
    return " ".join(said)


def _leads_to(job: LongJob) -> tuple[str, str]:
    if job.given["agencies"] is None:
        return page_of_certificates(job)
    return url_for("agency_staff.seminar", slug=job.seminar), _("Your people in the seminar")


def _details(job: LongJob) -> Mapping[str, object]:
    return {"people": job.outcome["people"]} | ({"group": job.given["group"]} if job.given["group"] else {})


ZIP = Kind(
    name=KIND,
    run=_run,
    title=_l("Certificates are put into one file"),
    counted=_counted,
    stages={"writing": _l("The file is written")},
    said=_said,
    leads_to=_leads_to,
    gives_file=GivesFile(_may_take, TAKEN, _details),
)
