"""Delete records of people who came on file a moment ago, with what brought them taken back."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from seminar_app.people.models import MatchProposal, Person


def unmake_people(session: Session, ids: Collection[int]) -> None:
    """Delete these records, of people who are registered nowhere, with their identity data (ON DELETE CASCADE).

    Raises:
        IntegrityError: something else is kept of one of them; the caller must roll back.
    """
    proposed = or_(MatchProposal.one_id.in_(ids), MatchProposal.other_id.in_(ids))
    session.execute(delete(MatchProposal).where(proposed).execution_options(synchronize_session=False))
    session.execute(delete(Person).where(Person.id.in_(ids)).execution_options(synchronize_session=False))
