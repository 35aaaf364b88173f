"""A list says of whoever came with it what the roster says of them now."""

from __future__ import annotations

import re
from typing import Any

import pytest

from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Approval, SeminarState
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.nominating import ROSA, cells
from tests.web.nominations.conftest import LISTS, House

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

FOUR = (
    ROSA,
    ("Luis", "Peña", "Ibáñez", "luis@pgr.example", "Perito"),
    ("Sol", "Cruz", "Mar", "sol@pgr.example", "Fiscal"),
    ("Eva", "Ríos", "Paz", "eva@pgr.example", "Fiscal"),
)


def figures(house: House, who: str, address: str) -> list[str]:
    """Return the figures of a list, as its page says them."""
    return [" ".join(each.to_text().split()) for each in house.browser(who).get(address).select(".figure")]


def take_off(house: House, registration: Registration) -> None:
    """Press the button of a record that takes a person off the roster."""
    house.browser("organizer").submit(
        f"/staff/seminars/s/roster/{registration.public_id.hex}", {"reason": "documents_incomplete"}, form="form[action$='/remove']"
    )


@pytest.mark.parametrize("who", ["organizer", "liaison"])
@pytest.mark.both_engines
def test_each_row_and_the_figures_say_what_became_of_the_person(house: House, who: str) -> None:
    address = house.list_of(who, cells(*FOUR))
    assert figures(house, who, address) == ["2 Gets a seat", "2 Alternates"]
    assert "Alternate 2" in house.row(who, address, 5)
    house.bring(who, address)
    assert figures(house, who, address) == ["2 Registered", "2 Alternates"]
    take_off(house, house.roster()[0])
    assert figures(house, who, address) == ["2 Registered", "1 Alternate", "1 Removed"]
    states = ("Removed", "Registered", "Registered", "Alternate 1")
    assert [house.row(who, address, number).endswith(f" {words} Open") for number, words in enumerate(states, 2)] == [True] * 4
    only = house.browser(who).get(f"{address}?show=now-removed")
    assert [row.attrs["id"] for row in only.select("tr[id^=row-]")] == ["row-0-2"]
    assert only.one("#rows").to_text() == "Removed"
    assert "4 people were nominated with this list" in only.text


def test_people_for_approval_are_nominated_and_no_more(house: House) -> None:
    with unit_of_work(house.session) as work:
        work.get_one(Seminar, house.seminar.id).approval = Approval.MANUAL
    address = house.list_of("organizer", cells(*FOUR))
    assert "Nominate 4 people" in house.browser("organizer").get(address).text
    done = house.bring("organizer", address)
    assert "4 people were nominated: 4 for approval." in done.text
    assert figures(house, "organizer", address) == ["4 Nominated"]
    assert "Brought" not in done.text


def test_the_preview_counts_the_alternates_who_wait_already(house: House) -> None:
    house.bring("liaison", house.list_of("liaison", cells(*FOUR)))
    address = house.list_of(
        "liaison", cells(("Ana", "Soto", "Luz", "ana@pgr.example", "Fiscal"), ("Iris", "Mata", "", "iris@pgr.example", ""))
    )
    said = [house.row("liaison", address, number) for number in (2, 3)]
    assert ["Alternate 3" in said[0], "Alternate 4" in said[1]] == [True, True]
    house.bring("liaison", address)
    assert ["Alternate 3" in house.row("liaison", address, 2), "Alternate 4" in house.row("liaison", address, 3)] == [True, True]
    assert "Alternate 4" in house.browser("organizer").get("/staff/seminars/s/roster/").text


