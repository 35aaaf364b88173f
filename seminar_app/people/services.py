"""Services that add people and correct their data."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_unless_present
from seminar_app.people.errors import NameTaken
from seminar_app.people.evidence import Evidence
from seminar_app.people.identity import NO_TOKENS, NOTHING, Identity, Tokens, tokens_of
from seminar_app.people.matching import By, Compared, Same
from seminar_app.people.models import Person
from seminar_app.people.proposals import propose
from seminar_app.people.queries import Candidate, find_person, kept_record, with_curp
from seminar_app.people.rules import ReservedReason, Sex, name_key, sort_key

AT_ONCE = 500
"""Ids of one statement: SQLite's statements were once limited to 999 values."""
NAME_COLUMNS = ("given_names", "surname1", "surname2", "certificate_name")
"""Columns of a name as the person writes it."""
KEYS = ("search_key", "sort_key")
"""Columns that follow from the name."""


class PersonData(Struct, frozen=True, kw_only=True, dict=True):
    """A person's data as typed. `email` is canonical; `phone` is E.164 or as typed."""

    given_names: str
    surname1: str
    surname2: str | None = None
    certificate_name: str
    sex: Sex | None = None
    email: str | None = None
    phone: str | None = None
    language: str = "es"
    reserved_reason: ReservedReason | None = None
    """Why a new person's identity is reserved from the beginning. A known person is not changed by it."""

    @cached_property
    def search_key(self) -> str:
        """The name in comparable form."""
        return name_key(self.given_names, self.surname1, self.surname2)

    @cached_property
    def sort_key(self) -> str:
        """The name's place in a list."""
        return sort_key(given_names=self.given_names, surname1=self.surname1, surname2=self.surname2)


def find_or_add_person(
    session: Session,
    context: ChangeContext,
    *,
    data: PersonData,
    agency_id: int | None,
    by: By = By.FORM,
    identity: Identity = NOTHING,
    reach: ColumnElement[bool] | None = None,
    proven: bool = False,
) -> tuple[Person, bool]:
    """Return the person who is the same by `matching.match`, or a new one, and whether they were known before.

    A known person is not changed, because a stranger can type any name into a form. If two transactions add the same person at
    once, UNIQUE and ON CONFLICT leave one row, and both get it. Most people are new, so the row is inserted first, and a known
    person is read only if that fails. A record that was merged leads to the one that was kept.

    Args:
        by: who gave the data. Staff's and a list's CURP is looked up first, and only if `reach` is given.
        identity: what was typed beside the name; only its CURP is compared.
        reach: what the account may see, on `Person`. The same CURP outside it becomes a proposal to an administrator.
        proven: the data come from a button that was pressed in the mailbox; a new record says so.
    """
    outside: list[Candidate] = []
    if by is not By.FORM and reach is not None and identity.curp:
        found = with_curp(session, compared_of(data, tokens_of(session, identity)), identity.curp, by=by)
        within = set(session.scalars(select(Person.id).where(Person.id.in_([each.person.id for each in found]), reach)))
        known = [each.person for each in found if isinstance(each.verdict, Same) and each.person.id in within]
        if len(known) == 1:
            return known[0], True
        outside = [each for each in found if each.person.id not in within]
    person = new_person(context, data, agency_id)
    person.email_proven_at = context.now if proven else None
    if insert_unless_present(session, person, index_elements=("email", "search_key")):
        for each in outside:
            propose(session, context, one=person.id, other=each.person.id, why=each.why or (Evidence.CURP_AGREES,))
        return person, False
    there = find_person(session, email=data.email or "", key=data.search_key)
    if there is None:  # the name was corrected, or the person erased, between the two statements
        return find_or_add_person(session, context, data=data, agency_id=agency_id, by=by, identity=identity, reach=reach, proven=proven)
    return kept_record(session, there), True


def new_person(context: ChangeContext, data: PersonData, agency_id: int | None) -> Person:
    """Return a record of these data that is not in the database yet."""
    return Person(
        public_id=uuid.uuid4(),
        given_names=data.given_names,
        surname1=data.surname1,
        surname2=data.surname2,
        certificate_name=data.certificate_name,
        sex=data.sex,
        email=data.email,
        phone=data.phone,
        agency_id=agency_id,
        language=data.language,
        reserved=data.reserved_reason is not None,
        reserved_reason=data.reserved_reason,
        search_key=data.search_key,
        sort_key=data.sort_key,
        created_at=context.now,
    )


