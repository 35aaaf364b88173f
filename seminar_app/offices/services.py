"""Services that change offices."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.actor import Actor, audit_name
from seminar_app.core.errors import NotFound
from seminar_app.offices.errors import CodeTaken
from seminar_app.offices.models import Office
from seminar_app.offices.queries import find_office_by_code


def create_office(
    session: Session, *, now: datetime, actor: Actor | None, code: str, name_es: str, name_en: str, city: str | None, country: str
) -> Office:
    """Add an office.

    Raises:
        CodeTaken: another office has this code.
    """
    code = code.strip().upper()
    if find_office_by_code(session, code) is not None:
        raise CodeTaken(code=code)
    office = Office(public_id=uuid.uuid4(), code=code, name_es=name_es, name_en=name_en, city=city, country=country, active=True)
    session.add(office)
    session.flush()
    _record(session, now, actor, "office.created", office)
    return office


def edit_office(
    session: Session, *, now: datetime, actor: Actor, office_id: int, name_es: str, name_en: str, city: str | None, country: str
) -> None:
    """Change an office's name and place; its code stays."""
    office = _locked_office(session, office_id)
    values = {"name_es": name_es, "name_en": name_en, "city": city, "country": country}
    changed = [field for field, value in values.items() if getattr(office, field) != value]
    for field, value in values.items():
        setattr(office, field, value)
    if changed:
        _record(session, now, actor, "office.edited", office, fields=changed)


def retire_office(session: Session, *, now: datetime, actor: Actor, office_id: int) -> None:
    """Retire an office: it is not offered for new seminars; its seminars stay."""
    _set_active(session, now, actor, office_id, active=False)


def restore_office(session: Session, *, now: datetime, actor: Actor, office_id: int) -> None:
    """Make a retired office available again."""
    _set_active(session, now, actor, office_id, active=True)


def _set_active(session: Session, now: datetime, actor: Actor, office_id: int, *, active: bool) -> None:
    office = _locked_office(session, office_id)
    if office.active != active:
        office.active = active
        _record(session, now, actor, "office.restored" if active else "office.retired", office)


def _locked_office(session: Session, office_id: int) -> Office:
    """Return an office, locked until the commit."""
    office = session.get(Office, office_id, with_for_update=True)
    if office is None:
        raise NotFound
    return office


def _record(session: Session, now: datetime, actor: Actor | None, action: str, office: Office, **details: Any) -> None:
    record(session, now=now, actor=audit_name(actor), action=action, subject=f"office:{office.public_id.hex}", details=details)
