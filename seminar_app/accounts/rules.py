"""What an account may do, decided from its roles and their scopes. No database."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from seminar_app.core.actor import Actor, Grant, RoleName


def may_organize(actor: Actor, *, office_id: int) -> bool:
    """Whether the actor may create, edit and publish seminars of this office, and manage their people."""
    return actor.is_admin or office_id in actor.office_ids


def may_coordinate(actor: Actor, *, office_id: int, seminar_id: int) -> bool:
    """Whether the actor may run the door of this seminar: see its roster, take and export attendance, open feedback."""
    return may_organize(actor, office_id=office_id) or seminar_id in actor.seminar_ids


def may_give(actor: Actor, grant: Grant, *, office_id: int) -> bool:
    """Whether the actor may give and take this role in the name of an office: a coordinator of one seminar, a liaison of one agency.

    Args:
        actor: who gives it.
        grant: the role and what it is for.
        office_id: the seminar's office; for a liaison, the office that invites.

    Source: docs/decisions/0025-organizers-invite.md.
    """
    scopes = {RoleName.COORDINATOR: grant.seminar_id, RoleName.LIAISON: grant.agency_id}
    return scopes.get(grant.role) is not None and may_organize(actor, office_id=office_id)


class InvitationState(StrEnum):
    """How far a person is who was invited to an account."""

    INVITED = "invited"
    LINK_ENDED = "link_ended"
    SIGNED_IN = "signed_in"
    DISABLED = "disabled"


def invitation_state(*, active: bool, has_password: bool, link_until: datetime | None, now: datetime) -> InvitationState:
    """Return how far the owner of an account is; `link_until`: when the newest link ends, None without one."""
    if not active:
        return InvitationState.DISABLED
    if has_password:
        return InvitationState.SIGNED_IN
    return InvitationState.INVITED if link_until is not None and now < link_until else InvitationState.LINK_ENDED
