"""CURP, birth data and passport: stored sealed, opened one person at a time.

When staff open them, the access is in the audit log. The decision page docs/decisions/0015-sealed-columns.md says what a copy
of the database reveals.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_rows, values_of
from seminar_app.core.installation import installation_of
from seminar_app.core.key_ring import CannotOpen, KeyRing, Turned
from seminar_app.people.errors import IdentityUnreadable
from seminar_app.people.identity_models import PersonIdentity
from seminar_app.people.identity_rules import CANONICAL, CurpDoubt, IdentityPart, doubt_about_curp, masked
from seminar_app.people.models import Person

log = logging.getLogger(__name__)

TABLE = PersonIdentity.__tablename__
AT_ONCE = 500
"""Ids of one statement: SQLite's statements were once limited to 999 values."""


class Owner(Protocol):
    """Whose identity data it is: a person's row, or the person as shown."""

    @property
    def id(self) -> int:
        """Internal id."""
        ...

    @property
    def public_id(self) -> uuid.UUID:
        """Id in addresses, and in what the values are sealed to."""
        ...


class Identity(Struct, frozen=True, kw_only=True):
    """Identity data as typed; None if the field was left empty. Numbers are in canonical form."""

    curp: str | None = None
    birth_date: date | None = None
    birth_place: str | None = None
    passport: str | None = None

    def given(self) -> dict[IdentityPart, str]:
        """Return the parts that were filled in, as text."""
        values = {IdentityPart(name): value for name, value in asdict(self).items()}
        return {part: value.isoformat() if isinstance(value, date) else value for part, value in values.items() if value}

    def only(self, parts: Collection[IdentityPart]) -> Identity:
        """Return what belongs to these parts: what a seminar does not ask for is not kept."""
        return Identity(**{name: value for name, value in asdict(self).items() if IdentityPart(name) in parts})


class Tokens(Struct, frozen=True):
    """Keyed hashes of a CURP and a birth date: equal ones are equal values, and neither shows its value."""

    curp: bytes | None = None
    birth_date: bytes | None = None


NO_TOKENS = Tokens()
"""Nothing to compare."""


class OnFile(Struct, frozen=True):
    """The parts on file as their owner may see them (numbers masked, birth data as empty text), and what looks wrong with the CURP."""

    parts: dict[IdentityPart, str]
    curp_doubt: CurpDoubt | None = None


NOTHING = Identity()
"""No part was filled in."""


def keep_identity(
    session: Session,
    context: ChangeContext,
    *,
    person: Owner,
    identity: Identity,
    forget: Sequence[IdentityPart] = (),
    only_missing: bool = False,
    seminar: str | None = None,
) -> list[str]:
    """Seal the parts that were filled in; the other parts stay as they are.

    Args:
        forget: parts to delete.
        only_missing: do not change parts on file. The public form uses it, so that a stranger cannot change a person's record.

    Returns:
        Names of the columns that changed.

    Raises:
        IdentityUnreadable: the row must be sealed again with the newest key, but cannot be opened. With `only_missing`, nothing
            is changed instead.
    """
    if not identity.given() and not forget:
        return []
    row = _locked_row(session, context, person)
    changed = _change(session, context, row, person, identity, forget=forget, only_missing=only_missing)
    if changed:
        session.flush()
        _record(session, context, person, changed, seminar)
    return changed


def keep_missing_identities(
    session: Session, context: ChangeContext, given: Sequence[tuple[Owner, Identity]], *, seminar: str | None = None
) -> None:
    """Seal for people on file what is not on file of them yet, as `keep_identity` with `only_missing`, in a few statements for all."""
    wanted = {person.id: (person, identity) for person, identity in given if identity.given()}
    if not wanted:
        return
    rows = _locked_rows(session, context, [person for person, _ in wanted.values()])
    changed = {row.person_id: _change(session, context, row, *wanted[row.person_id], only_missing=True) for row in rows}
    session.flush()
    for person_id, columns in changed.items():
        if columns:
            _record(session, context, wanted[person_id][0], columns, seminar)


