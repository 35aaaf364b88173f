"""The circumstances of a change, for tests that call services themselves."""

from __future__ import annotations

from datetime import datetime

from seminar_app.core.actor import COMMAND, Actor
from seminar_app.core.change_context import ChangeContext


def context(now: datetime, actor: Actor | str = COMMAND) -> ChangeContext:
    """Return a change at this time by this account, or by an actor as the audit log names it; in no request."""
    return ChangeContext(now, actor if isinstance(actor, str) else actor.audit_name)
