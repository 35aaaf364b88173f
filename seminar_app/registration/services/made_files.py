"""Files that jobs have made of a seminar go when somebody in them may no longer be shown as they are shown there.

Called last where a person is erased, reserved, shown again, merged, separated or split off.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.long_jobs.files import forget_files_of
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar


def forget_files_showing(session: Session, person_ids: Collection[int]) -> None:
    """Delete the files made of every seminar in which these people have a registration, whatever its state.

    Args:
        person_ids: all records that the change touches.
    """
    theirs = select(Registration.seminar_id).where(Registration.person_id.in_(person_ids))
    slugs = session.scalars(select(Seminar.slug).where(Seminar.id.in_(theirs)).order_by(Seminar.slug)).all()
    if slugs:
        forget_files_of(session, slugs)
