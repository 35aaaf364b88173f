"""Read the forms that wait for their mail's button."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core.errors import LinkNotFound, NotFound
from seminar_app.core.links import token_hashes
from seminar_app.offices.models import Office
from seminar_app.registration.models import FormSent
from seminar_app.registration.queries.form_page import OFFICE, SEMINAR, FormOffice, FormSeminar
from seminar_app.seminars.models import Seminar


class FoundForm(Struct, frozen=True):
    """A form that was sent, its seminar and the office that organizes it."""

    row: FormSent
    seminar: FormSeminar
    office: FormOffice


_FOUND = (
    select(FormSent, *SEMINAR, *OFFICE)
    .join(Seminar, Seminar.id == FormSent.seminar_id)
    .join(Office, Office.id == Seminar.office_id)
    .where(FormSent.link_hash.in_(bindparam("hashes", expanding=True)))
)


def form_of_link(session: Session, token: str) -> FoundForm:
    """Return the form whose mail had this link.

    Raises:
        LinkNotFound: no form has it, or the form has been deleted.
    """
    found = session.execute(_FOUND, {"hashes": token_hashes(token)}).one_or_none()
    if found is None:
        raise LinkNotFound
    return FoundForm(found[0], FormSeminar(*found[1 : 1 + len(SEMINAR)]), FormOffice(*found[1 + len(SEMINAR) :]))


def form_by_id(session: Session, public_id: uuid.UUID, *, slug: str) -> FormSent:
    """Return the form with this id in the seminar with this slug.

    Raises:
        NotFound: there is none.
    """
    wanted = select(FormSent).join(Seminar, Seminar.id == FormSent.seminar_id).where(FormSent.public_id == public_id)
    found = session.scalar(wanted.where(Seminar.slug == slug))
    if found is None:
        raise NotFound
    return found


def forms_waiting(session: Session, seminar_id: int, *, now: datetime) -> int:
    """Count the forms of a seminar whose button has not been pressed yet."""
    return session.scalar(select(func.count()).select_from(FormSent).where(_waiting(seminar_id, now))) or 0


def forms_with_address(session: Session, seminar_id: int, indexes: Collection[bytes], *, now: datetime) -> list[FormSent]:
    """Return the forms that wait in a seminar and name an address, the newest first.

    Args:
        indexes: keyed hashes of the address (`services.address_indexes`).
    """
    theirs = select(FormSent).where(_waiting(seminar_id, now), FormSent.address_index.in_(indexes))
    return list(session.scalars(theirs.order_by(FormSent.id.desc())))


def agency_typed(session: Session, agency_id: int | None) -> Agency | None:
    """Return the agency that a form chose, as it is now; None where it was written instead."""
    return None if agency_id is None else session.get(Agency, agency_id)


def waiting_forms(seminars: Select[int], *, now: datetime) -> Select[int, int]:
    """Select (seminar, number of forms that wait) of the seminars whose ids `seminars` selects."""
    of_them = FormSent.seminar_id.in_(seminars)
    return select(FormSent.seminar_id, func.count()).where(of_them, _unpressed(now)).group_by(FormSent.seminar_id)


def _waiting(seminar_id: int, now: datetime) -> ColumnElement[bool]:
    return and_(FormSent.seminar_id == seminar_id, _unpressed(now))


def _unpressed(now: datetime) -> ColumnElement[bool]:
    return and_(FormSent.registration_id.is_(None), ~FormSent.void, FormSent.ends_at > now)
