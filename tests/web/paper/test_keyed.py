"""Signed sheets are keyed and settled on pages: with one button, row by row as the script sends them, and by those who may."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.attendance import queries
from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.paper.models import PrintedSheet, SheetRow
from seminar_app.paper.rules import row_code
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import SeminarState
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the rest is in tests/integration/test_keyed_sheets.py, on both databases."""

P, L, E, X, A = MarkStatus
HTMX = {"HX-Request": "true"}


@dataclass
class Desk:
    """A printed sheet of four people, a fifth who is not on it, and the coordinator's browser."""

    client: CheckingClient
    session: Session
    coordinator: UserAccount
    seminar: Seminar
    place: SeminarSession
    people: list[Registration]
    printed: PrintedSheet

    @property
    def address(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}/paper/sheets/{self.printed.public_id}"

    @property
    def differences(self) -> str:
        return f"{self.address}/differences"

    def field(self, kind: str, person: int) -> str:
        return f"{kind}-{self.people[person].public_id.hex}"

    def press(self, name: str, value: str) -> Page:
        """Press a button of the page of differences."""
        page = self.client.get(self.differences)
        fields = {key: values[0] for key, values in page.fields("#unsettle" if name == "undo" else "#settle").items()}
        return self.client.follow(self.client.post(self.differences, fields | {name: value}))

    def say(self, fields: dict[str, str], *, status: int = 200) -> tuple[str, dict[str, Any]]:
        """Send rows as the script does; return the word of the header and the answer."""
        page = self.client.get(self.address)
        data = {name: page.one(f"#keyed [name={name}]").attrs["value"] for name in ("csrf_token", "page")} | fields
        answer = self.client.flask.post(self.address, data=data, headers=HTMX)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.headers["X-Keyed"], json.loads(answer.get_data(as_text=True))

    def marks(self) -> dict[int, str]:
        found = queries.marks_of_session(self.session, self.place.id).marks
        places = {person.id: number for number, person in enumerate(self.people)}
        self.session.rollback()
        return {places[key]: mark.status.value for key, mark in found.items()}

    def trail(self) -> list[str]:
        found = list(self.session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))
        self.session.rollback()
        return found

    def change(self, row: Any, **values: Any) -> None:
        with unit_of_work(self.session) as writing:
            found = writing.get_one(type(row), row.id)
            for name, value in values.items():
                setattr(found, name, value)


@pytest.fixture
def desk(client: CheckingClient, session: Session, make: Make, sign_in: SignIn) -> Desk:
    seminar = make.seminar(seats=50)
    place = make.seminar_session(seminar)
    pgr, pgj = make.agency("PGR"), make.agency("PGJ")
    pool = make.pool(seminar, pgr, 20)
    names = (("Álvarez", pgr), ("Zamora", pgr), ("Núñez", pgj), ("Ortiz", pgj), ("Tarde", pgr))
    people = [make.registration(seminar, make.person(surname1=name), agency=agency, pool=pool) for name, agency in names]
    coordinator = make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id}))
    printed = make.printed_sheet(place, leave_out=people[4:])
    return Desk(sign_in(client, coordinator), session, coordinator, seminar, place, people, printed)


def test_a_sheet_is_keyed_with_one_button(desk: Desk) -> None:
    page = desk.client.get(desk.address)
    assert [" ".join(each.to_text().split()) for each in page.select(".keyed-group")] == [
        "PGJ · Agency PGJ",
        "PGR · Agency PGR",
        "Not on this sheet",
    ]
    assert [each.to_text().strip() for each in page.select(".keyed-number")] == ["1", "2", "3", "4", "+"]
    assert "0 of 4 keyed" in page.text
    typed = {desk.field("key", 0): "1", desk.field("key", 1): "2", desk.field("minutes", 1): "90", desk.field("key", 4): "1"}
    page = desk.client.follow(desk.client.submit(desk.address, typed, form="#keyed"))
    assert "Saved: 3 rows." in page.text
    assert desk.marks() == {0: "present", 1: "late", 4: "present"}
    assert "3 of 5 keyed" in page.text
    assert "Written in by hand" in page.text
    assert "Everybody who holds a seat stands on the sheet." in page.text
    again = desk.client.follow(desk.client.submit(desk.address, {}, form="#keyed"))
    assert "Nothing had changed." in again.text
    assert (desk.trail().count("paper.keyed"), desk.trail().count("attendance.marked")) == (1, 1)


