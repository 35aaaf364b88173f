"""A liaison's home: her seminars with her seats in figures, and nobody of another agency."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from seminar_app.attendance.rules import MarkStatus
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import RequestKind, RequestState
from seminar_app.registration import services
from seminar_app.seminars.models import SeatPool
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.database import db
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.web.nominations.agency import HOME, PAGE, change_seminar, freeze, name, release_in, words
from tests.web.nominations.conftest import House


def test_a_liaison_finds_her_home_in_the_menu_and_others_do_not(house: House) -> None:
    liaison = house.browser("liaison")
    assert [each.to_text().strip() for each in liaison.get(HOME).select("nav.site-nav a")[:2]] == ["Today", "My agency"]
    for who in ("organizer", "coordinator", "auditor"):
        house.browser(who).get(HOME, status=403)
        assert "My agency" not in house.browser(who).get("/staff/account/").text


def test_an_organizer_who_is_a_liaison_too_sees_her_people_only(house: House) -> None:
    account = house.make.account(
        (RoleName.ORGANIZER, {"office_id": house.office.id}), (RoleName.LIAISON, {"agency_id": house.inm.id}), language="en"
    )
    browser = house.sign_in(CheckingClient(house.app.test_client()), account)
    name(house, "Ana")
    name(house, "Inés", agency=house.inm)
    page = browser.get(PAGE)
    assert "López, Inés" in page.text
    assert "López, Ana" not in page.text


def test_each_quota_stands_in_words_and_a_near_release_warns(house: House) -> None:
    release_in(house, 4)
    name(house, "Ana")
    home = words(house.browser("liaison").get(HOME))
    assert "1 seat has no name yet. It is released in 4 days, on" in home
    assert "1 named · 1 empty" in home
    assert not house.browser("liaison").get(HOME).select(".is-near")
    release_in(house, 3)
    page = house.browser("liaison").get(HOME)
    assert len(page.select(".is-near svg")) == 1
    release_in(house, 1)
    assert "It is released tomorrow, on" in words(house.browser("liaison").get(HOME))
    name(house, "Eva")
    name(house, "Iris")
    page = house.browser("liaison").get(HOME)
    assert "All 2 seats have a name." in words(page)
    assert "2 named · 1 alternate" in words(page)
    assert [each.to_text() for each in page.select(".own-action a")] == ["Open"]


def test_kept_seats_count_as_seats_without_a_name(house: House) -> None:
    with unit_of_work(house.session) as session:
        kept: dict[str, Any] = {"seminar_id": house.seminar.id, "agency_id": house.pgr.id, "seats": 1, "quota_only": True}
        services.keep_seats(session, context(NOW), **kept, last_day=house.seminar.starts_on, submission_id=house.seminar.public_id)
    home = words(house.browser("liaison").get(HOME))
    assert "2 seats have no name yet." in home
    assert "0 named · 1 kept without a name · 1 empty" in home


def test_a_seminar_without_a_quota_stands_there_with_its_people_and_one_of_others_does_not(house: House) -> None:
    browser = house.browser("liaison inm")
    page = browser.get(HOME)
    assert "No seminar is waiting for your people" in page.text
    assert str(house.seminar.title_en) not in page.text
    name(house, "Inés", agency=house.inm)
    assert "1 waiting for approval" in words(browser.get(HOME))
    change_seminar(house, state=SeminarState.DRAFT)
    assert "No seminar is waiting for your people" in browser.get(HOME).text


def test_earlier_seminars_say_how_many_came_and_completed(house: House) -> None:
    day = NOW.date() - timedelta(days=40)
    past = house.make.seminar(office=house.office, slug="past", title_en="Held before", starts_on=day, ends_on=day)
    pool, sitting = house.make.pool(past, house.pgr, 3), house.make.seminar_session(past)
    there = [house.make.registration(past, house.make.person(given), agency=house.pgr, pool=pool) for given in ("Ana", "Eva", "Olga")]
    others = house.make.registration(past, house.make.person("Inés"), agency=house.inm, pool=house.make.pool(past, house.inm, 1))
    house.make.mark(there[0], sitting)
    house.make.mark(there[1], sitting, MarkStatus.LATE, 20)
    house.make.mark(others, sitting)
    with unit_of_work(house.session) as session:
        session.merge(past).state = SeminarState.CLOSED
    row = " ".join(house.browser("liaison").get(HOME).one("tbody tr").to_text().split())
    assert row.startswith("Held before")
    assert row.endswith("3 2 1")
    inside = house.browser("liaison").get("/staff/seminars/past/agency")
    assert "Had a seat 3" in " ".join(words(inside, ".figures-row").split())
    assert "1 of 1" in words(inside)
    assert "Inés" not in inside.text


@pytest.mark.sqlite_first
def test_as_many_statements_with_more_seminars_and_people(house: House) -> None:
    def counted(address: str) -> int:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        with house.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        house.browser("liaison").get(address)
        event.remove(engine, "before_cursor_execute", note)
        return len([each for each in seen if each.startswith("SELECT")])

    name(house, "Ana")
    house.browser("liaison").get(HOME)
    few = counted(HOME), counted(PAGE)
    for number in range(4):
        days: dict[str, Any] = {
            "starts_on": house.seminar.starts_on + timedelta(days=number),
            "ends_on": house.seminar.ends_on + timedelta(days=number),
        }
        more = house.make.seminar(office=house.office, **days)
        house.make.pool(more, house.pgr, 2)
    for given in ("Eva", "Iris", "Olga", "Nora", "Rita"):
        name(house, given)
    assert (counted(HOME), counted(PAGE)) == few


def test_after_a_release_those_with_an_open_seat_count_too(house: House) -> None:
    name(house, "Ana")
    open_pool = house.session.scalars(select(SeatPool).where(SeatPool.seminar_id == house.seminar.id, SeatPool.agency_id.is_(None))).one()
    house.make.registration(house.seminar, house.make.person("Eva"), agency=house.pgr, pool=open_pool)
    release_in(house, 0)
    assert "2 with a seat, 1 of them in an open seat" in words(house.browser("liaison").get(HOME))


def test_a_proposal_that_waits_for_her_stands_at_home(house: House) -> None:
    ana = name(house, "Ana")
    asked: dict[str, Any] = {"asked_by": f"registration:{ana.public_id.hex}", "asked_at": NOW, "submission_id": uuid.uuid4()}
    with unit_of_work(house.session) as session:
        of = {"public_id": uuid.uuid4(), "seminar_id": house.seminar.id, "registration_id": ana.id}
        session.add(ListRequest(**of, kind=RequestKind.SUBSTITUTE, state=RequestState.OPEN, **asked))
    page = house.browser("liaison").get(HOME)
    assert "1 proposal waits for your answer" in page.text
    freeze(house)
    assert "waits for your answer" not in house.browser("liaison").get(HOME).text, "the organizer decides then"
