"""Services that change the directory. An agency that ends is retired and keeps its name, so that past records stay correct.

Every change adds a row to the audit log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from seminar_app.agencies.errors import (
    AliasTaken,
    AliasWithoutLetters,
    AlreadyRetired,
    CodeTaken,
    EndsBeforeItBegins,
    NotRetired,
    ParentBelowItself,
    ReturnsToItself,
)
from seminar_app.agencies.events import paths_changed
from seminar_app.agencies.models import Agency, AgencyAlias, AgencySuccession
from seminar_app.agencies.queries import agency_path, all_successions
from seminar_app.agencies.rules import AgencyLevel, alias_key, may_be_parent, search_key, would_return
from seminar_app.agencies.seed import seed_directory
from seminar_app.agencies.versions import keep_versions, lock_versions
from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit

__all__ = [
    "AgencyFacts",
    "End",
    "add_agency",
    "add_alias",
    "edit_agency",
    "remove_alias",
    "retire_agency",
    "seed_directory",
    "undo_retirement",
]


class AgencyFacts(Struct, frozen=True, kw_only=True):
    """The editable data of an agency."""

    name_es: str
    name_en: str
    level: AgencyLevel
    country: str
    state: str | None
    parent_id: int | None
    valid_from: date | None


def add_agency(session: Session, context: ChangeContext, *, code: str, facts: AgencyFacts, aliases: Iterable[str] = ()) -> Agency:
    """Add an agency with its aliases.

    Raises:
        CodeTaken: another agency has this code.
        AliasTaken, AliasWithoutLetters: one of the aliases cannot be stored.
    """
    lock_versions(session)
    code = code.upper()
    _refuse_taken_code(session, code)
    agency = Agency(code=code, **_columns(code, facts))
    try:
        with session.begin_nested():
            session.add(agency)
    except IntegrityError:  # another transaction added this code after the check
        _refuse_taken_code(session, code)
        raise
    for alias in aliases:
        _add_alias(session, agency, alias)
    keep_versions(session, context, of=agency_path(session, agency.id))
    _note(session, context, "agency.added", agency, level=facts.level.value)
    return agency


def edit_agency(session: Session, context: ChangeContext, *, agency_id: int, version: int, facts: AgencyFacts) -> Agency:
    """Edit the data of an agency. Its code never changes, because sheets and files name the agency by it.

    Registrations keep the name and the group of their day: what changed gets a new version, also of the agencies below.

    Raises:
        NotFound: there is no such agency.
        StaleEdit: another user saved it after `version`.
        ParentBelowItself: the parent is the agency itself or below it.
        EndsBeforeItBegins: it ended before its new first day.
    """
    lock_versions(session)
    agency = _locked(session, agency_id)
    if agency.version != version:
        raise StaleEdit
    if facts.parent_id is not None:
        rows = session.execute(select(Agency.id, Agency.parent_id))
        if not may_be_parent(facts.parent_id, of=agency.id, parents={row.id: row.parent_id for row in rows}):
            raise ParentBelowItself(parent=_get(session, facts.parent_id).code)
    if agency.valid_to is not None and facts.valid_from is not None and facts.valid_from > agency.valid_to:
        raise EndsBeforeItBegins(valid_from=facts.valid_from)
    new = _columns(agency.code, facts)
    changed = sorted(name for name, value in new.items() if name != "search_key" and getattr(agency, name) != value)
    for name, value in new.items():
        setattr(agency, name, value)
    keep_versions(session, context)
    _note(session, context, "agency.edited", agency, changed=changed)
    if "parent_id" in changed:
        paths_changed(session, context)
    return agency


class End(Struct, frozen=True, kw_only=True):
    """When an agency ended: its last day, or the year if only that is established."""

    last_day: date | None = None
    year: int | None = None

    @property
    def valid_to(self) -> date:
        """The last day on which it may still be chosen."""
        return self.last_day or date(self.year or 0, 12, 31)


def retire_agency(
    session: Session, context: ChangeContext, *, agency_id: int, end: End, successor_ids: Sequence[int] = (), source: str | None = None
) -> Agency:
    """Retire an agency and store its successors from the next day on. Records under its name do not change.

    Its quotas are its successors', too: the hooks of `when_paths_change` settle the seats.

    Raises:
        NotFound: there is no such agency, or no such successor.
        AlreadyRetired: it was retired before.
        EndsBeforeItBegins: its last day is before its first.
        ReturnsToItself: a successor is this agency, or had become this agency.
    """
    agency = _locked(session, agency_id)
    if agency.valid_to is not None:
        raise AlreadyRetired
    if agency.valid_from is not None and end.valid_to < agency.valid_from:
        raise EndsBeforeItBegins(valid_from=agency.valid_from)
    successions = all_successions(session)
    for successor_id in successor_ids:
        if would_return(agency.id, [successor_id], successions):
            raise ReturnsToItself(name=_get(session, successor_id).code)
    agency.valid_to = end.valid_to
    for successor_id in dict.fromkeys(successor_ids):
        session.add(
            AgencySuccession(
                from_agency_id=agency.id,
                to_agency_id=successor_id,
                happened_on=end.last_day + timedelta(days=1) if end.last_day else None,
                happened_in=None if end.last_day else end.year,
                source=source,
            )
        )
    successors = [_get(session, successor_id).code for successor_id in dict.fromkeys(successor_ids)]
    _note(session, context, "agency.retired", agency, valid_to=end.valid_to.isoformat(), successors=successors)
    if successors:
        paths_changed(session, context)
    return agency


def undo_retirement(session: Session, context: ChangeContext, *, agency_id: int) -> Agency:
    """Undo a retirement that was a mistake, and delete all successors of the agency.

    Raises:
        NotRetired: the agency has not ended.
    """
    agency = _locked(session, agency_id)
    if agency.valid_to is None:
        raise NotRetired
    before = agency.valid_to
    agency.valid_to = None
    session.execute(delete(AgencySuccession).where(AgencySuccession.from_agency_id == agency.id))
    _note(session, context, "agency.retirement_undone", agency, valid_to=before.isoformat())
    paths_changed(session, context)
    return agency


def add_alias(session: Session, context: ChangeContext, *, agency_id: int, alias: str) -> None:
    """Add an alias by which the agency is found.

    Raises:
        AliasTaken: the agency has this alias already.
        AliasWithoutLetters: the alias has no letter or digit.
    """
    agency = _locked(session, agency_id)
    _add_alias(session, agency, alias)
    _note(session, context, "agency.alias_added", agency, alias=alias)


def remove_alias(session: Session, context: ChangeContext, *, agency_id: int, alias: str) -> None:
    """Remove an alias of the agency.

    Raises:
        NotFound: the agency has no such alias.
    """
    agency = _locked(session, agency_id)
    row = session.scalar(select(AgencyAlias).where(AgencyAlias.agency_id == agency.id, AgencyAlias.search_key == alias_key(alias)))
    if row is None:
        raise NotFound
    session.delete(row)
    _note(session, context, "agency.alias_removed", agency, alias=row.alias)


def _columns(code: str, facts: AgencyFacts) -> dict[str, Any]:
    return {
        "name_es": facts.name_es,
        "name_en": facts.name_en,
        "level": facts.level,
        "country": facts.country,
        "state": facts.state,
        "parent_id": facts.parent_id,
        "valid_from": facts.valid_from,
        "search_key": search_key(code=code, name_es=facts.name_es, name_en=facts.name_en),
    }


def _add_alias(session: Session, agency: Agency, alias: str) -> None:
    key = alias_key(alias)
    if not key:
        raise AliasWithoutLetters(alias=alias)
    known = select(AgencyAlias.id).where(AgencyAlias.agency_id == agency.id, AgencyAlias.search_key == key)
    if session.scalar(known) is not None:
        raise AliasTaken(alias=alias)
    session.add(AgencyAlias(agency_id=agency.id, alias=alias, search_key=key))
    session.flush()


def _refuse_taken_code(session: Session, code: str) -> None:
    taken = session.scalar(select(Agency).where(Agency.code == code))
    if taken is not None:
        raise CodeTaken(code=code, name=taken.name_es)


def _locked(session: Session, agency_id: int) -> Agency:
    """Lock the agency, but not for registrations that refer to it: they hold seats, for which the hooks of this change wait."""
    agency = session.scalar(select(Agency).where(Agency.id == agency_id).with_for_update(key_share=True))
    if agency is None:
        raise NotFound
    return agency


def _get(session: Session, agency_id: int) -> Agency:
    agency = session.get(Agency, agency_id)
    if agency is None:
        raise NotFound
    return agency


def _note(session: Session, context: ChangeContext, action: str, agency: Agency, **details: Any) -> None:
    record(session, context, action=action, subject=f"agency:{agency.code}", details=details)
