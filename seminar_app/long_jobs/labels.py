"""Words for how far a job is."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.long_jobs.rules import JobState
from seminar_app.web import labels


def init_app() -> None:
    """Register them."""
    labels.register(
        JobState,
        {
            JobState.WAITING: _l("Waiting for its turn"),
            JobState.RUNNING: _l("Under way"),
            JobState.DONE: _l("Done"),
            JobState.FAILED: _l("Not done"),
            JobState.CANCELLED: _l("Cancelled"),
        },
    )