def _change(
    session: Session,
    context: ChangeContext,
    row: PersonIdentity,
    person: Owner,
    identity: Identity,
    *,
    forget: Sequence[IdentityPart] = (),
    only_missing: bool,
) -> list[str]:
    """Seal in the row what was filled in; return the names of the columns that changed."""
    ring, given = installation_of(session).ring, identity.given()
    on_file = {part for part in IdentityPart if getattr(row, part) is not None}
    if only_missing:
        given = {part: value for part, value in given.items() if part not in on_file}
    given = {part: value for part, value in given.items() if part not in on_file or _opened(ring, row, part, person) != value}
    gone = [part for part in forget if part in on_file and part not in given]
    if (given or gone) and row.key_id != ring.newest:
        try:
            _seal_again(ring, row, person)
        except CannotOpen as error:
            log.error("The identity of person %s does not open: %s.", person.public_id.hex, error)  # noqa: TRY400
            if only_missing:
                return []  # the public form answers the known as it answers strangers
            raise IdentityUnreadable from error
    for part, value in given.items():
        _put(ring, row, part, value, person)
    for part in gone:
        setattr(row, part, None)
        if part in CANONICAL:
            setattr(row, f"{part}_index", None)
    changed = [part.value for part in IdentityPart if part in given or part in gone]
    if changed:
        row.changed_at = context.now
    return changed


def _record(session: Session, context: ChangeContext, person: Owner, columns: list[str], seminar: str | None) -> None:
    audit.record(
        session,
        context,
        action="identity.kept",
        subject=f"person:{person.public_id.hex}",
        seminar=seminar,
        details={"columns": columns},
    )


def keep_new_identities(
    session: Session, context: ChangeContext, given: Sequence[tuple[Owner, Identity]], *, seminar: str | None = None
) -> None:
    """Seal the identity data of people who have just been added and have none on file, in one statement for all."""
    ring = installation_of(session).ring
    rows = []
    for person, identity in given:
        parts = identity.given()
        if not parts:
            continue
        row = PersonIdentity(person_id=person.id, key_id=ring.newest, changed_at=context.now)
        for part, value in parts.items():
            _put(ring, row, part, value, person)
        rows.append(values_of(row) | {"person_id": person.id})
        _record(session, context, person, [part.value for part in IdentityPart if part in parts], seminar)
    if rows:
        insert_rows(session, PersonIdentity, rows)


def open_identity(session: Session, person: Owner) -> Identity:
    """Return all identity data of one person in the clear. The page that shows them records the access (`web.access.shows_people`).

    Raises:
        IdentityUnreadable: the data were changed outside the program, or their key is missing.
    """
    ring = installation_of(session).ring
    row = session.get(PersonIdentity, person.id)
    parts = [part for part in IdentityPart if row is not None and getattr(row, part) is not None]
    if row is None:
        return Identity()
    try:
        found = {part.value: _open(ring, row, part, person) for part in parts}
    except CannotOpen as error:
        log.error("The identity of person %s does not open: %s.", person.public_id.hex, error)  # noqa: TRY400  no values in the log
        raise IdentityUnreadable from error
    born = found.pop("birth_date", None)
    return Identity(**found, birth_date=date.fromisoformat(born) if born else None)


def parts_on_file(session: Session, person_id: int) -> list[IdentityPart]:
    """Return which parts are on file, without opening them."""
    columns = [getattr(PersonIdentity, part).is_not(None) for part in IdentityPart]
    row = session.execute(select(*columns).where(PersonIdentity.person_id == person_id)).one_or_none()
    return [part for part, there in zip(IdentityPart, row or (), strict=False) if there]


def own_identity(session: Session, person: Owner) -> OnFile:
    """Return what the person may see of their own data: masked numbers, and what looks wrong with the CURP."""
    ring = installation_of(session).ring
    row = session.get(PersonIdentity, person.id)
    shown: dict[IdentityPart, str] = {}
    doubt = None
    for part in IdentityPart:
        if row is None or getattr(row, part) is None:
            continue
        value = _opened(ring, row, part, person)
        shown[part] = masked(value) if value and part in CANONICAL else ""
        if part is IdentityPart.CURP and value:
            doubt = doubt_about_curp(value)
    return OnFile(shown, doubt)


