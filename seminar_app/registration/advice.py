"""How many people of an agency came to earlier seminars, beside its quota. The room of attendance, which knows it, tells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from flask import Flask, current_app
from sqlalchemy.orm import Session

from seminar_app.registration.advice_rules import Turnout
from seminar_app.seminars.models import Seminar

Reader = Callable[[Session, Seminar, Collection[int]], Mapping[int, Turnout]]
"""Return the turnout of these agencies in earlier seminars, by agency id; those who were in none are left out."""


def read_turnout_by(app: Flask, reader: Reader) -> None:
    """Let the room that knows who came tell it."""
    app.extensions["turnout"] = reader


def turnout(session: Session, seminar: Seminar, agency_ids: Collection[int]) -> Mapping[int, Turnout]:
    """Return the turnout of these agencies in earlier seminars of the office, by agency id."""
    reader: Reader = current_app.extensions["turnout"]
    return reader(session, seminar, agency_ids) if agency_ids else {}
