"""What other rooms do when a seminar changes: they register a hook, and the services of this room call it.

A hook runs in the transaction of the change, after the change is flushed and before the commit. It may write rows of its
own room, put mail into the outbox, or refuse the whole change by raising a `Refusal`.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.seminars.announced import announced_now
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Announced, Change, SeminarState, without_titles


class StateChange(Struct, frozen=True):
    """A change of a seminar's state. `reason` is what was typed for a change that needs one, else None."""

    change: Change
    before: SeminarState
    after: SeminarState
    reason: str | None = None


class SeminarEdit(Struct, frozen=True):
    """What an edit of a seminar or of its sessions has changed.

    Attributes:
        fields: columns of the seminar; `hosts` stands for its hosts.
        sessions: internal ids of sessions that were added, edited, moved with the seminar's days or deleted. A session that
            was saved with the same values may be among them, and the row of a deleted one is gone.
    """

    fields: frozenset[str] = frozenset()
    sessions: frozenset[int] = frozenset()


StateHook = Callable[[Session, ChangeContext, Seminar, StateChange], None]
EditHook = Callable[[Session, ChangeContext, Seminar, SeminarEdit], None]
_state_hooks: list[StateHook] = []
_edit_hooks: list[EditHook] = []
AnnouncedHook = Callable[[Session, ChangeContext, Seminar, Announced, Announced], None]
_announced_hooks: list[AnnouncedHook] = []


def when_changing_state(hook: StateHook) -> StateHook:
    """Register `hook(session, context, seminar, change)`, called in each change of state."""
    if hook not in _state_hooks:
        _state_hooks.append(hook)
    return hook


def when_editing(hook: EditHook) -> EditHook:
    """Register `hook(session, context, seminar, edit)`, called when a seminar is edited or one of its sessions is added, edited or deleted.

    The seminar's row is locked then, and its seats only if its first day moves. An edit that changes nothing calls no hook, and
    neither does a new seminar or a copy, because nobody is registered there.
    """
    if hook not in _edit_hooks:
        _edit_hooks.append(hook)
    return hook


def when_announced_changes(hook: AnnouncedHook) -> AnnouncedHook:
    """Register `hook(session, context, seminar, before, after)`, called when an edit changes what people hold a copy of.

    The seminar's row is locked then, so nobody registers between `before` and `after`.
    """
    if hook not in _announced_hooks:
        _announced_hooks.append(hook)
    return hook


def state_changed(session: Session, context: ChangeContext, seminar: Seminar, change: StateChange) -> None:
    """Call the hooks of a change of state."""
    for hook in _state_hooks:
        hook(session, context, seminar, change)


def edited(session: Session, context: ChangeContext, seminar: Seminar, edit: SeminarEdit, *, before: Announced | None = None) -> None:
    """Call the hooks of an edit, if it has changed anything.

    Args:
        before: what people held a copy of before the edit; None if the edit leaves that as it was.
    """
    if not (edit.fields or edit.sessions):
        return
    for hook in _edit_hooks:
        hook(session, context, seminar, edit)
    if before is None:
        return
    after = announced_now(session, seminar)
    if without_titles(before) != without_titles(after):
        for announced in _announced_hooks:
            announced(session, context, seminar, before, after)
