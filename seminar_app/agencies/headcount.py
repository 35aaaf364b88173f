"""How many people an agency concerns. Rooms that hold people register how to count them, because the directory knows none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Flask, current_app
from sqlalchemy.orm import Session

Counter = Callable[[Session, int, date], list[str]]
"""Return sentences about the people of the agency with this id as of today, in the reader's language."""


def add_headcount(app: Flask, counter: Counter) -> None:
    """Let a room say how many of its people an agency concerns; it is asked before an agency is retired."""
    app.extensions.setdefault("agency_headcounts", []).append(counter)


def headcount_of(session: Session, agency_id: int, *, today: date) -> list[str]:
    """Return what the rooms have to say."""
    counters: list[Counter] = current_app.extensions.get("agency_headcounts", [])
    return [sentence for counter in counters for sentence in counter(session, agency_id, today)]
