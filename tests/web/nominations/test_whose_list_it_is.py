"""Nobody's people become another agency's because a form began with it."""

from __future__ import annotations

import pytest

from seminar_app.agencies.models import Agency
from tests.support.nominating import ROSA, cells
from tests.web.nominations.conftest import LISTS, House

pytestmark = pytest.mark.sqlite_first  # what the database does is tried in tests/integration/nominations


def options(house: House, who: str) -> list[str | None]:
    """Return what the form for a list offers, first what stands there."""
    return [each.attrs["value"] for each in house.browser(who).get(f"{LISTS}/").select("#agency option")]


def test_an_organizer_has_to_say_whose_list_it_is(house: House) -> None:
    assert options(house, "organizer")[0] == ""
    page = house.upload("organizer", cells(ROSA), agency=None, status=422)
    assert "Please choose whose list it is." in page.text
    assert house.lists() == 0


def test_a_liaison_of_one_agency_finds_it_chosen(house: House) -> None:
    assert options(house, "liaison") == ["PGR"]
    house.upload("liaison", cells(ROSA), agency=None)
    assert house.lists() == 1


@pytest.mark.parametrize("page", ["", "/columns"])
def test_the_pages_of_a_list_say_whose_it_is(house: House, page: str) -> None:
    address = house.list_of("liaison", cells(ROSA))
    name = house.session.get_one(Agency, house.pgr.id).name_en
    assert "PGR" in house.browser("liaison").get(f"{address}{page}").one(".list-file").to_text()
    assert name in house.browser("liaison").get(f"{address}{page}").response.get_data(as_text=True)


def test_the_organizer_mends_whose_list_it_is_before_anybody_came(house: House) -> None:
    address = house.list_of("organizer", cells(ROSA), agency="PGR")
    house.browser("organizer").submit(f"{address}/columns", {"agency": "INM"}, form="form.columns-form")
    assert "INM" in house.browser("organizer").get(address).one(".list-file").to_text()
    assert house.noted("nominations.agency_changed") == [f"nomination_list:{address.rpartition('/')[2]}"]
    house.bring("organizer", address)
    assert [each.agency_id for each in house.roster()] == [house.inm.id]
    assert house.browser("organizer").get(f"{address}/columns").select("#agency") == []
    refused = house.post("organizer", f"{address}/columns", {"agency": "PGR"}, status=422)
    assert "People were nominated with this list already" in refused.text
    nobody = house.post("organizer", f"{address}/columns", {"agency": "NOPE"}, status=422)
    assert "This page was open for too long." in nobody.text


def test_a_liaison_does_not_say_that_a_list_is_another_agencys(house: House) -> None:
    address = house.list_of("liaison", cells(ROSA))
    assert house.browser("liaison").get(f"{address}/columns").select("#agency") == []
    house.post("liaison", f"{address}/columns", {"agency": "INM"})
    assert house.noted("nominations.agency_changed") == []


def test_a_list_whose_file_is_gone_is_no_pasted_cells(house: House) -> None:
    address = house.upload("liaison", cells(ROSA).replace("\t", ","), "lista.csv").response.headers["Location"]
    house.browser("liaison").submit(f"{address}/columns", form="form.columns-form")
    house.bring("liaison", address)
    house.browser("liaison").submit(address, form=".discard form")
    for page in (house.browser("liaison").get(f"{LISTS}/"), house.browser("liaison").get(address)):
        assert "Pasted cells" not in page.text
        assert "List of March 2, 2026" in page.text
    assert "PGR" in page.one(".list-file").to_text()
