"""Print a document: read, write, set, and keep which row of a sign-in sheet is whose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from seminar_app.attendance.exported import exported
from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.pdf import typeset
from seminar_app.paper.asked import Asked
from seminar_app.paper.documents import WRITERS, Subject
from seminar_app.paper.numbering import NumberedSheet, NumbersTaken, keep_sheets
from seminar_app.paper.rules import Document
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import in_unit_of_work, session

MIME_TYPE = "application/pdf"
"""Of all that is printed."""
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Printed:
    """A document that was set, and the sign-in sheets in it, which are kept by `numbering.keep_sheets`."""

    content: bytes
    file_name: str
    people: int
    sheets: Sequence[NumberedSheet]


Ending = Callable[[Session, Printed], None]


def print_document(reading: Session, seminar: Seminar, asked: Asked, *, now: datetime) -> Printed:
    """Set a document in the language that was asked for. Nothing is written.

    Raises:
        NotFound: the seminar has no such session, or nobody with that registration holds a seat.
    """
    with force_locale(asked.language):
        made = WRITERS[asked.document](Subject(reading, seminar, asked, exported(reading, seminar, at=now)))
        name = _file_name(seminar.slug, asked.document, on=now.astimezone(ZoneInfo(seminar.time_zone)).date())
        return Printed(typeset(asked.document.value, made.document, made_at=now), name, made.people, made.sheets)


def _file_name(slug: str, document: Document, *, on: date) -> str:
    """Return «hojas-de-firmas-cancun-2014-2014-06-03.pdf»."""
    words = {
        Document.SIGN_IN: _("sign-in-sheets"),
        Document.ROSTER: _("roster"),
        Document.PROGRAMME: _("programme"),
        Document.BADGES: _("badges"),
    }
    return f"{words[document]}-{slug}-{on.isoformat()}.pdf"


def print_and_keep(seminar: Seminar, asked: Asked, context: ChangeContext, *, end: Ending = lambda _session, _printed: None) -> Printed:
    """Print a document, keep its sign-in sheets and note it in the audit log. Numbers that somebody else took meanwhile are given anew.

    Args:
        seminar: of the document.
        asked: what is printed.
        context: of the change.
        end: called in the same transaction, after all else.

    Raises:
        NotFound: as `print_document`.
    """
    for _try in range(MOST_TRIES):
        printed = print_document(session(), seminar, asked, now=context.now)
        try:
            in_unit_of_work(partial(_keep, context=context, seminar=seminar, asked=asked, printed=printed, end=end))
        except NumbersTaken:
            continue
        return printed
    raise NumbersTaken


def _keep(writing: Session, *, context: ChangeContext, seminar: Seminar, asked: Asked, printed: Printed, end: Ending) -> None:
    keep_sheets(writing, context, seminar_id=seminar.id, sheets=printed.sheets)
    details = {"document": asked.document, "language": asked.language, "people": printed.people}
    record(writing, context, action="paper.printed", subject=f"seminar:{seminar.public_id.hex}", seminar=seminar.slug, details=details)
    end(writing, printed)
