"""Print a document: read, write, set, and keep which row of a sign-in sheet is whose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _
from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.attendance.exported import exported
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.pdf import typeset
from seminar_app.paper.asked import Asked
from seminar_app.paper.documents import WRITERS, Subject
from seminar_app.paper.numbering import NumberedSheet, NumbersTaken, keep_sheets
from seminar_app.paper.rules import Document
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import session

MIME_TYPE = "application/pdf"
"""Of all that is printed."""
MOST_TRIES = 3


class Printed(Struct, frozen=True):
    """A document that was set, and the sign-in sheets in it, which are kept by `numbering.keep_sheets`."""

    content: bytes
    file_name: str
    people: int
    sheets: Sequence[NumberedSheet]


Work = Callable[[Session, ChangeContext], Mapping[str, Any]]
Save = Callable[[Work, Printed], None]


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
        Document.PROGRAMME: _("program"),
        Document.BADGES: _("badges"),
        Document.ATTENDANCE: _("attendance"),
    }
    return f"{words[document]}-{slug}-{on.isoformat()}.pdf"


def print_and_keep(seminar: Seminar, asked: Asked, *, now: datetime, save: Save) -> Printed:
    """Print a document and keep its sign-in sheets. Numbers that somebody else took meanwhile are given anew.

    Args:
        seminar: of the document.
        asked: what is printed.
        now: of the printing.
        save: does the work that it is given in a transaction.

    Raises:
        NotFound: as `print_document`.
    """
    for _try in range(MOST_TRIES):
        printed = print_document(session(), seminar, asked, now=now)
        try:
            save(partial(_keep, seminar_id=seminar.id, printed=printed), printed)
        except NumbersTaken:
            continue
        return printed
    raise NumbersTaken


def _keep(writing: Session, context: ChangeContext, *, seminar_id: int, printed: Printed) -> Mapping[str, Any]:
    keep_sheets(writing, context, seminar_id=seminar_id, sheets=printed.sheets)
    return {"people": printed.people, "sheets": [sheet.number for sheet in printed.sheets]}