def has_number(session: Session, typed: str) -> ColumnElement[bool]:
    """Return the condition on `Person` that the CURP or passport number is this one, for rows sealed with any key."""
    ring = installation_of(session).ring
    ways = [
        getattr(PersonIdentity, f"{part}_index").in_(ring.indexes(canonical(typed), about=f"{TABLE}|{part}"))
        for part, canonical in CANONICAL.items()
    ]
    return Person.id.in_(select(PersonIdentity.person_id).where(or_(*ways)))


def same_numbers(session: Session, person_id: int) -> dict[int, list[IdentityPart]]:
    """Return other people with the same CURP or passport, by id, and which number it is: a duplicate record or a typing error."""
    found: dict[int, list[IdentityPart]] = {}
    for part in CANONICAL:
        column = getattr(PersonIdentity, f"{part}_index")
        own = select(column).where(PersonIdentity.person_id == person_id).scalar_subquery()
        for other in session.scalars(select(PersonIdentity.person_id).where(column == own, PersonIdentity.person_id != person_id)):
            found.setdefault(other, []).append(part)
    return found


def tokens_of_people(session: Session, people: Iterable[Person]) -> dict[int, Tokens]:
    """Return by person id what their CURP and birth date are compared by. Nothing is shown, so the access log has no row of it."""
    by_id = {person.id: person for person in people}
    if not by_id:
        return {}
    rows = session.scalars(select(PersonIdentity).where(PersonIdentity.person_id.in_(by_id)))
    return {row.person_id: _tokens(session, _values(session, row, by_id[row.person_id])) for row in rows}


def tokens_of(session: Session, identity: Identity) -> Tokens:
    """Return what typed values are compared by."""
    return _tokens(session, identity.given())


def _values(session: Session, row: PersonIdentity, person: Person) -> dict[IdentityPart, str]:
    ring = installation_of(session).ring
    found = {part: _opened(ring, row, part, person) for part in (IdentityPart.CURP, IdentityPart.BIRTH_DATE) if getattr(row, part)}
    return {part: value for part, value in found.items() if value}


def _tokens(session: Session, values: Mapping[IdentityPart, str]) -> Tokens:
    ring = installation_of(session).ring
    curp, born = values.get(IdentityPart.CURP), values.get(IdentityPart.BIRTH_DATE)
    return Tokens(
        curp=ring.index(CANONICAL[IdentityPart.CURP](curp), about=f"{TABLE}|{IdentityPart.CURP}") if curp else None,
        birth_date=ring.index(born, about=f"{TABLE}|{IdentityPart.BIRTH_DATE}") if born else None,
    )


def people_with_curp(session: Session, typed: str) -> Select[int]:
    """Return the query of the ids of people with this CURP, for rows sealed with any key."""
    indexes = installation_of(session).ring.indexes(CANONICAL[IdentityPart.CURP](typed), about=f"{TABLE}|{IdentityPart.CURP}")
    return select(PersonIdentity.person_id).where(PersonIdentity.curp_index.in_(indexes))


def people_with_curps(session: Session, typed: Collection[str]) -> dict[str, list[int]]:
    """Return the ids of the people with each of these CURPs, in one statement; numbers that nobody has are left out."""
    ring, canonical = installation_of(session).ring, CANONICAL[IdentityPart.CURP]
    numbers = {index: each for each in typed for index in ring.indexes(canonical(each), about=f"{TABLE}|{IdentityPart.CURP}")}
    rows = session.execute(select(PersonIdentity.curp_index, PersonIdentity.person_id).where(PersonIdentity.curp_index.in_(numbers)))
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(numbers[row.curp_index], []).append(row.person_id)
    return found


def people_with_curp_of(session: Session, person: Person) -> Select[int] | None:
    """Return the query of the ids of people with this person's CURP; None if none is on file."""
    row = session.get(PersonIdentity, person.id)
    curp = None if row is None else _values(session, row, person).get(IdentityPart.CURP)
    return people_with_curp(session, curp) if curp else None


