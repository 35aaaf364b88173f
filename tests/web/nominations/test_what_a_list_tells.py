"""A list is no way to ask who is registered: a liaison's page says of anybody else's people what it says of strangers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from seminar_app.nominations import checking
from seminar_app.nominations.tables import read_tables
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.rules import RegistrationState
from tests.support.nominating import cells
from tests.web.nominations.conftest import LISTS, House, without_ids

pytestmark = pytest.mark.sqlite_first
"""What only pages do."""

NAMES = ("Xochitl", "Zaragoza", "Paz")
ADDRESS = "xochitl@somewhere.example"
ROWS = cells((*NAMES, ADDRESS, "Fiscal"), ("Luis", "Peña", "", "luis@pgr.example", "Perito"))
WHO = (
    "stranger",
    "registered by another agency",
    "on file elsewhere",
    "reserved, registered here",
    "reserved, of another agency",
    "reserved, elsewhere",
)
HIDDEN = tuple(each for each in WHO if each not in ("stranger", "on file elsewhere"))


def put_on_file(house: House, which: str) -> Person | None:
    """Put the person of the first row on file, or not."""
    if which == "stranger":
        return None
    reserved: dict[str, Any] = {"reserved": True, "reserved_reason": ReservedReason.OWN_REQUEST} if "reserved" in which else {}
    agency = house.pgr if which == "reserved, registered here" else house.inm
    person = house.make.person(*NAMES, email=ADDRESS, agency_id=agency.id, **reserved)
    seminar = house.make.seminar() if "elsewhere" in which else house.seminar
    house.make.registration(seminar, person, agency=agency, state=RegistrationState.PENDING)
    return person


def seen(house: House, who: str, address: str) -> list[str]:
    """Return all that the account can see of the list."""
    browser = house.browser(who)
    pages = [
        browser.get(url).response.get_data(as_text=True) for url in (f"{LISTS}/", address, f"{address}?show=all", f"{address}/columns")
    ]
    part = house.post(who, address, {"row": "0.2"}, status=200, **{"HX-Request": "true"}).response.get_data(as_text=True)
    (table,) = read_tables(browser.get(f"{address}/file").response.get_data(), name="x.xlsx").tables
    return [*(without_ids(page) for page in (*pages, part)), str(table.rows)]


@pytest.fixture
def as_stranger(house: House) -> list[str]:
    """What a liaison sees of the list while its people are strangers to the program."""
    address = house.list_of("liaison", ROWS)
    told = seen(house, "liaison", address)
    house.browser("liaison").submit(address, form=".discard form")
    return told


@pytest.mark.parametrize("which", WHO)
def test_before_an_import_everybody_looks_like_a_stranger(house: House, as_stranger: list[str], which: str) -> None:
    put_on_file(house, which)
    assert seen(house, "liaison", house.list_of("liaison", ROWS)) == as_stranger


def test_one_who_is_told_apart_is_noticed(house: House, as_stranger: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: whoever is on the roster is said to be, whatever agency registered them."""
    put_on_file(house, "registered by another agency")
    original = checking._with_person

    def tells(*args: object, **_organizes: object) -> object:
        return original(*args, organizes=True)  # type: ignore[arg-type]

    monkeypatch.setattr(checking, "_with_person", tells)
    assert seen(house, "liaison", house.list_of("liaison", ROWS)) != as_stranger


@pytest.mark.parametrize("which", HIDDEN)
def test_an_import_leaves_the_row_to_the_organizer_without_saying_why(house: House, which: str) -> None:
    person = put_on_file(house, which)
    before = len(house.roster())
    address = house.list_of("liaison", ROWS)
    done = house.bring("liaison", address)
    assert "1 person was nominated: 1 seat. 1 row is for the organizer to decide." in done.text
    assert len(house.roster()) == before + 1
    row = house.row("liaison", address, 2)
    assert row == f"Row 2 Zaragoza Paz, Xochitl PGR Fiscal · {ADDRESS} For the organizer to decide"
    assert "reserved" not in done.text.lower()
    assert done.select("#to-bring form") == []
    once_more = house.post("liaison", f"{address}/import", {"version": "2"})
    assert len(house.roster()) == before + 1
    assert once_more.response.headers["Location"] == address
    (table,) = read_tables(house.browser("liaison").get(f"{address}/file").response.get_data(), name="x.xlsx").tables
    assert "For the organizer to decide" in str(table.rows[1])
    assert house.noted("reserved.opened") == []
    said = house.row("organizer", address, 2)
    assert ("On the roster already" in said) is ("elsewhere" not in which)
    assert person is not None


