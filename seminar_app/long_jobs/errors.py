"""How the work of a job ends before its end. No refusals: nobody asked."""

from __future__ import annotations


class StopsHere(Exception):
    """The work is left: what it has written in its open transaction goes."""


class JobCancelled(StopsHere):
    """Its owner has cancelled it."""


class TakenOver(StopsHere):
    """Another process has taken the job over, because this one showed no sign of life."""


class WorkerEnds(StopsHere):
    """The worker was told to end: another takes the job up again."""
