"""Services that change attendance: observations, and the marks that follow from them."""

from __future__ import annotations

from seminar_app.attendance.services.recording import (
    Entry,
    Seen,
    clear,
    clear_all,
    mark,
    mark_all,
    mark_on_arrival,
    observe,
    record,
)
from seminar_app.attendance.services.sheet import NewObservation, Outcome

__all__ = ["Entry", "NewObservation", "Outcome", "Seen", "clear", "clear_all", "mark", "mark_all", "mark_on_arrival", "observe", "record"]
