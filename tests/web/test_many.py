"""What staff decide about many people of the roster at once, and its one undo."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.messages.models import Message
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Approval
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.web.conftest import SignIn


class Desk:
    """A seminar of two seats with approval by hand, four people who wait for it, and its organizer."""

    def __init__(self, client: CheckingClient, session: Session, make: Make, sign_in: SignIn) -> None:
        self.session, self.office = session, make.office()
        self.seminar: Seminar = make.seminar(office=self.office, seats=2, approval=Approval.MANUAL, slug="muchos-2026")
        pgr, inm = make.agency("PGR"), make.agency("INM")
        self.people = [self._pending(make, agency, number) for number, agency in enumerate((pgr, inm, pgr, pgr))]
        self.client = sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": self.office.id}), language="en"))
        self.url = f"/staff/seminars/{self.seminar.slug}/roster/"

    def _pending(self, make: Make, agency: Agency, number: int) -> Registration:
        person = make.person("Ana", f"Número {'ABCD'[number]}", None, email=f"{number}@pgr.example", agency_id=agency.id)
        at = NOW + timedelta(minutes=number)
        return make.registration(self.seminar, person, agency=agency, state="pending", registered_at=at, language="en")

    def decide(self, do: str, *numbers: int, **more: str) -> Page:
        values = {"csrf_token": self.client.get(self.url).one("#many [name=csrf_token]").attrs["value"] or "", "do": do} | more
        chosen = {"chosen": [self.people[number].public_id.hex for number in numbers]}
        response = self.client.flask.post(f"{self.url}many", data=values | chosen)
        assert response.status_code == 303
        return self.client.get(response.headers["Location"])

    def states(self) -> list[str]:
        self.session.rollback()
        return [each.state.value for each in self.session.scalars(select(Registration).order_by(Registration.id))]

    def mails(self) -> list[str]:
        self.session.rollback()
        return list(self.session.scalars(select(Message.kind).order_by(Message.id)))


@pytest.fixture
def desk(client: CheckingClient, session: Session, make: Make, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))
    return Desk(client, session, make, sign_in)


def undo(desk: Desk, page: Page) -> Page:
    return desk.client.follow(desk.client.post(f"{desk.url}many/undo", page.fields("form[action$='/many/undo']")))


def test_many_are_approved_in_the_order_of_arrival_and_one_undo_takes_it_back(desk: Desk) -> None:
    page = desk.decide("approve", 3, 2, 0)
    assert desk.states() == ["registered", "pending", "registered", "waitlisted"]
    assert "3 people are approved. 1 of them is on the waiting list." in page.text
    assert sorted(desk.mails()) == ["approved", "approved", "waitlisted"]
    assert "Undone for 3 people." in undo(desk, page).text
    assert desk.states() == ["pending"] * 4
    assert desk.mails() == []


def test_after_the_mail_has_left_nothing_is_undone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = desk.decide("approve", 0, 1)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1, minutes=3))
    assert "Undone for 0 people. 2 had changed since, or their messages had left." in undo(desk, page).text
    assert desk.states() == ["registered", "registered", "pending", "pending"]


def test_a_refusal_undone_waits_for_approval_again_and_approves_nobody(desk: Desk) -> None:
    page = desk.decide("decline", 0, 1)
    assert desk.states() == ["declined", "declined", "pending", "pending"]
    undo(desk, page)
    assert desk.states() == ["pending"] * 4
    assert desk.mails() == []


def test_a_refusal_is_not_undone_late_and_nobody_comes_back_who_withdrew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = desk.decide("decline", 0, 1)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1, minutes=3))
    assert "Undone for 0 people." in undo(desk, page).text
    assert desk.states() == ["declined", "declined", "pending", "pending"]
    page = desk.decide("remove", 2, reason="other")
    desk.client.submit(desk.url, form=f"form[action$='{desk.people[2].public_id.hex}/restore']:not(.notice-undo form)")
    undo(desk, page)
    assert desk.states()[2] == "registered", "it was restored by hand since"


def test_a_seat_that_becomes_free_goes_to_nobody_who_is_removed_too(desk: Desk) -> None:
    desk.decide("approve", 0, 1, 2)
    page = desk.decide("remove", 0, 2, reason="other")
    assert desk.states() == ["removed", "registered", "removed", "pending"]
    assert "seat_given" not in desk.mails()
    assert "2 people are off the list" in page.text


def test_a_whole_group_is_removed_for_a_reason_and_comes_back(desk: Desk) -> None:
    desk.decide("approve", 0, 1)
    assert "choose why" in desk.decide("remove", 0).text
    page = desk.decide("remove", reason="no_show", chosen_group=_key(desk, "PGR"))
    assert desk.states() == ["removed", "registered", "removed", "removed"]
    assert "3 people are off the list" in page.text
    undo(desk, page)
    assert desk.states() == ["registered", "registered", "pending", "pending"]


def test_a_group_means_those_who_match_the_filter(desk: Desk) -> None:
    desk.decide("approve", 0)
    desk.decide("decline", chosen_group=_key(desk, "PGR"), state="pending")
    assert desk.states() == ["registered", "pending", "declined", "declined"]


def test_who_is_in_another_state_or_of_another_seminar_is_left_out(desk: Desk, make: Make) -> None:
    other = make.registration(make.seminar(), make.person(), state="pending")
    desk.people.append(other)
    desk.decide("approve", 0)
    page = desk.decide("approve", 0, 1, 4)
    assert "1 person is approved." in page.text
    assert "2 of those chosen are in another state and stay." in page.text
    assert desk.session.get_one(Registration, other.id).state.value == "pending"
    assert "Nobody is chosen" in desk.decide("approve").text


def test_others_may_neither_choose_nor_decide(desk: Desk, app: Flask, make: Make, sign_in: SignIn) -> None:
    coordinator = sign_in(CheckingClient(app.test_client()), make.account((RoleName.COORDINATOR, {"seminar_id": desk.seminar.id})))
    page = coordinator.get(desk.url)
    assert page.select("#many") == page.select(".choice-box") == []


def _key(desk: Desk, code: str) -> str:
    boxes = desk.client.get(desk.url).select("[name=chosen_group]")
    return next(box.attrs["value"] or "" for box in boxes if code in (box.attrs["aria-label"] or ""))
