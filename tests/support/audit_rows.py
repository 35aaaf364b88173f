"""A check for all tests of pages: a row that a request adds to the audit log carries the request's id, and no other row has one.

Except what long work writes: it carries the id of the request that began it.
"""

from __future__ import annotations

from typing import Any

import pytest
from flask import g, has_request_context

from seminar_app.audit import services


def watch_request_ids(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that from now on gets the action of each row that was added with another request id than the present one's."""
    gathered, strays, begun = services._Gathered, list[str](), set[str | None]()

    def watched(at: Any, actor: str, action: str, subject: str, seminar: str | None, details: Any, request_id: str | None) -> Any:
        here = g.get("request_id") if has_request_context() else None
        if action == "job.begun":
            begun.add(request_id)
        if request_id != here and (has_request_context() or request_id not in begun):
            strays.append(action)
        return gathered(at, actor, action, subject, seminar, details, request_id)

    monkeypatch.setattr(services, "_Gathered", watched)
    return strays
