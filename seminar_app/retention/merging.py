"""What becomes of a request to be erased when two registrations of one person become one: it is asked of the one that stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.services.merging import when_merging
from seminar_app.retention.models import ErasureRequest


class MergedRequests:
    """Requests in a merge. The one of the registration that leaves stays where it is, so that separating finds it again."""

    name = ErasureRequest.__tablename__

    def lock(self, session: Session, registration_ids: Collection[int]) -> None:
        """Lock nothing: who asks locks the registration first, as the merge does."""

    def credited_minutes(self, session: Session, registration_ids: Collection[int]) -> Mapping[int, int]:
        """Return nothing: requests credit no minutes."""
        return {}

    def copy(self, session: Session, context: ChangeContext, *, leaves: int, stays: int) -> Sequence[int]:
        """Ask for the registration that stays, since the same time, where it has no request."""
        found = session.scalars(select(ErasureRequest).where(ErasureRequest.registration_id.in_((leaves, stays)))).all()
        if [each.registration_id for each in found] != [leaves]:
            return ()
        copy = ErasureRequest(registration_id=stays, asked_at=found[0].asked_at)
        session.add(copy)
        session.flush()
        return (copy.id,)

    def take_back(self, session: Session, context: ChangeContext, copies: Collection[int], *, left: Collection[int]) -> None:
        """Delete the copies."""
        session.execute(delete(ErasureRequest).where(ErasureRequest.id.in_(copies)).execution_options(synchronize_session=False))


HOOK = when_merging(MergedRequests())
