"""The circumstances of a change: when, by whom, in which request. Services take it first after the session."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from seminar_app.core import clock
from seminar_app.core.actor import COMMAND, RULE
from seminar_app.core.values import replace


class ChangeContext(Struct, frozen=True):
    """When a change is made, by whom, and in which request.

    Attributes:
        now: in UTC.
        actor: name in the audit log: `account:<public id>`, `registration:<public id>`, `public`, `command` or `rule`.
        request_id: the request that made the change; None for commands and jobs.
    """

    now: datetime
    actor: str
    request_id: str | None = None

    def by(self, actor: str) -> ChangeContext:
        """Return the same circumstances with another actor, for what a rule changes in consequence."""
        return replace(self, actor=actor)


def command_context() -> ChangeContext:
    """Return a change now, by the command line."""
    return ChangeContext(clock.now(), COMMAND)


def rule_context() -> ChangeContext:
    """Return a change now, by a rule that a job applies."""
    return ChangeContext(clock.now(), RULE)
