"""An agency's list in the browser: upload, columns, people, roster."""

from __future__ import annotations

import pytest

from seminar_app.nominations.tables import read_tables
from seminar_app.registration.rules import RegistrationState, Source
from tests.support.nominating import HEADINGS, ROSA, cells
from tests.web.nominations.conftest import LISTS, House

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

THREE = (ROSA, ("Luis", "Peña", "Ibáñez", "luis@pgr.example", "Perito"), ("Sol", "Cruz", "Mar", "sol@pgr.example", "Fiscal"))
CSV = cells(*THREE).replace("\t", ",")


@pytest.mark.parametrize("who", ["organizer", "liaison"])
@pytest.mark.both_engines
def test_a_file_becomes_a_roster(house: House, who: str) -> None:
    browser = house.browser(who)
    address = house.upload(who, CSV).response.headers["Location"]
    assert browser.get(address, status=303).response.headers["Location"] == f"{address}/columns"
    columns = browser.get(f"{address}/columns")
    assert "Rosa" in columns.text
    browser.submit(f"{address}/columns", form="form.columns-form")
    page = browser.get(address)
    assert "Nominate 3 people" in page.text
    assert "2 seats, 1 alternate" in page.text
    assert house.roster() == []
    done = house.bring(who, address)
    assert "3 people were nominated: 2 seats, 1 alternate." in done.text
    states = [(each.state, each.source) for each in house.roster()]
    nomination = Source.NOMINATION
    assert states == [(RegistrationState.REGISTERED, nomination)] * 2 + [(RegistrationState.WAITLISTED, nomination)]
    assert done.select("#to-bring form") == []
    assert [
        house.row(who, address, number).rpartition(" ")[0].endswith(state) for number, state in ((2, "Registered"), (4, "Alternate 1"))
    ] == [True] * 2
    line = browser.get(f"{LISTS}/").one("section[aria-labelledby=lists]").to_text()
    assert "lista.csv" in line
    assert "Done" in line


def test_pasted_cells_become_a_list(house: House) -> None:
    address = house.list_of("liaison", cells(*THREE))
    assert "Nominate 3 people" in house.browser("liaison").get(address).text
    assert "Pasted cells" in house.browser("liaison").get(f"{LISTS}/").text


def test_nothing_chosen_says_so(house: House) -> None:
    page = house.paste("liaison", "  ", status=422)
    assert "Please choose the file, or paste the cells below." in page.text
    assert house.lists() == 0


def test_a_file_that_cannot_be_read_says_why_and_the_form_stays(house: House) -> None:
    page = house.upload("organizer", b"%PDF-1.7 rest", "lista.pdf", agency="INM", status=422)
    assert "This is a document (PDF or Word), not a spreadsheet." in page.text
    assert page.one("#agency option[selected]").attrs["value"] == "INM"
    assert house.lists() == 0


def test_a_column_without_a_word_is_refused_with_its_heading(house: House) -> None:
    browser = house.browser("liaison")
    text = cells((*ROSA[:4], "azul"), headings=(*HEADINGS[:4], "Nahual"))
    address = house.paste("liaison", text).response.headers["Location"]
    columns = f"{address}/columns"
    assert "One column needs your word" in browser.get(columns).text
    refused = browser.submit(columns, form="form.columns-form", status=422)
    assert "Please say what these columns are for, or leave them out: «Nahual»." in refused.text
    twice = browser.submit(columns, {"field-0-4": "email"}, form="form.columns-form", status=422)
    assert "These columns are for the same" in twice.text
    assert "«Correo»" in twice.text
    assert twice.one("#field-0-4 option[selected]").attrs["value"] == "email"
    browser.submit(columns, {"field-0-4": "left_out"}, form="form.columns-form")
    assert "Nominate 1 person" in browser.get(address).text


def test_a_list_whose_columns_nobody_has_confirmed_brings_nobody(house: House) -> None:
    address = house.paste("liaison", cells(ROSA)).response.headers["Location"]
    assert house.post("liaison", f"{address}/import", {"version": "1"}).response.headers["Location"] == address
    assert house.roster() == []


def test_a_file_is_read_again_in_another_encoding(house: House) -> None:
    browser = house.browser("liaison")
    address = house.upload("liaison", CSV.encode("cp1252")).response.headers["Location"]
    assert "Ibáñez" in browser.get(f"{address}/columns").text
    browser.submit(f"{address}/columns", {"encoding": "mac_roman"}, form="form.encoding")
    assert "Ibáñez" not in browser.get(f"{address}/columns").text
    house.post("liaison", f"{address}/encoding", {"encoding": "klingon"})
    assert "Please choose one of the encodings offered." in browser.get(f"{address}/columns").text
    again = house.upload("liaison", CSV.encode("cp1252")).response.headers["Location"]
    assert again == address, "the same file again leads to the list there is, however it was read since"


def test_a_list_that_is_read_again_has_its_columns_confirmed_again(house: House) -> None:
    address = house.list_of("liaison", cells(*THREE))
    read_again = house.post("liaison", f"{address}/encoding", {"encoding": "mac_roman"})
    assert read_again.response.headers["Location"] == f"{address}/columns"
    assert "Ibáñez" not in house.browser("liaison").get(f"{address}/columns").text
    assert house.browser("liaison").get(address, status=303).response.headers["Location"] == f"{address}/columns"


