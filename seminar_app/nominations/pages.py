"""The pages of lists: all of a seminar's, the columns of one, and one with all that is wrong in it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.core import clock
from seminar_app.core.errors import Refusal
from seminar_app.nominations import queries, services
from seminar_app.nominations.checking import CheckedRow, Here, check
from seminar_app.nominations.choices import with_choices
from seminar_app.nominations.forms import UploadForm
from seminar_app.nominations.layout import with_samples
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.queries import Nominating
from seminar_app.nominations.reading import proposed_states
from seminar_app.nominations.rules import Fix, Outcome, counted, fixes_for
from seminar_app.nominations.shapes import DateOrder, Field, ListRow, NameOrder, Problem, Reading, RowKey, Severity, Tables
from seminar_app.nominations.wording import counts_in_words
from seminar_app.nominations.work import Work, reading_of
from seminar_app.registration.queries import LikelySame, as_likely
from seminar_app.seminars.header import seminar_header
from seminar_app.web import labels
from seminar_app.web.access import current_actor
from seminar_app.web.database import session
from seminar_app.web.errors import sentence_of
from seminar_app.web.paging import page_number

ON_A_PAGE = 50
TO_MEND = (Outcome.FAULTY, Outcome.ASK)


def index_page(who: Nominating, form: UploadForm) -> str:
    """Return the lists of the seminar, and the form for another one."""
    lines = queries.lists_of(session(), who)
    return _render(
        "index",
        who,
        form=form,
        lines=lines,
        quotas=queries.meters(session(), who),
        names=names_by_audit_name(session(), {line.of.uploaded_by for line in lines}),
    )


def columns_page(who: Nominating, found: NominationList, sent: Mapping[str, Mapping[str, Any]], refused: Refusal | None) -> str:
    """Return what each column is taken for, with what was chosen on the page if that was refused."""
    tables, work = services.tables_of(session(), found), services.work_of(session(), found)
    layout = with_samples(with_choices(work.layout, sent, tables=tables)[0], tables)
    return _render(
        "columns",
        who,
        found=found,
        tables=tables,
        encodings=list(dict.fromkeys((*filter(None, (tables.encoding,)), *tables.encodings))),
        layout=layout,
        refused=sentence_of(refused) if refused else None,
        fields=labels.choices(Field),
        name_orders=labels.choices(NameOrder),
        date_orders=labels.choices(DateOrder),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """A row as the page shows it: of the people on file only what the account may see of them.

    Attributes:
        sheet: its name, where the list has several.
        faults: problems by the cell that can be corrected.
        likely: who it may be, where that has to be said.
        known: whether it is somebody on file whom the account may see.
        repeats, here, came: see `CheckedRow`.
    """

    row: ListRow
    outcome: Outcome
    sheet: str
    faults: Sequence[tuple[Field, Sequence[Problem]]]
    likely: Sequence[LikelySame]
    known: bool
    repeats: RowKey | None
    here: Here | None
    came: uuid.UUID | None

    @property
    def name(self) -> str:
        """The person's name in the order of a list."""
        nominee = self.row.nominee
        surnames = " ".join(filter(None, (nominee.surname1, nominee.surname2)))
        return ", ".join(filter(None, (surnames, nominee.given_names)))


@dataclass(frozen=True, slots=True)
class _Looked:
    tables: Tables
    work: Work
    rows: list[CheckedRow]


