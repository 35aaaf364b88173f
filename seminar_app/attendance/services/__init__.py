"""Services that change attendance: observations, and the marks that follow from them."""

from __future__ import annotations

from seminar_app.attendance.services.recording import (
    Entry,
    Seen,
    clear,
    mark,
    mark_all,
    observe,
    record,
)
from seminar_app.attendance.services.sheet import NewObservation, Outcome

__all__ = ["Entry", "NewObservation", "Outcome", "Seen", "clear", "mark", "mark_all", "observe", "record"]
