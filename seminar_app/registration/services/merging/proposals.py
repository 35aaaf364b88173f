"""Decide a proposal that two records may be one person."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.people.models import MatchProposal, PersonMerge
from seminar_app.people.proposals import reject_proposal
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
