"""Rules of history: what may be recorded, and how the numbers of a seminar are reconciled."""

from seminar_app.history.rules.reconciling import (
    Entered,
    Reason,
    Stage,
    Step,
    Way,
    reconcile,
)
from seminar_app.history.rules.recording import (
    LONGEST_REASON,
    LONGEST_SOURCE,
    MOST_MINUTES_A_DAY,
    MOST_ON_A_LIST,
    MOST_PEOPLE,
    ListOutcome,
    Numbers,
    NumbersFault,
    TrainingFault,
    TrainingState,
    counted_twice,
    minutes_by_day,
    takes_headcounts,
    training_fault,
)

__all__ = [
    "LONGEST_REASON",
    "LONGEST_SOURCE",
    "MOST_MINUTES_A_DAY",
    "MOST_ON_A_LIST",
    "MOST_PEOPLE",
    "Entered",
    "ListOutcome",
    "Numbers",
    "NumbersFault",
    "Reason",
    "Stage",
    "Step",
    "TrainingFault",
    "TrainingState",
    "Way",
    "counted_twice",
    "minutes_by_day",
    "reconcile",
    "takes_headcounts",
    "training_fault",
]