def test_the_script_saves_a_few_rows_and_is_told_what_they_mean(desk: Desk, make: Make) -> None:
    make.mark(desk.people[0], desk.place, A)
    word, told = desk.say({desk.field("was", 0): "", desk.field("key", 0): "1", desk.field("was", 1): "", desk.field("key", 1): "2"})
    assert (word, told["differences"]) == ("saved", 1)
    first, second = told["rows"]
    assert (first["digit"], first["was"], first["differs"], first["taken"]) == ("1", "1:", True, True)
    assert first["note"] == "The screen says: Absent"
    assert (second["number"], second["was"], second["note"]) == (4, "2:", "")
    assert "Álvarez" not in json.dumps(told, ensure_ascii=False)
    assert desk.marks() == {0: "absent", 1: "late"}


def test_the_same_rows_twice_are_saved_once(desk: Desk) -> None:
    fields = {desk.field("was", 0): "", desk.field("key", 0): "1", desk.field("n", 0): "1", "page": "a" * 32}
    assert desk.say(fields)[1]["rows"] == desk.say(fields)[1]["rows"]
    assert desk.trail().count("paper.keyed") == 1


def test_the_second_of_two_coordinators_is_told_and_nothing_is_overwritten(desk: Desk, make: Make, sign_in: SignIn) -> None:
    desk.say({desk.field("was", 0): "", desk.field("key", 0): "1"})
    other = make.account((RoleName.COORDINATOR, {"seminar_id": desk.seminar.id}), name="Beto Ruiz")
    sign_in(desk.client, other)
    _word, told = desk.say({desk.field("was", 0): "", desk.field("key", 0): "0"})
    (row,) = told["rows"]
    assert (row["taken"], row["was"], row["digit"]) == (False, "1:", "1")
    assert row["note"].startswith(f"Meanwhile {desk.coordinator.name} keyed this row: Present. Yours was not saved: Absent.")
    page = desk.client.get(desk.address)
    fields = {name: values[0] for name, values in page.fields("#keyed").items()}
    fields |= {desk.field("was", 0): "", desk.field("key", 0): "0", desk.field("key", 1): "1"}
    page = desk.client.follow(desk.client.post(desk.address, fields))
    assert "Meanwhile somebody else keyed these rows differently, and theirs stand: 3." in page.text
    assert desk.marks() == {0: "present", 1: "present"}
    assert desk.say({desk.field("was", 0): "1:", desk.field("key", 0): "0"})[1]["rows"][0]["taken"], "now they have seen it"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("key", "7", "«7» stands for no mark."),
        ("minutes", "999", "Minutes go from 0 to 180"),
        ("minutes", "soon", "Minutes are a whole number"),
        ("was", "9:", "The marks could not be read."),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_what_was_typed_stays(desk: Desk, field: str, value: str, sentence: str) -> None:
    typed = {desk.field("key", 0): "2", desk.field("key", 1): "1"} | {desk.field(field, 0): value}
    page = desk.client.submit(desk.address, typed, form="#keyed", status=422)
    assert sentence in page.text
    assert page.one(f'[name="{desk.field("key", 1)}"]').attrs["value"] == "1"
    assert page.one(f'[name="{desk.field("key", 0)}"]').attrs["value"] == (value if field == "key" else "2")
    assert desk.marks() == {}
    word, told = desk.say({desk.field("was", 0): "", desk.field("key", 0): "2", desk.field(field, 0): value}, status=422)
    assert word == "refused"
    assert sentence in told["sentence"]


