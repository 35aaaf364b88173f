"""Codes of reserved identities for registrations that have none.

To be united with the service that reserves an identity, which gives codes by the same rule.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.registration.models import Registration

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 5


def give_codes(session: Session, registrations: Sequence[Registration]) -> list[int]:
    """Give each registration without a code one that its seminar does not use; return the ids of those that got one."""
    without = [each for each in registrations if each.reserved_code is None]
    for registration in without:
        of_seminar = select(Registration.reserved_code).where(Registration.seminar_id == registration.seminar_id)
        used = set(session.scalars(of_seminar.where(Registration.reserved_code.is_not(None))))
        while (code := "".join(secrets.choice(LETTERS) for _ in range(LENGTH))) in used:
            pass
        registration.reserved_code = code
        session.flush()
    return [each.id for each in without]
