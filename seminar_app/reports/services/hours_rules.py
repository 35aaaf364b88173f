"""Keep the rules of how many hours an official is to be trained in a year."""

from __future__ import annotations

import uuid
from datetime import date

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.offices.models import Office
from seminar_app.reports import hours_errors as errors
from seminar_app.reports.models import HoursRule
from seminar_app.reports.rules import MOST_HOURS, HoursAsked, HoursYear


class RuleTyped(Struct, frozen=True, kw_only=True):
    """What a rule is to say."""

    minutes: int
    year: HoursYear
    valid_from: date
    valid_to: date | None
    source: str | None


def add_hours_rule(session: Session, context: ChangeContext, *, office_id: int | None, typed: RuleTyped) -> HoursRule:
    """Add a rule of an office, or of all offices where that is None.

    Raises:
        HoursOutOfReach, DaysReversed: its hours or days cannot be right.
        RulesOverlap: another rule of the same office is valid on one of its days.
    """
    _refuse(session, office_id, typed, but=None)
    rule = HoursRule(public_id=uuid.uuid4(), office_id=office_id, **_values(typed))
    session.add(rule)
    session.flush()
    _record(session, context, rule, "hours_rule.added")
    return rule


def change_hours_rule(session: Session, context: ChangeContext, *, rule_id: int, version: int, typed: RuleTyped) -> None:
    """Change a rule. What pages of past years say changes with it.

    Raises:
        NotFound: there is no such rule.
        StaleEdit: somebody has changed it meanwhile.
        HoursOutOfReach, DaysReversed, RulesOverlap: as for a new one.
    """
    rule = _locked(session, rule_id)
    if rule.version != version:
        raise StaleEdit
    _refuse(session, rule.office_id, typed, but=rule)
    for name, value in _values(typed).items():
        setattr(rule, name, value)
    session.flush()
    _record(session, context, rule, "hours_rule.changed")


def end_hours_rule(session: Session, context: ChangeContext, *, rule_id: int, today: date) -> None:
    """Let a rule end today. One that has ended stays as it is.

    Raises:
        NotFound: there is no such rule.
        NotBegunYet: it begins later; its days can be changed instead.
    """
    rule = _locked(session, rule_id)
    if rule.valid_from > today:
        raise errors.NotBegunYet(day=rule.valid_from)
    if rule.valid_to is not None and rule.valid_to <= today:
        return
    rule.valid_to = today
    session.flush()
    _record(session, context, rule, "hours_rule.ended")


def _values(typed: RuleTyped) -> dict[str, object]:
    return {name: getattr(typed, name) for name in RuleTyped.__struct_fields__}


def _locked(session: Session, rule_id: int) -> HoursRule:
    wanted = select(HoursRule).where(HoursRule.id == rule_id).with_for_update()
    rule = session.scalar(wanted.execution_options(populate_existing=True))
    if rule is None:
        raise NotFound
    return rule


def _refuse(session: Session, office_id: int | None, typed: RuleTyped, *, but: HoursRule | None) -> None:
    """Refuse what cannot be right. The office is locked, so that of two rules that overlap only the first is saved."""
    if not 0 < typed.minutes <= MOST_HOURS * 60:
        raise errors.HoursOutOfReach(most=MOST_HOURS)
    if typed.valid_to is not None and typed.valid_to < typed.valid_from:
        raise errors.DaysReversed
    offices = select(Office.id).order_by(Office.id)
    session.execute((offices if office_id is None else offices.where(Office.id == office_id)).with_for_update())
    of_office = HoursRule.office_id.is_(None) if office_id is None else HoursRule.office_id == office_id
    for other in session.scalars(select(HoursRule).where(of_office).order_by(HoursRule.valid_from)):
        says = HoursAsked(None, other.minutes, other.year, other.valid_from, other.valid_to)
        if other is not but and says.overlaps(typed.valid_from, typed.valid_to):
            raise errors.RulesOverlap(day=other.valid_from)


def _record(session: Session, context: ChangeContext, rule: HoursRule, action: str) -> None:
    office = session.get(Office, rule.office_id) if rule.office_id is not None else None
    details = ({"office": office.code} if office is not None else {}) | {"hours_asked": rule.minutes // 60}
    record(session, context, action=action, subject=f"hours_rule:{rule.public_id.hex}", details=details)
