from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from seminar_app.accounts.rules import InvitationState, invitation_state, may_give
from seminar_app.core.actor import Actor, Grant, RoleName

OWN, OTHER = 1, 2
ORGANIZER, ADMIN = Grant(RoleName.ORGANIZER, office_id=OWN), Grant(RoleName.ADMIN)
COORDINATOR, LIAISON = Grant(RoleName.COORDINATOR, seminar_id=7), Grant(RoleName.LIAISON, agency_id=9)
NOW = datetime(2026, 6, 3, tzinfo=UTC)


def actor(*grants: Grant) -> Actor:
    return Actor(1, uuid.uuid4(), "Ana", "es", grants)


@pytest.mark.parametrize("grant", [COORDINATOR, LIAISON])
def test_an_organizer_gives_both_roles_for_the_own_office_only(grant: Grant) -> None:
    assert may_give(actor(ORGANIZER), grant, office_id=OWN)
    assert not may_give(actor(ORGANIZER), grant, office_id=OTHER)
    assert may_give(actor(ADMIN), grant, office_id=OTHER)


@pytest.mark.parametrize("giver", [COORDINATOR, LIAISON, Grant(RoleName.AUDITOR)])
@pytest.mark.parametrize("grant", [COORDINATOR, LIAISON])
def test_others_give_no_role(giver: Grant, grant: Grant) -> None:
    assert not may_give(actor(giver), grant, office_id=OWN)


@pytest.mark.parametrize("giver", [ORGANIZER, ADMIN])
@pytest.mark.parametrize(
    "grant",
    [ADMIN, Grant(RoleName.AUDITOR), ORGANIZER, Grant(RoleName.ORGANIZER, office_id=OTHER)],
    ids=lambda grant: str(grant.role),
)
def test_wider_roles_are_never_given_by_invitation(giver: Grant, grant: Grant) -> None:
    assert not may_give(actor(giver), grant, office_id=OWN)


def test_a_role_without_its_seminar_or_agency_is_not_given() -> None:
    for grant in (Grant(RoleName.COORDINATOR), Grant(RoleName.LIAISON), Grant(RoleName.COORDINATOR, agency_id=9)):
        assert not may_give(actor(ORGANIZER), grant, office_id=OWN)


@pytest.mark.parametrize(
    ("active", "has_password", "link_until", "expected"),
    [
        (True, False, NOW + timedelta(days=1), InvitationState.INVITED),
        (True, False, NOW, InvitationState.LINK_ENDED),
        (True, False, None, InvitationState.LINK_ENDED),
        (True, True, None, InvitationState.SIGNED_IN),
        (True, True, NOW + timedelta(days=1), InvitationState.SIGNED_IN),
        (False, True, None, InvitationState.DISABLED),
        (False, False, NOW + timedelta(days=1), InvitationState.DISABLED),
    ],
)
def test_how_far_an_invited_person_is(*, active: bool, has_password: bool, link_until: datetime | None, expected: InvitationState) -> None:
    assert invitation_state(active=active, has_password=has_password, link_until=link_until, now=NOW) is expected
