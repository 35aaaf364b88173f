"""Add and remove second factors, and make recovery codes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from seminar_app.accounts.services.common import locked_account, record_change, record_own_change
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.sealing import seal
from seminar_app.sign_in import app_codes, session_store
from seminar_app.sign_in.errors import AccountJustChanged, EnoughFactors, LastFactor, OwnSecondFactor, PasskeyKnown, WrongSetupCode
from seminar_app.sign_in.models import RecoveryCode, SecondFactor
from seminar_app.sign_in.rules import FactorKind
from seminar_app.sign_in.services.factor_mail import tell_owner
from seminar_app.sign_in.services.proofs import about

MOST_FACTORS = 10


def add_app(
    session: Session,
    context: ChangeContext,
    *,
    account_id: int,
    name: str,
    secret: bytes,
    code: str,
    keys: Sequence[str],
    first: bool = False,
) -> SecondFactor:
    """Add an app after one correct code, which is thereby spent.

    Args:
        first: refuse if the account has a second factor already; its owner must prove that one instead.

    Raises:
        WrongSetupCode: the code does not match the secret.
        AccountJustChanged: `first`, and the account has a factor by now.
        EnoughFactors: the account has ten already.
    """
    period = app_codes.period_of(secret, code, now=context.now, last=0)
    if period is None:
        raise WrongSetupCode
    factor = SecondFactor(public_id=uuid.uuid4(), kind=FactorKind.APP, counter=period)
    factor.sealed_secret = seal(keys, secret, about=about(factor))
    return _add(session, context, account_id, name, factor, first=first)


def add_passkey(
    session: Session,
    context: ChangeContext,
    *,
    account_id: int,
    name: str,
    credential_id: bytes,
    credential: bytes,
    uses: int,
    first: bool = False,
) -> SecondFactor:
    """Add a passkey that the caller has verified. `first`: as for an app.

    Raises:
        AccountJustChanged: `first`, and the account has a factor by now.
        PasskeyKnown: the passkey belongs to an account already.
        EnoughFactors: the account has ten already.
    """
    if session.scalar(select(SecondFactor.id).where(SecondFactor.credential_id == credential_id)) is not None:
        raise PasskeyKnown
    factor = SecondFactor(public_id=uuid.uuid4(), kind=FactorKind.PASSKEY, credential_id=credential_id, credential=credential, counter=uses)
    return _add(session, context, account_id, name, factor, first=first)


def _add(session: Session, context: ChangeContext, account_id: int, name: str, factor: SecondFactor, *, first: bool) -> SecondFactor:
    account = locked_account(session, account_id)
    there = count_factors(session, account_id)
    if first and there:
        raise AccountJustChanged
    if there >= MOST_FACTORS:
        raise EnoughFactors(most=MOST_FACTORS)
    factor.user_account_id, factor.name, factor.created_at = account_id, name, context.now
    session.add(factor)
    session.flush()
    record_own_change(session, context, "account.factor_added", account, factor=factor.kind.value)
    tell_owner(session, context, account, "added", factor=factor.kind.value)
    return factor


def count_factors(session: Session, account_id: int) -> int:
    """Return the number of the account's second factors."""
    return session.scalar(select(func.count()).select_from(SecondFactor).where(SecondFactor.user_account_id == account_id)) or 0


def remove_factor(session: Session, context: ChangeContext, *, account_id: int, factor_id: uuid.UUID, required: bool) -> None:
    """Remove one of the account's second factors; with the last one, delete the recovery codes.

    Raises:
        NotFound: it is removed already, or belongs to another account.
        LastFactor: it is the last one, and one is required.
    """
    account = locked_account(session, account_id)
    factor = session.scalar(select(SecondFactor).where(SecondFactor.public_id == factor_id, SecondFactor.user_account_id == account.id))
    if factor is None:
        raise NotFound
    last = count_factors(session, account.id) == 1
    if last and required:
        raise LastFactor
    session.delete(factor)
    session.flush()
    if last:
        _forget_codes(session, account.id)
    record_own_change(session, context, "account.factor_removed", account, factor=factor.kind.value)
    tell_owner(session, context, account, "removed", factor=factor.kind.value)


def make_recovery_codes(session: Session, context: ChangeContext, *, account_id: int) -> list[str]:
    """Replace the account's recovery codes with ten new ones. The caller shows them once; only hashes are stored."""
    account = locked_account(session, account_id)
    _forget_codes(session, account_id)
    codes = [app_codes.new_recovery_code() for _ in range(app_codes.RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(user_account_id=account_id, code_hash=app_codes.recovery_hash(code, account=account.public_id)) for code in codes
    )
    session.flush()
    record_own_change(session, context, "account.recovery_codes_made", account)
    return codes


def reset_second_factor(session: Session, context: ChangeContext, *, account_id: int) -> None:
    """Remove all second factors and recovery codes of an account (a lost phone), and sign it out everywhere.

    Raises:
        OwnSecondFactor: the account is the actor's own.
    """
    account = locked_account(session, account_id)
    if account.audit_name == context.actor:
        raise OwnSecondFactor
    session.execute(delete(SecondFactor).where(SecondFactor.user_account_id == account.id))
    _forget_codes(session, account.id)
    account.wrong_proofs, account.wrong_proof_at = 0, None
    ended = session_store.end_all_of(session, account.id)
    record_change(session, context, "account.factor_reset", account, sessions_ended=ended)
    tell_owner(session, context, account, "reset")


def _forget_codes(session: Session, account_id: int) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_account_id == account_id))
