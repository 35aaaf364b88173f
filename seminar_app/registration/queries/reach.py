"""The agencies whose people an account sees as their liaison."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.agencies.queries import agencies_of_liaison
from seminar_app.core import clock
from seminar_app.core.actor import Actor


def agencies_in_reach(session: Session, actor: Actor) -> frozenset[int]:
    """Return the account's agencies, what is below them and what they alone succeeded by today; empty if it is no liaison.

    Today is the program's: what an account may see is never asked as of another day.

    Source: docs/decisions/0032-reach-along-succession.md.
    """
    return agencies_of_liaison(session, actor.agency_ids, on=clock.now().date())
