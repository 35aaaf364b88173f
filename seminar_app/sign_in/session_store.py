"""The table of signed-in browsers. Rows are found by the hash of the cookie's id; without a row the cookie gives no access."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.core.actor import Grant
from seminar_app.core.links import token_hash
from seminar_app.sign_in.models import SecondFactor, WebSession
from seminar_app.sign_in.rules import HALF_SIGNED_IN, IDLE, LONGEST, owes_second_factor, session_holds

ACCOUNT_KEY = "_user_id"
"""Flask-Login's session key. It holds the account's `fs_uniquifier`, which changes with every new password."""

_FIND = (
    select(
        WebSession.public_id,
        WebSession.values,
        WebSession.created_at,
        WebSession.seen_at,
        WebSession.user_account_id,
        WebSession.proven_at,
        WebSession.factor_at,
        exists().where(SecondFactor.user_account_id == WebSession.user_account_id),
        UserAccount,
        RoleGrant.role,
        RoleGrant.office_id,
        RoleGrant.agency_id,
        RoleGrant.seminar_id,
    )
    .outerjoin(UserAccount, UserAccount.id == WebSession.user_account_id)
    .outerjoin(RoleGrant, RoleGrant.user_account_id == UserAccount.id)
    .where(WebSession.id_hash == bindparam("id_hash"))
    .order_by(RoleGrant.id)
)
"""Compiled once, because every request of a signed-in account runs it."""


class StoredSession(Struct, frozen=True):
    """A browser's session row, with its account (if any) and that account's grants."""

    id_hash: bytes
    public_id: uuid.UUID
    values: dict[str, Any]
    seen_at: datetime
    account: UserAccount | None
    grants: tuple[Grant, ...] = ()
    created_at: datetime | None = None
    proven_at: datetime | None = None
    factor_at: datetime | None = None
    has_factor: bool = False
    owes_factor: bool = False
    """Only the password was proved so far; the session can open only the pages of the second step."""


def find(session: Session, identifier: str, *, now: datetime, factor_required: bool = False) -> StoredSession | None:
    """Return the session with account and grants, in one statement.

    Return None where there is no row, it has timed out, the account is disabled, or the account's password has changed since.
    """
    id_hash = token_hash(identifier)
    rows = session.execute(_FIND, {"id_hash": id_hash}).all()
    if not rows:
        return None
    public_id, values, created_at, seen_at, account_id, proven_at, factor_at, has_factor, account = rows[0][:9]
    if not session_holds(created_at=created_at, seen_at=seen_at, now=now):
        return None
    if account_id is not None and not (account and account.active and values.get(ACCOUNT_KEY) == account.fs_uniquifier):
        return None
    owes = account is not None and owes_second_factor(has_factor=has_factor, required=factor_required, factor_at=factor_at)
    if owes and now - created_at >= HALF_SIGNED_IN:
        return None
    grants = tuple(Grant(role, office_id, agency_id, seminar_id) for *_rest, role, office_id, agency_id, seminar_id in rows if role)
    return StoredSession(
        id_hash,
        public_id,
        dict(values),
        seen_at,
        account,
        grants,
        created_at=created_at,
        proven_at=proven_at,
        factor_at=factor_at,
        has_factor=has_factor,
        owes_factor=owes,
    )


def start(
    session: Session,
    *,
    account: UserAccount | None,
    values: Mapping[str, Any],
    now: datetime,
    browser: str | None = None,
    factor_at: datetime | None = None,
    began_at: datetime | None = None,
) -> str:
    """Add a session and return the cookie's value: 256 random bits, 43 characters. Also delete sessions that have timed out.

    Args:
        began_at: start of the session that this one replaces; the new session ends no later than that one would have.
    """
    session.execute(delete(WebSession).where(or_(WebSession.seen_at < now - IDLE, WebSession.created_at < now - LONGEST)))
    identifier = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            id_hash=token_hash(identifier),
            public_id=uuid.uuid4(),
            user_account_id=account.id if account else None,
            values=_as_json(values) | ({ACCOUNT_KEY: account.fs_uniquifier} if account else {}),
            created_at=began_at or now,
            seen_at=now,
            browser=browser,
            proven_at=now if account else None,
            factor_at=factor_at,
        )
    )
    session.flush()
    return identifier


def rotate(session: Session, id_hash: bytes, *, values: Mapping[str, Any], now: datetime, with_factor: bool) -> str | None:
    """Give a session a fresh id after a proof of identity; the old id is void. `created_at` stays.

    Return None where the session was ended or rotated meanwhile, so only one of two concurrent proofs succeeds.
    """
    identifier = secrets.token_urlsafe(32)
    changed = {"id_hash": token_hash(identifier), "values": _as_json(values), "proven_at": now, "seen_at": now}
    if with_factor:
        changed["factor_at"] = now
    done = session.execute(update(WebSession).where(WebSession.id_hash == id_hash).values(changed).returning(WebSession.public_id))
    return identifier if done.all() else None


def keep(session: Session, id_hash: bytes, *, values: Mapping[str, Any], now: datetime) -> None:
    """Store changed values. A session that was ended meanwhile stays ended."""
    session.execute(update(WebSession).where(WebSession.id_hash == id_hash).values({"values": _as_json(values), "seen_at": now}))


def note_seen(session: Session, id_hash: bytes, *, now: datetime) -> None:
    """Restart the idle time-out."""
    session.execute(update(WebSession).where(WebSession.id_hash == id_hash).values(seen_at=now))


def end(session: Session, id_hash: bytes) -> None:
    """End one session; the next request with its cookie is not signed in."""
    _delete(session, WebSession.id_hash == id_hash)


def end_all_of(session: Session, account_id: int) -> int:
    """End all sessions of an account; return how many there were."""
    return _delete(session, WebSession.user_account_id == account_id)


def end_others_of(session: Session, account_id: int, id_hash: bytes) -> int:
    """End all sessions of an account except this one; return how many there were."""
    return _delete(session, (WebSession.user_account_id == account_id) & (WebSession.id_hash != id_hash))


def _delete(session: Session, which: ColumnElement[bool]) -> int:
    return len(session.execute(delete(WebSession).where(which).returning(WebSession.id_hash)).all())


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(json.dumps(dict(values), default=str))
    return kept
