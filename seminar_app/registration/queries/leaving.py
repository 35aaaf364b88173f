"""Who has withdrawn a registration: the person, or the agency for them. The state alone does not say it; its last step does."""

from __future__ import annotations

from sqlalchemy import and_, case, exists, false, func, select
from sqlalchemy.orm import aliased

from seminar_app.people.models import Person
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, Source

ACCOUNTS = "account:"
"""How the actor of a step begins that an account has made. An account withdraws people only for their agency."""

_Step, _Newest = aliased(RegistrationHistory), aliased(RegistrationHistory)
_LAST = select(func.max(_Newest.id)).where(_Newest.registration_id == Registration.id).correlate(Registration).scalar_subquery()

WITHDRAWN_BY_AGENCY = case(
    (
        and_(Registration.state == RegistrationState.WITHDRAWN, Registration.source != Source.WALK_IN, Person.erased_at.is_(None)),
        exists().where(_Step.id == _LAST, _Step.actor.startswith(ACCOUNTS)).correlate(Registration),
    ),
    else_=false(),
).label("by_agency")
"""Column of a query of registrations joined with their people: whether the agency withdrew the person, not the person.

Erasing a person, and taking back an entry at the door, end in the same state and are no withdrawal by the agency.
"""


def step_by_agency(to_state: RegistrationState, actor: str, source: Source) -> bool:
    """Whether a step of the history of somebody who is not erased is the agency's withdrawal: `WITHDRAWN_BY_AGENCY` of one step."""
    return to_state is RegistrationState.WITHDRAWN and source is not Source.WALK_IN and actor.startswith(ACCOUNTS)
