"""The list as it was sent, with the corrections and a column that says what is wrong: an agency mends it in its own spreadsheet."""

from __future__ import annotations

import uuid

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.actor import Actor
from seminar_app.nominations.annotated import annotated
from seminar_app.nominations.checking import CheckedRow
from seminar_app.nominations.looking import look
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.queries import Nominating
from seminar_app.nominations.rules import Outcome
from seminar_app.nominations.shapes import Field, Layout
from seminar_app.nominations.wording import left_in_words, problem_in_words
from seminar_app.nominations.work import Work
from seminar_app.web.labels import label
from seminar_app.web.languages import current_language


def returned_file(session: Session, actor: Actor, who: Nominating, found: NominationList) -> tuple[bytes, str, list[uuid.UUID]]:
    """Return the file as XLSX, its name, and the registrations of reserved identities that it tells of.

    Raises:
        ListGone: what the file held is no longer kept.
    """
    looked = look(session, actor, who, found, now=clock.now())
    tables, work, rows = looked.tables, looked.work, looked.rows
    columns = _columns(work.layout)
    content = annotated(
        tables,
        remarks={each.row.key: _remark(each, who.seminar.time_zone) for each in rows},
        faulty={
            each.row.key: {column for problem in each.row.problems for column in columns.get((each.row.table, problem.field), ())}
            for each in rows
        },
        changed=_changed(work, columns, rows),
        headers={table.table: max(table.header) for table in work.layout.tables if table.taken and table.header},
        language=current_language(),
    )
    stem = found.name.rpartition(".")[0] or found.name or _("list")
    what = _("what is wrong")  # not within the text below, where it would not be found for translation
    there = (Outcome.HERE, Outcome.LEFT)
    opened = [each.registration for each in rows if each.outcome in there and each.reserved and each.registration]
    return content, f"{stem} - {what}.xlsx", opened


def _columns(layout: Layout) -> dict[tuple[int, Field], tuple[int, ...]]:
    """Return the columns of each table that hold a field."""
    found: dict[tuple[int, Field], tuple[int, ...]] = {}
    for table in layout.tables:
        for column in table.columns:
            if column.field is not None:
                found[table.table, column.field] = (*found.get((table.table, column.field), ()), column.index)
    return found


def _remark(each: CheckedRow, time_zone: str) -> str:
    """Return in words what is wrong in a row, or why it does not come."""
    wrong = [f"{label(problem.field)}: {problem_in_words(problem)}" for problem in each.row.problems]
    if each.outcome is Outcome.REPEATED and each.repeats:
        wrong.append(_("Twice in the list: as row %(row)s", row=each.repeats.partition(".")[2]))
    elif each.here is not None and each.outcome is Outcome.LEFT:
        wrong.append(left_in_words(each.here, time_zone))
    elif each.outcome in (Outcome.HERE, Outcome.ORGANIZER):
        wrong.append(label(each.outcome))
    elif each.outcome is Outcome.ASK:
        wrong.append(_("Perhaps somebody who is known already: please say so on the page."))
    return " ".join(wrong)


def _changed(work: Work, columns: dict[tuple[int, Field], tuple[int, ...]], rows: list[CheckedRow]) -> dict[str, dict[int, str]]:
    """Return the cells that were corrected on the page, by row and column."""
    changed: dict[str, dict[int, str]] = {}
    for each in rows:
        edited = set(work.edits.cells.get(each.row.key, {})) | {
            field for field, values in work.edits.values.items() if each.row.cells.get(field, "") in values.values()
        }
        for field in edited:
            for column in columns.get((each.row.table, field), ())[:1]:
                changed.setdefault(each.row.key, {})[column] = each.row.cells.get(field, "")
    return changed


__all__ = ["returned_file"]