class IdentityMove(Struct, frozen=True):
    """Parts that a merge moved, and when the other record's values had last changed; None if it had no row."""

    parts: list[str]
    changed_at: datetime | None


def move_identity(session: Session, context: ChangeContext, *, source: Person, target: Person) -> IdentityMove:
    """Move the parts that `target` lacks, sealed for its row; the others stay with `source`. Their retention time goes on.

    Raises:
        IdentityUnreadable: a value was changed outside the program, or its key is missing. Then nothing is moved.
    """
    row, other = session.get(PersonIdentity, source.id), session.get(PersonIdentity, target.id)
    there = [part for part in IdentityPart if row is not None and getattr(row, part) is not None]
    parts = [part for part in there if other is None or getattr(other, part) is None]
    before = other.changed_at if other is not None else None
    if parts:
        _move(session, context, source=source, target=target, parts=parts)
    return IdentityMove([part.value for part in parts], before)


def move_identity_back(session: Session, context: ChangeContext, *, source: Person, target: Person, moved: IdentityMove) -> None:
    """Undo `move_identity` with the same `source` and `target`. Parts deleted since stay deleted.

    Raises:
        IdentityUnreadable: as for `move_identity`.
    """
    other = session.get(PersonIdentity, target.id)
    parts = [IdentityPart(part) for part in moved.parts if other is not None and getattr(other, part) is not None]
    if not parts or other is None:
        return
    mine = session.get(PersonIdentity, source.id)
    changed_at = mine.changed_at if mine is not None else None
    _move(session, context, source=target, target=source, parts=parts)
    if mine is not None and changed_at is not None:
        mine.changed_at = changed_at
    if moved.changed_at is not None:
        other.changed_at = moved.changed_at
    elif all(getattr(other, part) is None for part in IdentityPart):
        session.delete(other)
    session.flush()


def _move(session: Session, context: ChangeContext, *, source: Person, target: Person, parts: Sequence[IdentityPart]) -> None:
    ring = installation_of(session).ring
    old = session.get(PersonIdentity, target.id) is not None
    rows = {person.id: _locked_row(session, context, person) for person in sorted((source, target), key=lambda each: each.id)}
    row, other = rows[source.id], rows[target.id]
    try:
        values = {part: _open(ring, row, part, source) for part in parts}
        if other.key_id != ring.newest:
            _seal_again(ring, other, target)
    except CannotOpen as error:
        log.error("The identity of person %s does not open: %s.", source.public_id.hex, error)  # noqa: TRY400
        raise IdentityUnreadable from error
    for part, value in values.items():
        _put(ring, other, part, value, target)
        setattr(row, part, None)
        if part in CANONICAL:
            setattr(row, f"{part}_index", None)
    other.changed_at = max(row.changed_at, other.changed_at) if old else row.changed_at
    session.flush()


