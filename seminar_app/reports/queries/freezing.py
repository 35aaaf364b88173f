"""All numbers of a figure as they are now, with what each seminar gives to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditHead
from seminar_app.core.values import replace
from seminar_app.reports.queries.counted import Directory
from seminar_app.reports.queries.figures import Table, cells_by_seminar, table_of
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import MOST_PIECES, Definition, Dimension, Figures, Frozen

_ATTEMPTS = 3
Cell = tuple[str, ...]


class Numbers(Struct, frozen=True):
    """All numbers of a figure at one moment.

    Attributes:
        table: the figure.
        frozen: the same as it is kept, with what each seminar gives.
        audit_sequence: the last row of the audit log before they were read.
    """

    table: Table
    frozen: Frozen
    audit_sequence: int


def numbers_of(session: Session, definition: Definition, scope: Scope, *, today: date, with_pieces: bool = True) -> Numbers:
    """Read all numbers of a figure, in a number of statements that does not grow with what it counts.

    Every change of a figure leaves a row in the audit log, in its own transaction. Where the log grew while the figure was read, the
    statements may disagree, so they are run again, three times at most. The number kept is the one from before, so that no change
    that came meanwhile is left out when the figure is compared.

    Args:
        session: reads.
        definition: what is counted.
        scope: whose participations.
        today: decides which agencies have successors.
        with_pieces: whether what each seminar gives to each cell is wanted; else only what it gives in all.
    """
    for _attempt in range(_ATTEMPTS):
        before = _last_row(session)
        found = _read(session, definition, scope, today=today, with_pieces=with_pieces)
        if _last_row(session) == before:
            break
    return Numbers(*found, before)


def _last_row(session: Session) -> int:
    return session.scalar(select(AuditHead.sequence)) or 0


def _read(session: Session, definition: Definition, scope: Scope, *, today: date, with_pieces: bool) -> tuple[Table, Frozen]:
    table = table_of(session, definition, scope, today=today)
    whole = replace(definition, by=(Dimension.SEMINAR,))
    seminars = {slug: figures for (slug,), figures in (cells_by_seminar(session, whole, scope, today=today) or {}).items()}
    cells = table.cells if definition.by else {}
    pieces = _pieces(session, definition, scope, today=today) if with_pieces else None
    return table, Frozen(cells, table.totals, seminars, pieces)


def _pieces(session: Session, definition: Definition, scope: Scope, *, today: date) -> Mapping[str, Mapping[Cell, Figures]] | None:
    """Return what each seminar gives to each cell; None where that is too much to keep."""
    if not definition.by:
        return {}
    with_seminar = replace(definition, by=tuple(dict.fromkeys((Dimension.SEMINAR, *definition.by))))
    found = cells_by_seminar(session, with_seminar, scope, today=today, most=MOST_PIECES)
    if found is None:
        return None
    places = [with_seminar.by.index(dimension) for dimension in definition.by]
    pieces: dict[str, dict[Cell, Figures]] = {}
    for cell, figures in found.items():
        pieces.setdefault(cell[0], {})[tuple(cell[place] for place in places)] = figures
    return pieces


def as_table(definition: Definition, frozen: Frozen, directory: Directory) -> Table:
    """Return frozen numbers as a figure, to be shown as one."""
    return Table(definition, directory, frozen.cells if definition.by else frozen.totals, frozen.totals)
