"""The pages of lists: all of a seminar's, the columns of one, and one with all that is wrong in it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.agencies.queries import AgencyChoice, all_agencies
from seminar_app.agencies.rules import existed_on
from seminar_app.core import clock
from seminar_app.core.errors import Refusal
from seminar_app.core.values import replace
from seminar_app.nominations import long_import, queries, services
from seminar_app.nominations.checking import NOBODY, CheckedRow
from seminar_app.nominations.choices import with_choices
from seminar_app.nominations.forms import EACH_ROW, UploadForm, whose_choices
from seminar_app.nominations.layout import with_samples
from seminar_app.nominations.looking import Looked, look
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.queries import Nominating
from seminar_app.nominations.reading import proposed_states
from seminar_app.nominations.rules import Fix, Outcome, counted, fixes_for, waiting_in
from seminar_app.nominations.shapes import DateOrder, Field, NameOrder, Nominee, ProblemCode, Reading, Severity, Tables
from seminar_app.nominations.shown_rows import (
    NOTHING_LEFT,
    NOW,
    READ_ONLY,
    SHOWN,
    TO_MEND,
    Answered,
    RowShown,
    by_sheet,
    faults_of,
    figures_of,
    in_normal_case,
    is_doubtful,
    key_of,
)
from seminar_app.nominations.states import STATE_NAMES
from seminar_app.nominations.wording import counts_in_words, here_in_words, kind_in_words, left_in_words, outcome_in_words, problem_in_words
from seminar_app.nominations.work import Work, lacks_address, reading_of
from seminar_app.registration.queries import as_likely
from seminar_app.seminars.header import seminar_header
from seminar_app.web import labels
from seminar_app.web.access import current_actor
from seminar_app.web.database import session
from seminar_app.web.errors import sentence_of
from seminar_app.web.paging import page_number

ON_A_PAGE = 50
WHOLES = (Field.FULL_NAME, Field.SURNAMES)
SAMPLE = 40
"""Rows that are read to show how the first people read."""


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
    agency = _agency_of(found)
    changes = queries.may_change_agency(session(), who, found)
    return _render(
        "columns",
        who,
        found=found,
        tables=tables,
        encodings=list(dict.fromkeys((*filter(None, (tables.encoding,)), *tables.encodings))),
        layout=layout,
        agency=agency,
        whose=whose_choices(queries.agencies_to_choose(session(), who), each_row=True) if changes else [],
        whose_now=request.form.get("agency") or (agency.code if agency is not None else EACH_ROW),
        first=_first_people(tables, replace(work, layout=layout)),
        refused=sentence_of(refused) if refused else None,
        fields=labels.choices(Field),
        name_orders=labels.choices(NameOrder),
        date_orders=labels.choices(DateOrder),
    )


def _agency_of(found: NominationList) -> AgencyChoice | None:
    return all_agencies(session(), with_aliases=False).get(found.agency_id) if found.agency_id is not None else None


def _first_people(tables: Tables, work: Work) -> dict[int, list[Nominee]]:
    """Return how the first people of each table read, where a cell holds several parts of a name."""
    wholes = {table.table for table in work.layout.tables if any(column.field in WHOLES for column in table.columns)}
    if not wholes:
        return {}
    few = replace(tables, tables=tuple(replace(table, rows=table.rows[:SAMPLE]) for table in tables.tables))
    rows = reading_of(few, work, today=clock.now().date()).rows
    return {table: [row.nominee for row in rows if row.table == table][:3] for table in wholes}


def list_page(
    who: Nominating, found: NominationList, asked: Mapping[str, str], answered: Answered = NOTHING_LEFT
) -> tuple[str, list[uuid.UUID]]:
    """Return the list with all that is wrong in it and what would become of each row.

    Beside it, the registrations of reserved identities that its rows tell of: each is an opening of a record.
    """
    if found.work_id is None:
        return _render("list", who, found=found, gone=True, agency=_agency_of(found)), []
    looked = _look(who, found)
    counts = counted(each.outcome for each in looked.rows)
    to_mend = [each for each in looked.rows if each.outcome in TO_MEND]
    shows = _shows(asked.get("show"), to_mend=bool(to_mend))
    doubtful = [each for each in looked.rows if is_doubtful(each)]
    by_name = {"all": looked.rows, "mend": to_mend, "doubts": doubtful}
    chosen = by_name[shows] if shows in by_name else [each for each in looked.rows if shows in (each.outcome, key_of(each))]
    if answered.rows:
        chosen, shows = [each for each in looked.rows if each.row.key in answered.rows], "answered"
    page = min(page_number(), max(1, -(-len(chosen) // ON_A_PAGE)))
    fixes, names = _fixes(looked), [table.name for table in looked.tables.tables]
    here = chosen[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    shown = _render(
        "list",
        who,
        found=found,
        gone=False,
        job=long_import.under_way(session(), found),
        sheets=list(by_sheet([_shown(each, looked, answered) for each in here], looked.rows, names)),
        several=len({each.row.table for each in looked.rows}) > 1,
        shows=shows,
        shows_words=_shown_in_words(shows),
        agency=looked.agencies.get(found.agency_id) if found.agency_id is not None else None,
        page=page,
        pages=-(-len(chosen) // ON_A_PAGE),
        no_address=sum(lacks_address(each.row) for each in looked.rows if each.outcome not in (Outcome.TAKEN, Outcome.HERE)),
        without_address=looked.work.without_address,
        normal_case=looked.work.normal_case,
        in_capitals=[] if looked.work.normal_case else in_normal_case(looked.rows),
        agencies=_to_choose(who, looked) if to_mend else [],
        states=STATE_NAMES,
        fixes=[each for each in fixes if not each.optional],
        written_out=[each for each in fixes if each.optional],
        vacant=[each.row.key for each in to_mend if any(problem.code is ProblemCode.VACANT for problem in each.row.problems)],
        skipped=looked.reading.skipped,
        undo_until=_undo_until(found),
        **_summary(counts, looked),
    )
    return shown, _opened(here)


def _undo_until(found: NominationList) -> datetime | None:
    """Return until when the last import can be undone; None if that is over."""
    until = services.held_until(session(), found)
    return until if until is not None and clock.now() < until else None


def _opened(rows: Sequence[CheckedRow]) -> list[uuid.UUID]:
    return [each.registration for each in rows if each.reserved and each.registration is not None]


def waiting_now(who: Nominating, found: NominationList) -> int:
    """Return how many rows of a list want something done."""
    return waiting_in(counted(each.outcome for each in _look(who, found).rows))


def row_part(
    who: Nominating, found: NominationList, key: str, asked: Mapping[str, str], answered: Answered
) -> tuple[str, list[uuid.UUID], int]:
    """Return one row after a correction, with the figures of the list: what htmx puts in their places.

    Beside it, what `list_page` does, and how many rows want something done.
    """
    looked = _look(who, found)
    counts = counted(each.outcome for each in looked.rows)
    row = next((each for each in looked.rows if each.row.key == key), None)
    part = render_template(
        "nominations/staff/_corrected.html",
        found=found,
        seminar=who.seminar,
        who=who,
        row=_shown(row, looked, answered) if row is not None else None,
        key=key,
        shows=_shows(asked.get("show"), to_mend=True),
        **_summary(counts, looked),
    )
    return part, _opened([row] if row is not None else []), waiting_in(counts)


def _shows(asked: str | None, *, to_mend: bool) -> str:
    """Return which rows are shown: all, those to mend, those that come with a doubt, or those with one outcome."""
    if asked in ("mend", "doubts", *SHOWN):
        return str(asked)
    return "mend" if to_mend else "all"


def _shown_in_words(shows: str) -> str:
    """Return the heading of the rows that are limited to one figure."""
    if shows.startswith(NOW):
        return kind_in_words(shows.removeprefix(NOW), 2)
    return outcome_in_words(Outcome(shows), 1) if shows in set(Outcome) else ""


def _summary(counts: Mapping[Outcome, int], looked: Looked) -> dict[str, Any]:
    return {
        "counts": counts,
        "problem_in_words": problem_in_words,
        "figures": figures_of(looked.rows),
        "here_in_words": here_in_words,
        "left_in_words": left_in_words,
        "total": len(looked.rows),
        "left_out": sorted(looked.work.edits.left_out, key=lambda key: tuple(map(int, key.split(".")))),
        "coming": sum(number for outcome, number in counts.items() if outcome.comes),
        "doubts": sum(is_doubtful(each) for each in looked.rows),
        "to_mend": sum(counts.get(each, 0) for each in TO_MEND),
        "words": counts_in_words(counts),
    }


def _look(who: Nominating, found: NominationList) -> Looked:
    return look(session(), current_actor(), who, found, now=clock.now())


def _shown(each: CheckedRow, looked: Looked, answered: Answered) -> RowShown:
    key = each.row.key
    conflicts = {of: conflict for (row, of), conflict in answered.conflicts.items() if row == key}
    agency = looked.agencies.get(each.assigned.agency_id) if each.assigned is not None else None
    likely = as_likely(session(), current_actor(), each.found.perhaps) if each.outcome is Outcome.ASK else []
    known = each.found.shown and each.found.same is not None
    return RowShown(
        replace(each, found=NOBODY),
        known,
        agency.code if agency is not None else "",
        faults_of(each, conflicts),
        likely,
        chosen=key in looked.work.choices and not each.hidden and each.outcome not in (Outcome.TAKEN, Outcome.FAULTY),
        unsaid=key in answered.unsaid,
        conflicts=conflicts,
    )


def _to_choose(who: Nominating, looked: Looked) -> list[AgencyChoice]:
    """Return the agencies that a cell may name, as of the seminar's first day."""
    day, within = who.seminar.starts_on, who.agencies
    alive = (each for each in looked.agencies.values() if existed_on(day, valid_from=each.valid_from, valid_to=each.valid_to))
    return sorted((each for each in alive if within is None or each.id in within), key=lambda each: each.code)


def _fixes(looked: Looked) -> list[Fix]:
    rows = [each.row for each in looked.rows if each.outcome not in READ_ONLY]
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
