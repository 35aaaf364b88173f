"""The closing kit as long work: one press begins it, the worker writes it part by part, and it goes to who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.accounts.queries import find_actor
from seminar_app.certificates.closing_kit.archive import Archive, refuse_larger
from seminar_app.certificates.closing_kit.asked import Asked
from seminar_app.certificates.closing_kit.contents import Contents, said_of
from seminar_app.certificates.closing_kit.evaluation import evaluation_of
from seminar_app.certificates.closing_kit.names import called, plain
from seminar_app.certificates.closing_kit.reading import read_kit, size_of
from seminar_app.certificates.errors import KitTooLarge, NoKitYet
from seminar_app.core import clock
from seminar_app.core.actor import Actor
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.installation import installation_of
from seminar_app.long_jobs.files import MadeFile
from seminar_app.long_jobs.kinds import GivesFile, Kind
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.outcomes import refusal_in
from seminar_app.long_jobs.running import Run
from seminar_app.long_jobs.services import begin_job
from seminar_app.offices.queries import language_of
from seminar_app.paper.numbering import NumbersTaken, keep_sheets
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.database import session

KIND = "certificates.kit"
TAKEN = "closing_kit.taken"
"""Action in the access log."""
MOST_TRIES = 3


def begin_kit(open_session: Session, context: ChangeContext, *, seminar: Seminar, asked: Asked) -> LongJob:
    """Let the worker write the kit. Pressed twice it is the same job.

    Raises:
        NoKitYet: the seminar is not completed.
    """
    refuse_before_completion(seminar)
    subject = f"seminar:{seminar.public_id.hex}"
    return begin_job(open_session, context, kind=KIND, subject=subject, seminar=seminar.slug, given=asked.as_given(), own=True)


def refuse_before_completion(seminar: Seminar) -> None:
    """Refuse while the outcomes of the seminar are not fixed."""
    if seminar.outcome_state is not SeminarState.COMPLETED:
        raise NoKitYet


def _run(run: Run) -> None:
    """Write the kit, as far as the account that asked for it may still organize the seminar. Begun again it is written anew."""
    asked, actor = Asked.from_given(run.taken.given), find_actor(session(), run.taken.owner)
    if actor is None:
        raise NotFound
    for _try in range(MOST_TRIES):
        try:
            return _write(run, seminar_to_organize(session(), actor, run.taken.seminar or ""), asked)
        except NumbersTaken:
            continue
    raise NumbersTaken


def _write(run: Run, seminar: Seminar, asked: Asked) -> None:
    run.step("reading", 0, 0)
    refuse_before_completion(seminar)
    slug, seminar_id, now = seminar.slug, seminar.id, clock.now()
    evaluation = evaluation_of(seminar_id, language=asked.language)
    reading = session()
    kit = read_kit(reading, reading.get_one(Seminar, seminar_id), now=now)
    url = installation_of(reading).settings.public_url
    contents = Contents(reading, kit, asked, language_of(reading, kit.seminar.office_id) or asked.language, url, evaluation)
    entries = contents.entries()
    refuse_larger(size_of(reading, contents.wanted))
    with closing(Archive(made_at=now)) as archive:
        for number, entry in enumerate(entries):
            run.step("writing", number, len(entries))
            content = entry.make()
            if content is not None:
                archive.add(entry.name, content)
        run.step("packing", len(entries), len(entries))
        whole, files = archive.content(), archive.files
    people = [person for part in kit.parts for person in part.people if asked.agency in (None, part.agency.id)]
    people += kit.unplaced if asked.agency is None else []
    outcome = {
        "files": files,
        "people": len(people),
        "certificates": contents.put,
        "reserved": kit.reserved_of(people) if asked.certificates else 0,
        "waiting": kit.waiting_of(people) if asked.certificates else 0,
    }

    def save(work: Session, context: ChangeContext) -> Mapping[str, Any]:
        keep_sheets(work, context, seminar_id=seminar_id, sheets=contents.sheets)
        return outcome

    code = next((part.agency.code for part in kit.parts if part.agency.id == asked.agency), None)
    run.finish(save, file=MadeFile(whole, _file_name(slug, asked.language, code), "application/zip"))


def _file_name(slug: str, language: str, code: str | None) -> str:
    """Return «cierre-cancun-2014.zip», with the agency's code after it where it is one's only."""
    return "-".join(filter(None, (called("kit", language), slug, plain(code or "").replace(" ", "-")))) + ".zip"


def _may_take(reading: Session, actor: Actor, job: LongJob) -> None:
    seminar_to_organize(reading, actor, job.seminar or "")


def _counted(done: int, total: int) -> str:
    return str(ngettext("%(done)d of %(all)d file", "%(done)d of %(all)d files", total, done=done, all=total))


def _said(outcome: Mapping[str, Any]) -> str:
    counts = {name: outcome[name] for name in ("files", "certificates", "reserved", "waiting")}
    return " ".join(said_of(**counts))


def _leads_to(job: LongJob) -> tuple[str, str]:
    """Lead to the page of the kit; where it was too large, to what is offered instead."""
    refusal = refusal_in(job.outcome)
    large = "1" if refusal is not None and refusal.sentence == KitTooLarge.sentence else None
    return url_for("closing_kit_staff.show", slug=job.seminar, large=large), _("Closing kit")


KIT = Kind(
    name=KIND,
    run=_run,
    title=_l("The closing kit is put together"),
    counted=_counted,
    stages={
        "reading": _l("The seminar is being read"),
        "writing": _l("The files are being written"),
        "packing": _l("The kit is being packed"),
    },
    said=_said,
    leads_to=_leads_to,
    gives_file=GivesFile(_may_take, TAKEN, lambda job: {"people": job.outcome["people"], "language": job.given["language"]}),
)
