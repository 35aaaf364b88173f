"""Queries about accounts and their roles."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.addresses import normal_address
from seminar_app.core.errors import NotFound
from seminar_app.core.folding import fold
from seminar_app.offices.models import Office

PAGE_SIZE = 50


class GrantLine(Struct, frozen=True):
    """A role for display, with its office or agency. Its seminar is an id only, because titles belong to the seminars feature."""

    role: RoleName
    seminar_id: int | None
    office: Office | None
    agency: Agency | None


class AccountLine(Struct, frozen=True):
    """An account in the list, with its roles."""

    account: UserAccount
    grants: Sequence[GrantLine]


class TeamLine(Struct, frozen=True):
    """A role of a person who works for an office. `office_id`: the seminar's office, or the one that invited a liaison."""

    account: UserAccount
    grant: GrantLine
    role_id: int
    office_id: int


class AccountPage(Struct, frozen=True):
    """One page of the list, and the total number found."""

    lines: Sequence[AccountLine]
    page: int
    found: int

    @property
    def pages(self) -> int:
        """Return the number of pages, at least one."""
        return max(1, -(-self.found // PAGE_SIZE))


def account_by_email(session: Session, email: str) -> UserAccount | None:
    """Return the account with this address, or None; case and surrounding spaces do not matter."""
    address = normal_address(email)
    return None if address is None else session.scalar(select(UserAccount).where(UserAccount.email == address))


def get_account(session: Session, public_id: uuid.UUID) -> UserAccount:
    """Return the account with this public id.

    Raises:
        NotFound: there is none with this id.
    """
    account = session.scalar(select(UserAccount).where(UserAccount.public_id == public_id))
    if account is None:
        raise NotFound
    return account


def accounts(session: Session, *, text: str = "", role: RoleName | None = None, page: int = 1) -> AccountPage:
    """Return accounts by name, 50 a page.

    The text is searched in name and address, without regard to case or accents. There are some hundreds of accounts at most,
    so all are read and filtered in memory; roles are read only for the page that is shown.
    """
    wanted = select(UserAccount)
    if role is not None:
        wanted = wanted.where(UserAccount.id.in_(select(RoleGrant.user_account_id).where(RoleGrant.role == role)))
    words = fold(text).split()
    found = [a for a in session.scalars(wanted) if all(word in fold(f"{a.name} {a.email}") for word in words)]
    found.sort(key=lambda a: (fold(a.name), a.id))
    page = min(max(page, 1), max(1, -(-len(found) // PAGE_SIZE)))
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    grants = grants_of(session, [account.id for account in shown])
    return AccountPage([AccountLine(account, grants.get(account.id, ())) for account in shown], page, len(found))


def grants_of(session: Session, account_ids: Collection[int]) -> Mapping[int, Sequence[GrantLine]]:
    """Return the roles of these accounts by account id, in one statement."""
    lines: dict[int, list[GrantLine]] = {}
    rows = session.execute(
        select(RoleGrant, Office, Agency)
        .outerjoin(Office, Office.id == RoleGrant.office_id)
        .outerjoin(Agency, Agency.id == RoleGrant.agency_id)
        .where(RoleGrant.user_account_id.in_(sorted(account_ids)))
        .order_by(RoleGrant.id)
    )
    for grant, office, agency in rows:
        held, line = lines.setdefault(grant.user_account_id, []), GrantLine(grant.role, grant.seminar_id, office, agency)
        if line not in held:
            held.append(line)
    return lines


def team_of(session: Session, *, office_ids: Collection[int], seminars: Mapping[int, int]) -> Sequence[TeamLine]:
    """Return the coordinators of these seminars and the liaisons that these offices invited, by name, with those roles only.

    Args:
        office_ids: the offices of an organizer.
        seminars: the office of each seminar of theirs, by the seminar's id.
    """
    rows = session.execute(
        select(UserAccount, RoleGrant, Agency)
        .join(RoleGrant, RoleGrant.user_account_id == UserAccount.id)
        .outerjoin(Agency, Agency.id == RoleGrant.agency_id)
        .where(_of_team(office_ids, seminars))
        .order_by(RoleGrant.id.desc())
    )
    lines = [
        TeamLine(
            account,
            GrantLine(grant.role, grant.seminar_id, None, agency),
            grant.id,
            grant.given_by_office_id or seminars[grant.seminar_id or 0],
        )
        for account, grant, agency in rows
    ]
    return sorted(lines, key=lambda line: (fold(line.account.name), line.account.id))


def works_for(session: Session, account_id: int, *, office_ids: Collection[int], seminar_ids: Collection[int]) -> bool:
    """Whether the account is among `team_of` these offices."""
    found = select(RoleGrant.id).where(RoleGrant.user_account_id == account_id, _of_team(office_ids, seminar_ids)).limit(1)
    return session.scalar(found) is not None


def find_actor(session: Session, audit_name: str) -> Actor | None:
    """Return an account as the rules see it now, by its name in the audit log; None if there is none, or it is disabled."""
    kind, _colon, hexadecimal = audit_name.partition(":")
    if kind != "account":
        return None
    account = session.scalar(select(UserAccount).where(UserAccount.public_id == uuid.UUID(hexadecimal), UserAccount.active))
    if account is None:
        return None
    rows = session.scalars(select(RoleGrant).where(RoleGrant.user_account_id == account.id).order_by(RoleGrant.id))
    grants = tuple(Grant(row.role, row.office_id, row.agency_id, row.seminar_id) for row in rows)
    return Actor(user_id=account.id, public_id=account.public_id, name=account.name, language=account.language, grants=grants)


def _of_team(office_ids: Collection[int], seminar_ids: Collection[int]) -> ColumnElement[bool]:
    coordinates = and_(RoleGrant.role == RoleName.COORDINATOR, RoleGrant.seminar_id.in_(sorted(seminar_ids)))
    return or_(coordinates, RoleGrant.given_by_office_id.in_(sorted(office_ids)))


def names_by_audit_name(session: Session, audit_names: Collection[str]) -> Mapping[str, str]:
    """Return names of staff by their names in the audit log: `account:<hex>` and `user_account:<hex>`."""
    ids = set()
    for audit_name in audit_names:
        kind, _colon, hexadecimal = audit_name.partition(":")
        if kind in ("account", "user_account") and len(hexadecimal) == 32:
            ids.add(uuid.UUID(hexadecimal))
    rows = session.execute(select(UserAccount.public_id, UserAccount.name).where(UserAccount.public_id.in_(ids)))
    return {f"{kind}:{row.public_id.hex}": row.name for row in rows for kind in ("account", "user_account")}


def everybody(session: Session) -> Sequence[tuple[uuid.UUID, str]]:
    """Return ids and names of all accounts, by name."""
    rows = session.execute(select(UserAccount.public_id, UserAccount.name))
    return sorted(((row.public_id, row.name) for row in rows), key=lambda row: fold(row[1]))


def coordinators_of(session: Session, seminar_id: int) -> Sequence[UserAccount]:
    """Return the coordinators assigned to a seminar, by name."""
    assigned = select(RoleGrant.user_account_id).where(RoleGrant.role == RoleName.COORDINATOR, RoleGrant.seminar_id == seminar_id)
    return _by_name(session.scalars(select(UserAccount).where(UserAccount.id.in_(assigned))))


def liaisons(session: Session) -> Mapping[UserAccount, frozenset[int]]:
    """Return the active accounts of liaisons with the ids of the agencies they were given, in one statement."""
    rows = session.execute(
        select(UserAccount, RoleGrant.agency_id)
        .join(RoleGrant, RoleGrant.user_account_id == UserAccount.id)
        .where(UserAccount.active, RoleGrant.role == RoleName.LIAISON, RoleGrant.agency_id.is_not(None))
        .order_by(UserAccount.id)
    )
    found: dict[UserAccount, set[int]] = {}
    for account, agency_id in rows:
        found.setdefault(account, set()).add(agency_id or 0)
    return {account: frozenset(agency_ids) for account, agency_ids in found.items()}


def organizers_of(session: Session, office_id: int) -> Sequence[UserAccount]:
    """Return the active accounts of an office's organizers, by name."""
    theirs = select(RoleGrant.user_account_id).where(RoleGrant.role == RoleName.ORGANIZER, RoleGrant.office_id == office_id)
    return _by_name(session.scalars(select(UserAccount).where(UserAccount.id.in_(theirs), UserAccount.active)))


def possible_coordinators(session: Session) -> Sequence[UserAccount]:
    """Return the accounts that can be assigned to a seminar: enabled accounts with the coordinator role, assigned or not."""
    coordinators = select(RoleGrant.user_account_id).where(RoleGrant.role == RoleName.COORDINATOR)
    return _by_name(session.scalars(select(UserAccount).where(UserAccount.id.in_(coordinators), UserAccount.active)))


def _by_name(found: Iterable[UserAccount]) -> Sequence[UserAccount]:
    return sorted(found, key=lambda account: fold(account.name))


def offices_with_organizer(session: Session) -> Sequence[Office]:
    """Return the active offices that have an organizer who can sign in, by code."""
    organizers = (
        select(RoleGrant.office_id)
        .join(UserAccount, UserAccount.id == RoleGrant.user_account_id)
        .where(RoleGrant.role == RoleName.ORGANIZER, UserAccount.active)
    )
    return session.scalars(select(Office).where(Office.active, Office.id.in_(organizers)).order_by(Office.code)).all()