def test_the_same_file_again_leads_to_the_same_list(house: House) -> None:
    address = house.upload("liaison", CSV).response.headers["Location"]
    assert house.upload("liaison", CSV, "other name.csv").response.headers["Location"] == address
    assert house.lists() == 1
    assert house.upload("organizer", CSV, agency="INM").response.headers["Location"] != address


def test_after_back_another_file_is_another_list(house: House) -> None:
    """The browser shows the form with the id of its first display again."""
    browser = house.browser("liaison")
    form = {"submission_id": browser.get(f"{LISTS}/").one("[name=submission_id]").attrs["value"], "agency": "PGR"}
    one, again, other = (house.post("liaison", f"{LISTS}/", form | {"pasted": text}).response.headers["Location"] for text in _three())
    assert one == again
    assert one != other
    assert house.lists() == 2


def _three() -> list[str]:
    return [cells(ROSA), cells(ROSA), cells(*THREE)]


@pytest.mark.both_engines
def test_two_presses_bring_everybody_once(house: House) -> None:
    address = house.list_of("liaison", cells(*THREE))
    version = {"version": house.browser("liaison").get(address).one("[name=version]").attrs["value"]}
    house.post("liaison", f"{address}/import", version)
    house.post("liaison", f"{address}/import", version)
    assert len(house.roster()) == 3
    assert "Nobody was added" in house.browser("liaison").get(address).text


@pytest.mark.both_engines
def test_a_page_that_was_overtaken_brings_nobody(house: House) -> None:
    address = house.list_of("liaison", cells(*THREE))
    version = {"version": house.browser("liaison").get(address).one("[name=version]").attrs["value"]}
    house.post("organizer", address, {"leave_out": "0.2"})
    house.post("liaison", f"{address}/import", version)
    assert "The list was corrected after this page was opened" in house.browser("liaison").get(address).text
    assert house.roster() == []


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "٣"])
def test_a_version_that_is_none_brings_nobody(house: House, version: str) -> None:
    address = house.list_of("liaison", cells(ROSA))
    house.post("liaison", f"{address}/import", {"version": version})
    assert house.roster() == []


@pytest.mark.both_engines
def test_an_import_is_undone_while_its_mails_are_held(house: House) -> None:
    address = house.list_of("liaison", cells(*THREE))
    house.bring("liaison", address)
    led = house.browser("liaison").submit(address, form="form[action$='/undo']")
    assert "3 people are off the roster again. Nobody was written to." in house.browser("liaison").follow(led).text
    assert house.roster() == []


def test_a_list_is_discarded_and_its_people_stay(house: House) -> None:
    address = house.list_of("liaison", cells(*THREE))
    house.bring("liaison", address)
    page = house.browser("liaison").submit(address, form=".discard form")
    assert "The list was discarded." in house.browser("liaison").follow(page).text
    assert len(house.roster()) == 3
    assert "What this list held was deleted: somebody discarded it" in house.browser("liaison").get(address).text
    for path in ("columns", "file"):
        house.browser("liaison").get(f"{address}/{path}", status=422)
    unused = house.list_of("liaison", cells(ROSA))
    house.browser("liaison").submit(unused, form=".discard form")
    led = house.browser("liaison").get(unused, status=303)
    assert "The list was discarded." in house.browser("liaison").follow(led).one("main").to_text()


def test_the_file_comes_back_with_the_corrections_and_what_is_wrong(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA, ("Luis", "Peña", "", "nowhere", "Perito"), ("Sol", "Cruz", "", "sin correo", "Fiscal")))
    house.post("liaison", address, {"cell-0.3-email": "luis@pgr.example", "was-0.3-email": "nowhere"})
    answer = house.browser("liaison").get(f"{address}/file").response
    assert 'filename="list - what is wrong.xlsx"' in answer.headers["Content-Disposition"]
    (table,) = read_tables(answer.get_data(), name="list.xlsx").tables
    assert [row[3] for row in table.rows] == ["Correo", ROSA[3], "luis@pgr.example", "sin correo"]
    remarks = [row[5] if len(row) > 5 else "" for row in table.rows]
    assert remarks[1:3] == ["", ""]
    assert "E-mail address" in str(remarks[3])


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "C:\\lists\\a.csv",
        "n" * 300 + ".csv",
        "\u202egnp.csv",
        "<script>alert(1)</script>.csv",
        "ñandú ☃.csv",
        "a\x00b.csv",
    ],
)
def test_the_name_of_a_file_is_shown_safely(house: House, name: str) -> None:
    address = house.upload("liaison", CSV, name).response.headers["Location"]
    browser = house.browser("liaison")
    browser.submit(f"{address}/columns", form="form.columns-form")
    for page in (browser.get(f"{LISTS}/"), browser.get(address), browser.get(f"{address}/columns")):
        body = page.response.get_data(as_text=True)
        assert "<script>alert" not in body
        assert not set("\u202e\x00") & set(body)
        assert "n" * 201 not in body
        assert "/etc/" not in body
    answer = browser.get(f"{address}/file").response
    assert "\n" not in answer.headers["Content-Disposition"]
    assert read_tables(answer.get_data(), name="list.xlsx").tables