def test_differences_are_settled_and_undone(desk: Desk, make: Make) -> None:
    make.mark(desk.people[0], desk.place, A, recorded_by=f"account:{desk.coordinator.public_id.hex}")
    make.mark(desk.people[1], desk.place, L, 120)
    typed = {desk.field("key", person): "1" for person in (0, 1)}
    page = desk.client.follow(desk.client.submit(desk.address, typed, form="#keyed"))
    assert "2 differences to settle" in page.text
    page = desk.client.get(desk.differences)
    for said in (
        "2 differences to settle.",
        "2 of 4 rows are keyed.",
        "Late, 120 minutes",
        f"on the list, {desk.coordinator.name}",
        "Changes 2 marks on the screen.",
    ):
        assert said in page.text
    page = desk.press("paper", desk.people[0].public_id.hex)
    assert "Settled: 1 row." in page.text
    assert desk.marks() == {0: "present", 1: "late"}
    page = desk.press("screen", desk.people[1].public_id.hex)
    assert "Nothing is left to settle" in page.text
    assert desk.marks() == {0: "present", 1: "late"}
    assert "Settled: the screen is right (Late, 120 minutes)" in desk.client.get(desk.address).text
    page = desk.press("undo", desk.people[0].public_id.hex)
    assert "Undone" in page.text
    assert desk.marks() == {0: "absent", 1: "late"}
    desk.press("undo", desk.people[1].public_id.hex)
    page = desk.press("all", "paper")
    assert "Settled: 2 rows." in page.text
    assert desk.marks() == {0: "present", 1: "present"}
    assert {"paper.settled", "paper.unsettled"} <= set(desk.trail())


def test_a_decision_about_what_has_changed_since_is_not_taken(desk: Desk, make: Make) -> None:
    make.mark(desk.people[0], desk.place, A)
    desk.client.submit(desk.address, {desk.field("key", 0): "1"}, form="#keyed")
    fields = {name: values[0] for name, values in desk.client.get(desk.differences).fields("#settle").items()}
    desk.client.submit(desk.address, {desk.field("key", 0): "2"}, form="#keyed")
    page = desk.client.follow(desk.client.post(desk.differences, fields | {"paper": desk.people[0].public_id.hex}))
    assert "1 row was left as it is" in page.text
    assert desk.marks() == {0: "absent"}
    undone = desk.client.post(desk.differences, fields | {"undo": desk.people[0].public_id.hex}, status=422)
    assert "There is nothing to undo" in undone.text


def test_where_nothing_differs_the_page_says_how_many_are_keyed(desk: Desk) -> None:
    assert "Nothing is keyed yet" in desk.client.get(desk.differences).text
    desk.client.submit(desk.address, {desk.field("key", 2): "1"}, form="#keyed")
    page = desk.client.get(desk.differences)
    assert "Paper and screen say the same" in page.text
    assert "1 of 4 rows are keyed." in page.text
    assert page.one(".empty a").attrs["href"] == f"{desk.address}#row-2"


def test_a_row_is_found_by_number_and_code_without_a_script(desk: Desk) -> None:
    for typed in ("3", row_code(4, 3), row_code(4, 3).removeprefix("4-")):
        led = desk.client.get(f"{desk.address}?go={typed}", status=303)
        assert led.response.headers["Location"].endswith("#row-3")
    for typed in ("5", row_code(4, 10)):  # printed blank
        assert desk.client.get(f"{desk.address}?go={typed}", status=303).response.headers["Location"].endswith("#unlisted")
    wrong = f"4-3-{(int(row_code(4, 3)[-1]) + 1) % 10}"
    for typed in (wrong, "11", "0", "x"):
        assert f"«{typed}» is no row of this sheet." in desk.client.get(f"{desk.address}?go={typed}", status=422).text


