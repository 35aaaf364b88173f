"""The circumstances of the changes that a request makes."""

from __future__ import annotations

from flask import g

from seminar_app.core import clock
from seminar_app.core.change_context import ChangeContext
from seminar_app.web.access import current_actor


def change_context(actor_name: str | None = None) -> ChangeContext:
    """Return a change now, in this request.

    Args:
        actor_name: name in the audit log of a page's user who is not signed in; without it, the signed-in account's.
    """
    return ChangeContext(clock.now(), actor_name or current_actor().audit_name, g.request_id)
