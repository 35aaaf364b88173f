"""What is not written: a cell that somebody else has changed, a row that is on the roster, a choice that nobody made."""

from __future__ import annotations

import pytest

from seminar_app.nominations.tables import read_tables
from tests.support.nominating import HEADINGS, ROSA, cells
from tests.web.nominations.conftest import LISTS, House

pytestmark = pytest.mark.sqlite_first  # what the database does is tried in tests/integration/nominations

FAULTY = ("Luis", "Peña", "Ibáñez", "luis en pgr.example", "Perito")
WAS = {"was-0.3-email": "luis en pgr.example"}
ALONE = {"HX-Request": "true"}


def test_a_cell_that_somebody_has_changed_meanwhile_is_not_overwritten(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA, FAULTY))
    house.post("organizer", address, WAS | {"cell-0.3-email": "first@pgr.example"})
    later = WAS | {"cell-0.3-email": "second@pgr.example", "row": "0.3"}
    part = house.post("liaison", address, later, status=200, **ALONE)
    assert "meanwhile this was changed to «first@pgr.example»" in part.one("#cell-0-3-email-why").to_text()
    assert part.one("#cell-0-3-email").attrs["value"] == "second@pgr.example"
    assert part.one("input[name='was-0.3-email']").attrs["value"] == "first@pgr.example"
    again = later | {"was-0.3-email": "first@pgr.example"}
    house.post("liaison", address, again, status=200, **ALONE)
    assert "second@pgr.example" in house.row("organizer", address, 3)


def test_without_a_script_the_page_shows_what_was_typed_and_what_stands(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA, FAULTY))
    house.post("organizer", address, WAS | {"cell-0.3-email": "first@pgr.example"})
    page = house.post("liaison", address, WAS | {"cell-0.3-email": "second@pgr.example"}, status=422)
    assert page.one("#cell-0-3-email").attrs["value"] == "second@pgr.example"
    house.post("liaison", address, dict(page.fields("form.grid-form")) | {"accept": page.one("#cell-0-3-email-keep").attrs["value"]})
    assert "first@pgr.example" in house.row("liaison", address, 3)


def test_the_same_correction_by_two_people_is_no_conflict(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA, FAULTY))
    for who in ("organizer", "liaison"):
        house.post(who, address, WAS | {"cell-0.3-email": "luis@pgr.example"})
    assert "luis@pgr.example" in house.row("liaison", address, 3)


def test_a_row_that_is_sent_alone_saves_nothing_else(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA, FAULTY))
    sent = {"row": "0.2", "cell-0.2-position": "Fiscal Federal", "was-0.2-position": "Fiscal"} | WAS | {"cell-0.3-email": "half@typ"}
    house.post("liaison", address, sent, status=200, **ALONE)
    assert "Fiscal Federal" in house.row("liaison", address, 2)
    assert "half@typ" not in house.browser("liaison").get(f"{address}?show=all").text


def test_a_row_on_the_roster_is_corrected_there_and_not_in_the_list(house: House) -> None:
    people = [("ROSA", "ORTEGA", "LUNA", "rosa@pgr.example", "Oax."), ("SOL", "CRUZ", "", "nowhere", "Oax.")]
    address = house.list_of("liaison", cells(*people, headings=(*HEADINGS[:4], "Estado")))
    house.bring("liaison", address)
    before = house.row("liaison", address, 2)
    for sent in (
        {"cell-0.2-email": "other@pgr.example", "was-0.2-email": "rosa@pgr.example"},
        {"leave_out": "0.2"},
        {"normal_case": "1"},
        {"fix": "state|Oax.", "instead-state|Oax.": "Oaxaca"},
        {"who-0.2": "new"},
    ):
        house.post("liaison", address, sent)
        assert house.row("liaison", address, 2) == before
    assert "Cruz, Sol" in house.row("liaison", address, 3)
    page = house.browser("liaison").get(f"{address}?show=all")
    assert page.select("#row-0-2 input, #row-0-2 button") == []
    assert page.select("#row-0-2 a[href*='/registrations/'], #row-0-2 a[href*='/roster/']")
    (table,) = read_tables(house.browser("liaison").get(f"{address}/file").response.get_data(), name="x.xlsx").tables
    assert [row[4] for row in table.rows] == ["Estado", "Oax.", "Oaxaca"]