def prove_mailbox(session: Session, context: ChangeContext, *, person_id: int) -> None:
    """Note that the mailbox on file is the person's. Their data are as they were, so no open form is out of date by this."""
    unproven = (Person.id == person_id, Person.email.is_not(None), Person.email_proven_at.is_(None))
    session.execute(update(Person).where(*unproven).values(email_proven_at=context.now).execution_options(synchronize_session=False))


def compared_of(data: PersonData, tokens: Tokens = NO_TOKENS) -> Compared:
    """Return what is compared of typed data."""
    return Compared(
        given_names=data.given_names,
        surname1=data.surname1,
        surname2=data.surname2,
        email=data.email,
        sex=data.sex,
        curp=tokens.curp,
        birth_date=tokens.birth_date,
    )


def hold_person(session: Session, person: Person) -> Person | None:
    """Keep a known person from being merged or erased until the transaction ends; return the record to use.

    Called after the seats are locked, as a merge locks the seats before the people. Another transaction may have merged the
    person since they were found: then it is the record that was kept.

    Returns:
        None if the person was erased meanwhile.
    """
    while True:
        held = session.scalars(_HELD, {"person_id": person.id}, execution_options={"populate_existing": True}).one()
        if held.merged_into_id is None:
            return None if held.erased_at is not None else held
        person = kept_record(session, held)


def hold_people(session: Session, people: Iterable[Person]) -> dict[int, Person | None]:
    """Hold known people as `hold_person` does, in one statement for all and in the order of their ids.

    Returns:
        By the id that was asked for, the record to use; None for somebody who was erased meanwhile.
    """
    wanted = sorted({person.id: person for person in people}.items())
    held: dict[int, Person] = {}
    for start in range(0, len(wanted), AT_ONCE):
        ids = [person_id for person_id, _ in wanted[start : start + AT_ONCE]]
        locked = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update(read=True, key_share=True)
        held |= {person.id: person for person in session.scalars(locked.execution_options(populate_existing=True))}
    return {
        person_id: held[person_id]
        if held[person_id].merged_into_id is None and held[person_id].erased_at is None
        else hold_person(session, person)
        for person_id, person in wanted
    }


_HELD = select(Person).where(Person.id == bindparam("person_id")).with_for_update(read=True, key_share=True)


def lock_people(session: Session, ids: Collection[int]) -> list[Person]:
    """Lock these people in the order of their ids until the transaction ends, and read them anew."""
    locked = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked))


def give_up_key(session: Session, merged: Person) -> None:
    """Let another record have the address and name of a merged one. Its search key can be made again from its name."""
    merged.search_key = f"merged {merged.public_id.hex}"
    session.flush()


def stored_data(person: Person) -> PersonData:
    """Return what is stored of a person, to change a part of it."""
    return PersonData(**{name: getattr(person, name) for name in PersonData.__struct_fields__})


def edit_person(
    session: Session, context: ChangeContext, *, person: Person, data: PersonData, seminar: str | None = None, with_email: bool = False
) -> list[str]:
    """Correct a person's data.

    Args:
        with_email: change the e-mail address too. The caller then replaces the personal links, because they were sent to the old one.

    Returns:
        Names of the columns that changed.

    Raises:
        NameTaken: another person with this address has that name.
    """
    wanted: dict[str, Any] = {
        "given_names": data.given_names,
        "surname1": data.surname1,
        "surname2": data.surname2,
        "certificate_name": data.certificate_name,
        "sex": data.sex,
        "phone": data.phone,
        "language": data.language,
        "search_key": data.search_key,
        "sort_key": data.sort_key,
    }
    if with_email:
        wanted["email"] = data.email
    email = wanted.get("email", person.email)
    if email is not None and (email, data.search_key) != (person.email, person.search_key):
        other = find_person(session, email=email, key=data.search_key)
        if other is not None and other.id != person.id:
            if kept_record(session, other).id != person.id:
                raise NameTaken
            give_up_key(session, other)
    changed = [column for column, value in wanted.items() if getattr(person, column) != value]
    for column in changed:
        setattr(person, column, wanted[column])
    if changed:
        session.flush()
        audit.record(
            session,
            context,
            action="person.edited",
            subject=f"person:{person.public_id.hex}",
            seminar=seminar,
            details={"columns": [column for column in changed if column not in KEYS]},
        )
    return changed
