"""A few pasted people without headings, and headings without people, on the page of the columns."""

from __future__ import annotations

import pytest

from tests.web.nominations.conftest import House

pytestmark = pytest.mark.sqlite_first  # what the database does is tried in tests/integration/nominations


def test_the_columns_of_the_only_table_stand_open_and_a_name_placed_there_leads_on(house: House) -> None:
    browser = house.browser("liaison")
    address = house.paste("liaison", "wei chen\twei@pgr.example").response.headers["Location"]
    page = browser.get(f"{address}/columns")
    assert "One column needs your word" in page.text
    assert page.one("ul.column-list > li.wants-word #field-0-0")
    assert page.select("details ul.column-list") == []
    refused = browser.submit(f"{address}/columns", form="form.columns-form", status=422)
    assert "Please say what these columns are for" in refused.text
    browser.submit(f"{address}/columns", {"field-0-0": "full_name"}, form="form.columns-form")
    assert "Nominate 1 person" in browser.get(address).text


def test_headings_without_people_say_so(house: House) -> None:
    browser = house.browser("liaison")
    address = house.paste("liaison", "Nombre\tApellido paterno\tCorreo").response.headers["Location"]
    page = browser.get(f"{address}/columns")
    assert "Nobody stands below the headings" in page.text
    refused = browser.submit(f"{address}/columns", form="form.columns-form", status=422)
    assert "Nobody stands below the headings of this list." in refused.text
