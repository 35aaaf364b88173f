"""Freeze a figure, so that it can be counted again later and compared."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.reports.errors import DefinitionTooLong, TooManyCells
from seminar_app.reports.models import LONGEST_DEFINITION, ReportSnapshot, ReportSnapshotOffice
from seminar_app.reports.queries.freezing import Numbers
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import MOST_CELLS


def freeze(
    session: Session, context: ChangeContext, *, title: str, numbers: Numbers, scope: Scope, indicator_id: int | None = None
) -> ReportSnapshot:
    """Keep the numbers of a figure with its definition.

    Args:
        session: writes.
        context: of the change.
        title: what it is called; it names no person.
        numbers: as they were read before, outside the transaction: counting may take seconds, and others wait for the lock.
        scope: whose seminars they count: those of offices, or all.
        indicator_id: the version of the indicator whose figure it is.

    Raises:
        TooManyCells, DefinitionTooLong: it is not kept.
    """
    cells = len(numbers.frozen.cells)
    if cells > MOST_CELLS:
        raise TooManyCells(cells=cells, most=MOST_CELLS)
    definition = urlencode(numbers.table.definition.written())
    if len(definition) > LONGEST_DEFINITION:
        raise DefinitionTooLong
    snapshot = ReportSnapshot(
        public_id=uuid.uuid4(),
        title=title,
        definition=definition,
        all_offices=scope.offices is None,
        indicator_id=indicator_id,
        figures=numbers.frozen.written(),
        made_at=context.now,
        made_by=context.actor,
        audit_sequence=numbers.audit_sequence,
    )
    session.add(snapshot)
    session.flush()
    session.add_all(ReportSnapshotOffice(snapshot_id=snapshot.id, office_id=office_id) for office_id in sorted(scope.offices or ()))
    session.flush()
    subject = f"report_snapshot:{snapshot.public_id.hex}"
    record(session, context, action="figure.frozen", subject=subject, details={"figure": definition})
    return snapshot
