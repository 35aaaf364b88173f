"""What the page of a frozen figure shows: the figure as it was, and how it differs when it is counted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.audit.words import action_words
from seminar_app.core import clock
from seminar_app.oversight.audit_details import details_words
from seminar_app.oversight.wording import actor_words, subject_words
from seminar_app.reports.changes_file import without_typed
from seminar_app.reports.figure import Figure
from seminar_app.reports.hiding import Hiding
from seminar_app.reports.pages import Panel, numbers_in, panel_of
from seminar_app.reports.queries.changes import codes_of
from seminar_app.reports.queries.counted import directory_for
from seminar_app.reports.queries.figures import Table
from seminar_app.reports.queries.freezing import Numbers, as_table, numbers_of
from seminar_app.reports.queries.gaps import Found, Gap
from seminar_app.reports.queries.since import Event, Events, changes_since
from seminar_app.reports.queries.snapshots import Snapshot
from seminar_app.reports.queries.titles import Titled, titles_of
from seminar_app.reports.rules import TOTAL, Change, Count, Differences, Fate, Frozen, SeminarChange, Status, differences
from seminar_app.reports.wording import cell_words
from seminar_app.web.filters import text_of
from seminar_app.web.labels import label

CELLS_SHOWN = 60
SEMINARS_SHOWN = 30
OF_SEMINAR = (Count.PARTICIPATIONS, Count.HOURS)
"""Counts of one seminar. Its people are its participations."""
Cell = tuple[str, ...]


class Compared(Struct, frozen=True):
    """A number then and now, as written, and what else changed with it."""

    words: str
    before: str
    now: str
    difference: str
    also: str = ""


class EventLine(Struct, frozen=True):
    """A row of the audit log in words; `url` leads to the registration that it is about."""

    at: datetime
    who: str
    what: str
    subject: str
    details: str
    url: str | None


class SeminarLine(Struct, frozen=True):
    """What a seminar gave then and now, and what happened to it."""

    title: str
    url: str | None
    ends_on: date | None
    fate: Fate
    changes: Sequence[str]
    cells: Sequence[tuple[str, str]]
    events: Sequence[EventLine]
    more: int


class Again(Struct, frozen=True):
    """The outcome of counting again. Whoever sees fixed tables only is told of no seminar and no row of the audit log."""

    at: datetime
    equal: bool
    same_figure: bool
    totals: Sequence[Compared]
    cells: Sequence[Compared]
    more_cells: int
    seminars: Sequence[SeminarLine]
    more_seminars: int
    others: Sequence[EventLine]
    more_others: int
    by_piece: bool


def frozen_panel(session: Session, snapshot: Snapshot, frozen: Frozen, *, hides: bool, today: date, language: str) -> Panel:
    """Return a frozen figure as the page shows it."""
    table = as_table(snapshot.definition, frozen, directory_for(session, snapshot.definition, today=today))
    figure = Figure(table, dict.fromkeys(Gap, Found()), Hiding(table, hides=hides))
    return panel_of(figure, language, opens=False)


def again(session: Session, panel: Panel, snapshot: Snapshot, frozen: Frozen, *, today: date, language: str) -> Again:
    """Count the figure again and say what differs.

    Args:
        session: reads.
        panel: the frozen figure.
        snapshot: its definition, its scope, and where the audit log ended then.
        frozen: its numbers.
        today: decides which agencies have successors.
        language: of the words.
    """
    hides = panel.hides
    numbers = numbers_of(session, snapshot.definition, snapshot.scope, today=today, with_pieces=frozen.pieces is not None)
    found = differences(frozen, numbers.frozen)
    comparing = _Comparing(panel.figure.table, numbers.table, hides=hides, language=language)
    compared = [*found.totals.items(), *found.cells.items()]
    whole = (TOTAL,) * len(snapshot.definition.by)
    cells = sorted((each for each in compared if each[0] != whole), key=comparing.order)
    seminars, others = ([], Events()) if hides else _explained(session, snapshot, numbers, found, comparing)
    wording = _Wording(session, [*others.shown, *(event for _each, events in seminars for event in events.shown)])
    shown = seminars[:SEMINARS_SHOWN]
    titles = titles_of(session, [each.slug for each, _events in shown])
    return Again(
        clock.now(),
        found.equal,
        whole not in found.totals or comparing.same(found.totals[whole]),
        comparing.totals(Change(frozen.total, numbers.frozen.total)),
        [comparing.cell(cell, change) for cell, change in cells[:CELLS_SHOWN]],
        max(len(cells) - CELLS_SHOWN, 0),
        [_seminar(each, events, titles.get(each.slug), comparing, wording) for each, events in shown],
        0 if hides else len(found.seminars) - len(shown),
        [wording.line(event, None) for event in others.shown],
        others.more,
        frozen.pieces is not None,
    )


def _explained(
    session: Session, snapshot: Snapshot, numbers: Numbers, found: Differences, comparing: _Comparing
) -> tuple[list[tuple[SeminarChange, Events]], Events]:
    """Return the seminars that differ most, each with what happened to it, and what happened besides."""
    if found.equal:
        return [], Events()
    slugs = [each.slug for each in found.seminars[:SEMINARS_SHOWN]]
    since = changes_since(session, snapshot.definition, snapshot.scope, after=snapshot.audit_sequence, slugs=slugs)
    return [(each, since.of_seminars[each.slug]) for each in found.seminars[:SEMINARS_SHOWN]], since.others


class _Comparing:
    """Words for numbers then and now. A number is hidden where either of the two tables hides it."""

    def __init__(self, before: Table, now: Table, *, hides: bool, language: str) -> None:
        self._before, self._now = (Hiding(table, hides=hides) for table in (before, now))
        self._words = [cell_words(now, dimension, language=language) for dimension in now.definition.by]
        self._count, self._status = now.definition.count, now.definition.status
        self._by = now.definition.by
        self._hides = hides

    def same(self, change: Change) -> bool:
        """Whether the figure itself is the same."""
        return change.before.value(self._count, self._status) == change.now.value(self._count, self._status)

    def order(self, item: tuple[Cell, Change]) -> tuple[float, int, Cell]:
        """Return what cells are sorted by: the largest difference first; where numbers may be hidden, their names alone."""
        cell, change = item
        moved = abs(change.now.value(self._count, self._status) - change.before.value(self._count, self._status))
        return (0 if self._hides else -moved, -change.size * (not self._hides), cell)

    def totals(self, change: Change) -> list[Compared]:
        """Return the figure itself, then every other count that differs."""
        own = [(self._count, self._status)]
        others = [(count, status) for count in Count for status in Status if (count, status) != own[0]]
        whole = (TOTAL,) * len(self._by)
        lines = [self._compared(whole, change, *each) for each in own]
        for count, status in others:
            if change.before.value(count, status) != change.now.value(count, status):
                lines.append(self._compared(whole, change, count, status))
        return lines

    def cell(self, cell: Cell, change: Change) -> Compared:
        """Return the figure's own number of a cell, with the other counts that differ in words."""
        line = self._compared(cell, change, self._count, self._status)
        also = [] if self._hides else _moved(change, [self._count], besides=self._status)
        if not also and not self._hides and self.same(change):
            also = _moved(change, [count for count in Count if count is not self._count])
        return Compared(self.words(cell), line.before, line.now, line.difference, "; ".join(also))

    def words(self, cell: Cell) -> str:
        """Return the values of a cell in words."""
        values = zip(self._words, cell, strict=True)
        return " · ".join(_("Total") if value == TOTAL else words(value) for words, value in values) or _("Total")

    def _compared(self, cell: Cell, change: Change, count: Count, status: Status) -> Compared:
        before, now = self._before.shown(cell, change.before, count, status), self._now.shown(cell, change.now, count, status)
        return _line(_title(count, status), *((None, None) if before is None or now is None else (before, now)))


