"""What the public form, its mail and its button need of the seminar and its office: columns, because every form that is sent reads them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Row, Select, Table, bindparam, func, select
from sqlalchemy.orm import Session

from seminar_app.core.errors import NotFound
from seminar_app.offices.models import Office, OfficeNotice
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Asked, RegistrationMode, SeminarState


class FormSeminar(Struct):
    """The columns of a seminar that its form, the form's mail and the pages after it show or decide by."""

    id: int
    version: int
    slug: str
    state: SeminarState
    archived_from: SeminarState | None
    state_reason: str | None
    title_es: str | None
    title_en: str | None
    venue: str | None
    street: str | None
    city: str
    time_zone: str
    starts_on: date
    ends_on: date
    registration_mode: RegistrationMode
    registration_code: str | None
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    asks_birth: Asked
    asks_curp: Asked
    asks_passport: Asked
    identity_reason_es: str | None
    identity_reason_en: str | None
    offers_reserved: bool
    from_before: bool


class FormOffice(Struct):
    """An office as its public pages and its mail name it."""

    name_es: str
    name_en: str
    email: str | None
    phone: str | None


class FormNotice(Struct):
    """What an office adds to the privacy notice."""

    id: int
    text_es: str
    text_en: str


class FormPage(Struct, frozen=True):
    """A seminar, its office, and the newest version of what the office adds to the privacy notice; None where it adds nothing."""

    seminar: FormSeminar
    office: FormOffice
    notice: FormNotice | None


def _columns(kind: type[Struct], model: type) -> list[Column[Any]]:
    table = cast(Table, model.__table__)  # type: ignore[attr-defined]
    return [table.c[name] for name in kind.__struct_fields__]


SEMINAR, OFFICE, NOTICE = _columns(FormSeminar, Seminar), _columns(FormOffice, Office), _columns(FormNotice, OfficeNotice)
_OFFICE, _NOTICE = len(SEMINAR), len(SEMINAR) + len(OFFICE)
_NEWEST = select(func.max(OfficeNotice.version)).where(OfficeNotice.office_id == Office.id).correlate(Office).scalar_subquery()


def _where(which: ColumnElement[bool]) -> Select[Any]:
    here = (OfficeNotice.office_id == Office.id) & (OfficeNotice.version == _NEWEST) & (OfficeNotice.text_es != "")
    with_office = select(*SEMINAR, *OFFICE, *NOTICE).join(Office, Office.id == Seminar.office_id).outerjoin(OfficeNotice, here)
    return with_office.where(which)


_BY_SLUG, _BY_ID = _where(Seminar.slug == bindparam("slug")), _where(Seminar.id == bindparam("id"))


def form_page(session: Session, slug: str) -> FormPage:
    """Return what the public form shows of the seminar with this slug, in one statement.

    Raises:
        NotFound: no seminar has this slug.
    """
    return _page(session.connection().execute(_BY_SLUG, {"slug": slug}).one_or_none())


def form_page_of(session: Session, seminar_id: int) -> FormPage:
    """Return the same of the seminar with this id.

    Raises:
        NotFound: there is none.
    """
    return _page(session.connection().execute(_BY_ID, {"id": seminar_id}).one_or_none())


def _page(found: Row[Any] | None) -> FormPage:
    if found is None:
        raise NotFound
    notice = FormNotice(*found[_NOTICE:]) if found[_NOTICE] is not None else None
    return FormPage(FormSeminar(*found[:_OFFICE]), FormOffice(*found[_OFFICE:_NOTICE]), notice)
