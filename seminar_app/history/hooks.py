"""What history does when seminars and registrations change: nobody is counted twice, and past seminars have room for all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.history import queries, services
from seminar_app.history.models import OutsideTraining
from seminar_app.registration.models import Registration
from seminar_app.registration.registration_hooks import when_registration_changes
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services.merging import when_people_merge
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Change, is_frozen
from seminar_app.seminars.services import SeminarEdit, StateChange, when_changing_state, when_editing

SETTLING = frozenset({Change.COMPLETE, Change.RESUME})
"""Changes of state by which outcomes are settled, or open again."""


@when_changing_state
def on_state(session: Session, context: ChangeContext, seminar: Seminar, change: StateChange) -> None:
    """Refuse to complete a seminar whose headcounts count people of the roster; give a past one as many seats as it has people.

    Raises:
        CountedAlready: some people are on the roster and in a headcount.
    """
    if change.change is Change.COMPLETE and queries.has_headcounts(session, seminar.id):
        services.refuse_counted(session, seminar.id, queries.named_agencies(session, seminar.id))
    if change.change in SETTLING and seminar.from_before:
        services.fit_seats(session, seminar)


@when_editing
def on_edit(session: Session, context: ChangeContext, seminar: Seminar, edit: SeminarEdit) -> None:
    """Count the minutes of headcounts again if the sessions changed."""
    if edit.sessions:
        services.count_minutes_again(session, seminar.id)


@when_registration_changes
def on_registration(
    session: Session, context: ChangeContext, seminar: Seminar, registrations: Sequence[Registration], *, created: bool
) -> None:
    """Refuse a person whom a headcount has counted. Others than past and completed seminars have none, or are asked when completed.

    Raises:
        CountedAlready: a headcount of the seminar has counted people of the agency.
    """
    if not (seminar.from_before or is_frozen(seminar.state)):
        return
    seated = {each.agency_id for each in registrations if each.state is RegistrationState.REGISTERED}
    if seated:
        services.refuse_counted(session, seminar.id, seated)


class MergedTraining:
    """Training elsewhere in a merge: it goes to the record that is kept, and back with it."""

    name = OutsideTraining.__tablename__

    def move(self, session: Session, *, gone: int, kept: int) -> Sequence[int]:
        """Move all reports, and return their ids."""
        return services.move_training(session, source=gone, target=kept)

    def move_back(self, session: Session, moved: Collection[int], *, gone: int, kept: int) -> None:
        """Move them back."""
        if moved:
            services.move_training(session, source=kept, target=gone, ids=moved)


when_people_merge(MergedTraining())
