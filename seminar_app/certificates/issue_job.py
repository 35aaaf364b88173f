"""Issue certificates as long work: to everybody of a seminar who earns one, or to those who were chosen."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.queries import find_actor
from seminar_app.certificates import bulk
from seminar_app.certificates.entries import entry_name
from seminar_app.certificates.job_pages import page_of_certificates
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import pdf_of, printed_of
from seminar_app.certificates.setting import MIME_TYPE
from seminar_app.core.actor import Actor
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.long_jobs.files import MadeFile
from seminar_app.long_jobs.kinds import GivesFile, Kind
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import Run
from seminar_app.long_jobs.services import begin_job
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.database import session

TAKEN = "certificate.taken"
"""Action in the access log."""


def begin_issuing(
    open_session: Session,
    context: ChangeContext,
    *,
    seminar: Seminar,
    registrations: Collection[uuid.UUID] | None = None,
    download: bool = False,
) -> LongJob:
    """Let the worker issue certificates and set their PDFs. Pressed twice it is the same job.

    Call it in the transaction that asks for them; after the commit tell the worker (`telling.tell_worker`, or `telling.follow` for one
    that is downloaded), else it finds the job within a minute.

    Args:
        registrations: public ids of those chosen; a certificate that is out already is only set. None for everybody who earns one: of
            these jobs a seminar has one at a time, which may be another account's.
        download: the PDF of the one chosen is the job's file, unless the identity is reserved.
    """
    subject = f"seminar:{seminar.public_id.hex}"
    if registrations is None:
        return begin_job(open_session, context, kind=ISSUE.name, subject=subject, seminar=seminar.slug)
    given = {"registrations": sorted(each.hex for each in registrations), "download": download}
    many = len(registrations)
    return begin_job(open_session, context, kind=ISSUE.name, subject=subject, seminar=seminar.slug, total=many, given=given, own=True)


def _run(run: Run) -> None:
    """Issue, as far as the account that asked for it may still organize the seminar."""
    actor = find_actor(session(), run.taken.owner)
    if actor is None:
        raise NotFound
    seminar = seminar_to_organize(session(), actor, run.taken.seminar or "")
    seminar_id, chosen = seminar.id, [uuid.UUID(each) for each in run.taken.given.get("registrations", ())]
    if not chosen:
        bulk.issue_to_all(run, seminar_id)
        run.finish(lambda _work, _context: {})
        return
    bulk.issue_to(run, seminar_id, chosen, asked_at=run.taken.begun_at)
    file = _file(chosen[0]) if run.taken.given["download"] and len(chosen) == 1 else None
    run.finish(lambda _work, _context: {}, file=file)


def _file(registration: uuid.UUID) -> MadeFile | None:
    """Return a person's certificate as PDF; None of a reserved identity, and where none stands."""
    standing = (
        select(Certificate)
        .join(Registration, Registration.id == Certificate.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.public_id == registration, ~Person.reserved)
        .where(Certificate.replaced_at.is_(None), Certificate.revoked_at.is_(None))
    )
    found = session().scalar(standing)
    printed = printed_of(session(), found) if found is not None else None
    content = pdf_of(session(), found) if found is not None else None
    return MadeFile(content, entry_name(printed), MIME_TYPE) if printed is not None and content is not None else None


def _counted(done: int, total: int) -> str:
    done_of = {"done": f"{done:,}", "all": f"{total:,}"}
    return str(ngettext("%(done)s of %(all)s certificate is ready", "%(done)s of %(all)s certificates are ready", total, **done_of))


def _said(outcome: Mapping[str, Any]) -> str:
    issued, done = outcome.get(bulk.ISSUED, 0), outcome.get(bulk.DONE, 0)
    return " ".join([_issued(issued, done), *_amiss(outcome)])


def _said_of_part(outcome: Mapping[str, Any]) -> str:
    many = outcome.get(bulk.ISSUED, 0)
    if not many:
        return str(_("No certificate was issued."))
    before = ngettext(
        "%(n)s certificate was issued before and stands.", "%(n)s certificates were issued before and stand.", many, n=f"{many:,}"
    )
    return " ".join([before, _("Issue certificates again to go on: nobody gets a second one."), *_amiss(outcome)])


def _issued(issued: int, done: int) -> str:
    if issued:
        return str(ngettext("%(n)s certificate was issued.", "%(n)s certificates were issued.", issued, n=f"{issued:,}"))
    if done:
        return str(ngettext("The PDF of %(n)s certificate is ready.", "The PDFs of %(n)s certificates are ready.", done, n=f"{done:,}"))
    return str(_("Nobody earns a certificate that is not out yet."))


def _amiss(outcome: Mapping[str, Any]) -> list[str]:
    """Return the sentences about what did not go well."""
    said, gaps, failed = [], outcome.get(bulk.GAPS, 0), outcome.get(bulk.FAILED, 0)
    if gaps:
        said.append(
            ngettext(
                "In %(num)d name a letter is in none of our typefaces, and □ stands for it: look at it before you hand it out.",
                "In %(num)d names a letter is in none of our typefaces, and □ stands for it: look at them before you hand them out.",
                gaps,
            )
        )
    if failed:
        said.append(
            ngettext(
                "The PDF of %(num)d certificate could not be made. Issue certificates again to try once more.",
                "The PDFs of %(num)d certificates could not be made. Issue certificates again to try once more.",
                failed,
            )
        )
    return said


def _may_take(reading: Session, actor: Actor, job: LongJob) -> None:
    seminar_to_organize(reading, actor, job.seminar or "")


ISSUE = Kind(
    name="certificates.issue",
    run=_run,
    title=_l("Certificates are issued"),
    counted=_counted,
    stages={bulk.ISSUING: _l("The certificates are issued and set")},
    said=_said,
    leads_to=page_of_certificates,
    gives_file=GivesFile(_may_take, TAKEN, lambda job: {"people": len(job.given.get("registrations", ()))}),
    said_of_part=_said_of_part,
)
