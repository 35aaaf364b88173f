"""Changing offices."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from seminar_app.accounts.errors import CodeTaken
from seminar_app.accounts.models import Office
from seminar_app.accounts.queries import find_office_by_code
from seminar_app.accounts.rules import Actor
from seminar_app.accounts.services.common import locked_office, record_change


def create_office(
    session: Session, *, now: datetime, actor: Actor | None, code: str, name_es: str, name_en: str, city: str | None, country: str
) -> Office:
    """Add an office.

    Raises:
        CodeTaken: the code is another's.
    """
    code = code.strip().upper()
    if find_office_by_code(session, code) is not None:
        raise CodeTaken(code=code)
    office = Office(public_id=uuid.uuid4(), code=code, name_es=name_es, name_en=name_en, city=city, country=country, active=True)
    session.add(office)
    session.flush()
    record_change(session, now, actor, "office.created", office)
    return office


def edit_office(
    session: Session, *, now: datetime, actor: Actor, office_id: int, name_es: str, name_en: str, city: str | None, country: str
) -> None:
    """Change what an office is called and where it is; its code stays."""
    office = locked_office(session, office_id)
    values = {"name_es": name_es, "name_en": name_en, "city": city, "country": country}
    changed = [field for field, value in values.items() if getattr(office, field) != value]
    for field, value in values.items():
        setattr(office, field, value)
    if changed:
        record_change(session, now, actor, "office.edited", office, fields=changed)


def retire_office(session: Session, *, now: datetime, actor: Actor, office_id: int) -> None:
    """Offer it for no new seminar; what it held stays."""
    _set_in_use(session, now, actor, office_id, in_use=False)


def restore_office(session: Session, *, now: datetime, actor: Actor, office_id: int) -> None:
    """Offer it again."""
    _set_in_use(session, now, actor, office_id, in_use=True)


def _set_in_use(session: Session, now: datetime, actor: Actor, office_id: int, *, in_use: bool) -> None:
    office = locked_office(session, office_id)
    if office.active != in_use:
        office.active = in_use
        record_change(session, now, actor, "office.restored" if in_use else "office.retired", office)
