"""Merge two records of one person, undo it, split a joined registration off, and decide proposals.

Each locks the seats of all seminars concerned in the order of their ids, then the people in the order of theirs.
"""

from seminar_app.people.proposals import keep_apart, reopen_proposal, take_apart_back
from seminar_app.registration.merge_hooks import MergeHook, PersonMergeHook, when_merging, when_people_merge
from seminar_app.registration.services.merging.merge import merge
from seminar_app.registration.services.merging.proposals import decide_proposal, propose_outside_reach
from seminar_app.registration.services.merging.split import split
from seminar_app.registration.services.merging.undo import undo_merge

__all__ = [
    "MergeHook",
    "PersonMergeHook",
    "decide_proposal",
    "keep_apart",
    "merge",
    "propose_outside_reach",
    "reopen_proposal",
    "split",
    "take_apart_back",
    "undo_merge",
    "when_merging",
    "when_people_merge",
]
