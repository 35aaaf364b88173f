"""A liaison presses a button on a page that is older than the list."""

from __future__ import annotations

import pytest

from tests.support.checking_client import CheckingClient
from tests.web.nominations.agency import PAGE, name, person_page
from tests.web.nominations.conftest import House

pytestmark = pytest.mark.sqlite_first  # pages; fuzz compares them on both engines, the services have their tests on both


def window(house: House) -> CheckingClient:
    """Return her browser."""
    return house.browser("liaison")


def test_who_has_left_meanwhile_cannot_be_withdrawn_or_exchanged_and_it_is_said(house: House) -> None:
    ana, _eva, iris = (name(house, given) for given in ("Ana", "Eva", "Iris"))
    browser = window(house)
    old = browser.get(person_page(ana))
    withdrawal, exchange = old.fields("#withdraw form"), old.fields("#exchange form") | {"other": iris.public_id.hex}
    browser.submit(person_page(ana), form="#withdraw form")
    for what, fields in (("withdraw", withdrawal), ("exchange", exchange)):
        page = browser.follow(browser.post(f"{person_page(ana)}/{what}", fields))
        assert "López, Ana is no longer on the list, so nothing was changed." in page.text
        assert page.select("#own-seats")


def test_a_partner_who_has_left_is_named(house: House) -> None:
    ana, _eva, iris, _olga = (name(house, given) for given in ("Ana", "Eva", "Iris", "Olga"))
    browser = window(house)
    fields = browser.get(person_page(ana)).fields("#exchange form") | {"other": iris.public_id.hex}
    browser.submit(person_page(iris), form="#withdraw form")
    page = browser.post(f"{person_page(ana)}/exchange", fields, status=422)
    assert "López, Iris is no longer on the list, so nothing was changed." in page.text
    assert "one of the options" not in page.text


def test_undo_pressed_again_says_that_it_is_undone(house: House) -> None:
    ana, browser = name(house, "Ana"), window(house)
    page = browser.follow(browser.submit(person_page(ana), form="#withdraw form"))
    fields = page.fields(".notice-undo form")
    browser.post(f"{person_page(ana)}/restore", fields)
    again = browser.follow(browser.post(f"{person_page(ana)}/restore", fields))
    assert "It is undone already: López, Ana is on the list." in again.text


def test_seats_given_up_again_are_no_longer_kept(house: House) -> None:
    page = window(house).follow(house.post("liaison", f"{PAGE}/give-up", {"hold": "0" * 32}))
    assert "These seats are kept no longer" in page.text
