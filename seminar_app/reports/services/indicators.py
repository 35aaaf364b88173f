"""Keep indicators: add one, change it from a day on, end it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.core.values import replace
from seminar_app.reports.errors import CodeInUse, DefinitionTooLong, EndsBeforeItBegins, LaterVersion, TooManyIndicators
from seminar_app.reports.models import LONGEST_DEFINITION, Indicator
from seminar_app.reports.queries.indicators import versions_of
from seminar_app.reports.rules import Definition, Validity, ended_before

MOST_INDICATORS = 24
"""That hold on one day: a page counts all of them."""


class IndicatorFacts(Struct, frozen=True):
    """What a version of an indicator says. The definition has no period: a year gives it one."""

    name_es: str
    name_en: str
    definition: Definition
    source: str | None = None


def add_indicator(session: Session, context: ChangeContext, *, code: str, facts: IndicatorFacts, valid_from: date) -> Indicator:
    """Add an indicator that holds from a day on.

    Raises:
        CodeInUse: another one has the code.
        TooManyIndicators, DefinitionTooLong: it is not kept.
    """
    code = code.strip().upper()
    if versions_of(session, code):
        raise CodeInUse(code=code)
    _refuse_too_many(session)
    made = _insert(session, code, facts, Validity(valid_from))
    _record(session, context, made, "indicator.added", begins_on_day=valid_from.isoformat())
    return made


def change_indicator(
    session: Session, context: ChangeContext, *, public_id: uuid.UUID, version: int, facts: IndicatorFacts, valid_from: date
) -> Indicator:
    """Change an indicator from a day on: a new version begins, and the one before ends the day before.

    From the day on which the newest version itself begins, it is that version which is corrected.

    Raises:
        NotFound: there is no such version.
        StaleEdit: it was changed meanwhile.
        LaterVersion: a newer version begins on that day or later, or this is not the newest.
        DefinitionTooLong: it is not kept.
    """
    newest = _locked_newest(session, public_id, version)
    if valid_from < newest.valid_from:
        raise LaterVersion(day=newest.valid_from)
    before = ended_before(Validity(newest.valid_from, newest.valid_to), valid_from)
    if before is None:
        _fill(newest, facts)
        session.flush()
        _record(session, context, newest, "indicator.corrected")
        return newest
    newest.valid_to = before.last
    session.flush()
    made = _insert(session, newest.code, facts, Validity(valid_from))
    _record(session, context, made, "indicator.changed", begins_on_day=valid_from.isoformat())
    return made


def end_indicator(session: Session, context: ChangeContext, *, public_id: uuid.UUID, version: int, last: date) -> Indicator:
    """End an indicator with a day; a later year has no figure of it. A day that was set before can be moved.

    Raises:
        NotFound: there is no such version.
        StaleEdit: it was changed meanwhile.
        LaterVersion: this is not the newest version.
        EndsBeforeItBegins: the day lies before the version's first.
    """
    newest = _locked_newest(session, public_id, version)
    if last < newest.valid_from:
        raise EndsBeforeItBegins(day=newest.valid_from)
    newest.valid_to = last
    session.flush()
    _record(session, context, newest, "indicator.ended", valid_to=last.isoformat())
    return newest


def _locked_newest(session: Session, public_id: uuid.UUID, version: int) -> Indicator:
    found = session.scalar(select(Indicator).where(Indicator.public_id == public_id).with_for_update())
    if found is None:
        raise NotFound
    if found.version != version:
        raise StaleEdit
    newest = versions_of(session, found.code)[0]
    if newest.id != found.id:
        raise LaterVersion(day=newest.valid_from)
    return found


def _insert(session: Session, code: str, facts: IndicatorFacts, validity: Validity) -> Indicator:
    made = Indicator(public_id=uuid.uuid4(), code=code, valid_from=validity.first, valid_to=validity.last)
    _fill(made, facts)
    session.add(made)
    session.flush()
    return made


def _fill(indicator: Indicator, facts: IndicatorFacts) -> None:
    definition = urlencode(replace(facts.definition, first=None, last=None).written())
    if len(definition) > LONGEST_DEFINITION:
        raise DefinitionTooLong
    indicator.name_es, indicator.name_en, indicator.source = facts.name_es, facts.name_en, facts.source
    indicator.definition = definition


def _refuse_too_many(session: Session) -> None:
    codes = session.scalars(select(Indicator.code).where(Indicator.valid_to.is_(None)).distinct()).all()
    if len(codes) >= MOST_INDICATORS:
        raise TooManyIndicators(most=MOST_INDICATORS)


def _record(session: Session, context: ChangeContext, indicator: Indicator, action: str, **details: Any) -> None:
    subject = f"indicator:{indicator.public_id.hex}"
    record(
        session, context, action=action, subject=subject, details={"figure": indicator.definition, "indicator": indicator.code, **details}
    )