def test_a_liaison_is_told_no_more_of_somebody_who_became_reserved(house: House) -> None:
    address = house.list_of("liaison", cells(*FOUR))
    house.bring("liaison", address)
    rosa = house.roster()[0]
    with unit_of_work(house.session) as work:
        person = work.get_one(Person, rosa.person_id)
        person.reserved, person.reserved_reason = True, ReservedReason.OWN_REQUEST
    before = house.row("liaison", address, 2)
    assert "Registered" in before
    take_off(house, rosa)
    assert house.row("liaison", address, 2) == before
    assert rosa.public_id.hex not in house.browser("liaison").get(f"{address}?show=all").response.get_data(as_text=True)
    assert "Removed" in house.row("organizer", address, 2)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RegistrationState.REMOVED, "Was taken off the list on"),
        (RegistrationState.WITHDRAWN, "Withdrew on"),
        (RegistrationState.DECLINED, "Was not approved on"),
    ],
)
def test_whoever_left_the_list_is_not_said_to_be_on_it(house: House, state: RegistrationState, words: str) -> None:
    person = house.make.person(*ROSA[:3], email=ROSA[3], agency_id=house.pgr.id)
    reason: dict[str, Any] = {"removal_reason": RemovalReason.OTHER} if state is RegistrationState.REMOVED else {}
    registration = house.make.registration(house.seminar, person, agency=house.pgr, state=state, **reason)
    with unit_of_work(house.session) as work:
        work.add(RegistrationHistory(registration_id=registration.id, at=NOW, actor="command", to_state=state))
    address = house.list_of("liaison", cells(*FOUR[:2]))
    organizers, liaisons = house.row("organizer", address, 2), house.row("liaison", address, 2)
    for said in (organizers, liaisons):
        assert re.search(f"No longer on the list {words} \\w+ \\d+, 2026 ", said)
        assert "already" not in said
    assert "«Restore» is on the record." in organizers
    assert f"ask the organizer: {house.office.email or house.office.name_en}" in liaisons
    assert "Nominate 1 person" in house.browser("liaison").get(address).text
    house.bring("liaison", address)
    assert [each.state for each in house.roster()] == [state, RegistrationState.REGISTERED]


def state_of(house: House, who: str) -> str:
    """Return the state of the newest list in the table of lists."""
    return str(house.browser(who).get(f"{LISTS}/").select("section[aria-labelledby=lists] td.state")[0].to_text().strip())


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_list_is_done_when_nothing_in_it_wants_anything(house: House, headers: dict[str, str]) -> None:
    rows = (*FOUR, FOUR[0], ("Ana", "Soto", "Luz", "nowhere", "Fiscal"), ("Iris", "Mata", "", "iris", "Fiscal"))
    address = house.list_of("liaison", cells(*rows))
    assert state_of(house, "liaison") == "Not nominated yet"
    house.bring("liaison", address)
    assert state_of(house, "liaison") == "Rows waiting"
    status = 200 if headers else 303
    house.post("liaison", address, {"leave_out": "0.7", "row": "0.7"}, status=status, **headers)
    assert state_of(house, "liaison") == "Rows waiting"
    house.post("liaison", address, {"cell-0.8-email": "iris@pgr.example", "was-0.8-email": "iris", "row": "0.8"}, status=status, **headers)
    assert state_of(house, "liaison") == "Rows waiting"
    assert "Nominate 1 person" in house.browser("liaison").get(address).text
    house.bring("liaison", address)
    assert state_of(house, "liaison") == "Done"
    house.post("liaison", address, {"take_again": "0.7", "row": "0.7"}, status=status, **headers)
    assert state_of(house, "liaison") == "Rows waiting"


@pytest.mark.both_engines
def test_the_roster_counts_alternates_as_such_and_lists_them_by_number(house: House) -> None:
    house.bring("liaison", house.list_of("liaison", cells(*FOUR[:2], FOUR[3], FOUR[2])))
    roster = house.browser("organizer").get("/staff/seminars/s/roster/")
    assert "2 registered · 2 alternates" in roster.one("[role=status].muted").to_text()
    assert "waiting list" not in roster.one(".row-group, tbody").to_text()
    only = house.browser("organizer").get("/staff/seminars/s/roster/?state=alternate")
    assert [re.findall("Ríos|Cruz", row.to_text()) for row in only.select("tr[id^=r-]")] == [["Ríos"], ["Cruz"]]


def test_a_draft_says_that_messages_leave_at_once(house: House) -> None:
    said = "Whoever is nominated gets a message all the same, at once."
    assert said not in house.browser("organizer").get(f"{LISTS}/").text
    with unit_of_work(house.session) as work:
        work.get_one(Seminar, house.seminar.id).state = SeminarState.DRAFT
    assert said in house.browser("organizer").get(f"{LISTS}/").text


def test_the_list_of_mail_shows_the_subject_that_was_sent(house: House) -> None:
    house.bring("organizer", house.list_of("organizer", cells(*FOUR[:2]), agency="PGR"))
    admin = house.sign_in(CheckingClient(house.app.test_client()), house.make.account((RoleName.ADMIN, {}), language="en"))
    page = admin.get("/staff/messages/")
    listed = [each.to_text().strip() for each in page.select("tbody th a")]
    read = [admin.get(str(each.attrs["href"])).one("h1").to_text().strip() for each in page.select("tbody th a")]
    assert listed == read
    assert len(listed) == 2
