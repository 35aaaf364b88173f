"""Write figures to a file as long work: every PDF, and what would keep a page waiting because there is much to count."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from seminar_app.accounts.queries import find_actor
from seminar_app.audit.access_log import day_of
from seminar_app.core.actor import Actor
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.clock import now
from seminar_app.core.errors import NotFound
from seminar_app.core.pdf import Paper
from seminar_app.long_jobs.files import MadeFile
from seminar_app.long_jobs.kinds import GivesFile, Kind
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import Run
from seminar_app.long_jobs.services import begin_job
from seminar_app.reports.asked import asked, figures_url
from seminar_app.reports.blueprints import READERS
from seminar_app.reports.figure import Language
from seminar_app.reports.files import MIME_TYPES, Format, write_file
from seminar_app.reports.making import by_account, cells_word, may_show_all
from seminar_app.reports.queries import Scope, scope_of
from seminar_app.reports.queries.extent import participations_of
from seminar_app.reports.queries.figures import breakdowns_read
from seminar_app.reports.rules import Definition
from seminar_app.web.database import session

KIND = "reports.figure"
EXPORTED = "figure.exported"
"""Action in the access log."""
MOST_AT_ONCE = 2_500_000
"""Participations that a request reads for a file, each as often as it is read; more are left to the worker.

Source: docs/decisions/0059-figures-that-leave-the-office.md.
"""


class Wish(Struct, frozen=True):
    """What file is wanted: the address of its figures, and how they are written."""

    address: str
    format: Format
    language: Language
    shows_all: bool
    paper: Paper = Paper.LETTER

    @classmethod
    def from_given(cls, given: Mapping[str, Any]) -> Wish:
        """Return what a job keeps."""
        return cls(given["address"], Format(given["format"]), Language(given["language"]), given["shows_all"], Paper(given["paper"]))

    def definitions(self, actor: Actor) -> Sequence[Definition]:
        """Return what the account may ask for at this address."""
        wanted = asked(actor, MultiDict(parse_qsl(self.address)))
        return [each for each in (wanted.first, wanted.beside) if each is not None]

    def details(self, actor: Actor) -> dict[str, str]:
        """Return what the audit log keeps: format, definition, and whether small cells were hidden."""
        first, *rest = (urlencode(each.written()) for each in self.definitions(actor))
        beside = {"beside": rest[0]} if rest else {}
        return {"format": self.format.value, "figure": first} | beside | {"cells": cells_word(hides=not self.shows_all)}


def is_long(reading: Session, actor: Actor, wish: Wish) -> bool:
    """Whether the worker writes the file: every PDF, and what takes more than about a second to count."""
    times = sum(len(breakdowns_read(each.by)) for each in wish.definitions(actor))
    return wish.format is Format.PDF or participations_of(reading, _scope(reading, actor)) * times > MOST_AT_ONCE


def begin(writing: Session, context: ChangeContext, actor: Actor, wish: Wish) -> LongJob:
    """Let the worker write the file; while it is at the same file for the same account, return that job."""
    given = asdict(wish) | _as_given(_scope(writing, actor)) | {"details": wish.details(actor)}
    return begin_job(writing, context, kind=KIND, subject="figure", given=given, own=True)


def made(reading: Session, actor: Actor, wish: Wish) -> MadeFile:
    """Write the file, as far as the account may take it."""
    handout = by_account(reading, actor, wish.definitions(actor), language=wish.language, shows_all=wish.shows_all, now=now())
    whole = io.BytesIO()
    write_file(whole, handout, form=wish.format, paper=wish.paper)
    return MadeFile(whole.getvalue(), f"{handout.file_stem}.{wish.format.value}", MIME_TYPES[wish.format])


def _run(run: Run) -> None:
    actor = find_actor(session(), run.taken.owner)
    if actor is None:
        raise NotFound
    _check(session(), actor, run.taken.given)
    run.step("counting", 0, 0)
    file = made(session(), actor, Wish.from_given(run.taken.given))
    run.finish(lambda _session, _context: {}, file=file)


def _may_take(reading: Session, actor: Actor, job: LongJob) -> None:
    _check(reading, actor, job.given)


def _check(reading: Session, actor: Actor, given: Mapping[str, Any]) -> None:
    """Refuse the file to an account that would count other seminars or people now, or may no longer see small cells.

    Raises:
        NotFound: so it is.
    """
    same = _as_given(_scope(reading, actor)).items() <= given.items()
    if not actor.roles & set(READERS) or not same or (given["shows_all"] and not may_show_all(actor)):
        raise NotFound


def _scope(reading: Session, actor: Actor) -> Scope:
    return scope_of(reading, actor, today=day_of(reading, now()))


def _as_given(scope: Scope) -> dict[str, Any]:
    return {name: None if ids is None else sorted(ids) for name, ids in (("offices", scope.offices), ("agencies", scope.agencies))}


def _counted(done: int, total: int) -> str:
    return f"{done:,} / {total:,}"


def _leads_to(job: LongJob) -> tuple[str, str]:
    return figures_url(dict(parse_qsl(job.given["address"]))), _("Figures")


FIGURE = Kind(
    name=KIND,
    run=_run,
    title=_l("A figure as a file"),
    counted=_counted,
    stages={"counting": _l("The figure is being counted and written")},
    said=lambda _outcome: str(_("The file is ready.")),
    leads_to=_leads_to,
    gives_file=GivesFile(_may_take, EXPORTED, lambda job: job.given["details"]),
)