def test_a_person_who_lost_the_seat_stands_there_and_takes_no_key(desk: Desk) -> None:
    page = desk.client.get(desk.address)
    fields = {name: values[0] for name, values in page.fields("#keyed").items()}
    gone = {"state": RegistrationState.REMOVED, "seat_pool_id": None, "removal_reason": RemovalReason.NO_SHOW}
    desk.change(desk.people[0], **gone)
    page = desk.client.follow(desk.client.post(desk.address, fields | {desk.field("key", 0): "1", desk.field("key", 1): "1"}))
    assert "Not saved, because the seat is no longer held: row 3." in page.text
    assert "No longer holds the seat" in page.one("#row-3").to_text()
    assert page.select(f'[name="{desk.field("key", 0)}"]') == []
    assert desk.marks() == {1: "present"}
    assert "no longer on the sheet" in desk.say({desk.field("was", 0): "", desk.field("key", 0): "1"}, status=422)[1]["sentence"]


def test_of_a_completed_seminar_the_sheet_is_read_only(desk: Desk) -> None:
    desk.change(desk.seminar, state=SeminarState.COMPLETED)
    page = desk.client.get(desk.address)
    assert "This sheet can only be read" in page.text
    assert page.select("[data-press]") == []
    assert "disabled" in page.one(f'[name="{desk.field("key", 0)}"]').attrs
    assert "cannot be changed now" in desk.say({desk.field("was", 0): "", desk.field("key", 0): "1"}, status=422)[1]["sentence"]


def test_before_the_session_only_absences_are_keyed(desk: Desk) -> None:
    starts = clock.now() + timedelta(hours=3)
    desk.change(desk.place, starts_at=starts, ends_at=starts + timedelta(hours=3))
    assert "People can be marked present from" in desk.client.get(desk.address).text
    assert "has not begun" in desk.client.submit(desk.address, {desk.field("key", 0): "1"}, form="#keyed", status=422).text
    desk.client.submit(desk.address, {desk.field("key", 0): "4"}, form="#keyed")
    assert desk.marks() == {0: "excused"}


def test_who_signed_and_is_not_listed_is_entered_at_the_door_or_on_the_roster(desk: Desk, make: Make, sign_in: SignIn) -> None:
    today = clock.now().date()
    assert "the organizer adds people on the roster" in desk.client.get(desk.address).text
    sign_in(desk.client, make.account((RoleName.ORGANIZER, {"office_id": desk.seminar.office_id})))
    assert "Add somebody who signed and is not listed" in desk.client.get(desk.address).text
    desk.change(desk.seminar, starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=1))
    assert "Enter somebody who signed and is not listed" in desk.client.get(desk.address).text


def test_reserved_people_stand_there_by_code_only(desk: Desk, make: Make) -> None:
    reserved = make.registration(
        desk.seminar,
        make.person("Quetzal", "Canaria", reserved=True),
        pool=make.pool(desk.seminar, make.agency("INM"), 2),
        reserved_code="BCDFG",
    )
    desk.people.append(reserved)
    with unit_of_work(desk.session) as writing:
        writing.add(SheetRow(sheet_id=desk.printed.id, number=5, registration_id=reserved.id))
    make.mark(reserved, desk.place, A)
    desk.client.submit(desk.address, {desk.field("key", 5): "1"}, form="#keyed")
    for address in (desk.address, desk.differences):
        page = desk.client.get(address)
        assert "R-BCDFG" in page.text
        assert "Canaria" not in page.text


def test_it_is_nobodys_business_elsewhere(desk: Desk, make: Make, sign_in: SignIn) -> None:
    theirs = make.printed_sheet(make.seminar_session(make.seminar()))
    for address in (
        f"{desk.address.rsplit('/', 1)[0]}/{theirs.public_id}",
        f"/staff/seminars/{desk.seminar.slug}/paper/sheets/{desk.people[0].public_id}",
    ):
        desk.client.get(address, status=404)
        desk.client.get(f"{address}/differences", status=404)
    sign_in(desk.client, make.account((RoleName.ORGANIZER, {"office_id": make.office().id})))
    token = desk.client.get("/staff/account/").select("input[name=csrf_token]")[0].attrs["value"]
    for address in (desk.address, desk.differences):
        desk.client.get(address, status=404)
        desk.client.post(address, {"all": "paper", "csrf_token": token}, status=404)
    sign_in(desk.client, make.account((RoleName.AUDITOR, {})))
    desk.client.get(desk.address, status=403)
