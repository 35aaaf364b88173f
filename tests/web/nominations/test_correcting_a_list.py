"""What is wrong in a list is mended where it stands: cell by cell, all equal values at once, row by row."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from seminar_app.people.models import Person
from tests.support.nominating import HEADINGS, ROSA, cells
from tests.web.nominations.conftest import House

pytestmark = pytest.mark.sqlite_first  # what the database does is tried in tests/integration/nominations

FAULTY = ("Luis", "Peña", "Ibáñez", "luis en pgr.example", "Perito")
MEND = {"cell-0.3-email": "luis@pgr.example", "was-0.3-email": "luis en pgr.example"}


def test_a_cell_is_mended_without_a_script(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA, FAULTY))
    browser = house.browser("liaison")
    page = browser.get(address)
    assert "1 row stays here until it is mended." in page.text
    assert page.one('input[name="cell-0.3-email"]').attrs["aria-invalid"] == "true"
    mended = browser.submit(address, {"cell-0.3-email": "luis@pgr.example"}, form="form.grid-form")
    assert "Nominate 2 people" in browser.follow(mended).text


def test_a_script_gets_the_row_and_the_figures_only(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA, FAULTY))
    part = house.post("liaison", address, MEND | {"row": "0.3"}, status=200, **{"HX-Request": "true"})
    assert "Gets a seat" in part.one("#row-0-3").to_text()
    assert "Nominate 2 people" in part.one("#to-bring").to_text()
    assert "<html" not in part.response.get_data(as_text=True)
    gone = house.post("liaison", address, {"leave_out": "0.3", "row": "0.3"}, status=200, **{"HX-Request": "true"})
    assert "Nominate 1 person" in gone.one("#to-bring").to_text()


def test_a_cell_that_nobody_has_changed_is_no_correction(house: House) -> None:
    """Two people have the page open: whoever saves the other cells does not undo what the first has mended."""
    address = house.list_of("liaison", cells(ROSA, FAULTY))
    house.post("liaison", address, MEND)
    unchanged = {"cell-0.3-email": "luis en pgr.example", "was-0.3-email": "luis en pgr.example"}
    house.post("organizer", address, unchanged)
    assert "Nominate 2 people" in house.browser("liaison").get(address).text


def test_equal_values_are_mended_at_once(house: House) -> None:
    people = [(name, "Soto", "Mar", f"{name.lower()}@pgr.example", "Oax.") for name in ("Ana", "Eva", "Sol")]
    address = house.list_of("liaison", cells(*people, headings=(*HEADINGS[:4], "Estado")))
    browser = house.browser("liaison")
    page = browser.get(address)
    assert "«Oax.» in 3 cells" in page.text
    fix = page.one("form.fixes li button").attrs["value"]
    browser.submit(address, {"fix": fix}, form="form.fixes")
    assert "Oax." not in browser.get(f"{address}?show=all").one("main").to_text()


def test_a_row_is_left_out_and_taken_again(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA, FAULTY))
    browser = house.browser("liaison")
    back = house.post("liaison", address, {"leave_out": "0.2", "show": "all", "page": "1"}).response.headers["Location"]
    assert back == f"{address}?page=1&show=all"
    page = browser.get(address)
    assert "1 row is left out. Take it again: 2" in page.text
    assert "Bring" not in page.one("#to-bring").to_text()
    house.post("liaison", address, {"take_again": "0.2"})
    assert "Nominate 1 person" in browser.get(address).text


def test_names_in_capitals_are_taken_in_normal_case_on_request(house: House) -> None:
    address = house.list_of("liaison", cells(("ROSA", "ORTEGA", "LUNA", "rosa@pgr.example", "FISCAL")))
    browser = house.browser("liaison")
    browser.submit(address, {"normal_case": "1"}, form="form.case-form")
    assert "Ortega Luna, Rosa" in browser.get(f"{address}?show=all").text
    browser.submit(address, {"normal_case": "0"}, form="form.case-form")
    assert "ORTEGA LUNA, ROSA" in browser.get(f"{address}?show=all").text
    house.post("liaison", address, {"normal_case": "1"})
    house.bring("liaison", address)
    assert house.session.scalars(select(Person.certificate_name)).all() == ["Rosa Ortega Luna"]


def test_somebody_who_may_be_known_is_asked_about(house: House) -> None:
    known = house.make.person("Rosa", "Ortega", "Luna", email="rosa@private.example", agency_id=house.pgr.id)
    house.make.registration(house.make.seminar(office=house.office), known, agency=house.pgr)
    for answer, same in ((known.public_id.hex, True), ("new", False)):
        address = house.list_of("liaison", cells((*ROSA[:3], f"{'ab'[same]}@pgr.example", ROSA[4])))
        page = house.browser("liaison").get(address)
        assert "Is it somebody you know?" in page.text
        assert "rosa@private.example" in page.text
        house.post("liaison", address, {"who-0.2": answer})
        house.bring("liaison", address)
        assert (house.roster()[-1].person_id == known.id) is same


def test_controls_that_no_page_has_change_nothing(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA))
    for name, value in {
        "cell-0.2-nothing": "x",
        "cell-a.b-email": "x",
        "cell-0.99-email": "x@y.example",
        "who-9.9": "new",
        "accept": "0.2|nothing|x",
        "fix": "nothing|x",
        "leave_out": "../..",
        "take_again": "0.7",
        "page": "https://evil.example/",
    }.items():
        assert house.post("liaison", address, {name: value}).response.headers["Location"] == address
    assert "Nominate 1 person" in house.browser("liaison").get(address).text
