"""The training record as PDF, as long work: for staff and liaisons within their reach, and for the person by the personal link."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from seminar_app.accounts.queries import find_actor
from seminar_app.certificates.errors import EmptyRecord
from seminar_app.certificates.record_document import TEMPLATE, RecordHead, record_document
from seminar_app.certificates.setting import MIME_TYPE
from seminar_app.certificates.training_record import Record, read_record
from seminar_app.core.actor import Actor
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.installation import installation_of
from seminar_app.core.pdf import typeset, usual_paper
from seminar_app.long_jobs.files import MadeFile
from seminar_app.long_jobs.kinds import GivesFile, Kind
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import Run
from seminar_app.long_jobs.services import begin_job
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import person_in_reach, registrations_of
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import session
from seminar_app.web.languages import current_language

KIND = "certificates.record"
TAKEN = "person.record_taken"
"""Action in the access log."""
OF_REGISTRATION = "registration:"
"""How the owner of a job begins that the person has begun by the personal link, as in the audit log."""


class Whose(Struct, frozen=True):
    """A person whose record is printed, their registrations that it shows, and which these are."""

    name: str
    agency: str | None
    registration_ids: tuple[int, ...]
    scope: str


def begin_record(open_session: Session, context: ChangeContext, *, actor: Actor, person_id: uuid.UUID) -> LongJob:
    """Let the worker print the record of a person that the account may see.

    Raises:
        NotFound: the account may not see them, or none of their registrations, or the identity is reserved.
    """
    found = _in_reach(open_session, actor, person_id)
    seminar = _newest(open_session, found.registration_ids)
    return _begin(open_session, context, person_id, seminar)


def begin_own_record(open_session: Session, context: ChangeContext, *, registration_id: int) -> LongJob:
    """Let the worker print the record of the person of a registration, for the person.

    Raises:
        NotFound: the person was erased.
    """
    registration = open_session.get_one(Registration, registration_id, options=[joinedload(Registration.person)])
    found = _of_person(open_session, registration.person)
    return _begin(open_session, context, registration.person.public_id, _newest(open_session, found.registration_ids))


def _begin(open_session: Session, context: ChangeContext, person_id: uuid.UUID, seminar: Seminar) -> LongJob:
    """Begin the job. Its seminar is one of the person's, so that the file goes at once when the person is reserved, erased or merged."""
    given = {"person": person_id.hex, "language": current_language()}
    subject = f"person:{person_id.hex}"
    return begin_job(open_session, context, kind=KIND, subject=subject, seminar=seminar.slug, given=given, own=True)


def _newest(open_session: Session, registration_ids: tuple[int, ...]) -> Seminar:
    wanted = select(Seminar).join(Registration, Registration.seminar_id == Seminar.id).where(Registration.id.in_(registration_ids))
    found = open_session.scalar(wanted.order_by(Seminar.starts_on.desc(), Seminar.id.desc()).limit(1))
    if found is None:
        raise NotFound
    return found


def _in_reach(reading: Session, actor: Actor, person_id: uuid.UUID) -> Whose:
    """Return the person with what the account may see of them.

    Raises:
        NotFound: the account may not see them, or the identity is reserved: nobody prints a record of a code.
    """
    found = person_in_reach(reading, actor, person_id).person
    if found.hidden:
        raise NotFound
    seen = tuple(each.id for each in registrations_of(reading, actor, found.id))
    agency = found.agency.full(current_language()) if found.agency is not None else None
    return Whose(found.full_name, agency, seen, _("It lists the seminars with a seat that the account which printed it may see."))


def _of_person(reading: Session, person: Person) -> Whose:
    """Return the person with all their registrations, for themselves.

    Raises:
        NotFound: the person was erased.
    """
    if person.erased_at is not None:
        raise NotFound
    own = tuple(reading.scalars(select(Registration.id).where(Registration.person_id == person.id)))
    return Whose(person.certificate_name, None, own, _("It lists the seminars in which you held a seat and attendance was taken."))


def _run(run: Run) -> None:
    """Print the record, as far as whoever asked for it may still take it."""
    given = run.taken.given
    run.step("setting", 0, 0)
    with force_locale(given["language"]):
        whose = _whose(run.taken.owner, uuid.UUID(given["person"]))
        record = read_record(session(), whose.registration_ids)
        if not record.lines:
            raise EmptyRecord
        made = _made(run, whose, record)
    run.finish(lambda _work, _context: {"seminars": len(record.lines)}, file=made)


def _whose(owner: str, person_id: uuid.UUID) -> Whose:
    if not owner.startswith(OF_REGISTRATION):
        actor = find_actor(session(), owner)
        if actor is None:
            raise NotFound
        return _in_reach(session(), actor, person_id)
    public_id = uuid.UUID(owner.removeprefix(OF_REGISTRATION))
    of = select(Person).join(Registration, Registration.person_id == Person.id).where(Registration.public_id == public_id)
    person = session().scalar(of)
    if person is None or person.public_id != person_id:  # the registration is another person's now
        raise NotFound
    return _of_person(session(), person)


def _made(run: Run, whose: Whose, record: Record) -> MadeFile:
    newest, now = record.lines[0].seminar, run.context.now
    public_url = installation_of(session()).settings.public_url
    paper = usual_paper(newest.country).value
    head = RecordHead(whose.name, whose.agency, whose.scope, paper, newest.time_zone, public_url)
    document = record_document(record, head, now=now)
    name = _("training-record")
    return MadeFile(typeset(TEMPLATE, document, made_at=now), f"{name}-{now.date().isoformat()}.pdf", MIME_TYPE)


def _counted(done: int, total: int) -> str:
    return str(ngettext("%(done)d of %(all)d page", "%(done)d of %(all)d pages", total, done=done, all=total))


def _said(outcome: Mapping[str, Any]) -> str:
    return str(ngettext("Ready to print: %(num)d seminar.", "Ready to print: %(num)d seminars.", outcome["seminars"]))


def _leads_to(job: LongJob) -> tuple[str, str]:
    return url_for("people_staff.person", person_id=job.given["person"]), _("The person")


def _may_take(reading: Session, actor: Actor, job: LongJob) -> None:
    _in_reach(reading, actor, uuid.UUID(job.given["person"]))


RECORD = Kind(
    name=KIND,
    run=_run,
    title=_l("A training record is set for printing"),
    counted=_counted,
    stages={"setting": _l("The pages are being set")},
    said=_said,
    leads_to=_leads_to,
    gives_file=GivesFile(_may_take, TAKEN, lambda job: {"language": job.given["language"]}),
)
