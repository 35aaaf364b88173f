"""Rules of hours per official, with the codes of their offices."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.offices.models import Office
from seminar_app.reports.models import HoursRule
from seminar_app.reports.rules import HoursAsked


class KeptRule(Struct, frozen=True):
    """A rule as it is stored, and what it says. `kept`: whether the account may change it."""

    id: int
    public_id: uuid.UUID
    office_id: int | None
    version: int
    says: HoursAsked
    kept: bool


def hours_rules(session: Session, actor: Actor) -> Sequence[KeptRule]:
    """Return all rules in one statement: that of all offices first, then by office, the latest first."""
    found = session.execute(
        select(HoursRule, Office.code)
        .outerjoin(Office, Office.id == HoursRule.office_id)
        .order_by(HoursRule.office_id.is_not(None), Office.code, HoursRule.valid_from.desc())
    )
    return [_kept(rule, code, actor) for rule, code in found]


def get_hours_rule(session: Session, actor: Actor, public_id: uuid.UUID) -> KeptRule:
    """Return a rule that the account keeps.

    Raises:
        NotFound: there is none, or another office keeps it.
    """
    found = session.execute(
        select(HoursRule, Office.code).outerjoin(Office, Office.id == HoursRule.office_id).where(HoursRule.public_id == public_id)
    ).one_or_none()
    if found is None or not may_keep(actor, found[0].office_id):
        raise NotFound
    return _kept(found[0], found[1], actor)


def may_keep(actor: Actor, office_id: int | None) -> bool:
    """Whether the account keeps the rule of an office, or that of all offices: an administrator all, an organizer their offices'."""
    return actor.is_admin or office_id in actor.office_ids


def _kept(rule: HoursRule, code: str | None, actor: Actor) -> KeptRule:
    says = HoursAsked(code, rule.minutes, rule.year, rule.valid_from, rule.valid_to, rule.source)
    return KeptRule(rule.id, rule.public_id, rule.office_id, rule.version, says, may_keep(actor, rule.office_id))
