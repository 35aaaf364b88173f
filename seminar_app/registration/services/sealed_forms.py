"""What a public form said: sealed until its mail's button is pressed, and found by keyed hashes."""

from __future__ import annotations

import json
import logging
import secrets
import uuid
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.core.installation import installation_of
from seminar_app.core.key_ring import CannotOpen, KeyRing, Turned
from seminar_app.people.identity import Identity
from seminar_app.people.rules import ReservedReason, Sex
from seminar_app.people.services import PersonData
from seminar_app.registration.errors import FormEnded
from seminar_app.registration.models import FormSent
from seminar_app.registration.services.taking import Entry

log = logging.getLogger(__name__)

TABLE = FormSent.__tablename__
_FILLED = func.length(FormSent.sealed) > 0
"""A form of an erased person is empty."""


class Typed(Struct, frozen=True, kw_only=True):
    """What a form said: the entry, which privacy notices were shown, and the registration code if one was asked for."""

    entry: Entry
    notice_version: int
    notice_language: str
    office_notice_id: int | None = None
    code: str | None = None


def seal(ring: KeyRing, form: FormSent, typed: Typed | None, *, findable: bool = True) -> None:
    """Seal what a form said for its row, with the newest key, and set the hashes by which it is found.

    Args:
        typed: None for a form that is empty.
        findable: False for a form of an erased person, which nobody finds.
    """
    form.key_id = ring.newest
    form.sealed = b"" if typed is None else ring.seal(_plain(typed), about=_about(form.public_id))
    form.reserved = typed is not None and typed.entry.person.reserved_reason is not None
    if typed is None or not findable:
        form.address_index, form.person_index = secrets.token_bytes(32), secrets.token_bytes(32)
        return
    person = typed.entry.person
    form.address_index = ring.index(person.email or "", about=f"{TABLE}|address_index")
    form.person_index = ring.index(_of_person(person.email, person.search_key), about=f"{TABLE}|person_index")


def said_index(session: Session, typed: Typed) -> bytes:
    """Return a keyed hash of all that a form says, by which the same form is recognized."""
    return installation_of(session).ring.index(_plain(typed).decode(), about=f"{TABLE}|said")


def opened(session: Session, form: FormSent) -> Typed:
    """Return what the form said.

    Raises:
        FormEnded: it was changed outside the program, or its key is gone.
    """
    try:
        return _typed(installation_of(session).ring.open(form.sealed, about=_about(form.public_id)))
    except (CannotOpen, LookupError, TypeError, ValueError) as error:
        log.error("The form %s does not open: %s.", form.public_id.hex, type(error).__name__)  # noqa: TRY400  no values in the log
        raise FormEnded from error


def address_indexes(session: Session, address: str) -> list[bytes]:
    """Return the keyed hashes under which forms with this address may be kept."""
    return installation_of(session).ring.indexes(address, about=f"{TABLE}|address_index")


def _of_person(email: str | None, search_key: str) -> str:
    return f"{email or ''}\0{search_key}"


def person_indexes(session: Session, email: str | None, search_key: str) -> list[bytes]:
    """Return the keyed hashes under which forms of the person with this address and name key may be kept."""
    return installation_of(session).ring.indexes(_of_person(email, search_key), about=f"{TABLE}|person_index")


def _about(public_id: uuid.UUID) -> str:
    return f"{TABLE}|sealed|{public_id.hex}"


def _plain(typed: Typed) -> bytes:
    """Return the form as JSON, the same for the same form."""
    return json.dumps(typed, sort_keys=True, default=_as_json).encode()


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else asdict(value)


def _typed(sealed: bytes) -> Typed:
    """Return the form from what `_plain` made of it."""
    said: dict[str, Any] = json.loads(sealed)
    return Typed(**said | {"entry": entry_of(said["entry"])})


def entry_of(entry: dict[str, Any]) -> Entry:
    """Return an entry from what `asdict` and JSON made of it."""
    entry = dict(entry)
    person, identity = entry.pop("person"), entry.pop("identity")
    sex, reason, born = person.pop("sex"), person.pop("reserved_reason"), identity.pop("birth_date")
    whose = PersonData(**person, sex=Sex(sex) if sex else None, reserved_reason=ReservedReason(reason) if reason else None)
    numbers = Identity(**identity, birth_date=date.fromisoformat(born) if born else None)
    return Entry(**entry, person=whose, identity=numbers)


def count_by_key(session: Session) -> dict[str, int]:
    """Return the number of forms sealed with each key."""
    rows = session.execute(select(FormSent.key_id, func.count().label("rows")).where(_FILLED).group_by(FormSent.key_id))
    return {row.key_id: row.rows for row in rows}


def rotate(session: Session, *, after: int, limit: int) -> Turned:
    """Seal the next forms again with the newest key, and index them with it.

    Args:
        after: id of the last row processed; 0 at the beginning.
        limit: number of rows in one step, which is one transaction.
    """
    ring = installation_of(session).ring
    old = select(FormSent).where(_FILLED, FormSent.key_id != ring.newest, FormSent.id > after).order_by(FormSent.id).limit(limit)
    found = session.scalars(old.with_for_update()).all()
    failed = 0
    for form in found:
        try:
            seal(ring, form, opened(session, form), findable=form.erase_at is None)
        except FormEnded:
            log.error("The form %s was not sealed again.", form.public_id.hex)  # noqa: TRY400  no values in the log
            failed += 1
    session.flush()
    return Turned(last=found[-1].id if found else None, done=len(found) - failed, failed=failed)
