"""Registering, waiting, being promoted: on real databases."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.audit import verifying as trail
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration import links, services
from seminar_app.registration.errors import AlreadyOnTheRoster, NotInThisState, SeminarCompleted
from seminar_app.registration.models import Notice, Registration, RegistrationHistory
from seminar_app.registration.notices import notice_text
from seminar_app.registration.queries.personal import personal_page
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Approval, RegistrationMode, SeminarState
from tests.integration.registration.conftest import Register, entry, pool_of
from tests.support.context import context
from tests.support.factories import KEY, Make
from tests.support.installation import reinstall


def states(session: Session) -> list[str]:
    """Return the states of all registrations in order of arrival."""
    return [state.value for state in session.scalars(select(Registration.state).order_by(Registration.id))]


def mails(session: Session) -> list[str]:
    """Return the kinds of all mails in order."""
    return list(session.scalars(select(Message.kind).order_by(Message.id)))


def test_a_registration_takes_a_seat_and_keeps_what_was_said_that_day(make: Make, session: Session, register: Register) -> None:
    seminar, agency = make.seminar(), make.agency("PGJ-QROO", state="Quintana Roo")
    register(seminar, agency)
    kept = session.scalars(select(Registration)).one()
    notice = session.get(Notice, kept.notice_id)
    assert notice is not None
    assert (notice.version, notice.language, notice.text) == (1, "es", notice_text(1, "es"))
    assert (kept.state, kept.unit, kept.position, kept.state_name) == (RegistrationState.REGISTERED, "Unidad 1", "Fiscal", "Quintana Roo")
    assert kept.link_hash == token_hash(links.personal_token(session, kept))
    message = session.scalars(select(Message)).one()
    assert (message.kind, message.to_address, message.link_endpoint) == ("registered", "luz@pgr.example", "registration.personal")
    assert message.context["days"] == "3 al 5 de junio de 2026"
    assert [row.to_state for row in session.scalars(select(RegistrationHistory))] == [RegistrationState.REGISTERED]
    assert trail.verify(session).rows == 1
    assert pool_of(session, seminar, None).taken == 1


def test_the_seat_comes_from_the_nearest_pool_then_the_open_one_then_the_queue(make: Make, session: Session, register: Register) -> None:
    group = make.agency("PGR")
    office, other = make.agency("PGR-SUB", parent=group), make.agency("INM")
    seminar = make.seminar(seats=1)
    quota = make.pool(seminar, group, 1)
    pools = [register(seminar, office, name).seat_pool_id for name in ("Ana", "Beto", "Carla")]
    assert pools == [quota.id, pool_of(session, seminar, None).id, None]
    register(seminar, other, "Dora")
    assert states(session) == ["registered", "registered", "waitlisted", "waitlisted"]
    assert list(session.scalars(select(Registration.queue_place).order_by(Registration.id)))[2:] == [1, 2]
    assert mails(session) == ["registered", "registered", "waitlisted", "waitlisted"]


def test_a_freed_seat_goes_at_once_to_the_first_who_may_hold_it(make: Make, session: Session, register: Register, now: datetime) -> None:
    pgr, inm = make.agency("PGR"), make.agency("INM")
    seminar = make.seminar(seats=0)
    make.pool(seminar, pgr, 1)
    first = register(seminar, pgr, "Ana")
    register(seminar, inm, "Beto")
    register(seminar, pgr, "Carla")
    register(seminar, pgr, "Dora")
    with unit_of_work(session):
        assert services.withdraw(session, context(now), registration_id=first.id)
    assert states(session) == ["withdrawn", "waitlisted", "registered", "waitlisted"]
    assert mails(session)[-2:] == ["withdrawn", "seat_given"]
    with unit_of_work(session):
        assert not services.withdraw(session, context(now), registration_id=first.id)


def test_whoever_withdrew_registers_again_and_queues_like_everybody(
    make: Make, session: Session, register: Register, now: datetime
) -> None:
    seminar, agency = make.seminar(seats=1), make.agency()
    form = uuid.uuid4()
    first = register(seminar, agency, "Ana", submission_id=form)
    register(seminar, agency, "Beto")
    with unit_of_work(session):
        services.withdraw(session, context(now), registration_id=first.id)
    register(seminar, agency, "Ana", submission_id=form)
    assert states(session) == ["waitlisted", "registered"]
    history = session.scalars(
        select(RegistrationHistory.to_state).where(RegistrationHistory.registration_id == first.id).order_by(RegistrationHistory.id)
    )
    assert [state.value for state in history] == ["registered", "withdrawn", "waitlisted"]


def test_the_same_form_again_changes_nothing_and_sends_nothing(make: Make, session: Session, register: Register) -> None:
    seminar, agency, form = make.seminar(), make.agency(), uuid.uuid4()
    for _ in range(3):
        register(seminar, agency, submission_id=form)
    assert states(session) == ["registered"]
    assert mails(session) == ["registered"]


def test_the_same_page_with_another_address_is_another_submission(make: Make, session: Session, register: Register) -> None:
    seminar, agency, form = make.seminar(), make.agency(), uuid.uuid4()
    register(seminar, agency, submission_id=form, email="luz@pgr.exmaple")
    register(seminar, agency, submission_id=form, email="luz@pgr.example")
    assert [message.to_address for message in session.scalars(select(Message).order_by(Message.id))] == [
        "luz@pgr.exmaple",
        "luz@pgr.example",
    ]


def test_of_somebody_registered_already_another_form_changes_nothing(
    make: Make, session: Session, register: Register, now: datetime
) -> None:
    seminar, agency, other = make.seminar(), make.agency(), make.agency()
    register(seminar, agency)
    for later in (1, 5, 70):
        register(
            seminar,
            other,
            given_names="LUZ MARIA",
            now=now + timedelta(minutes=later),
            phone="+525500000000",
            email="luz@pgr.example",
        )
    assert states(session) == ["registered"]
    assert mails(session) == ["registered"]
    person = session.scalars(select(Person)).one()
    assert (person.given_names, person.phone) == ("Luz María", None)
    assert session.scalars(select(Registration.agency_id)).one() == agency.id


def test_a_shared_mailbox_with_another_name_is_another_person(make: Make, session: Session, register: Register) -> None:
    seminar, agency = make.seminar(), make.agency()
    register(seminar, agency, "Ana", email="oficina@pgr.example")
    register(seminar, agency, "Beto", email="oficina@pgr.example")
    assert session.scalar(select(func.count()).select_from(Person)) == 2
    assert states(session) == ["registered", "registered"]


def test_people_of_one_mailbox_whose_names_differ_in_a_letter_are_all_seated(make: Make, session: Session, register: Register) -> None:
    seminar, agency = make.seminar(seats=20), make.agency()
    names = ("Đan", "An", "Łan", "Þóra", "Óra", "Øla", "La", "小龙", "محمد")
    for name in names:
        register(seminar, agency, name, email="oficina@pgr.example")
    assert states(session) == ["registered"] * len(names)
    for again in ("DAN", "lan", "Thora", "Ola"):
        register(seminar, agency, again, email="oficina@pgr.example")
    assert session.scalar(select(func.count()).select_from(Person)) == len(names)


def test_the_public_form_never_brings_back_who_was_removed_or_declined(
    make: Make, session: Session, register: Register, now: datetime
) -> None:
    seminar, agency = make.seminar(), make.agency()
    ids: dict[str, Any] = {"seminar_id": seminar.id, "registration_id": register(seminar, agency).id}
    with unit_of_work(session):
        services.remove(session, context(now), reason=RemovalReason.DOCUMENTS, **ids)
    register(seminar, agency)
    assert states(session) == ["removed"]
    assert mails(session) == ["registered", "removed"]


def test_approval_by_hand_seats_nobody_until_somebody_says_yes(make: Make, session: Session, register: Register, now: datetime) -> None:
    seminar, agency = make.seminar(seats=1, approval=Approval.MANUAL), make.agency()
    ana, beto, carla = (register(seminar, agency, name) for name in ("Ana", "Beto", "Carla"))
    assert pool_of(session, seminar, None).taken == 0
    for registration in (ana, beto):
        with unit_of_work(session):
            services.approve(session, context(now, "account:1"), seminar_id=seminar.id, registration_id=registration.id)
    with unit_of_work(session):
        services.decline(session, context(now, "account:1"), seminar_id=seminar.id, registration_id=carla.id)
    assert states(session) == ["registered", "waitlisted", "declined"]
    assert mails(session) == ["pending"] * 3 + ["approved", "waitlisted", "declined"]
    with pytest.raises(NotInThisState), unit_of_work(session):
        services.approve(session, context(now, "account:1"), seminar_id=seminar.id, registration_id=ana.id)


def test_undo_takes_back_a_removal_and_the_mail_that_has_not_left(make: Make, session: Session, register: Register, now: datetime) -> None:
    seminar, agency = make.seminar(seats=1), make.agency()
    ids: dict[str, Any] = {"seminar_id": seminar.id, "registration_id": register(seminar, agency, "Ana").id}
    with unit_of_work(session):
        services.remove(session, context(now), reason=RemovalReason.NO_SHOW, **ids)
    with unit_of_work(session):
        services.restore(session, context(now + timedelta(seconds=5)), **ids)
    assert states(session) == ["registered"]
    assert mails(session) == ["registered"]
    register(seminar, agency, "Beto")
    with unit_of_work(session):
        services.remove(session, context(now), reason=RemovalReason.OTHER, note="dos veces", **ids)
    with unit_of_work(session):
        services.restore(session, context(now + timedelta(minutes=3)), **ids)
    assert states(session) == ["waitlisted", "registered"]
    assert mails(session) == ["registered", "waitlisted", "removed", "seat_given", "waitlisted"]


def test_staff_add_somebody_whatever_the_mode_and_never_twice(make: Make, session: Session, now: datetime) -> None:
    seminar, agency = make.seminar(registration_mode=RegistrationMode.NOMINATION), make.agency()
    form = uuid.uuid4()
    for _ in range(2):
        with unit_of_work(session):
            services.add_by_hand(session, context(now, "account:1"), seminar_id=seminar.id, entry=entry(agency), submission_id=form)
    with pytest.raises(AlreadyOnTheRoster, match="Luz María López Ibáñez"), unit_of_work(session):
        services.add_by_hand(session, context(now, "account:1"), seminar_id=seminar.id, entry=entry(agency), submission_id=uuid.uuid4())
    assert states(session) == ["registered"]


def test_a_link_that_ended_in_a_hyphen_goes_on_and_is_sent_again_with_a_letter(make: Make, session: Session, now: datetime) -> None:
    owner = next(one for one in (uuid.UUID(int=n) for n in count()) if SecretLink("registration", one, 1).token(KEY).endswith("A"))
    sent_now = SecretLink("registration", owner, 1).token(KEY)
    sent_then = f"{sent_now[:-1]}-"
    made = make.registration(make.seminar(), public_id=owner, link_hash=token_hash(sent_then))
    with unit_of_work(session):
        services.send_link(session, context(now, "account:1"), seminar_id=made.seminar_id, registration_id=made.id, replace=False)
    kept = session.get_one(Registration, made.id)
    assert (kept.link_hash, links.personal_token(session, kept)) == (token_hash(sent_then), sent_now)
    for token in (sent_then, sent_now):
        assert personal_page(session, token, today=now.date()).registration.id == made.id


def test_a_key_that_changed_gives_a_new_link_with_the_next_mail(
    app: Flask, make: Make, session: Session, register: Register, now: datetime
) -> None:
    seminar, agency = make.seminar(), make.agency()
    before = register(seminar, agency).link_hash
    try:
        reinstall(app, secret_keys=("another key of at least thirty-two characters",))
        made = session.scalars(select(Registration.id)).one()
        with unit_of_work(session):
            services.send_link(session, context(now, "account:1"), seminar_id=seminar.id, registration_id=made, replace=False)
        after = session.get_one(Registration, made)
        assert after.link_hash != before
        assert after.link_hash == token_hash(links.personal_token(session, after))
    finally:
        reinstall(app, secret_keys=app.extensions["settings"].secret_keys)


def test_on_the_release_date_unused_seats_reach_those_who_wait(make: Make, session: Session, register: Register, now: datetime) -> None:
    pgr, inm = make.agency("PGR"), make.agency("INM")
    seminar = make.seminar(seats=0)
    make.pool(seminar, pgr, 3, release_on=date(2026, 3, 10))
    register(seminar, pgr, "Ana")
    for name in ("Beto", "Carla", "Dora"):
        register(seminar, inm, name)
    on_the_eve = datetime.fromisoformat("2026-03-10T04:59:00+00:00")
    with unit_of_work(session):
        assert services.release_due_quotas(session, context(on_the_eve)) == 0
    with unit_of_work(session):
        assert services.release_due_quotas(session, context(on_the_eve + timedelta(minutes=1))) == 2
    assert states(session) == ["registered", "registered", "registered", "waitlisted"]
    assert (pool_of(session, seminar, pgr).size, pool_of(session, seminar, None).size) == (1, 2)
    with unit_of_work(session):
        assert services.release_due_quotas(session, context(on_the_eve + timedelta(days=1))) == 0
    ana = session.scalars(select(Registration).order_by(Registration.id)).first()
    assert ana is not None
    with unit_of_work(session):
        services.withdraw(session, context(on_the_eve + timedelta(days=2)), registration_id=ana.id)
    assert states(session) == ["withdrawn", "registered", "registered", "registered"]
    assert (pool_of(session, seminar, pgr).size, pool_of(session, seminar, None).size) == (0, 3)


def test_the_same_showing_of_a_form_may_come_to_two_seminars(make: Make, session: Session, register: Register) -> None:
    agency, showing = make.agency(), uuid.uuid4()
    for _ in range(2):
        register(make.seminar(), agency, submission_id=showing)
    assert states(session) == ["registered", "registered"]


def test_a_form_sent_again_after_the_name_was_corrected_is_the_same_form(
    make: Make, session: Session, register: Register, now: datetime
) -> None:
    seminar, agency, showing = make.seminar(), make.agency(), uuid.uuid4()
    made = register(seminar, agency, "Ana", submission_id=showing)
    person = entry(agency, "Anna", "ana@pgr.example").person
    correction = services.StaffCorrection(person=person, agency_id=agency.id, unit=made.unit, position=made.position)
    with unit_of_work(session):
        services.correct(session, context(now), seminar_id=seminar.id, registration_id=made.id, correction=correction, opened="1.1")
    again = register(seminar, agency, "Ana", submission_id=showing)
    assert again.id == made.id
    assert mails(session) == ["registered"]
    assert list(session.scalars(select(Person.given_names))) == ["Anna"]


def test_a_form_sent_again_finds_its_registration_even_where_somebody_new_has_the_old_name(
    make: Make, session: Session, register: Register, now: datetime
) -> None:
    seminar, elsewhere, agency, showing = make.seminar(), make.seminar(), make.agency(), uuid.uuid4()
    made = register(seminar, agency, "Ana", submission_id=showing)
    person = entry(agency, "Anna", "ana@pgr.example").person
    correction = services.StaffCorrection(person=person, agency_id=agency.id, unit=made.unit, position=made.position)
    with unit_of_work(session):
        services.correct(session, context(now), seminar_id=seminar.id, registration_id=made.id, correction=correction, opened="1.1")
    other = register(elsewhere, agency, "Ana")
    again = register(seminar, agency, "Ana", submission_id=showing)
    assert again.id == made.id
    assert other.person_id != made.person_id
    assert sorted(session.scalars(select(Person.given_names))) == ["Ana", "Anna"]


@pytest.mark.parametrize("state", [SeminarState.CANCELLED, SeminarState.COMPLETED, SeminarState.ARCHIVED, None])
def test_nobody_is_given_a_seat_where_nobody_can_come_any_more(
    state: SeminarState | None, make: Make, session: Session, register: Register, now: datetime
) -> None:
    pgr, inm = make.agency("PGR"), make.agency("INM")
    seminar = make.seminar(seats=1, time_zone="UTC")
    make.pool(seminar, pgr, 1, release_on=date(2026, 6, 6))
    held = register(seminar, inm, "Ana")
    register(seminar, inm, "Beto")
    later = now if state else datetime(2026, 6, 6, 0, tzinfo=now.tzinfo)
    with unit_of_work(session):
        if state is not None:
            session.get_one(Seminar, seminar.id).state = state
    with unit_of_work(session):
        assert services.release_due_quotas(session, context(later)) == 0
    settled = state in (SeminarState.COMPLETED, SeminarState.ARCHIVED)
    with pytest.raises(SeminarCompleted) if settled else nullcontext(), unit_of_work(session):
        assert services.resize(session, context(later, "account:x"), seminar_id=seminar.id, capacity=5, wished=[]) == 0
    assert states(session) == ["registered", "waitlisted"]
    if settled:
        return
    with unit_of_work(session):
        services.remove(session, context(later, "account:x"), seminar_id=seminar.id, registration_id=held.id, reason=RemovalReason.NO_SHOW)
    assert states(session) == ["removed", "waitlisted"]
    assert mails(session) == ["registered", "waitlisted", "removed"]