def list_page(who: Nominating, found: NominationList, asked: Mapping[str, str]) -> tuple[str, list[uuid.UUID]]:
    """Return the list with all that is wrong in it and what would become of each row.

    Beside it, the registrations of reserved identities that its rows tell of: each is an opening of a record.
    """
    if found.work_id is None:
        return _render("list", who, found=found, gone=True), []
    looked = _look(who, found)
    counts = counted(each.outcome for each in looked.rows)
    to_mend = [each for each in looked.rows if each.outcome in TO_MEND]
    shows = asked.get("show") if asked.get("show") in ("all", "mend") else ("mend" if to_mend else "all")
    chosen = to_mend if shows == "mend" else looked.rows
    page = min(page_number(), max(1, -(-len(chosen) // ON_A_PAGE)))
    here = chosen[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    shown = _render(
        "list",
        who,
        found=found,
        gone=False,
        rows=[_shown(each, looked.tables) for each in here],
        shows=shows,
        page=page,
        pages=-(-len(chosen) // ON_A_PAGE),
        left_out=sorted(looked.work.edits.left_out),
        normal_case=looked.work.normal_case,
        in_capitals=any(each.row.nominee.surname1.isupper() for each in looked.rows) or looked.work.normal_case,
        fixes=_fixes(looked),
        **_summary(counts, looked.rows),
    )
    return shown, _opened(here)


def _opened(rows: Sequence[CheckedRow]) -> list[uuid.UUID]:
    return [each.registration for each in rows if each.reserved and each.registration is not None]


def row_part(who: Nominating, found: NominationList, key: str) -> tuple[str, list[uuid.UUID]]:
    """Return one row after a correction, with the figures of the list: what htmx puts in their places. And what `list_page` does."""
    looked = _look(who, found)
    row = next((each for each in looked.rows if each.row.key == key), None)
    part = render_template(
        "nominations/staff/_corrected.html",
        found=found,
        seminar=who.seminar,
        who=who,
        row=_shown(row, looked.tables) if row is not None else None,
        key=key,
        Outcome=Outcome,
        fixes=_fixes(looked),
        **_summary(counted(each.outcome for each in looked.rows), looked.rows),
    )
    return part, _opened([row] if row is not None else [])


def _summary(counts: Mapping[Outcome, int], rows: Sequence[CheckedRow]) -> dict[str, Any]:
    return {
        "counts": counts,
        "total": len(rows),
        "coming": sum(number for outcome, number in counts.items() if outcome.comes),
        "to_mend": sum(counts.get(each, 0) for each in TO_MEND),
        "words": counts_in_words(counts),
    }


def _look(who: Nominating, found: NominationList) -> _Looked:
    tables, work = services.tables_of(session(), found), services.work_of(session(), found)
    rows = check(
        session(),
        seats=queries.seats_now(session(), who),
        of=found,
        reading=reading_of(tables, work),
        choices=work.choices,
        standpoint=queries.standpoint_of(session(), current_actor(), who),
        language=who.language,
        now=clock.now(),
        to_organizer=work.to_organizer,
    )
    return _Looked(tables, work, rows)


def _shown(each: CheckedRow, tables: Tables) -> RowShown:
    by_field: dict[Field, list[Problem]] = {}
    for problem in each.row.problems:
        by_field.setdefault(problem.field, []).append(problem)
    several = len(tables.tables) > 1
    likely = as_likely(session(), current_actor(), each.found.perhaps) if each.outcome is Outcome.ASK else []
    return RowShown(
        row=each.row,
        outcome=each.outcome,
        sheet=tables.tables[each.row.table].name if several else "",
        faults=list(by_field.items()),
        likely=likely,
        known=each.found.shown and each.found.same is not None,
        repeats=each.repeats,
        here=each.here,
        came=each.came,
    )


def _fixes(looked: _Looked) -> list[Fix]:
    rows = [each.row for each in looked.rows if each.outcome is not Outcome.TAKEN]
    return fixes_for(rows, proposed_states(Reading(tuple(rows))))


def _render(name: str, who: Nominating, **values: Any) -> str:
    return render_template(
        f"nominations/staff/{name}.html",
        seminar=who.seminar,
        seminar_header=seminar_header(who.seminar),
        who=who,
        Outcome=Outcome,
        Severity=Severity,
        back=url_for("nominations_staff.index", slug=who.seminar.slug),
        **values,
    )
