"""What people do with past seminars, headcounts, announced numbers and training elsewhere."""

from seminar_app.history.services.announcing import record_announced
from seminar_app.history.services.headcounts import (
    count_minutes_again,
    refuse_counted,
    remove_headcount,
    save_headcount,
)
from seminar_app.history.services.outside import (
    Training,
    decide_training,
    forget_outside_training,
    move_training,
    report_training,
    withdraw_training,
)
from seminar_app.history.services.past import fit_seats, record_past_seminar, settle_outcomes

__all__ = [
    "Training",
    "count_minutes_again",
    "decide_training",
    "fit_seats",
    "forget_outside_training",
    "move_training",
    "record_announced",
    "record_past_seminar",
    "refuse_counted",
    "remove_headcount",
    "report_training",
    "save_headcount",
    "settle_outcomes",
    "withdraw_training",
]
