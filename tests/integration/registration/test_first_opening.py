"""Opening a personal page for the first time: the surname, the count of wrong ones, and what a merge and a form's button do to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from seminar_app.registration import services
from seminar_app.registration.first_opening_rules import MOST_WRONG_SURNAMES, Opening
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import Source
from seminar_app.registration.services import Tried
from seminar_app.registration.services.merging import merge, undo_merge
from tests.support.context import context
from tests.support.factories import THEN, Make


@pytest.fixture
def entered(make: Make) -> Registration:
    person = make.person("Luz", "López", "Ibáñez", email_proven_at=None)
    return make.registration(make.seminar(), person, notice_at=None, source=Source.STAFF)


def opened(session: Session, registration: Registration, surname: str, now: datetime, **more: Any) -> Tried:
    with unit_of_work(session) as work:
        return services.open_page(
            work,
            context(now, registration.audit_name),
            registration_id=registration.id,
            surname=surname,
            notice_version=2,
            notice_language="es",
            office_notice_id=None,
            **more,
        )


def person_of(session: Session, registration: Registration) -> Person:
    session.rollback()
    return session.get_one(Person, session.get_one(Registration, registration.id).person_id)


def test_the_surname_proves_the_mailbox_and_the_notice_is_kept(session: Session, entered: Registration, now: datetime) -> None:
    assert opened(session, entered, "lopez", now) == Tried(Opening.OPEN)
    assert person_of(session, entered).email_proven_at == now
    kept = session.get_one(Registration, entered.id)
    assert (kept.notice_at, kept.notice_id is not None, kept.version) == (now, True, entered.version)
    assert opened(session, entered, "", now + timedelta(hours=1)) == Tried(Opening.OPEN)
    session.rollback()
    assert session.get_one(Registration, entered.id).notice_at == now
    assert session.scalars(select(AuditRow.action)).all() == ["registration.page_opened"]


def test_five_wrong_surnames_end_the_link_also_for_who_types_the_right_one(session: Session, entered: Registration, now: datetime) -> None:
    left = [opened(session, entered, "Ortega", now).left for _ in range(MOST_WRONG_SURNAMES)]
    assert left == [4, 3, 2, 1, 0]
    assert opened(session, entered, "López", now).opening is Opening.ENDED
    assert person_of(session, entered).email_proven_at is None
    assert session.scalars(select(AuditRow.action)).all() == ["registration.link_ended"]


def test_the_fifth_try_may_be_the_right_one_and_the_count_begins_anew(session: Session, entered: Registration, now: datetime) -> None:
    for _ in range(MOST_WRONG_SURNAMES - 1):
        opened(session, entered, "Ortega", now)
    assert opened(session, entered, "López", now).opening is Opening.OPEN
    session.rollback()
    assert session.get_one(Registration, entered.id).wrong_surnames == 0


def test_a_merge_asks_for_the_surname_where_the_other_address_is_proven_by_nobody(
    session: Session, make: Make, entered: Registration, now: datetime
) -> None:
    """Links that were sent to that address open the kept record's pages."""
    kept = make.person("Luz", "López", "Ibáñez")
    with unit_of_work(session) as work:
        row = merge(work, context(now), kept=kept.id, gone=entered.person_id)
    session.rollback()
    assert session.get_one(Person, kept.id).email_proven_at is None
    with unit_of_work(session) as work:
        undo_merge(work, context(now), merge_id=row.id)
    session.rollback()
    assert session.get_one(Person, entered.person_id).email_proven_at is None


def test_an_address_that_a_merge_fills_in_is_as_proven_as_it_was(session: Session, make: Make, now: datetime) -> None:
    kept, gone = make.person("Eva", "Gil", None, email=None), make.person("Eva María", "Gil", None)
    make.registration(make.seminar(), gone)
    with unit_of_work(session) as work:
        merge(work, context(now), kept=kept.id, gone=gone.id)
    session.rollback()
    found = session.get_one(Person, kept.id)
    assert (found.email, found.email_proven_at) == (gone.email, THEN)


def test_a_form_s_button_proves_the_mailbox_of_somebody_whom_staff_had_entered(session: Session, make: Make, now: datetime) -> None:
    """And opens a link that wrong surnames had ended: whoever pressed it has the mailbox, and knows the name."""
    seminar, agency = make.seminar(), make.agency()
    form = make.form_sent(seminar, agency, "Rosa", at=now, email="rosa@pgr.example")
    person = make.person("Rosa", "Ortega", None, email="rosa@pgr.example", email_proven_at=None)
    entered = make.registration(seminar, person, notice_at=None, wrong_surnames=5, source=Source.STAFF)
    with unit_of_work(session) as work:
        made = services.confirm(work, context(now, "public"), form_id=form.id)
        assert made.id == entered.id
    assert person_of(session, entered).email_proven_at == now
    assert session.get_one(Registration, entered.id).wrong_surnames == 0
