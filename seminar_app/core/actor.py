"""The acting account: its roles, and the office, agency or seminar of each. No database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class RoleName(StrEnum):
    """The roles of staff, as the access check (`web.access`) names them."""

    ADMIN = "admin"
    ORGANIZER = "organizer"
    COORDINATOR = "coordinator"
    LIAISON = "liaison"
    AUDITOR = "auditor"


class Grant(Struct, frozen=True):
    """One role and the id it is for: an organizer's office, a coordinator's seminar, a liaison's agency."""

    role: RoleName
    office_id: int | None = None
    agency_id: int | None = None
    seminar_id: int | None = None


class Actor(Struct, frozen=True):
    """A signed-in account, as the rules see it."""

    user_id: int
    public_id: uuid.UUID
    name: str
    language: str
    grants: tuple[Grant, ...]

    @property
    def roles(self) -> frozenset[str]:
        """Return the names of the roles held, in any scope."""
        return frozenset(grant.role.value for grant in self.grants)

    @property
    def audit_name(self) -> str:
        """Return the account's name in the audit log."""
        return f"account:{self.public_id.hex}"

    @property
    def is_admin(self) -> bool:
        """Whether the account is an administrator."""
        return RoleName.ADMIN in self.roles

    @property
    def office_ids(self) -> frozenset[int]:
        """Return the offices that this account organizes for."""
        return _ids(grant.office_id for grant in self.grants if grant.role is RoleName.ORGANIZER)

    @property
    def seminar_ids(self) -> frozenset[int]:
        """Return the seminars that this account coordinates."""
        return _ids(grant.seminar_id for grant in self.grants if grant.role is RoleName.COORDINATOR)

    @property
    def agency_ids(self) -> frozenset[int]:
        """Return the agencies that this account is the liaison of; agencies below them are included by the rules."""
        return _ids(grant.agency_id for grant in self.grants if grant.role is RoleName.LIAISON)


def _ids(values: Iterable[int | None]) -> frozenset[int]:
    return frozenset(value for value in values if value is not None)


PUBLIC = "public"
"""Name in the audit log of a visitor who is not known."""
COMMAND = "command"
"""Name of the command line in the audit log."""
RULE = "rule"
"""Name in the audit log of what happens by a rule: a seat given to the first who waits, data deleted in time."""