def test_after_an_import_a_row_that_names_somebody_else_is_no_way_to_ask(house: House) -> None:
    put_on_file(house, "registered by another agency")
    address = house.list_of("liaison", cells(("Ana", "Soto", "", "", "Fiscal"), ("Luis", "Peña", "", "luis@pgr.example", "Perito")))
    house.bring("liaison", address)
    house.post("liaison", address, {"leave_out": "0.2"})
    other = house.list_of("liaison", cells((*NAMES[:2], "Otra", ADDRESS, "Fiscal")))
    house.post("liaison", other, {"cell-0.2-surname2": "Paz", "was-0.2-surname2": "Otra"})
    assert "For the organizer" not in house.row("liaison", other, 2)
    house.bring("liaison", other)
    assert "For the organizer" in house.row("liaison", other, 2)
    house.post("liaison", other, {"cell-0.2-email": "else@pgr.example", "was-0.2-email": ADDRESS})
    assert "For the organizer" not in house.row("liaison", other, 2)


def test_two_addresses_of_one_hidden_record_do_not_tell_that_they_are_one(house: House) -> None:
    kept = put_on_file(house, "on file elsewhere")
    assert kept is not None
    house.make.person("Yolotl", "Zaragoza", "Paz", email="yolotl@somewhere.example", merged_into_id=kept.id)
    rows = cells((*NAMES, ADDRESS, "Fiscal"), ("Yolotl", "Zaragoza", "Paz", "yolotl@somewhere.example", "Fiscal"))
    address = house.list_of("liaison", rows)
    assert "Twice" not in house.browser("liaison").get(f"{address}?show=all").text
    house.bring("liaison", address)
    assert len(house.roster()) == 1


def test_an_organizers_page_that_tells_of_a_reserved_identity_opens_its_record(house: House) -> None:
    put_on_file(house, "reserved, of another agency")
    registration = house.roster()[0].public_id.hex
    address = house.list_of("organizer", ROWS, agency="PGR")
    assert "On the roster already" in house.row("organizer", address, 2)
    assert house.noted("reserved.opened") == [f"registration:{registration}"]
    house.browser("organizer").get(f"{address}/file")
    assert house.noted("reserved.opened") == [f"registration:{registration}"] * 2
    assert f"nomination_list:{address.rpartition('/')[2]}" in house.noted("nominations.exported")
    assert f"nomination_list:{address.rpartition('/')[2]}" in house.noted("nominations.viewed")


def test_a_choice_of_somebody_who_was_not_proposed_does_nothing(house: House) -> None:
    person = put_on_file(house, "registered by another agency")
    far = put_on_file_as(house, "Otra")
    assert person is not None
    for name, chosen in {"Luis": person, "Eva": far}.items():
        address = house.list_of("liaison", cells((name, name, "", f"{name}@pgr.example", "Perito")))
        house.post("liaison", address, {"who-0.2": chosen.public_id.hex})
        house.bring("liaison", address)
        assert house.roster()[-1].person_id not in (person.id, far.id)


def put_on_file_as(house: House, given_names: str) -> Person:
    return house.make.person(given_names, "Persona", None, email="otra@far.example", agency_id=house.inm.id)


def test_no_address_and_no_line_of_the_log_names_anybody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    put_on_file(house, "registered by another agency")
    caplog.set_level("DEBUG")
    said = house.upload("liaison", ROWS.replace("\t", ","), "Zaragoza.csv")
    address = said.response.headers["Location"]
    house.browser("liaison").submit(f"{address}/columns", form="form.columns-form")
    house.post("liaison", address, {"cell-0.2-position": "Zaragoza", "was-0.2-position": "Fiscal"})
    house.bring("liaison", address)
    broken = house.upload("liaison", b"PK\x03\x04 Zaragoza", "Zaragoza.xlsx", status=422)
    assert "damaged" in broken.text
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("seminar_app")]
    assert not [line for line in ours if re.search("Zaragoza|Xochitl|somewhere", line)]
    hrefs = [each.attrs.get("href") or "" for each in house.browser("liaison").get(f"{address}?show=all").select("a")]
    assert not [each for each in hrefs if re.search("Zaragoza|Xochitl|somewhere|lista", each)]
