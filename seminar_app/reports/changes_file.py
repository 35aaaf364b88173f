"""Who changed what of a seminar's figures, as a file of the audit log. It names nobody: people and accounts appear by their codes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import IO, Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.audit.standing import Standing, standing_of
from seminar_app.audit.words import action_words
from seminar_app.core.sheet_layout import Above
from seminar_app.core.table_writer import Column, Kind, Value, write_csv
from seminar_app.core.workbook_writer import WorkbookWriter
from seminar_app.oversight.audit_details import details_words
from seminar_app.oversight.wording import actor_words, subject_words
from seminar_app.reports.queries.changes import Wanted, changes_of, codes_of
from seminar_app.web.filters import text_of
from seminar_app.web.places import zone_words
from seminar_app.web.version import program_version

_TYPED = re.compile(r"[^a-z0-9_.:|+-]")
"""In no code, state, number or id. A text with such a sign may have been typed by staff, so it stays in the audit log."""


_WHAT_IS_IN_IT = _l(
    "Every row of the audit log that can change a figure of this seminar: marks, registrations and their states, sessions, days and "
    "threshold, people merged, reserved or erased, changes of their agencies, and what concerns everything."
)
_WHAT_IS_NOT = _l(
    "Names. An account and an official appear by the beginning of their code, as in the audit log. What staff typed as a reason stands "
    "only there."
)


def columns() -> list[Column]:
    """Return the columns of the table."""
    return [
        Column(_("No."), Kind.INTEGER, width=9),
        Column(_("When (UTC)"), width=21),
        Column(_("When (local time)"), width=21),
        Column(_("Who"), width=30),
        Column(_("Action"), width=26),
        Column(_("What"), width=34),
        Column(_("About"), width=24),
        Column(_("Details"), width=44),
        Column(_("Request"), width=34),
    ]


def lines(session: Session, wanted: Wanted) -> Iterator[Sequence[Value]]:
    """Yield a line for each row of the audit log, in its order."""
    zone, codes = ZoneInfo(wanted.seminar.time_zone), codes_of(session)
    for row in changes_of(session, wanted):
        at = row.at.replace(microsecond=0)
        yield [
            row.sequence,
            at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            actor_words(row.actor, {}),
            row.action,
            action_words(row.action),
            subject_words(row.subject, {}),
            details_words(row.action, without_typed(row.details), codes),
            row.request_id or "",
        ]


def without_typed(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return details without texts that somebody typed, such as the reason for opening a completed seminar again."""
    return {key: value for key, value in details.items() if not (isinstance(value, str) and _TYPED.search(value))}


def write_changes_csv(target: IO[bytes], session: Session, wanted: Wanted) -> None:
    """Write the table as CSV."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    write_csv(text, columns(), lines(session, wanted))
    text.detach()


def write_changes_workbook(target: IO[bytes], session: Session, wanted: Wanted, *, asked_for: str, made: str) -> None:
    """Write the table as a workbook, with a first sheet that says what was asked for, how many rows there are, and how the log stands.

    Args:
        target: of the workbook.
        session: reads.
        wanted: whose changes.
        asked_for: the period in words.
        made: when and by whom.
    """
    standing, seminar = standing_of(session), wanted.seminar
    title = text_of(seminar.title_es, seminar.title_en) or seminar.slug
    with WorkbookWriter(target, footer=(_("Changes of figures"), seminar.slug)) as book:
        about = book.sheet(_("About"), [Column(_("About"), width=30), Column(_("What it says"), width=100)], above=Above(title))
        sheet, number = book.sheet(_("Changes"), columns(), names=1), 0
        for line in lines(session, wanted):
            sheet.append(line)
            number += 1
        about.append([_("Seminar"), f"{title} ({seminar.slug})"])
        about.append([_("Period"), asked_for])
        about.append([_("Rows"), f"{number:,}"])
        about.append([_("What is in it"), str(_WHAT_IS_IN_IT)])
        about.append([_("What is not"), str(_WHAT_IS_NOT)])
        about.append([_("Local time"), zone_words(seminar.time_zone)])
        for fact in standing_words(standing):
            about.append([_("The audit log"), fact])
        about.append([_("Made"), made])
        about.append([_("Program"), f"Constancia {program_version()}"])


def standing_words(standing: Standing) -> list[str]:
    """Return in sentences how far the audit log is known to be whole."""
    said = []
    if not standing.checked:
        number = f"{standing.last:,}"
        said.append(_("It ends with row %(number)s. Its chain was not checked here: run «constancia audit verify».", number=number))
    elif standing.intact:
        rows = ngettext("%(num)d row", "%(num)d rows", standing.last)
        said.append(_("Its whole chain was checked when this file was made: %(rows)s, each as it was written.", rows=rows))
    else:
        said.append(_("Its chain was checked when this file was made, and it does not hold: run «constancia audit verify»."))
    if standing.anchor_broken:
        said.append(_("Its anchor is not as it was written: run «constancia audit verify»."))
    elif standing.anchored is None:
        said.append(_("It has no anchor outside the database."))
    else:
        number = f"{standing.anchored.sequence:,}"
        said.append(_("The newest line of its anchor is of row %(number)s, at %(when)s (UTC).", number=number, when=standing.anchored.at))
    return [str(each) for each in said]
