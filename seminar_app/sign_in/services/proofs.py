"""Check codes, passkeys and passwords. Wrong answers are committed too, because they are counted.

A code is spent by one conditional UPDATE (or DELETE), so that only one of two processes can use it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.services.common import locked_account, record_own_change
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.sealing import seal, unseal
from seminar_app.sign_in import app_codes
from seminar_app.sign_in.models import RecoveryCode, SecondFactor
from seminar_app.sign_in.rules import FactorKind, Proof, proofs_rest, wrong_proofs_after
from seminar_app.sign_in.services.factor_mail import tell_owner


def about(factor: SecondFactor) -> str:
    """Return what the sealed secret is bound to."""
    return f"second_factor.secret:{factor.public_id.hex}"


def check_code(session: Session, context: ChangeContext, *, account_id: int, code: str, keys: Sequence[str]) -> Proof:
    """Check a code of an app or a recovery code, and spend it if it is right.

    Args:
        keys: the settings' secret keys, newest first.
    """
    account = locked_account(session, account_id)
    if proofs_rest(account.wrong_proofs, account.wrong_proof_at, now=context.now):
        return Proof.RESTING
    if app_codes.is_app_code(code):
        answer = _spend_app_code(session, context, account, code, keys)
    else:
        answer = _spend_recovery_code(session, context, account, code)
    return _counted(session, context, account, answer, "code")


def check_passkey(session: Session, context: ChangeContext, *, account_id: int, credential_id: bytes | None, uses: int) -> Proof:
    """Record the result of a passkey check, and refuse a use counter that does not rise.

    Args:
        credential_id: the passkey that signed; None where the signature was wrong.
        uses: the device's use counter. A counter that does not rise means a copied passkey; 0 is a device that does not count.
    """
    account = locked_account(session, account_id)
    if proofs_rest(account.wrong_proofs, account.wrong_proof_at, now=context.now):
        return Proof.RESTING
    known = (SecondFactor.counter < uses) | ((SecondFactor.counter == 0) & (uses == 0))
    done = session.execute(
        update(SecondFactor)
        .where(SecondFactor.user_account_id == account_id, SecondFactor.credential_id == credential_id, known)
        .values(counter=uses, used_at=context.now)
        .returning(SecondFactor.id)
    )
    right = credential_id is not None and bool(done.all())
    return _counted(session, context, account, Proof.RIGHT if right else Proof.WRONG, "passkey")


def check_password(session: Session, context: ChangeContext, *, account_id: int, right: bool) -> Proof:
    """Count the result of a repeated password check; the caller has checked the password."""
    account = locked_account(session, account_id)
    if proofs_rest(account.wrong_proofs, account.wrong_proof_at, now=context.now):
        return Proof.RESTING
    return _counted(session, context, account, Proof.RIGHT if right else Proof.WRONG, "password")


def _spend_app_code(session: Session, context: ChangeContext, account: UserAccount, code: str, keys: Sequence[str]) -> Proof:
    apps = select(SecondFactor).where(SecondFactor.user_account_id == account.id, SecondFactor.kind == FactorKind.APP)
    answer = Proof.WRONG
    for factor in session.scalars(apps.order_by(SecondFactor.id)):
        secret = unseal(keys, factor.sealed_secret or b"", about=about(factor))
        if secret is None:
            continue
        try:
            period = app_codes.period_of(secret, code, now=context.now, last=factor.counter)
        except app_codes.CodeUsed:
            answer = Proof.USED
            continue
        if period is None:
            continue
        if _spent(session, context, factor, period):
            factor.sealed_secret = seal(keys, secret, about=about(factor))  # sealed with the newest key, so that older keys can be removed
            return Proof.RIGHT
        answer = Proof.USED
    return answer


def _spent(session: Session, context: ChangeContext, factor: SecondFactor, period: int) -> bool:
    """Spend a period's code; True only for the first of several concurrent attempts."""
    done = session.execute(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.counter < period)
        .values(counter=period, used_at=context.now)
        .returning(SecondFactor.id)
    )
    return bool(done.all())


def _spend_recovery_code(session: Session, context: ChangeContext, account: UserAccount, code: str) -> Proof:
    has_factor = select(SecondFactor.id).where(SecondFactor.user_account_id == account.id).exists()
    done = session.execute(
        delete(RecoveryCode)
        .where(
            RecoveryCode.user_account_id == account.id,
            RecoveryCode.code_hash == app_codes.recovery_hash(code, account=account.public_id),
            has_factor,
        )
        .returning(RecoveryCode.id)
    )
    if not done.all():
        return Proof.WRONG
    left = session.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_account_id == account.id))
    record_own_change(session, context, "account.recovery_code_used", account, left=left)
    tell_owner(session, context, account, "recovery_code_used", left=left)
    return Proof.RIGHT


def _counted(session: Session, context: ChangeContext, account: UserAccount, answer: Proof, how: str) -> Proof:
    if answer is Proof.RIGHT:
        account.wrong_proofs, account.wrong_proof_at = 0, None
    else:
        if answer is not Proof.USED:  # a double click, or a second tab: whoever sends it knew the code
            account.wrong_proofs = wrong_proofs_after(account.wrong_proofs, account.wrong_proof_at, now=context.now)
            account.wrong_proof_at = context.now
        record_own_change(session, context, "account.proof_refused", account, how=how, why=answer.value)
    return answer
