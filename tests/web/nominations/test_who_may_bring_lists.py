"""Who may bring lists, for whom and when."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.limits import limiter
from tests.conftest import NOW
from tests.support.nominating import HEADINGS, ROSA, cells, keep_cells
from tests.web.nominations.conftest import LISTS, House

pytestmark = pytest.mark.sqlite_first  # what the database does is tried in tests/integration/nominations


@pytest.mark.parametrize("who", ["auditor", "coordinator"])
def test_others_get_nothing(house: House, who: str) -> None:
    address = house.list_of("liaison", cells(ROSA))
    for path in (f"{LISTS}/", address, f"{address}/columns", f"{address}/file"):
        house.browser(who).get(path, status=403)
    for path in (f"{LISTS}/", address, f"{address}/columns", f"{address}/encoding", f"{address}/import", f"{address}/discard"):
        house.post(who, path, {"version": "1"}, status=403)
    assert house.roster() == []


def test_lists_of_others_are_not_found(house: House) -> None:
    of_pgr = house.list_of("liaison", cells(ROSA))
    of_several = house.list_of("organizer", cells(ROSA, headings=HEADINGS), agency="each-row")
    elsewhere = house.make.seminar(slug="elsewhere")
    far = f"{LISTS}/{keep_cells(house.session, elsewhere, house.inm, cells(ROSA)).public_id.hex}"
    nobody = f"{LISTS}/{'0' * 32}"
    for who, addresses in {"liaison inm": (of_pgr, of_several, far, nobody), "organizer": (far, nobody)}.items():
        for address in addresses:
            for path in (address, f"{address}/columns", f"{address}/file"):
                house.browser(who).get(path, status=404)
            for path in (address, f"{address}/columns", f"{address}/encoding", f"{address}/import", f"{address}/discard"):
                house.post(who, path, {"version": "1", "encoding": "cp1252"}, status=404)
    assert "lista" not in house.browser("liaison inm").get(f"{LISTS}/").text
    assert house.roster() == []
    assert house.lists() == 3


@pytest.mark.parametrize("agency", ["INM", "", "NOBODY", "\0"])
def test_a_liaison_brings_no_list_of_another_agency(house: House, agency: str) -> None:
    house.post("liaison", f"{LISTS}/", {"agency": agency, "pasted": cells(ROSA)}, status=422)
    assert house.lists() == 0


def test_a_row_of_another_agency_is_an_error_in_its_cell(house: House) -> None:
    rows = ((*ROSA[:4], "INM"), ("Luis", "Peña", "", "luis@pgr.example", "PGR"))
    address = house.list_of("liaison", cells(*rows, headings=(*HEADINGS[:4], "Dependencia")))
    page = house.browser("liaison").get(address)
    assert page.one('input[name="cell-0.2-agency"]').attrs["aria-invalid"] == "true"
    house.bring("liaison", address)
    assert [each.agency_id for each in house.roster()] == [house.pgr.id]


def change(house: House, **values: Any) -> None:
    with unit_of_work(house.session) as session:
        session.execute(update(Seminar).where(Seminar.id == house.seminar.id).values(**values))
    house.session.expire_all()


COMPLETED = {"state": SeminarState.COMPLETED, "starts_on": date(2026, 1, 5), "ends_on": date(2026, 1, 6)}


@pytest.mark.parametrize(
    ("values", "liaison", "organizer"),
    [
        pytest.param(COMPLETED, "This seminar is completed", "This seminar is completed", id="completed"),
        pytest.param({"state": SeminarState.CANCELLED}, "This seminar is cancelled.", "This seminar is cancelled.", id="cancelled"),
        pytest.param({"registration_closes_at": NOW - timedelta(days=1)}, "Registration has closed.", None, id="closed"),
        pytest.param({"registration_opens_at": NOW + timedelta(days=1)}, None, None, id="not open yet"),
        pytest.param({"state": SeminarState.DRAFT}, 404, None, id="draft"),
    ],
)
def test_when_lists_are_taken(house: House, values: dict[str, Any], liaison: str | int | None, organizer: str | None) -> None:
    names = {"liaison": "Rosa", "organizer": "Xochitl"}
    prepared = {who: house.list_of(who, cells((name, name, "", f"{name}@pgr.example", "Fiscal"))) for who, name in names.items()}
    change(house, **values)
    for who, why in (("liaison", liaison), ("organizer", organizer)):
        before = len(house.roster())
        if why == 404:
            house.browser(who).get(f"{LISTS}/", status=404)
            house.post(who, f"{prepared[who]}/import", {"version": "2"}, status=404)
            continue
        page = house.browser(who).get(f"{LISTS}/")
        shown = house.browser(who).get(prepared[who])
        if why is None:
            assert page.select("form.list-form")
            house.bring(who, prepared[who])
            assert len(house.roster()) == before + 1
            continue
        assert isinstance(why, str)
        assert why in page.text
        assert why in shown.text
        assert not page.select("form.list-form")
        refused = house.post(who, f"{LISTS}/", {"agency": "PGR", "pasted": cells(ROSA)}, status=422)
        assert why in refused.text
        for path, data in ((f"{prepared[who]}/import", {"version": "2"}), (prepared[who], {"leave_out": "0.2"})):
            house.post(who, path, data)
            assert "This seminar takes no lists now." in house.browser(who).get(f"{LISTS}/").text
        house.post(who, f"{prepared[who]}/columns", {"field-0-4": "left_out"}, status=422)
        assert len(house.roster()) == before


def test_one_account_reads_twenty_files_a_minute(house: House) -> None:
    house.browser("liaison").get(f"{LISTS}/")
    house.browser("organizer").get(f"{LISTS}/")
    limiter.reset()
    limiter.enabled = True
    try:
        for _file in range(20):
            house.post("liaison", f"{LISTS}/", {"agency": "PGR"}, status=422)
        house.post("liaison", f"{LISTS}/", {"agency": "PGR"}, status=429)
        house.browser("liaison").get(f"{LISTS}/")
        house.post("organizer", f"{LISTS}/", {"agency": "PGR"}, status=422)
    finally:
        limiter.enabled = False
        limiter.reset()


def test_a_file_sent_after_the_session_ended_leads_back_to_where_it_is_chosen(house: House) -> None:
    browser = house.browser("liaison")
    token = browser.get(f"{LISTS}/").select("input[name=csrf_token]")[0].attrs["value"]
    browser.flask.delete_cookie("session")
    sent = {"csrf_token": token, "agency": "PGR", "file": (io.BytesIO(b"Nombre\nAna\n"), "lista.csv")}
    led = browser.post(f"{LISTS}/", sent, status=303, headers={"Sec-Fetch-Site": "same-origin"})
    assert led.response.headers["Location"] == f"/login?next={LISTS}/"
    assert "the file was not kept. Sign in, then choose it again." in browser.follow(led).text
    assert house.lists() == 0
