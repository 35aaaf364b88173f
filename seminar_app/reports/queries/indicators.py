"""Indicators, and what their definitions can be narrowed down to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from seminar_app.core.errors import NotFound
from seminar_app.reports.models import Indicator
from seminar_app.reports.queries.agency_values import counted_as
from seminar_app.reports.queries.counted import HELD, TOPIC
from seminar_app.reports.rules import MISSING, Names

MOST_TOPICS = 200


def indicators_on(session: Session, day: date) -> Sequence[Indicator]:
    """Return the versions of all indicators that hold on a day, by code."""
    holds = (Indicator.valid_from <= day, or_(Indicator.valid_to.is_(None), Indicator.valid_to >= day))
    return session.scalars(select(Indicator).where(*holds).order_by(Indicator.code)).all()


def indicators_not_on(session: Session, day: date) -> Sequence[Indicator]:
    """Return the newest version of each indicator that does not hold on a day, by code."""
    newest = select(Indicator.code, func.max(Indicator.valid_from).label("valid_from")).group_by(Indicator.code).subquery()
    holds = (Indicator.valid_from <= day, or_(Indicator.valid_to.is_(None), Indicator.valid_to >= day))
    found = (
        select(Indicator)
        .join(newest, (newest.c.code == Indicator.code) & (newest.c.valid_from == Indicator.valid_from))
        .where(Indicator.code.not_in(select(Indicator.code).where(*holds)))
    )
    return session.scalars(found.order_by(Indicator.code)).all()


def versions_of(session: Session, code: str) -> Sequence[Indicator]:
    """Return all versions of an indicator, the newest first."""
    return session.scalars(select(Indicator).where(Indicator.code == code).order_by(Indicator.valid_from.desc())).all()


def get_indicator(session: Session, public_id: uuid.UUID) -> Indicator:
    """Return a version of an indicator.

    Raises:
        NotFound: there is none of this id.
    """
    indicator = session.scalar(select(Indicator).where(Indicator.public_id == public_id))
    if indicator is None:
        raise NotFound
    return indicator


def topics_in_use(session: Session) -> Sequence[str]:
    """Return the topics of seminars that count."""
    return session.scalars(select(TOPIC).where(HELD, TOPIC != MISSING).distinct().order_by(TOPIC).limit(MOST_TOPICS)).all()


def groups_in_use(session: Session, *, today: date) -> Sequence[tuple[str, str, str]]:
    """Return code and both names of the agency groups, as of any day, that a participation can be counted under."""
    newest = {each.group.code: each.group for _, each in sorted(counted_as(session, Names.THEN, today=today).items())}
    return [(code, group.name_es, group.name_en) for code, group in sorted(newest.items())]
