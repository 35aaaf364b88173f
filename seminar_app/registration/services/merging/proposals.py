"""Propose that two records may be one person where the account may not see both, and decide a proposal."""

from __future__ import annotations

from sqlalchemy import true
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.people.evidence import Evidence
from seminar_app.people.matching import By
from seminar_app.people.models import MatchProposal, Person, PersonMerge
from seminar_app.people.proposals import propose, reject_proposal
from seminar_app.people.queries import candidates, compared
from seminar_app.registration.queries import reach_of
from seminar_app.registration.services.merging.merge import merge


def decide_proposal(session: Session, context: ChangeContext, *, proposal_id: int, kept: int | None) -> PersonMerge | None:
    """Merge the two records into the one with the id `kept`, or with None decide that they are two people.

    Returns:
        The merge; None if they stay two, or if the proposal was rejected before.

    Raises:
        NotFound: there is no such proposal, or `kept` is not one of its people.
        MergeOfErased, MergedAlready, PeopleChanged, IdentityUnreadable: as for `merge`.
    """
    if kept is None:
        reject_proposal(session, context, proposal_id=proposal_id)
        return None
    proposal = session.get(MatchProposal, proposal_id)
    if proposal is None or kept not in (proposal.one_id, proposal.other_id):
        raise NotFound
    gone = proposal.other_id if kept == proposal.one_id else proposal.one_id
    return merge(session, context, kept=kept, gone=gone)


def propose_outside_reach(session: Session, context: ChangeContext, *, actor: Actor, person_id: int) -> int:
    """Propose to the administrators the people whom the account may not see and who are or may be this one.

    The account learns only how many proposals are new, which it must not be shown where the number would tell of somebody.

    Raises:
        NotFound: there is no such person.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    outside = reach_of(session, actor).is_not(true())
    found = candidates(session, compared(session, person), by=By.STAFF, condition=outside, but=person)
    return sum(propose(session, context, one=person.id, other=each.person.id, why=each.why or (Evidence.NAME,)) for each in found)
