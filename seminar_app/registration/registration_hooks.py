"""What rooms that depend on registrations do when one changes, for example with the outcome that they keep of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar


class RegistrationHook(Protocol):
    """Called in the transaction of the change; `created` for registrations that are new."""

    def __call__(
        self, session: Session, context: ChangeContext, seminar: Seminar, registrations: Sequence[Registration], *, created: bool
    ) -> None:
        """Do what follows from the change."""
        ...


_hooks: list[RegistrationHook] = []


def when_registration_changes(hook: RegistrationHook) -> RegistrationHook:
    """Register a hook that is called when a registration is made, and when it changes its state or its agency.

    It gets many at once where a list makes them: then it needs as few statements as for one.
    It runs in the transaction of the change, after the flush, with the seminar's seats locked. A change of both, state and
    agency, may call it twice. A registration that only goes to another record of the person, by a merge, does not call it.
    """
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


class UnmakingHook(Protocol):
    """Called in the transaction that takes registrations of a moment ago back, before their rows go."""

    def __call__(self, session: Session, registration_ids: Collection[int]) -> None:
        """Delete what was kept of them from the beginning."""
        ...


_unmaking_hooks: list[UnmakingHook] = []


def when_registrations_are_unmade(hook: UnmakingHook) -> UnmakingHook:
    """Register a hook that is called for registrations that are deleted as though they had never been made."""
    if hook not in _unmaking_hooks:
        _unmaking_hooks.append(hook)
    return hook


def registrations_unmade(session: Session, registration_ids: Collection[int]) -> None:
    """Call the hooks."""
    for hook in _unmaking_hooks:
        hook(session, registration_ids)


def registration_changed(
    session: Session, context: ChangeContext, seminar: Seminar, registrations: Sequence[Registration], *, created: bool = False
) -> None:
    """Flush the change and call the hooks."""
    if _hooks:
        session.flush()
    for hook in _hooks:
        hook(session, context, seminar, registrations, created=created)
