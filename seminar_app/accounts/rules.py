"""Who may do what, decided from the roles somebody holds and what they are for. No database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

IDLE = timedelta(minutes=30)
"""After so long without a request a session ends."""
LONGEST = timedelta(hours=12)
"""However busy, a session ends so long after signing in."""
HALF_SIGNED_IN = timedelta(minutes=20)
"""So long after the password the second factor may be proved, or the first one set up."""
FRESH = timedelta(minutes=15)
"""Exports and changes of accounts ask again when the last proof is older."""
WRONG_PROOFS = 5
"""After so many wrong codes in a row an account takes none for a while."""
PROOFS_REST = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)
"""How finely the table knows when a browser was last seen."""


class RoleName(StrEnum):
    """The roles of staff, in the words of the door (`web.access`)."""

    ADMIN = "admin"
    ORGANIZER = "organizer"
    COORDINATOR = "coordinator"
    LIAISON = "liaison"
    AUDITOR = "auditor"


class FactorKind(StrEnum):
    """What somebody can prove at sign-in besides the password."""

    APP = "app"
    PASSKEY = "passkey"


class Proof(StrEnum):
    """What came of a code, a passkey or a password that somebody proved themselves with."""

    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"
    """Right, and not for the first time."""
    RESTING = "resting"
    """Not looked at: there were too many wrong ones."""


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


def may_organize(actor: Actor, *, office_id: int) -> bool:
    """Create, edit, publish a seminar of this office, and everything about its people."""
    return actor.is_admin or office_id in actor.office_ids


def may_coordinate(actor: Actor, *, office_id: int, seminar_id: int) -> bool:
    """Run the door of this seminar: see its roster, take and export attendance, open feedback."""
    return may_organize(actor, office_id=office_id) or seminar_id in actor.seminar_ids


def may_see_agency(actor: Actor, *, agency_path: Iterable[int]) -> bool:
    """See people of an agency as its liaison. `agency_path`: ids of the agency and its parents."""
    return bool(actor.agency_ids & frozenset(agency_path))


def session_holds(*, created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a browser that signed in then and was last seen then is signed in still. Source: DESIGN.md, the bar."""
    return now - seen_at < IDLE and now - created_at < LONGEST


def owes_second_factor(*, has_factor: bool, required: bool, factor_at: datetime | None) -> bool:
    """Whether a session that began with the right password still opens nothing: a factor is to be proved, or to be set up."""
    return factor_at is None and (has_factor or required)


def is_fresh(proven_at: datetime | None, *, now: datetime) -> bool:
    """Whether the last proof of who somebody is will do for an export or a change of an account."""
    return proven_at is not None and now - proven_at < FRESH


def proofs_rest(wrong: int, last_at: datetime | None, *, now: datetime) -> bool:
    """Whether there were so many wrong proofs that none is looked at yet. Source: docs/decisions/0018-second-factor.md."""
    return wrong >= WRONG_PROOFS and last_at is not None and now - last_at < PROOFS_REST


def wrong_proofs_after(wrong: int, last_at: datetime | None, *, now: datetime) -> int:
    """How many wrong proofs in a row there are after one more; the count begins again when the last was long ago."""
    return wrong + 1 if last_at is not None and now - last_at < PROOFS_REST else 1
