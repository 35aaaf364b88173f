"""What other rooms do when the paths between agencies change: they register a hook, and the services of this room call it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext

PathHook = Callable[[Session, ChangeContext], None]
_hooks: list[PathHook] = []


def when_paths_change(hook: PathHook) -> PathHook:
    """Register `hook(session, context)`, called when successions are recorded or undone, and when an agency gets another parent.

    It runs in the transaction of the change, after the flush. The agency's row is locked then, but not for those who only refer
    to it, so a hook may lock seats.
    """
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


def paths_changed(session: Session, context: ChangeContext) -> None:
    """Flush the change and call the hooks."""
    session.flush()
    for hook in _hooks:
        hook(session, context)
