"""On the page: two addresses of one person, an import that is undone, and people without an address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from seminar_app.core import clock
from seminar_app.people.models import Person
from tests.conftest import NOW
from tests.support.nominating import ROSA, cells
from tests.web.nominations.conftest import House

OLD, NEW = "rosa@antes.example", ROSA[3]


def test_a_person_says_which_of_two_addresses_is_written_to(house: House) -> None:
    known = house.make.person("Rosa", "Ortega", "Luna", email=OLD, agency_id=house.pgr.id)
    house.make.registration(house.make.seminar(office=house.office, slug="before", seats=1), known, agency=house.pgr)
    address = house.list_of("organizer", cells(ROSA))
    browser = house.browser("organizer")
    code = known.public_id.hex
    house.post("organizer", address, {"who-0.2": code})
    assert f"Your list: {NEW}. On file, and written to: {OLD}." in house.row("organizer", address, 2)
    assert browser.get(f"{address}?show=all").one("button[name=address]").attrs["value"] == f"0.2|{NEW}"
    house.post("organizer", address, {"address": f"0.2|{NEW}"})
    assert f"Will be written to at {NEW}, which replaces {OLD}." in house.row("organizer", address, 2)
    house.post("organizer", address, {"address": "0.2|"})
    assert f"written to: {OLD}" in house.row("organizer", address, 2)
    house.post("organizer", address, {"address": f"0.2|{NEW}"})
    house.bring("organizer", address)
    house.session.rollback()
    assert house.session.scalars(select(Person.email).where(Person.id == known.id)).one() == NEW
    assert OLD not in house.row("organizer", address, 2)


def test_an_import_can_be_undone_on_the_lists_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    address = house.list_of("liaison", cells(ROSA))
    assert "Undo the import" in house.bring("liaison", address).text
    browser = house.browser("liaison")
    undone = browser.follow(browser.submit(address, form="form[action$='/undo']"))
    assert "1 person is off the roster again. Nobody was written to." in undone.text
    assert house.roster() == []
    assert "Nominate 1 person" in undone.text
    house.bring("liaison", address)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=3))
    assert "Undo the import" not in browser.get(address).text
    refused = browser.follow(house.post("liaison", f"{address}/undo"))
    assert "This can no longer be undone here" in refused.text
    assert len(house.roster()) == 1


def test_people_without_an_address_are_taken_with_one_press(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA, ("Luis", "Peña", "Ibáñez", "", "Perito"), ("Sol", "Cruz", "Mar", "", "Fiscal")))
    assert "2 people have no address." in house.browser("liaison").get(address).text
    house.post("liaison", address, {"without_address": "1"})
    page = house.browser("liaison").get(address)
    assert "2 people have no address and are taken all the same: please tell them by telephone." in page.text
    assert "Nominate 3 people" in page.text
    house.post("liaison", address, {"without_address": "0"})
    assert "Nominate 1 person" in house.browser("liaison").get(address).text
