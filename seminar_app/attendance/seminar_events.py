"""What happens to outcomes when a seminar changes its state or is edited, and when a registration changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.attendance.services.participations import begin_participations, follow_registration, freeze, refresh, thaw
from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.models import Registration
from seminar_app.registration.registration_hooks import when_registration_changes, when_registrations_are_unmade
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Change
from seminar_app.seminars.services import SeminarEdit, StateChange, when_changing_state, when_editing

COMPLETION = frozenset({"threshold_percent", "excused_rule"})
"""Columns of a seminar that decide outcomes."""


@when_changing_state
def on_state(session: Session, context: ChangeContext, seminar: Seminar, change: StateChange) -> None:
    """Freeze the outcomes of a seminar that is completed, thaw them when it is reopened; a cancelled one completes nobody."""
    match change.change:
        case Change.COMPLETE:
            freeze(session, context, seminar.id)
        case Change.RESUME:
            thaw(session, seminar.id)
        case Change.CANCEL:
            refresh(session, seminar.id)


@when_editing
def on_edit(session: Session, context: ChangeContext, seminar: Seminar, edit: SeminarEdit) -> None:
    """Make the outcomes again if the sessions or the rule of completion changed."""
    if edit.sessions or edit.fields & COMPLETION:
        refresh(session, seminar.id, marks=bool(edit.sessions))


@when_registrations_are_unmade
def on_unmaking(session: Session, registration_ids: Collection[int]) -> None:
    """Delete the outcomes of registrations that are taken back."""
    of = Participation.registration_id.in_(registration_ids)
    session.execute(delete(Participation).where(of).execution_options(synchronize_session=False))


@when_registration_changes
def on_registration(
    session: Session, context: ChangeContext, seminar: Seminar, registrations: Sequence[Registration], *, created: bool
) -> None:
    """Add the outcomes of new registrations, or keep each true to its state and agency."""
    if created:
        begin_participations(session, seminar, [registration.id for registration in registrations])
        return
    for registration in registrations:
        follow_registration(session, seminar, registration)