def forget_identity(session: Session, person_id: int) -> bool:
    """Delete all identity data of an erased person; the caller writes the audit log. Return whether there were any."""
    row = session.get(PersonIdentity, person_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def with_identity_since(changed_before: datetime) -> Select[int]:
    """Ids of people whose values on file were last changed before an instant."""
    return select(PersonIdentity.person_id).where(PersonIdentity.changed_at < changed_before)


def delete_identities(session: Session, person_ids: Sequence[int]) -> None:
    """Take all values of these people off the file, for retention."""
    session.execute(delete(PersonIdentity).where(PersonIdentity.person_id.in_(person_ids)).execution_options(synchronize_session=False))


def count_by_key(session: Session) -> dict[str, int]:
    """Return the number of rows sealed with each key."""
    return {
        row.key_id: row.rows
        for row in session.execute(select(PersonIdentity.key_id, func.count().label("rows")).group_by(PersonIdentity.key_id))
    }


def rotate(session: Session, *, after: int, limit: int) -> Turned:
    """Seal the next rows again with the newest key, and index their numbers with it.

    Args:
        after: id of the last row processed; 0 at the beginning.
        limit: number of rows in one step, which is one transaction.
    """
    ring = installation_of(session).ring
    found = session.execute(
        select(PersonIdentity, Person)
        .join(Person, Person.id == PersonIdentity.person_id)
        .where(PersonIdentity.key_id != ring.newest, PersonIdentity.person_id > after)
        .order_by(PersonIdentity.person_id)
        .limit(limit)
        .with_for_update(of=PersonIdentity)
    ).all()
    failed = 0
    for row, person in found:
        try:
            _seal_again(ring, row, person)
        except CannotOpen as error:
            log.error("The identity of person %s was not sealed again: %s.", person.public_id.hex, error)  # noqa: TRY400
            failed += 1
    session.flush()
    return Turned(last=found[-1][0].person_id if found else None, done=len(found) - failed, failed=failed)


def _locked_row(session: Session, context: ChangeContext, person: Owner) -> PersonIdentity:
    """Return the person's row, locked; insert it if there is none."""
    (row,) = _locked_rows(session, context, [person])
    return row


def _locked_rows(session: Session, context: ChangeContext, people: Sequence[Owner]) -> list[PersonIdentity]:
    """Return the rows of several people, locked in the order of their ids; insert those that are missing."""
    insert = (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(PersonIdentity)
    newest, ids = installation_of(session).ring.newest, sorted({person.id for person in people})
    values = [{"person_id": person_id, "key_id": newest, "changed_at": context.now} for person_id in ids]
    session.execute(insert.on_conflict_do_nothing(index_elements=["person_id"]), values)
    found: list[PersonIdentity] = []
    for start in range(0, len(ids), AT_ONCE):
        wanted = select(PersonIdentity).where(PersonIdentity.person_id.in_(ids[start : start + AT_ONCE])).order_by(PersonIdentity.person_id)
        found.extend(session.scalars(wanted.with_for_update().execution_options(populate_existing=True)))
    return found


def _about(part: IdentityPart, person: Owner) -> str:
    return f"{TABLE}|{part}|{person.public_id.hex}"


def _put(ring: KeyRing, row: PersonIdentity, part: IdentityPart, value: str, person: Owner) -> None:
    setattr(row, part, ring.seal(value.encode("utf-8", "surrogatepass"), about=_about(part, person)))
    if part in CANONICAL:
        setattr(row, f"{part}_index", ring.index(CANONICAL[part](value), about=f"{TABLE}|{part}"))


def _open(ring: KeyRing, row: PersonIdentity, part: IdentityPart, person: Owner) -> str:
    return ring.open(getattr(row, part), about=_about(part, person)).decode("utf-8", "surrogatepass")


def _opened(ring: KeyRing, row: PersonIdentity, part: IdentityPart, person: Owner) -> str | None:
    """Return the value, or None if it cannot be opened, so that a correction may replace it."""
    try:
        return _open(ring, row, part, person)
    except CannotOpen as error:
        log.error("The identity of person %s does not open: %s.", person.public_id.hex, error)  # noqa: TRY400
        return None


def _seal_again(ring: KeyRing, row: PersonIdentity, person: Owner) -> None:
    """Seal all values of the row with the newest key, or none of them."""
    opened = {part: _open(ring, row, part, person) for part in IdentityPart if getattr(row, part) is not None}
    for part, value in opened.items():
        _put(ring, row, part, value, person)
    row.key_id = ring.newest


__all__ = [
    "Identity",
    "IdentityMove",
    "OnFile",
    "Tokens",
    "count_by_key",
    "delete_identities",
    "forget_identity",
    "has_number",
    "keep_identity",
    "keep_missing_identities",
    "keep_new_identities",
    "move_identity",
    "move_identity_back",
    "open_identity",
    "own_identity",
    "parts_on_file",
    "people_with_curp",
    "people_with_curp_of",
    "people_with_curps",
    "rotate",
    "same_numbers",
    "tokens_of",
    "tokens_of_people",
    "with_identity_since",
]
