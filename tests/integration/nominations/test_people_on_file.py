"""What a list says anew of people on file: empty fields are filled, and of two addresses a person says which is written to."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, true

from seminar_app.messages.models import Message
from seminar_app.nominations.checking import Standpoint
from seminar_app.nominations.rules import Address, Outcome
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason, Sex
from tests.integration.nominations.conftest import Desk, rows

HEADINGS = ("Nombre", "Apellido paterno", "Apellido materno", "Correo", "Teléfono", "Sexo")
NEW = "ana.nueva@agencia.example"
OLD = "ana@antes.example"


def known(desk: Desk, **values: Any) -> Person:
    desk.pool("INM", 5)
    return desk.make.person("Ana", "Sotob", "Díaz", **{"email": OLD, "phone": None} | values)


def chosen(desk: Desk, person: Person, *, email: str = NEW, phone: str = "998 123 4567", sex: str = "Mujer") -> Any:
    """Keep a list with the person, who was said to be the one on file."""
    found = desk.keep(rows(("Ana", "Sotob", "Díaz", email, phone, sex), headings=HEADINGS), "INM")
    code = person.public_id.hex
    desk.correct(found, lambda work: work.with_choice("0.2", code))
    return found


def read_anew(desk: Desk, person: Person) -> Person:
    desk.session.rollback()
    return desk.session.get_one(Person, person.id, populate_existing=True)


def mails(desk: Desk) -> list[tuple[str, str]]:
    desk.session.rollback()
    return [(each.kind, each.to_address) for each in desk.session.scalars(select(Message).order_by(Message.id))]


def test_what_is_empty_on_file_is_filled_and_nothing_else(desk: Desk) -> None:
    person = known(desk, sex=None)
    found = chosen(desk, person)
    (row,) = desk.look(found)
    assert (row.outcome, row.address, row.on_file, row.written_to) == (Outcome.SEATED, Address.KEPT, OLD, OLD)
    desk.bring(found)
    after = read_anew(desk, person)
    assert (after.email, after.phone, after.sex, after.given_names) == (OLD, "+529981234567", Sex.FEMALE, "Ana")
    assert mails(desk) == [("registered", OLD)]
    (row,) = desk.look(found)
    assert (row.outcome, row.written_to) == (Outcome.TAKEN, OLD)


def test_a_phone_on_file_stays(desk: Desk) -> None:
    person = known(desk, phone="+525512345678")
    desk.bring(chosen(desk, person))
    assert read_anew(desk, person).phone == "+525512345678"


def test_the_new_address_is_written_to_where_somebody_says_so(desk: Desk) -> None:
    person = known(desk, email_proven_at=desk.now)
    found = chosen(desk, person)
    desk.correct(found, lambda work: work.with_address("0.2", NEW))
    (row,) = desk.look(found)
    assert (row.address, row.written_to) == (Address.REPLACED, NEW)
    desk.bring(found)
    after = read_anew(desk, person)
    assert (after.email, after.email_proven_at) == (NEW, None)
    assert mails(desk) == [("registered", NEW), ("address_replaced", OLD)]
    (row,) = desk.look(found)
    assert row.written_to == NEW


def test_a_choice_of_an_address_ends_with_that_address(desk: Desk) -> None:
    person = known(desk)
    found = chosen(desk, person)
    desk.correct(found, lambda work: work.with_address("0.2", "another@agencia.example"))
    (row,) = desk.look(found)
    assert row.address is Address.KEPT


def test_somebody_without_an_address_gets_the_lists(desk: Desk) -> None:
    person = known(desk, email=None)
    desk.bring(chosen(desk, person))
    assert read_anew(desk, person).email == NEW
    assert mails(desk) == [("registered", NEW)]


def test_a_row_without_an_address_says_where_the_person_is_written_to(desk: Desk) -> None:
    person = known(desk)
    desk.keep(rows(("Ana", "Sotob", "Díaz"), headings=HEADINGS[:3]), "INM")
    found = desk.keep(rows(("Ana", "Sotob", "Díaz"), headings=HEADINGS[:3]), "INM", name="again.csv")
    code = person.public_id.hex
    desk.correct(found, lambda work: work.with_choice("0.2", code))
    (row,) = desk.look(found)
    assert (row.address, row.written_to) == (None, OLD)


@pytest.mark.parametrize("offices", [None, frozenset[int]()])
def test_another_offices_address_is_an_administrators_to_change(desk: Desk, offices: frozenset[int] | None) -> None:
    person = known(desk)
    desk.make.registration(desk.make.seminar(seats=1, slug="elsewhere"), person)
    desk.standpoint = Standpoint(true(), None, offices=offices)
    found = chosen(desk, person)
    desk.correct(found, lambda work: work.with_address("0.2", NEW))
    desk.bring(found)
    assert read_anew(desk, person).email == (NEW if offices is None else OLD)


def test_nothing_is_told_or_changed_of_people_beyond_reach(desk: Desk) -> None:
    person = known(desk, email=NEW)
    desk.standpoint = Standpoint(Person.id < 0, None)
    found = desk.keep(rows(("Ana", "Sotob", "Díaz", NEW, "998 123 4567", ""), headings=HEADINGS), "INM")
    (row,) = desk.look(found)
    assert (row.address, row.on_file) == (None, None)
    desk.bring(found)
    assert read_anew(desk, person).phone is None


def test_a_reserved_record_stays_as_it_is(desk: Desk) -> None:
    person = known(desk, email=NEW, reserved=True, reserved_reason=ReservedReason.OWN_REQUEST)
    found = desk.keep(rows(("Ana", "Sotob", "Díaz", NEW, "998 123 4567", ""), headings=HEADINGS), "INM")
    desk.bring(found)
    assert read_anew(desk, person).phone is None
    (row,) = desk.look(found)
    assert row.on_file is None


def test_an_address_that_another_record_of_the_name_has_is_not_taken(desk: Desk) -> None:
    person = known(desk)
    desk.make.person("Ana", "Sotob", "Díaz", email=NEW)
    found = desk.keep(rows(("Ana", "Soto-b", "Díaz", NEW, "", ""), headings=HEADINGS), "INM")
    code = person.public_id.hex
    desk.correct(found, lambda work: work.with_choice("0.2", code).with_address("0.2", NEW))
    desk.bring(found)
    assert read_anew(desk, person).email == OLD
