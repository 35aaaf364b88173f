"""Bring a long list onto the roster as long work: the worker does it, and a page shows how far it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.queries import find_actor
from seminar_app.core import clock
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.long_jobs.kinds import Kind
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.queries import find_open_job
from seminar_app.long_jobs.running import Run
from seminar_app.long_jobs.services import begin_job
from seminar_app.nominations import queries, services
from seminar_app.nominations.errors import ListChanged, ListsNotTaken
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.queries import Nominating
from seminar_app.nominations.rules import Outcome, is_long
from seminar_app.nominations.services import Imported
from seminar_app.nominations.wording import imported_in_words
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import session

KIND = "nominations.import"


def takes_long(open_session: Session, found: NominationList) -> bool:
    """Whether a list is so long that the worker brings it.

    Raises:
        ListGone: what the file held is no longer kept.
    """
    return is_long(services.tables_of(open_session, found), services.work_of(open_session, found).layout)


def begin(open_session: Session, context: ChangeContext, *, who: Nominating, found: NominationList, version: int) -> LongJob:
    """Let the worker bring the list as the page has shown it; while it is at this list, return that job."""
    rows = found.total
    given = {"seminar": who.seminar.id, "version": version}
    return begin_job(open_session, context, kind=KIND, subject=_subject(found), seminar=who.seminar.slug, total=rows, given=given)


def under_way(open_session: Session, found: NominationList) -> LongJob | None:
    """Return the job that brings this list now."""
    return find_open_job(open_session, KIND, _subject(found))


def _subject(found: NominationList) -> str:
    return f"nomination_list:{found.public_id.hex}"


def _run(run: Run) -> None:
    """Bring the list, as far as the account that asked for it may still do so."""
    given, open_session = run.taken.given, session()
    actor, seminar = find_actor(open_session, run.taken.owner), open_session.get(Seminar, given["seminar"])
    if actor is None or seminar is None:
        raise NotFound
    who = queries.nominating(open_session, actor, seminar.slug, now=clock.now())
    if not who.standing.takes_lists:
        raise ListsNotTaken
    found = queries.get_list(open_session, who, uuid.UUID(run.taken.subject.partition(":")[2]))
    if found.version != given["version"]:
        raise ListChanged
    standpoint = queries.standpoint_of(open_session, actor, who)
    prepare = partial(services.prepare_import, seminar=who.seminar, found=found, standpoint=standpoint)
    prepared = prepare(open_session, language=who.language, now=clock.now(), step=run.step)
    rows = len(prepared.reading.rows)
    run.step("roster", rows, rows)

    def bring(work: Session, context: ChangeContext) -> Mapping[str, Any]:
        done = services.import_list(
            work,
            context,
            seminar=who.seminar,
            public_id=found.public_id,
            standpoint=standpoint,
            language=who.language,
            version=given["version"],
            prepared=prepared,
        )
        return {"counts": {outcome.value: number for outcome, number in done.counts.items()}}

    run.finish(bring)


def _counted(done: int, total: int) -> str:
    return str(ngettext("%(done)s of %(all)s row", "%(done)s of %(all)s rows", total, done=f"{done:,}", all=f"{total:,}"))


def _said(outcome: Mapping[str, Any]) -> str:
    counts = {Outcome(name): number for name, number in outcome["counts"].items()}
    return imported_in_words(Imported(counts))


def _leads_to(job: LongJob) -> tuple[str, str]:
    of, list_id = session().get(Seminar, job.given["seminar"]), job.subject.partition(":")[2]
    name = session().scalar(select(NominationList.name).where(NominationList.public_id == uuid.UUID(list_id)))
    address = url_for("nominations_staff.show", slug=of.slug if of is not None else job.seminar, list_id=list_id)
    return address, name or _("Pasted cells")


IMPORT = Kind(
    name=KIND,
    run=_run,
    title=_l("A list goes onto the roster"),
    counted=_counted,
    stages={
        "reading": _l("The list is being read"),
        "people": _l("Looking who is known already"),
        "roster": _l("The people are being nominated"),
    },
    said=_said,
    leads_to=_leads_to,
)
