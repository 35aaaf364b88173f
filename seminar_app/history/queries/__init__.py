"""Reads headcounts, past seminars, the numbers of a seminar and training elsewhere."""

from seminar_app.history.queries.counting import (
    SEXES,
    AgencyHeadcount,
    PastList,
    contact_minutes,
    edition_of,
    get_headcount,
    has_headcounts,
    headcount_agencies,
    headcounts_of,
    lists_to_settle,
    named_agencies,
    people_to_credit,
    total_of,
)
from seminar_app.history.queries.outside import (
    TrainingLine,
    TrainingList,
    get_training,
    may_decide,
    outside_minutes,
    trainings_in_reach,
    trainings_of,
)
from seminar_app.history.queries.reconciling import Reconciliation, announced_number, reconciliation_of

__all__ = [
    "SEXES",
    "AgencyHeadcount",
    "PastList",
    "Reconciliation",
    "TrainingLine",
    "TrainingList",
    "announced_number",
    "contact_minutes",
    "edition_of",
    "get_headcount",
    "get_training",
    "has_headcounts",
    "headcount_agencies",
    "headcounts_of",
    "lists_to_settle",
    "may_decide",
    "named_agencies",
    "outside_minutes",
    "people_to_credit",
    "reconciliation_of",
    "total_of",
    "trainings_in_reach",
    "trainings_of",
]
