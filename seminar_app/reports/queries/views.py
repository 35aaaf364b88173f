"""Views that an account saved."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.core.errors import NotFound
from seminar_app.reports.models import SavedView


def views_of(session: Session, account_id: int) -> Sequence[SavedView]:
    """Return an account's views by name."""
    own = select(SavedView).where(SavedView.account_id == account_id)
    return session.scalars(own.order_by(func.lower(SavedView.name), SavedView.id)).all()


def get_view(session: Session, account_id: int, public_id: uuid.UUID) -> SavedView:
    """Return a view of the account.

    Raises:
        NotFound: it has none of this id.
    """
    view = session.scalar(select(SavedView).where(SavedView.account_id == account_id, SavedView.public_id == public_id))
    if view is None:
        raise NotFound
    return view
