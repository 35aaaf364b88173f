"""For two minutes an import can be undone: all of it or nothing, as though it had never been."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from seminar_app.attendance.models import Participation
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.nominations import services
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.rules import Outcome
from seminar_app.people.models import Person
from seminar_app.registration.errors import TooLateToTakeBack
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.registration.services import remove
from seminar_app.seminars.models import SeatPool, Seminar
from tests.integration.nominations.conftest import Desk, person, rows
from tests.support.context import context

MINUTES = timedelta(minutes=2)


def undo(desk: Desk, found: NominationList, *, at: datetime | None = None, clock: datetime | None = None) -> int:
    now = at or desk.now + timedelta(seconds=30)
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        return services.undo_import(work, context(now), seminar=desk.seminar, public_id=found.public_id, clock=lambda: clock or now)


def left(desk: Desk) -> list[int]:
    desk.session.rollback()
    tables = Registration, RegistrationHistory, Nomination, Message, Participation, Person
    return [desk.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_nothing_is_left_of_an_import_that_is_undone_and_it_can_be_brought_again(desk: Desk) -> None:
    desk.pool("INM", 2)
    before = left(desk)
    found = desk.keep(rows(*(person(n) for n in range(3))), "INM")
    desk.bring(found)
    assert left(desk) == [3, 3, 3, 3, 3, 3]
    assert undo(desk, found) == 3
    assert left(desk) == before
    assert set(desk.session.scalars(select(SeatPool.taken).where(SeatPool.seminar_id == desk.seminar.id))) == {0}
    kept = desk.session.get_one(NominationList, found.id, populate_existing=True)
    assert (kept.imported_at, services.held_until(desk.session, kept)) == (None, None)
    assert desk.bring(found).counts == {Outcome.SEATED: 2, Outcome.ALTERNATE: 1}


def test_the_mails_of_an_import_are_held_for_two_minutes(desk: Desk) -> None:
    desk.pool("INM", 2)
    found = desk.keep(rows(person(1)), "INM")
    desk.bring(found)
    desk.session.rollback()
    assert list(desk.session.scalars(select(Message.not_before))) == [desk.now + MINUTES]
    assert services.held_until(desk.session, found) == desk.now + MINUTES


def test_people_who_were_on_file_stay_there(desk: Desk) -> None:
    desk.pool("INM", 5)
    known = desk.make.person("Ana", "Sotob", "Díaz", email="p1@agencia.example")
    found = desk.keep(rows(person(1), person(2)), "INM")
    desk.bring(found)
    undo(desk, found)
    assert list(desk.session.scalars(select(Person.id))) == [known.id]
    assert desk.roster() == []


def test_only_the_last_import_of_a_list_is_undone(desk: Desk) -> None:
    desk.pool("INM", 5)
    found = desk.keep(rows(person(1), person(2)), "INM")
    desk.correct(found, lambda work: work.with_row("0.3", left_out=True))
    desk.bring(found)
    first = desk.now
    desk.correct(found, lambda work: work.with_row("0.3", left_out=False))
    desk.now += timedelta(minutes=10)
    desk.bring(found)
    assert undo(desk, found) == 1
    assert [each.registered_at for each in desk.roster()] == [first]
    with pytest.raises(TooLateToTakeBack):
        undo(desk, found)


@pytest.mark.parametrize("late", ["asked", "at the end"])
def test_after_two_minutes_it_is_too_late(desk: Desk, late: str) -> None:
    desk.pool("INM", 5)
    found = desk.keep(rows(person(1)), "INM")
    desk.bring(found)
    over = desk.now + MINUTES
    with pytest.raises(TooLateToTakeBack):
        undo(desk, found, at=over if late == "asked" else None, clock=over)
    assert len(desk.roster()) == 1


def test_nothing_is_undone_where_one_mail_has_left(desk: Desk) -> None:
    desk.pool("INM", 5)
    found = desk.keep(rows(person(1), person(2)), "INM")
    desk.bring(found)
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        mail = work.scalars(select(Message).order_by(Message.id)).first()
        assert mail is not None
        mail.state, mail.attempts = MessageState.SENDING, 1
    with pytest.raises(TooLateToTakeBack):
        undo(desk, found)
    assert left(desk)[0] == left(desk)[3] == 2


def test_nothing_is_undone_where_somebody_was_decided_about_since(desk: Desk) -> None:
    desk.pool("INM", 5)
    found = desk.keep(rows(person(1), person(2, email="")), "INM")
    desk.bring(found)
    (made,) = [each.id for each in desk.roster()]
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        remove(work, context(desk.now), seminar_id=desk.seminar.id, registration_id=made, reason=RemovalReason.OTHER)
    with pytest.raises(TooLateToTakeBack):
        undo(desk, found)
    assert desk.states() == {RegistrationState.REMOVED: 1}


def test_a_seat_that_becomes_free_goes_to_who_waits(desk: Desk) -> None:
    desk.pool("INM", 1)
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        seminar = work.get_one(Seminar, desk.seminar.id)
        seminar.starts_on = seminar.ends_on = (desk.now + timedelta(days=30)).date()
    found = desk.keep(rows(person(1)), "INM")
    desk.bring(found)
    other = desk.keep(rows(person(2)), "INM")
    desk.bring(other)
    undo(desk, found)
    (waited,) = desk.roster()
    assert waited.state is RegistrationState.REGISTERED
