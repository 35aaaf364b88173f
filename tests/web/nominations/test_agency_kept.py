"""A liaison keeps seats of her quota without a name, names people for them, and gives them up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool
from tests.conftest import NOW
from tests.web.nominations.agency import PAGE, freeze, name, release_in, state_of, typed, words
from tests.web.nominations.conftest import House

pytestmark = pytest.mark.sqlite_first  # pages; fuzz compares them on both engines, the services have their tests on both

DAY = (NOW.date() + timedelta(days=5)).isoformat()


def held(house: House) -> tuple[int, int]:
    """Return how many seats of PGR's quota are taken, and how many of them kept."""
    house.session.rollback()
    pool = select(SeatPool.taken, SeatPool.held).where(SeatPool.agency_id == house.pgr.id)
    return tuple(house.session.execute(pool).one())  # type: ignore[return-value]


def test_seats_are_kept_within_the_quota_and_given_up(house: House) -> None:
    browser = house.browser("liaison")
    page = browser.follow(browser.submit(PAGE, {"seats": "2", "last_day": DAY}, form=".own-keep form"))
    assert "The seats are kept." in page.text
    assert "0 named · 2 kept without a name" in words(page)
    assert held(house) == (2, 2)
    waiting = name(house, "Ana")
    assert held(house) == (2, 1), "whoever is named takes a kept seat first"
    page = browser.follow(browser.submit(PAGE, form=".own-hold"))
    assert "The seats are no longer kept." in page.text
    assert held(house) == (1, 0)
    assert state_of(house, waiting) is RegistrationState.REGISTERED


def test_more_than_the_quota_has_is_refused_with_the_figure_and_what_was_typed_stays(house: House) -> None:
    browser = house.browser("liaison")
    page = browser.submit(PAGE, {"seats": "3", "last_day": DAY}, form=".own-keep form", status=422)
    assert "people may have: 2" in page.text
    assert page.one("input#seats").attrs["value"] == "3"
    assert held(house) == (0, 0)


def test_a_day_after_the_release_is_refused(house: House) -> None:
    release_in(house, 4)
    page = house.browser("liaison").submit(PAGE, {"seats": "1", "last_day": DAY}, form=".own-keep form", status=422)
    assert "A seat can be kept from today until" in page.text


def test_none_is_kept_while_the_list_is_frozen(house: House) -> None:
    browser = house.browser("liaison")
    fields = browser.get(PAGE).fields(".own-keep form") | {"seats": "1", "last_day": DAY}
    freeze(house)
    assert not browser.get(PAGE).select(".own-keep form")
    assert "takes no names from agencies now" in browser.post(f"{PAGE}/keep", fields, status=422).text
    assert held(house) == (0, 0)


def test_nobody_gives_up_what_another_agency_keeps(house: House) -> None:
    browser = house.browser("liaison")
    page = browser.follow(browser.submit(PAGE, {"seats": "1", "last_day": DAY}, form=".own-keep form"))
    hold = page.one(".own-hold input[name=hold]").attrs["value"]
    house.post("liaison inm", f"{PAGE}/give-up", {"hold": hold}, status=404)
    assert held(house) == (1, 1)


def test_a_person_named_by_hand_uses_a_kept_seat(house: House) -> None:
    browser = house.browser("liaison")
    browser.submit(PAGE, {"seats": "2", "last_day": DAY}, form=".own-keep form")
    assert "has a seat" in browser.follow(browser.submit(f"{PAGE}/name", typed("Rosa"))).text
    assert held(house) == (2, 1)
