"""A liaison names one person from her phone, and is told what became of them."""

from __future__ import annotations

import pytest

from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.seminars.rules import SeminarState
from tests.web.nominations.agency import PAGE, change_seminar, freeze, name, person_page, state_of, typed, words
from tests.web.nominations.conftest import House

pytestmark = pytest.mark.sqlite_first  # pages; fuzz compares them on both engines, the services have their tests on both

FORM = f"{PAGE}/name"


def named(house: House, given: str, **values: str) -> str:
    """Name somebody, and return what the page then says."""
    browser = house.browser("liaison")
    return words(browser.follow(browser.submit(FORM, typed(given, **values))), ".notice-success")


def test_a_person_named_has_a_seat_and_the_next_is_an_alternate(house: House) -> None:
    assert "Ortega, Rosa has a seat. A message with the personal link is on its way." in named(house, "Rosa")
    assert "Ortega, Eva has a seat. There is no e-mail address, so please tell this person yourself." in named(house, "Eva", email="")
    assert "Ortega, Luz is alternate number 1." in named(house, "Luz")
    assert "Ortega, Pia is alternate number 2." in named(house, "Pia")
    rosa, *_others = house.roster()
    assert (rosa.source, rosa.agency_id, rosa.position, rosa.language) == (Source.NOMINATION, house.pgr.id, "Fiscal", "es")


def test_the_last_name_is_taken_off_again(house: House) -> None:
    browser = house.browser("liaison")
    page = browser.follow(browser.submit(FORM, typed("Rosa")))
    page = browser.follow(browser.post(page.one(".notice-undo form").attrs["action"] or "", page.fields(".notice-undo form")))
    assert "Ortega, Rosa is off the list." in page.text
    assert state_of(house, house.roster()[0]) is RegistrationState.WITHDRAWN


def test_sent_twice_the_form_names_once(house: House) -> None:
    browser = house.browser("liaison")
    fields = browser.get(FORM).fields("main form") | typed("Rosa")
    browser.post(FORM, fields)
    browser.post(FORM, fields)
    assert len(house.roster()) == 1


def test_under_freeze_the_organizer_approves(house: House) -> None:
    freeze(house)
    assert "The list is frozen" in house.browser("liaison").get(FORM).text
    assert "Ortega, Rosa waits for the organizer, who approves." in named(house, "Rosa")
    assert house.roster()[0].state is RegistrationState.NOMINATED


def test_who_is_on_her_list_is_named_and_who_is_on_anothers_is_not_told_of(house: House) -> None:
    name(house, "Ana")
    name(house, "Quetzal", "Zyxwvu", agency=house.inm)
    browser = house.browser("liaison")
    page = browser.submit(FORM, typed("Ana", "López", email="ana.lópez@x.example"), status=422)
    assert "reaches only addresses without accents" in page.text
    theirs = typed("Quetzal", "Zyxwvu", email="quetzal.zyxwvu@x.example")
    page = browser.submit(FORM, theirs, status=422)
    assert "This person can be named by the organizer only." in page.text
    assert "roster of this seminar already" not in page.text
    assert str(house.office.email) in page.text
    assert len(house.roster()) == 2


def test_somebody_on_her_own_list_is_shown_by_name_and_asked_about(house: House) -> None:
    name(house, "Ana", "Luna")
    browser = house.browser("liaison")
    page = browser.submit(FORM, typed("Ana", "Luna", email="ana.luna@x.example"), status=422)
    assert "Is it this person?" in page.text
    known = page.one("button[name=known]").attrs["value"] or ""
    refused = browser.post(FORM, page.fields("main form") | {"known": known}, status=422)
    assert "Ana Luna is on the roster of this seminar already." in refused.text
    assert refused.select(f"a[href='{person_page(house.roster()[0])}']")
    other = browser.submit(FORM, typed("Ana", "Luna", email="otra@x.example"), status=422)
    page = browser.follow(browser.post(FORM, other.fields("main form") | {"another": ["", "1"]}))  # the hidden field, then the button
    assert "Luna, Ana has a seat." in page.text
    assert len(house.roster()) == 2


@pytest.mark.parametrize("state", [SeminarState.CLOSED, SeminarState.CANCELLED])
def test_a_seminar_that_takes_no_names_says_so_and_names_the_office(house: House, state: SeminarState) -> None:
    fields = house.browser("liaison").get(FORM).fields("main form") | typed("Rosa")
    change_seminar(house, state=state)
    page = house.browser("liaison").get(FORM)
    assert not page.select("main form")
    assert str(house.office.email) in page.text
    refused = house.browser("liaison").post(FORM, fields, status=422)
    assert "This seminar takes no names from agencies now." in refused.text
    assert house.roster() == []


def test_an_address_of_somebody_else_is_asked_about_once(house: House) -> None:
    name(house, "Ana", "Luna")
    browser = house.browser("liaison")
    page = browser.submit(FORM, typed("Rosa", email="ana.luna@x.example"), status=422)
    assert "Somebody on file has this address already" in page.text
    assert "Luna, Ana" in words(page, ".likely-names")
    shared = {"shared": ["", page.one("button[name=shared]").attrs["value"] or ""]}  # the hidden field, then the button
    assert "Ortega, Rosa has a seat." in browser.follow(browser.post(FORM, page.fields("main form") | shared)).text


def test_an_address_of_somebody_out_of_her_reach_is_not_told_of(house: House) -> None:
    name(house, "Quetzal", "Zyxwvu", agency=house.inm)
    assert "Ortega, Rosa has a seat." in named(house, "Rosa", email="quetzal.zyxwvu@x.example")


def test_an_agency_that_is_not_hers_is_not_taken(house: House) -> None:
    browser = house.browser("liaison")
    browser.post(FORM, browser.get(FORM).fields("main form") | typed("Rosa") | {"agency": "INM"}, status=422)
    assert house.roster() == []
