"""The organizer sees what people will be told of, sends it at once or tells nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.registration.services import change_notices
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]
Clock = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    def set_to(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_to(NOW)
    return set_to


@pytest.fixture
def seminar(make: Make, session: Session, at: Clock) -> Seminar:
    seminar = make.seminar(office=make.office(), seats=5, venue="Hotel Xcaret")
    make.seminar_session(seminar, title_en="Opening")
    agency = make.agency("PGR")
    pool = session.scalars(select(SeatPool)).one()
    for _ in range(2):
        make.registration(seminar, agency=agency, pool=pool)
    make.account((RoleName.LIAISON, {"agency_id": agency.id}))
    return seminar


@pytest.fixture
def organizer(client: CheckingClient, make: Make, seminar: Seminar, sign_in: SignIn) -> CheckingClient:
    return sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id})))


def mails(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Message.kind).order_by(Message.id)))


def test_what_waits_is_shown_where_it_is_edited_and_can_be_sent_at_once(
    organizer: CheckingClient, seminar: Seminar, session: Session, at: Clock
) -> None:
    base = f"/staff/seminars/{seminar.slug}/"
    moved = {"venue": "Palacio", "street": "Av. Tulum 5"}
    saved = organizer.follow(organizer.submit(f"{base}settings", moved, form="form.form-wide"))
    at(NOW + timedelta(minutes=2, seconds=1))
    for page in (saved, organizer.get(base), organizer.get(f"{base}sessions/")):
        assert "Before: Hotel Xcaret, Cancún" in page.text
        assert "Now: Palacio, Av. Tulum 5, Cancún" in page.text
        assert "a message about these changes goes to 2 people and 1 liaison." in page.text
    assert "In 8 minutes" in organizer.get(base).text
    at(NOW + timedelta(minutes=10))
    assert "In a moment" in organizer.get(base).text
    sent = organizer.follow(organizer.submit(base, form="form[action$='changes/tell']"))
    assert "2 people are being told." in sent.text
    assert "The last changes were told to 2 people and 1 liaison on March 2, 2026, 10:10." in sent.text
    assert mails(session) == [change_notices.KIND] * 2 + [change_notices.LIAISON_KIND]
    row = session.scalars(select(AuditRow).where(AuditRow.action == "changes.told")).one()
    assert row.details == {"people": 2, "liaisons": 1}


def test_nobody_is_told_if_the_organizer_says_so(organizer: CheckingClient, seminar: Seminar, session: Session) -> None:
    base = f"/staff/seminars/{seminar.slug}/"
    organizer.submit(f"{base}settings", {"venue": "Hotel Xcaret, salón 2"}, form="form.form-wide")
    page = organizer.follow(organizer.submit(base, {"reason": "The hall was always meant."}, form="form[action$='keep-quiet']"))
    assert "Nobody is told of these changes." in page.text
    assert "Why: The hall was always meant." in page.text
    assert mails(session) == []
    row = session.scalars(select(AuditRow).where(AuditRow.action == "changes.kept_quiet")).one()
    assert row.details == {"reason": "The hall was always meant."}


@pytest.mark.both_engines
def test_a_page_that_is_older_than_the_last_change_sends_nothing(
    organizer: CheckingClient, seminar: Seminar, session: Session, at: Clock
) -> None:
    base = f"/staff/seminars/{seminar.slug}/"
    organizer.submit(f"{base}settings", {"venue": "Palacio"}, form="form.form-wide")
    shown = dict(organizer.get(base).fields("form[action$='changes/tell']"))
    at(NOW + timedelta(minutes=1))
    organizer.submit(f"{base}settings", {"venue": "Ayuntamiento"}, form="form.form-wide")
    for address in ("changes/tell", "changes/keep-quiet"):
        page = organizer.follow(organizer.post(f"{base}{address}", shown, status=303))
        assert "More has changed since you opened the page." in page.text
    assert mails(session) == []
    organizer.submit(base, form="form[action$='changes/tell']")
    again = organizer.follow(organizer.post(f"{base}changes/tell", shown, status=303))
    assert "These changes do not wait any more." in again.text
    organizer.post(f"{base}changes/tell", {"csrf_token": shown["csrf_token"], "notice": "x", "version": "\0"}, status=404)
    assert len(mails(session)) == 3


def test_a_draft_says_that_its_changes_wait(organizer: CheckingClient, seminar: Seminar, session: Session) -> None:
    base = f"/staff/seminars/{seminar.slug}/"
    organizer.submit(f"{base}settings", {"venue": "Palacio"}, form="form.form-wide")
    with unit_of_work(session) as work:
        work.get_one(Seminar, seminar.id).state = SeminarState.DRAFT
    page = organizer.get(base)
    assert "As soon as the seminar is published, a message about these changes goes to 2 people." in page.text


def test_who_only_runs_the_door_does_not_see_it(organizer: CheckingClient, make: Make, seminar: Seminar, sign_in: SignIn) -> None:
    base = f"/staff/seminars/{seminar.slug}/"
    organizer.submit(f"{base}settings", {"venue": "Palacio"}, form="form.form-wide")
    assert "Tell them now" in organizer.get(base).text
    door = sign_in(organizer, make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id})))
    for page in (base, f"{base}sessions/"):
        assert "Tell them now" not in door.get(page).text