def _title(count: Count, status: Status) -> str:
    return f"{label(count)} · {label(status)}"


def _line(words: str, before: float | None, now: float | None) -> Compared:
    if before is None or now is None:
        return Compared(words, "–", "–", "–")
    moved = round(now - before, 1) if isinstance(before, float) else now - before
    sign = "+" if moved > 0 else "−" if moved < 0 else ""
    was, is_now, size = numbers_in([before, now, abs(moved)])
    return Compared(words, was, is_now, f"{sign}{size}")


def _moved(change: Change, counts: Sequence[Count], *, besides: Status | None = None) -> list[str]:
    """Return in words, for each count, the statuses of which it differs: «Participations: Registered 93 → 92 (−1)»."""
    found = []
    for count in counts:
        pairs = [(status, change.before.value(count, status), change.now.value(count, status)) for status in Status]
        lines = [_line(label(status), *numbers) for status, *numbers in pairs if numbers[0] != numbers[1] and status is not besides]
        if lines:
            found.append(f"{label(count)}: " + ", ".join(f"{each.words} {each.before} → {each.now} ({each.difference})" for each in lines))
    return found


class _Wording:
    """Words for rows of the audit log: who, what, when, of which row."""

    def __init__(self, session: Session, events: Sequence[Event]) -> None:
        self._names = names_by_audit_name(session, {event.actor for event in events}) if events else {}
        self._codes: Mapping[str, Mapping[int, str]] = codes_of(session) if events else {"office": {}, "agency": {}}

    def line(self, event: Event, slug: str | None) -> EventLine:
        """Return a row in words; in a seminar it leads to the registration that it is about."""
        kind, _colon, public_id = event.subject.partition(":")
        leads = slug is not None and kind == "registration"
        return EventLine(
            event.at,
            actor_words(event.actor, self._names),
            action_words(event.action),
            subject_words(event.subject, {}),
            details_words(event.action, without_typed(event.details), self._codes),
            url_for("registration_staff.registration", slug=slug, registration_id=public_id) if leads else None,
        )


def _seminar(change: SeminarChange, events: Events, titled: Titled | None, comparing: _Comparing, wording: _Wording) -> SeminarLine:
    return SeminarLine(
        text_of(titled.title_es, titled.title_en) if titled else change.slug,
        url_for("seminars_staff.overview", slug=change.slug) if titled else None,
        titled.ends_on if titled else None,
        change.fate,
        _moved(change.whole, OF_SEMINAR),
        [
            (comparing.words(cell), "; ".join(_moved(each, OF_SEMINAR[:1]) or _moved(each, OF_SEMINAR)))
            for cell, each in change.cells.items()
        ],
        [wording.line(event, change.slug) for event in events.shown],
        events.more,
    )
