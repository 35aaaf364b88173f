"""Forms that were sent, on real databases: what is kept of them and how long, and what happens at once."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import DaysKept
from seminar_app.agencies.models import Agency
from seminar_app.core.actor import PUBLIC
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.people.identity import Identity
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason, Sex
from seminar_app.registration import services
from seminar_app.registration.errors import FormClosed, FormEnded, WrongCode
from seminar_app.registration.models import FormSent, Registration
from seminar_app.registration.services import forms_sent, locked_seats, registering, sealed_forms
from seminar_app.retention.applying import apply_all
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Change, RegistrationMode, SeminarState
from seminar_app.seminars.services import change_state
from tests.conftest import NOW
from tests.integration.registration.conftest import entry
from tests.support.context import context
from tests.support.factories import Make
from tests.support.two_transactions import Point, both_at_once

WHO = context(NOW, PUBLIC)


def send(
    session: Session, seminar: Seminar, agency: Agency, name: str = "Luz María", *, code: str | None = None, **values: Any
) -> FormSent:
    typed = services.Typed(entry=entry(agency, name, **values), notice_version=1, notice_language="es", code=code)
    with unit_of_work(session):
        return services.send_form(session, WHO, seminar_id=seminar.id, typed=typed, showing=uuid.uuid4())


def confirm(session: Session, form: FormSent) -> Registration:
    with unit_of_work(session):
        return services.confirm(session, WHO, form_id=form.id)


def states(session: Session) -> list[str]:
    session.rollback()
    return [state.value for state in session.scalars(select(Registration.state).order_by(Registration.id))]


def test_the_form_asks_for_the_code_and_keeps_its_hours(make: Make, session: Session) -> None:
    agency = make.agency()
    coded = make.seminar(registration_mode=RegistrationMode.CODE, registration_code="Cancún-26")
    for wrong in (None, "", "cancun", "Ñ" * 5000):
        with pytest.raises(WrongCode):
            send(session, coded, agency, code=wrong)
    send(session, coded, agency, code=" CANCÚN-26 ")
    for values in (
        {"state": SeminarState.DRAFT},
        {"state": SeminarState.CANCELLED},
        {"registration_mode": RegistrationMode.NOMINATION},
        {"registration_opens_at": NOW + timedelta(days=1)},
        {"registration_closes_at": NOW},
    ):
        with pytest.raises(FormClosed):
            send(session, make.seminar(**values), agency)


def test_all_that_was_typed_comes_back(make: Make, session: Session) -> None:
    seminar, agency = make.seminar(), make.agency()
    said = entry(agency, sex=Sex.FEMALE, phone="+529981234567", reserved_reason=ReservedReason.OWN_REQUEST)
    identity = Identity(curp="HEMN841101MSPRRR02", birth_date=date(1984, 11, 1), birth_place="Mérida")
    typed = services.Typed(
        entry=services.Entry(person=said.person, agency_id=agency.id, position="Fiscal", identity=identity),
        notice_version=1,
        notice_language="en",
        office_notice_id=7,
        code="x",
    )
    with unit_of_work(session):
        form = services.send_form(session, WHO, seminar_id=seminar.id, typed=typed, showing=uuid.uuid4())
        assert services.opened(session, form) == typed


def test_a_form_goes_with_its_mail_when_its_time_is_over(make: Make, session: Session) -> None:
    seminar, agency = make.seminar(), make.agency()
    send(session, seminar, agency)
    confirm(session, send(session, seminar, agency, "Beto"))
    session.close()
    apply_all(context(NOW + timedelta(days=5)), kept=DaysKept())
    assert session.scalar(select(func.count()).select_from(FormSent)) == 2
    session.close()
    apply_all(context(NOW + timedelta(days=5, seconds=1)), kept=DaysKept())
    assert session.scalars(select(FormSent)).all() == []
    assert session.scalars(select(Message.kind)).all() == ["registered"]


def test_a_form_ends_with_the_seminar_s_last_day(make: Make, session: Session) -> None:
    last = NOW.date() + timedelta(days=1)
    seminar = make.seminar(starts_on=last, ends_on=last, time_zone="UTC")
    assert send(session, seminar, make.agency()).ends_at.date() == last + timedelta(days=1)


def test_of_an_erased_person_the_forms_are_empty_and_their_buttons_dead(make: Make, session: Session) -> None:
    seminar, agency = make.seminar(), make.agency()
    pressed, waiting = send(session, seminar, agency), send(session, seminar, agency, surname2=None)
    other = send(session, seminar, agency, "Beto")
    confirm(session, pressed)
    session.rollback()
    person = session.scalars(select(Person)).one().public_id
    with unit_of_work(session):
        erase_person(session, context(NOW), public_id=person)
    rows = session.scalars(select(FormSent).order_by(FormSent.id)).all()
    assert [(row.sealed == b"", row.void, row.registration_id) for row in rows] == [(False, True, None)] * 2 + [(False, False, None)]
    assert not any(row.address_index in services.address_indexes(session, "luz@pgr.example") for row in rows)
    with unit_of_work(session):
        assert services.empty_erased_forms(session, context(NOW + timedelta(hours=1))) == 2
    rows = session.scalars(select(FormSent).order_by(FormSent.id)).all()
    assert [row.sealed == b"" for row in rows] == [True, True, False]
    assert session.scalars(select(Message.link_owner)).all() == [other.public_id]
    for form in (pressed, waiting):
        with pytest.raises(FormEnded):
            confirm(session, form)


def test_what_was_sealed_with_an_earlier_key_is_sealed_again_and_found(make: Make, session: Session) -> None:
    form = send(session, make.seminar(), make.agency())
    with unit_of_work(session):
        row = session.get_one(FormSent, form.id)
        row.key_id = "older"
    with unit_of_work(session):
        assert sealed_forms.count_by_key(session) == {"older": 1}
        turned = sealed_forms.rotate(session, after=0, limit=10)
    assert (turned.done, turned.failed, turned.last) == (1, 0, form.id)
    again = session.get_one(FormSent, form.id)
    assert again.sealed != form.sealed
    assert again.address_index in services.address_indexes(session, "luz@pgr.example")


@pytest.mark.postgresql_only
@pytest.mark.parametrize("checked", [True, False], ids=["as it is", "broken"])
def test_a_button_pressed_while_the_seminar_is_cancelled_seats_nobody(
    app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch, checked: bool
) -> None:
    """On SQLite one of them waits for the other's whole transaction."""
    seminar, agency = make.seminar(), make.agency()
    form = send(session, seminar, agency).id
    session.close()
    point = Point()
    monkeypatch.setattr(registering, "lock_seats", point.before(locked_seats.lock_seats))
    if not checked:
        monkeypatch.setattr(registering, "takes_confirmations", lambda _seminar, **_now: True)
    cancelled = {"seminar_id": seminar.id, "change": Change.CANCEL, "reason": "A storm"}
    ended = both_at_once(
        app,
        point,
        lambda work: services.confirm(work, WHO, form_id=form).id,
        lambda work: change_state(work, context(NOW, "account:1"), **cancelled),  # type: ignore[arg-type]
    )
    assert isinstance(ended.early, FormEnded) is checked
    assert states(session) == ([] if checked else ["registered"])


@pytest.mark.postgresql_only
@pytest.mark.parametrize("checked", [True, False], ids=["as it is", "broken"])
@pytest.mark.parametrize("before", [True, False], ids=["read before", "read in the transaction"])
def test_an_earlier_form_s_button_pressed_during_a_withdrawal_does_not_undo_it(
    app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch, checked: bool, before: bool
) -> None:
    seminar, agency = make.seminar(), make.agency()
    waiting = send(session, seminar, agency)
    registration = confirm(session, send(session, seminar, agency)).id
    form, read = waiting.id, None
    if before:
        row = session.get_one(FormSent, form)
        read = services.read_form(session, row, seminar.slug, services.opened(session, row))
    session.close()
    point = Point()
    monkeypatch.setattr(registering, "lock_seats", point.before(locked_seats.lock_seats))
    if not checked:
        monkeypatch.setattr(forms_sent, "_press", lambda _session, _form_id, _registration_id: True)
    ended = both_at_once(
        app,
        point,
        lambda work: services.confirm(work, WHO, form_id=form, read=read).id,
        lambda work: services.withdraw(work, WHO, registration_id=registration),
    )
    assert isinstance(ended.early, FormEnded) is checked
    assert states(session) == (["withdrawn"] if checked else ["registered"])
