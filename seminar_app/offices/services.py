"""Services that change offices."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.core.phones import readable_phone
from seminar_app.offices.errors import CodeTaken, NoticeInOneLanguage, SameNotice
from seminar_app.offices.models import Office, OfficeNotice
from seminar_app.offices.queries import find_office_by_code, notices_of
from seminar_app.offices.rules import missing_language


def create_office(
    session: Session,
    context: ChangeContext,
    *,
    code: str,
    name_es: str,
    name_en: str,
    city: str | None,
    country: str,
    email: str | None = None,
    phone: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
) -> Office:
    """Add an office.

    Args:
        code: short and unique, kept in capitals.
        country: ISO 3166 code of two letters.
        email, phone: where people reach the office; the phone is stored as E.164 where it can be read as a number.
        language: `es` or `en`, of its accounts.
        time_zone: IANA name, of its seminars.

    Raises:
        CodeTaken: another office has this code.
    """
    code = code.strip().upper()
    if find_office_by_code(session, code) is not None:
        raise CodeTaken(code=code)
    office = Office(public_id=uuid.uuid4(), code=code, name_es=name_es, name_en=name_en, city=city, country=country, active=True)
    office.email, office.phone = email, _readable(phone, country)
    office.language, office.time_zone = language, time_zone
    session.add(office)
    session.flush()
    _record(session, context, "office.created", office)
    return office


def edit_office(
    session: Session,
    context: ChangeContext,
    *,
    office_id: int,
    name_es: str,
    name_en: str,
    city: str | None,
    country: str,
    email: str | None,
    phone: str | None,
    language: str | None,
    time_zone: str | None,
) -> None:
    """Change an office's name, place, contact, language and time zone; its code stays."""
    office = _locked_office(session, office_id)
    values = {"name_es": name_es, "name_en": name_en, "city": city, "country": country}
    values |= {"email": email, "phone": _readable(phone, country), "language": language, "time_zone": time_zone}
    changed = [field for field, value in values.items() if getattr(office, field) != value]
    for field, value in values.items():
        setattr(office, field, value)
    if changed:
        _record(session, context, "office.edited", office, fields=changed)


def retire_office(session: Session, context: ChangeContext, *, office_id: int) -> None:
    """Retire an office: it is not offered for new seminars; its seminars stay."""
    _set_active(session, context, office_id, active=False)


def restore_office(session: Session, context: ChangeContext, *, office_id: int) -> None:
    """Make a retired office available again."""
    _set_active(session, context, office_id, active=True)


def publish_notice(session: Session, context: ChangeContext, *, office_id: int, text_es: str, text_en: str, opened: int) -> OfficeNotice:
    """Publish what the office adds to the program's privacy notice, as its next version. Empty texts take its words back.

    Args:
        opened: the version that the form was opened with; 0 if there was none.

    Raises:
        NoticeInOneLanguage: only one language has a text.
        SameNotice: the newest version has these texts.
        StaleEdit: another version was published meanwhile.
    """
    office = _locked_office(session, office_id)
    newest = next(iter(notices_of(session, office_id)), None)
    if (newest.version if newest else 0) != opened:
        raise StaleEdit
    if missing_language(text_es, text_en) is not None:
        raise NoticeInOneLanguage
    if (text_es, text_en) == ((newest.text_es, newest.text_en) if newest else ("", "")):
        raise SameNotice
    notice = OfficeNotice(office_id=office_id, version=opened + 1, text_es=text_es, text_en=text_en, published_at=context.now)
    session.add(notice)
    session.flush()
    _record(session, context, "office.notice_published" if text_es else "office.notice_withdrawn", office, version=notice.version)
    return notice


def _readable(phone: str | None, country: str) -> str | None:
    return readable_phone(phone, region=country) if phone else None


def _set_active(session: Session, context: ChangeContext, office_id: int, *, active: bool) -> None:
    office = _locked_office(session, office_id)
    if office.active != active:
        office.active = active
        _record(session, context, "office.restored" if active else "office.retired", office)


def _locked_office(session: Session, office_id: int) -> Office:
    """Return an office, locked until the commit."""
    office = session.get(Office, office_id, with_for_update=True)
    if office is None:
        raise NotFound
    return office


def _record(session: Session, context: ChangeContext, action: str, office: Office, **details: Any) -> None:
    record(session, context, action=action, subject=f"office:{office.public_id.hex}", details=details)
