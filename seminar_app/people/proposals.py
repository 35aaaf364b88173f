"""Proposals to an administrator: two records that may be one person, where the account that found them may not see both."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.inserts import insert_unless_present
from seminar_app.people.evidence import Evidence
from seminar_app.people.models import MatchProposal


def propose(session: Session, context: ChangeContext, *, one: int, other: int, why: Sequence[Evidence]) -> bool:
    """Propose that two people may be one. A pair is proposed once; one that was decided is not proposed again.

    Args:
        one, other: ids of people, in any order.
        why: what agrees and differs.

    Returns:
        Whether the proposal is new.
    """
    first, second = sorted((one, other))
    proposal = MatchProposal(
        public_id=uuid.uuid4(),
        one_id=first,
        other_id=second,
        why=[code.value for code in why],
        proposed_at=context.now,
        proposed_by=context.actor,
    )
    if not insert_unless_present(session, proposal, index_elements=("one_id", "other_id")):
        return False
    _record(session, context, "match.proposed", proposal)
    return True


def reject_proposal(session: Session, context: ChangeContext, *, proposal_id: int) -> bool:
    """Decide that the two records are two people. Return False if the proposal was decided before.

    Raises:
        NotFound: there is no such proposal.
    """
    proposal = session.scalars(select(MatchProposal).where(MatchProposal.id == proposal_id).with_for_update()).one_or_none()
    if proposal is None:
        raise NotFound
    if proposal.decided_at is not None:
        return False
    proposal.decided_at, proposal.decided_by = context.now, context.actor
    session.flush()
    _record(session, context, "match.rejected", proposal)
    return True


def reopen_proposal(session: Session, context: ChangeContext, *, proposal_id: int) -> bool:
    """Take back that the two records are two people. Return False if the proposal is open.

    Raises:
        NotFound: there is no such proposal.
    """
    proposal = session.scalars(select(MatchProposal).where(MatchProposal.id == proposal_id).with_for_update()).one_or_none()
    if proposal is None:
        raise NotFound
    if proposal.decided_at is None:
        return False
    proposal.decided_at, proposal.decided_by = None, None
    session.flush()
    _record(session, context, "match.reopened", proposal)
    return True


def keep_apart(session: Session, context: ChangeContext, *, one: int, other: int) -> bool:
    """Decide that two people are two, proposed or not. Return False if that was decided at this moment already."""
    propose(session, context, one=one, other=other, why=())
    proposal = _of_pair(session, one, other)
    if proposal is None or proposal.decided_at == context.now:
        return False
    proposal.decided_at, proposal.decided_by = context.now, context.actor
    session.flush()
    _record(session, context, "match.rejected", proposal)
    return True


def take_apart_back(session: Session, context: ChangeContext, *, one: int, other: int) -> bool:
    """Take back that two people are two. A pair that nobody had proposed before is forgotten, so that no administrator is asked.

    Returns:
        False if nothing is decided about them.
    """
    proposal = _of_pair(session, one, other)
    if proposal is None or proposal.decided_at is None:
        return False
    if proposal.decided_at != proposal.proposed_at:
        return reopen_proposal(session, context, proposal_id=proposal.id)
    _record(session, context, "match.reopened", proposal)
    session.delete(proposal)
    session.flush()
    return True


def _of_pair(session: Session, one: int, other: int) -> MatchProposal | None:
    first, second = sorted((one, other))
    pair = MatchProposal.one_id == first, MatchProposal.other_id == second
    return session.scalars(select(MatchProposal).where(*pair).with_for_update()).one_or_none()


def close_proposal(session: Session, context: ChangeContext, *, one: int, other: int) -> None:
    """Mark the proposal of two people as decided, because they were merged."""
    first, second = sorted((one, other))
    session.execute(
        update(MatchProposal)
        .where(MatchProposal.one_id == first, MatchProposal.other_id == second, MatchProposal.decided_at.is_(None))
        .values(decided_at=context.now, decided_by=context.actor)
    )


def _record(session: Session, context: ChangeContext, action: str, proposal: MatchProposal) -> None:
    audit.record(
        session,
        context,
        action=action,
        subject=f"match_proposal:{proposal.public_id.hex}",
    )
