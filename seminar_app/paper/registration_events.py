"""What becomes of rows of printed sheets when registrations are taken back."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.orm import Session

from seminar_app.paper.models import SheetRow
from seminar_app.registration.registration_hooks import when_registrations_are_unmade


@when_registrations_are_unmade
def on_unmaking(session: Session, registration_ids: Collection[int]) -> None:
    """Delete the rows of registrations that are taken back. The numbers of the others stay as they are printed."""
    of = SheetRow.registration_id.in_(registration_ids)
    session.execute(delete(SheetRow).where(of).execution_options(synchronize_session=False))
