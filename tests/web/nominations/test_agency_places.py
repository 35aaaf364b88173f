"""A liaison withdraws her people and exchanges their places."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from seminar_app.core import clock
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration import services
from seminar_app.registration.rules import RegistrationState, RemovalReason
from tests.conftest import NOW
from tests.support.checking_client import Page
from tests.support.context import context
from tests.web.nominations.agency import PAGE, freeze, name, person_page, state_of, words
from tests.web.nominations.conftest import House

pytestmark = pytest.mark.sqlite_first  # pages; fuzz compares them on both engines, the services have their tests on both

SEATED, WAITS, WITHDRAWN = RegistrationState.REGISTERED, RegistrationState.WAITLISTED, RegistrationState.WITHDRAWN


def test_a_withdrawal_is_undone(house: House) -> None:
    ana, browser = name(house, "Ana"), house.browser("liaison")
    page = browser.follow(browser.submit(person_page(ana), {"reason": "Another mission"}, form="#withdraw form"))
    assert "López, Ana is off the list. The message about it leaves in two minutes." in page.text
    assert state_of(house, ana) is WITHDRAWN
    assert "1 person is no longer on the list" in page.text
    page = browser.follow(undo(house, page))
    assert "Undone: López, Ana has a seat." in page.text
    assert state_of(house, ana) is SEATED


def undo(house: House, page: Page) -> Page:
    """Press Undo."""
    return house.browser("liaison").post(str(page.one(".notice-undo form").attrs["action"]), page.fields(".notice-undo form"))


def test_the_seat_goes_to_the_next_alternate_and_an_undo_does_not_take_it_from_her(house: House) -> None:
    ana, _eva, iris = (name(house, given) for given in ("Ana", "Eva", "Iris"))
    browser = house.browser("liaison")
    assert "The seat goes at once to López, Iris." in browser.get(person_page(ana)).text
    assert "The seat goes at once" not in browser.get(person_page(iris)).text
    page = browser.follow(browser.submit(person_page(ana), form="#withdraw form"))
    assert state_of(house, iris) is SEATED
    assert "López, Iris has the seat now. Undo puts López, Ana on the list again, to wait: López, Iris keeps the seat." in page.text
    page = browser.follow(undo(house, page))
    assert "López, Ana is on the list again, as alternate number 1. López, Iris keeps the seat." in page.text
    assert (state_of(house, ana), state_of(house, iris)) == (WAITS, SEATED)


def test_after_two_minutes_and_of_what_the_organizer_did_there_is_no_undo(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, eva, browser = name(house, "Ana"), name(house, "Eva"), house.browser("liaison")
    page = browser.follow(browser.submit(person_page(ana), form="#withdraw form"))
    fields = page.fields(".notice-undo form")
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=3))
    assert not browser.get(f"{PAGE}?did=withdrawn&of={ana.public_id.hex}").select(".notice-undo")
    late = browser.follow(browser.post(f"{person_page(ana)}/restore", fields))
    assert "This can no longer be undone here" in late.text
    with unit_of_work(house.session) as session:
        which: dict[str, Any] = {"seminar_id": house.seminar.id, "registration_id": eva.id}
        services.remove(session, context(NOW), **which, reason=RemovalReason.ADMINISTRATIVE)
    refused = browser.follow(house.post("liaison", f"{person_page(eva)}/restore"))
    assert "That can no longer be undone here: the place of López, Eva has changed since." in refused.text
    assert (state_of(house, ana), state_of(house, eva)) == (WITHDRAWN, RegistrationState.REMOVED)


def test_two_people_exchange_places(house: House) -> None:
    ana, eva, iris, olga = (name(house, given) for given in ("Ana", "Eva", "Iris", "Olga"))
    browser = house.browser("liaison")
    offered = [each.to_text().strip() for each in browser.get(person_page(ana)).select("#other option")]
    assert offered == ["Choose…", "López, Iris · Alternate 1", "López, Olga · Alternate 2"]
    page = browser.follow(browser.submit(person_page(ana), {"other": olga.public_id.hex}, form="#exchange form"))
    assert "López, Ana is alternate number 2 now. López, Olga has a seat now." in page.text
    assert [state_of(house, each) for each in (ana, eva, iris, olga)] == [WAITS, SEATED, WAITS, SEATED]
    assert "Alternate 2" in words(page, f"#p-{ana.public_id.hex}")


def test_an_alternate_moves_up_by_one_button(house: House) -> None:
    _ana, _eva, iris, olga = (name(house, given) for given in ("Ana", "Eva", "Iris", "Olga"))
    browser = house.browser("liaison")
    page = browser.follow(browser.submit(PAGE, form=f"#p-{olga.public_id.hex} form"))
    moved = page.one(f"#p-{olga.public_id.hex}")
    assert "López, Olga is alternate number 1 now." in " ".join(moved.to_text().split())
    assert "Down" in page.one(f"#p-{olga.public_id.hex} button[autofocus]").to_text(), "at the head of the order there is no way up"
    assert not page.select(".notice-success")
    assert "Alternate 1" in words(page, f"#p-{olga.public_id.hex}")
    assert "Alternate 2" in words(page, f"#p-{iris.public_id.hex}")


def test_two_people_with_seats_cannot_exchange_and_it_is_said(house: House) -> None:
    ana, eva = name(house, "Ana"), name(house, "Eva")
    page = house.post("liaison", f"{person_page(ana)}/exchange", {"other": eva.public_id.hex}, status=422)
    assert "López, Ana and López, Eva can no longer exchange places" in page.text


def test_under_freeze_a_withdrawal_is_a_request(house: House) -> None:
    ana, browser = name(house, "Ana"), house.browser("liaison")
    freeze(house)
    page = browser.follow(browser.submit(person_page(ana), form="#withdraw form"))
    assert "The organizer has been asked, and decides." in page.text
    assert state_of(house, ana) is SEATED
    waits = browser.get(person_page(ana))
    assert "Withdraw López, Ana" in words(waits, ".own-requests")
    assert not waits.select("#withdraw")
    again = browser.follow(house.post("liaison", f"{person_page(ana)}/withdraw", {"withdrawing": "0" * 32}))
    assert "A request about this person waits already." in again.text
    page = browser.follow(browser.submit(person_page(ana), form=".own-requests form"))
    assert "Your request is taken back" in page.text
    assert "The seat stays empty" not in browser.get(person_page(ana)).text, "only what is true then is said"
