"""Words for the outcomes of lists and the states of reports."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.history.rules import ListOutcome, TrainingState
from seminar_app.web.labels import register


def init_app() -> None:
    """Register the words."""
    register(
        ListOutcome,
        {
            ListOutcome.COMPLETED: _l("They completed it"),
            ListOutcome.ATTENDED: _l("They came; for how long is not known"),
            ListOutcome.REGISTERED: _l("They were registered; whether they came is not known"),
        },
    )
    register(
        TrainingState,
        {
            TrainingState.REPORTED: _l("Waiting for a decision"),
            TrainingState.APPROVED: _l("Approved"),
            TrainingState.DECLINED: _l("Not approved"),
        },
    )
