"""Who acts: the roles an account holds, and for which office, agency or seminar. No database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class RoleName(StrEnum):
    """The roles of staff, in the words of the door (`web.access`)."""

    ADMIN = "admin"
    ORGANIZER = "organizer"
    COORDINATOR = "coordinator"
    LIAISON = "liaison"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role and the id of what it is for: an organizer's office, a coordinator's seminar, a liaison's agency."""

    role: RoleName
    office_id: int | None = None
    agency_id: int | None = None
    seminar_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody signed in, as the rules see them."""

    user_id: int
    public_id: uuid.UUID
    name: str
    language: str
    grants: tuple[Grant, ...]

    @property
    def roles(self) -> frozenset[str]:
        """Names of the roles held, whatever they are for."""
        return frozenset(grant.role.value for grant in self.grants)

    @property
    def audit_name(self) -> str:
        """How the trail names this person."""
        return f"account:{self.public_id.hex}"

    @property
    def is_admin(self) -> bool:
        """Whether this is an administrator."""
        return RoleName.ADMIN in self.roles

    @property
    def office_ids(self) -> frozenset[int]:
        """Offices this person organizes for."""
        return _ids(grant.office_id for grant in self.grants if grant.role is RoleName.ORGANIZER)

    @property
    def seminar_ids(self) -> frozenset[int]:
        """Seminars this person coordinates."""
        return _ids(grant.seminar_id for grant in self.grants if grant.role is RoleName.COORDINATOR)

    @property
    def agency_ids(self) -> frozenset[int]:
        """Agencies this person is the focal point of; what lies below them is theirs too."""
        return _ids(grant.agency_id for grant in self.grants if grant.role is RoleName.LIAISON)


def _ids(values: Iterable[int | None]) -> frozenset[int]:
    return frozenset(value for value in values if value is not None)


COMMAND = "command"
"""How the audit log names the command line."""


def audit_name(actor: Actor | None) -> str:
    """How the audit log names who acts; no actor is the command line."""
    return actor.audit_name if actor else COMMAND