def test_a_doubt_about_a_row_on_the_roster_is_told_with_the_way_to_its_record(house: House) -> None:
    doubtful = ("Rosa", "Ortega", "Luna", "rosa@pgr.example", "25/03/1850")
    address = house.list_of("liaison", cells(doubtful, headings=(*HEADINGS[:4], "Fecha de nacimiento")))
    assert house.browser("liaison").get(f"{address}?show=all").select("#row-0-2 .cell-fault input")
    house.bring("liaison", address)
    page = house.browser("liaison").get(f"{address}?show=all")
    assert page.select("#row-0-2 input, #row-0-2 button") == []
    assert "Correct it in the record" in page.one("#row-0-2 .wraps").to_text()


def test_what_was_said_of_who_it_is_can_be_taken_back(house: House) -> None:
    known = house.make.person("Rosa", "Ortega", "Luna", email="rosa@private.example", agency_id=house.pgr.id)
    house.make.registration(house.seminar, known, agency=house.pgr)
    address = house.list_of("liaison", cells(ROSA))
    for answer in (known.public_id.hex, "new"):
        part = house.post("liaison", address, {"row": "0.2", "say": "0.2", "who-0.2": answer}, status=200, **ALONE)
        assert "Is it somebody you know?" not in part.one("#row-0-2").to_text()
        back = part.one("#row-0-2-again").attrs
        part = house.post("liaison", address, {"row": "0.2", back["name"]: back["value"]}, status=200, **ALONE)
        assert "Is it somebody you know?" in part.one("#row-0-2").to_text()
        assert part.select("#row-0-2-again") == []


def test_a_choice_that_nobody_made_is_asked_for(house: House) -> None:
    known = house.make.person("Rosa", "Ortega", "Luna", email="rosa@private.example", agency_id=house.pgr.id)
    house.make.registration(house.make.seminar(office=house.office), known, agency=house.pgr)
    address = house.list_of("liaison", cells(ROSA))
    part = house.post("liaison", address, {"row": "0.2", "say": "0.2"}, status=200, **ALONE)
    assert "Please choose one of these first." in part.one("[role=alert]").to_text()
    page = house.post("liaison", address, {"say": "0.2"}, status=422)
    assert "Please choose one of these first." in page.one("#row-0-2 [role=alert]").to_text()


def test_another_window_leads_to_the_lists_after_this_one_was_discarded(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA, FAULTY))
    house.post("organizer", f"{address}/discard")
    part = house.post("liaison", address, WAS | {"row": "0.3"}, status=204, **ALONE)
    assert part.response.headers["HX-Redirect"] == f"{LISTS}/"
    for path in ("/import", "/discard", ""):
        led = house.post("liaison", f"{address}{path}")
        assert "The list was discarded." in house.browser("liaison").follow(led).text
    house.browser("liaison").get(f"{LISTS}/{'0' * 32}", status=404)


def test_rows_of_an_import_that_was_undone_are_corrected_as_any_other(house: House) -> None:
    people = [("ROSA", "ORTEGA", "LUNA", "rosa@pgr.example", "Oax.")]
    address = house.list_of("liaison", cells(*people, headings=(*HEADINGS[:4], "Estado")))
    house.bring("liaison", address)
    house.post("liaison", address, {"normal_case": "1", "fix": "state|Oax.", "instead-state|Oax.": "Oaxaca"})
    assert "ORTEGA LUNA, ROSA" in house.row("liaison", address, 2)
    house.post("liaison", f"{address}/undo")
    assert "Ortega Luna, Rosa" in house.row("liaison", address, 2)
    house.bring("liaison", address)
    assert [each.state_name for each in house.roster()] == ["Oaxaca"]
