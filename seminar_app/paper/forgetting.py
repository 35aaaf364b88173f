"""Delete printed sheets that are kept too long, with their rows. What was keyed stands in the observations, which stay."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from seminar_app.paper.models import PrintedSheet, SheetRow


def forget_sheets(session: Session, ids: Sequence[int]) -> None:
    """Delete these sheets and their rows."""
    for of in (SheetRow.sheet_id, PrintedSheet.id):
        session.execute(delete(of.class_).where(of.in_(ids)).execution_options(synchronize_session=False))
