"""What people do with past seminars, headcounts, announced numbers and training elsewhere."""

from seminar_app.history.services.headcounts import (
    count_minutes_again,
    refuse_counted,
    remove_headcount,
    save_headcount,
)
from seminar_app.history.services.past import fit_seats, record_past_seminar, settle_outcomes

__all__ = [
    "count_minutes_again",
    "fit_seats",
    "record_past_seminar",
    "refuse_counted",
    "remove_headcount",
    "save_headcount",
    "settle_outcomes",
]
