"""Attendance as staff use it: the sheet with and without JavaScript, the timetable, a person's history, the file."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.attendance import queries, services
from seminar_app.attendance.models import Observation
from seminar_app.attendance.rules import MarkStatus, ObservationKind
from seminar_app.attendance.services.participations import refresh
from seminar_app.attendance.services.rebuilding import rebuild, seminars_with_people
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.people.rules import Sex
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.seminars.models import SeatPool, Seminar, SeminarHost, SeminarSession
from seminar_app.seminars.rules import Change, ExcusedRule, SeminarState
from seminar_app.seminars.services import change_state
from tests.conftest import NOW, StatementCount
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make
from tests.support.workbook import above_of, footer_of, head_row, table_of
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

P, L, E, X, A = MarkStatus
HTMX = {"HX-Request": "true"}
LATER = datetime(2026, 6, 10, 12, tzinfo=UTC)
"""After the seminar."""


@dataclass
class Door:
    """A seminar with two sessions, four people of two agency groups, and its coordinator's browser."""

    client: CheckingClient
    session: Session
    office: Office
    coordinator: UserAccount
    seminar: Seminar
    seminar_sessions: list[SeminarSession]
    agencies: list[Agency]
    people: list[Registration]

    @property
    def base(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}/attendance/"

    def person(self, place: int = 0) -> str:
        """Return the address of a person's page, where the attendance of all sessions stands."""
        return f"/staff/seminars/{self.seminar.slug}/roster/{self.people[place].public_id.hex}"

    def sheet(self, place: int = 0) -> str:
        return f"{self.base}{self.seminar_sessions[place].public_id}"

    def field(self, kind: str, person: int) -> str:
        return f"{kind}-{self.people[person].public_id.hex}"

    def marks(self, place: int = 0) -> dict[int, tuple[str, int]]:
        found = queries.marks_of_session(self.session, self.seminar_sessions[place].id).marks
        places = {person.id: number for number, person in enumerate(self.people)}
        self.session.rollback()
        return {places[key]: (mark.status.value, mark.worth(180, ExcusedRule.NOT_COUNTED)) for key, mark in found.items()}

    def trail(self) -> list[str]:
        found = list(self.session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))
        self.session.rollback()
        return found

    def say(self, fields: dict[str, str], *, status: int = 200) -> Page:
        """Post fields as the page's script does: a few lines, with the token in the form."""
        data = {"csrf_token": self.client.get(self.sheet()).one("#sheet [name=csrf_token]").attrs["value"]} | fields
        return self.client.post(self.sheet(), data, status=status, headers=HTMX)


@pytest.fixture(autouse=True)
def marks_and_outcomes_are_what_the_observations_make(session: Session) -> Iterator[None]:
    """At the end of each test of attendance all equals what is made of the observations again."""
    yield
    session.rollback()
    for seminar_id, _public_id, slug in seminars_with_people(session):
        found = rebuild(session, seminar_id, check=True)
        assert (slug, list(found.marks), list(found.participations)) == (slug, [], [])
    session.rollback()


@pytest.fixture
def door(client: CheckingClient, session: Session, make: Make, sign_in: SignIn) -> Door:
    office = make.office()
    seminar = make.seminar(office=office, seats=50)
    seminar_sessions = [make.seminar_session(seminar), make.seminar_session(seminar, day=1, title_es="Panel <b>", title_en=None)]
    pgr, pgj = make.agency("PGR"), make.agency("PGJ")
    cancun = make.agency("PGJ-ROO", parent=pgj)
    pool = make.pool(seminar, pgr, 20)
    people = [
        make.registration(
            seminar, make.person(surname1=name), agency=agency, pool=pool, position="=HYPERLINK(1)", state_name="Quintana Roo"
        )
        for name, agency in (("Álvarez", pgr), ("Zamora", pgr), ("Núñez", cancun), ("Ortiz", pgj))
    ]
    coordinator = make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id}))
    return Door(sign_in(client, coordinator), session, office, coordinator, seminar, seminar_sessions, [pgr, pgj, cancun], people)


def test_the_sheet_is_grouped_with_counts_and_saves_with_one_button(door: Door) -> None:
    page = door.client.get(door.sheet())
    assert [heading.to_text().split(" · ")[0] for heading in page.select(".marking-head h2")] == ["PGJ", "PGR"]
    assert "Present 0" in page.text
    assert "Not marked 4" in page.text
    saved = door.client.submit(
        door.sheet(),
        {door.field("mark", 0): "present", door.field("mark", 1): "late", door.field("mark", 2): "late", door.field("minutes", 2): "90"},
        form="#sheet",
    )
    page = door.client.follow(saved)
    assert "Saved: 3 marks." in page.text
    assert door.marks() == {0: ("present", 180), 1: ("late", 165), 2: ("late", 90)}
    assert "Not marked 1" in page.text
    again = door.client.follow(door.client.submit(door.sheet(), {}, form="#sheet"))
    assert "Nothing had changed." in again.text
    assert door.trail().count("attendance.marked") == 1


def test_a_sheet_that_was_open_for_long_does_not_undo_what_others_did(door: Door, make: Make) -> None:
    page = door.client.get(door.sheet())
    values = page.fields("#sheet")
    with unit_of_work(door.session) as session:
        where: dict[str, Any] = {"seminar_id": door.seminar.id, "session_id": door.seminar_sessions[0].public_id}
        beto = f"account:{make.session.info.get('x', uuid.uuid4().hex)}"
        services.mark(session, context(LATER, beto), registration=door.people[0].public_id, status=A, **where)
        services.mark(session, context(LATER, beto), registration=door.people[1].public_id, status=A, **where)
    door.client.post(door.sheet(), values | {door.field("mark", 0): "present"})
    assert door.marks() == {0: ("present", 180), 1: ("absent", 0)}
    assert "somebody else had changed" in door.client.get(door.sheet()).text
    assert len(door.session.scalars(select(Observation)).all()) == 3


@pytest.mark.both_engines
def test_somebody_who_withdrew_meanwhile_does_not_hold_the_sheet_back(door: Door) -> None:
    values = door.client.get(door.sheet()).fields("#sheet")
    with unit_of_work(door.session) as session:
        gone = session.get_one(Registration, door.people[0].id)
        gone.state, gone.seat_pool_id = RegistrationState.WITHDRAWN, None
    marked = {door.field("mark", number): "present" for number in (0, 1, 2)}
    page = door.client.follow(door.client.post(door.sheet(), values | marked))
    assert "Saved: 2 marks." in page.text
    assert f"the seat is no longer held: {door.session.get_one(Person, door.people[0].person_id).surname1}" in page.text
    assert door.marks() == {1: ("present", 180), 2: ("present", 180)}


def test_a_line_is_saved_by_itself_and_the_answer_brings_it_and_its_counts(door: Door) -> None:
    page = door.say({door.field("was", 2): "", door.field("mark", 2): "left_early"})
    assert page.response.headers["X-Attendance"] == "saved"
    assert [line.attrs["data-line"] for line in page.select("li[hx-swap-oob]")] == [door.people[2].public_id.hex]
    was = page.one(f"[name={door.field('was', 2)}]").attrs["value"] or ""
    assert was.startswith("left_early:165:")
    assert page.one(f"[name={door.field('minutes', 2)}]").attrs["value"] == "165"
    assert "Left early 1" in page.one("#counts-group-pgj").to_text()
    assert "Not marked 3" in page.one("#counts-all").to_text()
    door.say({door.field("was", 2): was, door.field("mark", 2): ""})
    assert door.marks() == {}


def test_a_mark_takes_few_statements_and_brings_the_counts_of_its_own_group(door: Door, statements: StatementCount) -> None:
    token = door.client.get(door.sheet()).one("#sheet [name=csrf_token]").attrs["value"]
    for was, mark in (("", "present"), ("present:180", "late"), ("late:165", "")):
        statements.statements.clear()
        fields = {"csrf_token": token, door.field("was", 2): was, door.field("mark", 2): mark}
        page = door.client.post(door.sheet(), fields, status=200, headers=HTMX)
        assert len(statements) <= 12, "\n".join(statements.statements)
        assert {found.attrs["id"] for found in page.select(".count-list")} == {"counts-group-pgj", "counts-all"}
    nothing = door.client.post(door.sheet(), {"csrf_token": token}, status=200, headers=HTMX)
    assert {found.attrs["id"] for found in nothing.select(".count-list")} == {"counts-group-pgj", "counts-group-pgr", "counts-all"}


def test_all_of_an_agency_are_present_by_one_button(door: Door) -> None:
    door.say({door.field("was", 3): "", door.field("mark", 3): "absent"})
    page = door.client.get(door.sheet())
    assert page.one("#all-group-pgj button").to_text().startswith("The last one present")
    token = page.one("#sheet [name=csrf_token]").attrs["value"]
    sent = door.client.post(door.sheet(), {"csrf_token": token, "all_present": "PGJ"})
    assert sent.response.headers["Location"].endswith("#group-PGJ")
    assert door.marks() == {2: ("present", 180), 3: ("absent", 0)}
    door.client.post(door.sheet(), {"csrf_token": token, "all_present": "NOBODY"})
    door.client.post(door.sheet(), {"csrf_token": token, "all_present": ""})
    assert door.marks() == {0: ("present", 180), 1: ("present", 180), 2: ("present", 180), 3: ("absent", 0)}


def test_what_cannot_be_is_answered_with_a_sentence_and_nothing_is_saved(door: Door, make: Make) -> None:
    elsewhere = make.registration(make.seminar()).public_id.hex
    was, mark, minutes = door.field("was", 0), door.field("mark", 0), door.field("minutes", 0)
    cases: list[tuple[dict[str, str], str]] = [
        ({was: "", mark: "late", minutes: "181"}, "0 to 180"),
        ({was: "", mark: "late", minutes: "-1"}, "0 to 180"),
        ({was: "", mark: "late", minutes: "1e3"}, "whole number"),
        ({was: "", mark: "late", minutes: "1" * 20}, "whole number"),
        ({was: "", mark: "late", minutes: "\0"}, "whole number"),
        ({was: "", mark: "late", minutes: "😀"}, "whole number"),
        ({was: "", mark: "late", minutes: "٣"}, "whole number"),
        ({was: "", mark: "there"}, "could not be read"),
        ({was: "x" * 5000, mark: "present"}, "could not be read"),
        ({"was-zz": "", "mark-zz": "present"}, "could not be read"),
        ({f"was-{'1' * 33}": "", f"mark-{'1' * 33}": "present"}, "could not be read"),
        ({f"was-{elsewhere}": "", f"mark-{elsewhere}": "present"}, "no longer on the sheet"),
    ]
    for fields, sentence in cases:
        page = door.say({door.field("was", 1): "", door.field("mark", 1): "present"} | fields, status=422)
        assert sentence in page.response.get_data(as_text=True), fields
    assert door.marks() == {}
    page = door.client.submit(door.sheet(), {mark: "late", minutes: "500", door.field("mark", 1): "absent"}, form="#sheet", status=422)
    assert "0 to 180" in page.text
    kept = page.fields("#sheet")
    assert (kept[mark], kept[minutes], kept[door.field("mark", 1)]) == (["late"], ["500"], ["absent"])


def test_only_who_runs_the_door_may_come(door: Door, app: Flask, make: Make, sign_in: SignIn) -> None:
    organizer = make.account((RoleName.ORGANIZER, {"office_id": door.office.id}))
    pages = [door.base, door.sheet(), f"{door.base}export?format=json"]
    insider = sign_in(CheckingClient(app.test_client()), organizer)
    for page in pages:
        insider.get(page)
    for grant, status in (
        ((RoleName.ORGANIZER, {"office_id": make.office().id}), 404),
        ((RoleName.COORDINATOR, {"seminar_id": make.seminar().id}), 404),
        ((RoleName.LIAISON, {"agency_id": door.agencies[0].id}), 403),
        ((RoleName.AUDITOR, {}), 403),
    ):
        outsider = sign_in(CheckingClient(app.test_client()), make.account(grant))
        for page in pages:
            outsider.get(page, status=status)
        with app.app_context():
            fields = {"csrf_token": "x", door.field("was", 0): "", door.field("mark", 0): "present"}
        assert outsider.flask.post(door.sheet(), data=fields).status_code in (403, 404, 422)
    assert door.marks() == {}
    for page in pages:
        assert CheckingClient(app.test_client()).flask.get(page).status_code == 303


def test_what_does_not_exist_is_not_found(door: Door, make: Make) -> None:
    other = make.seminar_session(make.seminar()).public_id
    stranger = make.registration(make.seminar()).public_id
    for path in (str(other), str(uuid.uuid4()), "1", "%00"):
        assert door.client.flask.get(door.base + path).status_code in (400, 404), path
    token = door.client.get(door.sheet()).one("#sheet [name=csrf_token]").attrs["value"]
    door.client.post(f"{door.base}people/{stranger}", {"csrf_token": token}, status=404)
    door.client.get(f"{door.base}export?format=pdf", status=400)
    door.client.get(f"{door.base}export?format=csv&lang=fr", status=400)


def test_looks_and_exports_leave_rows_in_the_trail(door: Door) -> None:
    door.client.get(door.base)
    door.client.get(door.sheet())
    door.client.get(f"{door.base}export?format=csv&lang=keys")
    assert door.trail() == ["attendance.viewed"] * 2 + ["attendance.exported"]


def test_the_timetable_shows_marks_counts_and_completion(door: Door, make: Make) -> None:
    assert "Nobody" not in door.client.get(door.base).text
    make.mark(door.people[0], door.seminar_sessions[0])
    make.mark(door.people[0], door.seminar_sessions[1], A)
    make.mark(door.people[1], door.seminar_sessions[0], X)
    make.mark(door.people[1], door.seminar_sessions[1])
    page = door.client.get(door.base)
    assert [
        (term.to_text(), figure.to_text())
        for term, figure in zip(page.select(".figures-row dt"), page.select(".figures-row dd"), strict=True)
    ] == [
        ("complete", "1"),
        ("on the way", "2"),
        ("can no longer reach it", "1"),
    ]
    lines = {line.query("th")[0].to_text(): line.to_text() for line in page.select(".timetable tbody tr") if line.query("td")}
    assert "50.0%" in lines["Álvarez Ibáñez, Luz María"]
    assert "Can no longer reach it" in lines["Álvarez Ibáñez, Luz María"]
    assert "Completes" in lines["Zamora Ibáñez, Luz María"]
    assert sum("On the way" in line for line in lines.values()) == 2
    assert "Can no longer reach the 80 % that are needed." in door.client.get(door.person()).text
    assert "1 of 4 attended" in page.text
    assert "2 not marked" in page.text
    door.client.language = "es"
    assert page.one("html").attrs["lang"] == "en"


@pytest.mark.both_engines
def test_the_timetable_is_filtered_by_progress_and_agency_and_keeps_its_counts(door: Door, make: Make) -> None:
    make.mark(door.people[0], door.seminar_sessions[0], A)

    def names(**wanted: str) -> list[str]:
        page = door.client.get(f"{door.base}?{urlencode(wanted)}")
        assert [figure.to_text() for figure in page.select(".figures-row dd")] == ["0", "3", "1"]
        return [cell.to_text() for cell in page.select(".timetable tbody tr:not(.group-row) th")]

    everybody = names()
    assert names(progress="out_of_reach") == ["Álvarez Ibáñez, Luz María"]
    assert len(names(progress="on_the_way")) == 3
    assert names(progress="completes") == []
    assert "Nobody matches" in door.client.get(f"{door.base}?progress=completes").text
    assert names(progress="poem") == everybody
    groups = [option.attrs["value"] for option in door.client.get(door.base).select("#filter-group option")][1:]
    assert sorted(name for group in groups for name in names(group=group)) == sorted(everybody)
    assert names(group="<nobody>") == []


def listed(page: Page) -> list[str]:
    """Return the names on the timetable, in order."""
    return [cell.query("a")[0].to_text() for cell in page.select(".timetable tbody tr:not(.group-row) th")]


@pytest.mark.both_engines
def test_a_name_is_searched_for_in_any_writing_and_never_stands_in_an_address(door: Door, make: Make) -> None:
    form = "main form[role=search]"

    def found(words: str) -> list[str]:
        sent = door.client.submit(door.base, {"words": words}, form=form)
        address = sent.response.headers["Location"]
        assert words.lower() not in address.lower()
        for _back in range(2):
            page = door.client.get(address)
            assert page.one("[name=words]").attrs["value"] == words
        return listed(page)

    pool = door.session.get_one(SeatPool, door.people[0].seat_pool_id)
    make.registration(door.seminar, make.person("小龙", "Nguyễn", None), agency=door.agencies[0], pool=pool)
    assert found("alvarez") == ["Álvarez Ibáñez, Luz María"]
    assert found("LUZ zam") == ["Zamora Ibáñez, Luz María"]
    assert found("nguyen") == found("小龙") == ["Nguyễn, 小龙"]
    assert found("Nadie") == []
    both = door.client.submit(door.base, {"words": "ibáñez", "progress": "out_of_reach", "order": "name"}, form=form)
    page = door.client.follow(both)
    assert "Nobody matches" in page.text
    assert page.fields(form)["order"] == ["name"]
    assert len(listed(door.client.get(door.base + "?find=0123456789ab"))) == 5, "of another browser, or long ago"


@pytest.mark.both_engines
def test_the_timetable_is_sorted_by_agency_name_or_percentage(door: Door, make: Make) -> None:
    for session in door.seminar_sessions:
        make.mark(door.people[1], session)
    make.mark(door.people[0], door.seminar_sessions[0])
    make.mark(door.people[0], door.seminar_sessions[1], A)
    alvarez, nunez, ortiz, zamora = (f"{surname} Ibáñez, Luz María" for surname in ("Álvarez", "Núñez", "Ortiz", "Zamora"))

    def sorted_by(order: str) -> list[str]:
        return listed(door.client.get(f"{door.base}?order={order}"))

    assert sorted_by("agency") == sorted_by("poem") == [nunez, ortiz, alvarez, zamora]
    assert sorted_by("name") == [alvarez, nunez, ortiz, zamora]
    assert sorted_by("lowest") == [nunez, ortiz, alvarez, zamora]
    assert sorted_by("highest") == [zamora, alvarez, nunez, ortiz]
    page = door.client.get(f"{door.base}?order=name")
    assert page.select(".timetable .group-row") == []
    assert [cell.query(".muted")[0].to_text() for cell in page.select(".timetable tbody th")] == ["PGR", "PGJ-ROO", "PGJ", "PGR"]


def test_pages_without_sessions_or_people_say_how_to_begin(door: Door, make: Make, app: Flask, sign_in: SignIn) -> None:
    organizer = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ORGANIZER, {"office_id": door.office.id})))
    empty = make.seminar(office=door.office)
    assert "No sessions yet" in organizer.get(f"/staff/seminars/{empty.slug}/attendance/").text
    seminar_session = make.seminar_session(empty)
    assert "Nobody holds a seat yet" in organizer.get(f"/staff/seminars/{empty.slug}/attendance/").text
    assert "Nobody holds a seat yet" in organizer.get(f"/staff/seminars/{empty.slug}/attendance/{seminar_session.public_id}").text


def test_a_persons_page_shows_the_past_and_takes_a_mark_away(door: Door) -> None:
    door.say({door.field("was", 0): "", door.field("mark", 0): "absent"})
    door.say({door.field("was", 0): "absent:0", door.field("mark", 0): "late", door.field("minutes", 0): "60"})
    page = door.client.get(door.person())
    assert "16.7%" in page.text
    past = [one.to_text() for one in page.select("#attendance .past li")]
    assert [one.split(", ")[0] for one in past] == ["Late", "Absent"]
    assert all(door.coordinator.name in one for one in past)
    key = door.seminar_sessions[0].public_id.hex
    page = door.client.follow(door.client.submit(door.person(), {"clear": key}, form="#attendance form"))
    assert "Saved: 1 mark" in page.text
    assert door.marks() == {}


def test_a_persons_marks_are_set_in_place_for_several_sessions_at_once(door: Door) -> None:
    one, two = (each.public_id.hex for each in door.seminar_sessions)
    form = "#attendance form"
    wanted = {f"mark-{one}": "present", f"mark-{two}": "late", f"minutes-{two}": "30"}
    assert "Saved: 2 marks" in door.client.follow(door.client.submit(door.person(), wanted, form=form)).text
    assert (door.marks(), door.marks(1)) == ({0: ("present", 180)}, {0: ("late", 30)})
    assert "Nothing had changed" in door.client.follow(door.client.submit(door.person(), form=form)).text
    for bad in (
        {f"minutes-{two}": "9999"},
        {f"minutes-{two}": "x"},
        {f"mark-{one}": "asleep"},
        {"clear": "x"},
        {f"was-{'0' * 32}": "", f"mark-{'0' * 32}": "late"},
    ):
        sent = door.client.get(door.person()).fields(form)
        answer = door.client.flask.post(f"{door.base}people/{door.people[0].public_id}", data=sent | bad)
        assert answer.status_code in (404, 422), bad
    assert (door.marks(), door.marks(1)) == ({0: ("present", 180)}, {0: ("late", 30)})


def test_a_refused_minute_keeps_the_other_marks_of_the_person_as_typed(door: Door) -> None:
    one, two = (each.public_id.hex for each in door.seminar_sessions)
    typed = {f"mark-{one}": "present", f"mark-{two}": "late", f"minutes-{two}": "9999"}
    page = door.client.submit(door.person(), typed, form="#attendance form", status=422)
    assert page.select("#attendance [role=alert]")
    sent = page.fields("#attendance form")
    assert {name: sent[name] for name in typed} == {name: [value] for name, value in typed.items()}
    assert door.marks() == door.marks(1) == {}
    assert (
        "Saved: 2 marks"
        in door.client.follow(door.client.submit(door.person(), typed | {f"minutes-{two}": "30"}, form="#attendance form")).text
    )


def test_marks_of_somebody_who_lost_the_seat_meanwhile_are_refused_in_words(door: Door) -> None:
    typed = door.client.get(door.person()).fields("#attendance form") | {f"mark-{door.seminar_sessions[0].public_id.hex}": "present"}
    with unit_of_work(door.session) as session:
        gone = session.get_one(Registration, door.people[0].id)
        gone.state, gone.seat_pool_id, gone.removal_reason = RegistrationState.REMOVED, None, RemovalReason.ADMINISTRATIVE
    page = door.client.post(f"{door.base}people/{door.people[0].public_id}", typed, status=422)
    assert page.select("#attendance [role=alert]")
    assert door.marks() == {}


def test_a_cancelled_seminar_completes_nobody_on_page_and_export(door: Door) -> None:
    for each in door.seminar_sessions:
        with unit_of_work(door.session) as session:
            services.mark_all(session, context(LATER), seminar_id=door.seminar.id, session_id=each.public_id, status=P)
    assert door.client.get(door.base).text.count("Completes") == 4 + 1, "each line, and the filter"
    with unit_of_work(door.session) as session:
        change_state(session, context(LATER), seminar_id=door.seminar.id, change=Change.CANCEL, reason="Huracán.")
    timetable = door.client.get(door.base).text
    assert "nobody completes it" in timetable
    assert "Completes" not in timetable
    assert "nobody completes it" in door.client.get(door.person()).text
    exported = door.client.flask.get(f"{door.base}export?format=csv&lang=keys").text
    assert {row["completed"] for row in csv.DictReader(io.StringIO(exported))} == {"no"}


def test_a_session_nobody_marked_is_a_concern_and_a_question_before_completing(
    door: Door, make: Make, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    organizer = sign_in(door.client, make.account((RoleName.ORGANIZER, {"office_id": door.office.id})))
    overview, complete = f"/staff/seminars/{door.seminar.slug}/", "form[action$='/complete']"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert "no attendance" not in organizer.get(overview).text
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 7, 1, tzinfo=UTC))
    assert "Sessions 1 and 2 have no attendance." in organizer.get(overview).text
    door.say({door.field("was", 0): "", door.field("mark", 0): "present"})
    page = organizer.get(overview).text
    assert "Session 2 has no attendance." in page
    assert "Session 1 is marked in part." in page
    asked = organizer.submit(overview, form=complete, status=200)
    assert "Session 2 has no attendance." in asked.text
    assert [link.attrs["href"] for link in asked.select("main a.usa-button")] == [door.sheet(1)]
    door.session.rollback()
    assert door.session.get_one(Seminar, door.seminar.id).state is SeminarState.PUBLISHED
    for each in door.seminar_sessions:
        with unit_of_work(door.session) as session:
            services.mark_all(session, context(LATER), seminar_id=door.seminar.id, session_id=each.public_id, status=P)
    page = organizer.get(overview).text
    assert "no attendance" not in page
    assert "in part" not in page
    with unit_of_work(door.session) as session:
        where: dict[str, Any] = {"seminar_id": door.seminar.id, "session_id": door.seminar_sessions[1].public_id}
        services.clear(session, context(LATER), registration=door.people[0].public_id, **where)
    token = asked.one(f"{complete} [name=csrf_token]").attrs["value"]
    organizer.post(f"{overview}complete", {"csrf_token": token, "sure": "yes"}, status=303)
    completed = organizer.get(overview)
    assert "Session 2 is marked in part." in completed.text
    assert completed.select(f"main a[href='{door.sheet(1)}']") == [], "a completed seminar takes no marks"


def test_an_archived_seminar_is_only_read(door: Door) -> None:
    with unit_of_work(door.session) as session:
        session.get_one(Seminar, door.seminar.id).state = SeminarState.ARCHIVED
    page = door.client.get(door.sheet())
    assert "can only be read" in page.text
    assert page.select("#sheet button[name=save]") == []
    door.say({door.field("was", 0): "", door.field("mark", 0): "present"}, status=422)


def test_the_number_of_statements_does_not_depend_on_the_number_of_people(door: Door, make: Make, statements: StatementCount) -> None:
    def costs() -> list[int]:
        found = []
        for page in (door.base, door.sheet(), f"{door.base}export?format=xlsx"):
            statements.statements.clear()
            door.client.get(page)
            found.append(len(statements))
        door.client.get(door.sheet())
        statements.statements.clear()
        door.say({door.field("was", 0): "", door.field("mark", 0): "present"})
        found.append(len(statements))
        door.say({door.field("was", 0): "present:180", door.field("mark", 0): ""})
        return found

    before = costs()
    pool = make.pool(door.seminar, door.agencies[1], 40)
    for _number in range(30):
        make.mark(make.registration(door.seminar, agency=door.agencies[1], pool=pool), door.seminar_sessions[0])
    assert costs() == before


COLUMNS = ["agency", "agency_name", "surname1", "surname2", "given_names", "position", "state", "sex", "status"]


def test_the_file_has_the_columns_of_the_contract(door: Door, make: Make) -> None:
    make.mark(door.people[0], door.seminar_sessions[0])
    make.mark(door.people[0], door.seminar_sessions[1], L, 108)
    body = door.client.get(f"{door.base}export?format=csv&lang=keys").response
    assert body.headers["Content-Disposition"].startswith(f"attachment; filename=attendance-{door.seminar.slug}-")
    rows = list(csv.DictReader(io.StringIO(body.get_data().decode("utf-8"), newline="")))
    assert list(rows[0]) == [*COLUMNS, "session_1", "session_2", "minutes_credited", "contact_minutes", "percent", "completed"]
    assert [(row["agency"], row["surname1"]) for row in rows] == [
        ("PGJ", "Ortiz"),
        ("PGJ-ROO", "Núñez"),
        ("PGR", "Álvarez"),
        ("PGR", "Zamora"),
    ]
    alvarez = rows[2]
    assert (alvarez["session_1"], alvarez["session_2"], alvarez["status"], alvarez["position"]) == (
        "present",
        "late",
        "registered",
        "'=HYPERLINK(1)",
    )
    assert (alvarez["minutes_credited"], alvarez["contact_minutes"], alvarez["percent"], alvarez["completed"]) == (
        "288",
        "360",
        "80.0",
        "yes",
    )
    assert (rows[3]["session_1"], rows[3]["percent"], rows[3]["completed"]) == ("", "0.0", "no")


@pytest.mark.both_engines
def test_who_has_no_agency_is_marked_counted_and_exported_in_a_group_of_its_own(door: Door, make: Make) -> None:
    free = door.session.scalars(select(SeatPool.id).where(SeatPool.seminar_id == door.seminar.id, SeatPool.agency_id.is_(None))).one()
    door.session.rollback()
    for name, reserved in (("Ávila", False), ("Oculto", True)):
        person = make.person(surname1=name, reserved=reserved)
        seat: dict[str, Any] = {"state": RegistrationState.REGISTERED, "seat_pool_id": free}
        door.people.append(make.registration(door.seminar, person, agency_text="Cruz Roja", **seat))
    page = door.client.get(door.sheet())
    heads = [node.to_text().strip() for node in page.select(".marking-head h2")]
    assert heads[-1] == "Not assigned"
    assert page.one("#all-group-- button").to_text().strip() == "All present (Not assigned)"
    assert page.text.count("Cruz Roja") == 1, "of a reserved identity the group only"
    lines = door.say({"all_present": "-"})
    assert "Ávila" in lines.text
    assert "Zamora" not in lines.text
    assert door.marks() == {4: ("present", 180), 5: ("present", 180)}
    timetable = door.client.get(door.base)
    assert [node.to_text().strip() for node in timetable.select(".group-row")][-1].startswith("Not assigned 2 registered")
    body = door.client.get(f"{door.base}export?format=csv&lang=keys").response
    rows = list(csv.DictReader(io.StringIO(body.get_data().decode("utf-8"), newline="")))
    assert [(row["agency"], row["agency_name"], row["session_1"]) for row in rows[-2:]] == [
        ("", "Cruz Roja", "present"),
        ("", "Sin asignar", "present"),
    ]
    assert len(rows) == len(door.people)
    found = json.loads(door.client.get(f"{door.base}export?format=json").response.get_data())["rows"]
    assert [(row["agency"], row["agency_name"]) for row in found[-2:]] == [(None, "Cruz Roja"), (None, "Sin asignar")]
    book = openpyxl.load_workbook(io.BytesIO(door.client.get(f"{door.base}export?format=xlsx&lang=en").response.get_data()))
    summary = [row[:3] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert summary[-2:] == [(None, "Not assigned", 2), ("Total", None, len(door.people))]


def test_headings_and_words_follow_the_language(door: Door, make: Make) -> None:
    make.mark(door.people[0], door.seminar_sessions[0])
    heads = {}
    for language in ("es", "en"):
        raw = door.client.get(f"{door.base}export?format=csv&lang={language}").response.get_data()
        assert raw.startswith(b"\xef\xbb\xbf")
        heads[language] = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert heads["es"][0][:3] == ["Dependencia", "Nombre de la dependencia", "Primer apellido"]
    assert heads["es"][3][9] == "Presente"
    assert heads["es"][0][10] == "2. Panel <b> (4 jun, 9:00)"
    assert heads["en"][0][:3] == ["Agency", "Agency name", "First surname"]
    assert heads["en"][3][9] == "Present"


def test_the_workbook_has_a_summary_the_people_and_a_sheet_for_each_session(door: Door, make: Make) -> None:
    begins = door.seminar_sessions[0].starts_at
    make.observation(door.people[0], door.seminar_sessions[0], ObservationKind.IN, observed_at=begins + timedelta(minutes=80))
    with unit_of_work(door.session) as session:
        refresh(session, door.seminar.id, marks=True)
    make.mark(door.people[2], door.seminar_sessions[1])
    with unit_of_work(door.session) as session:
        row = session.get_one(Registration, door.people[2].id)
        row.state, row.seat_pool_id, row.removal_reason = RegistrationState.REMOVED, None, RemovalReason.DOCUMENTS
    body = door.client.get(f"{door.base}export?format=xlsx&lang=en").response.get_data()
    book = openpyxl.load_workbook(io.BytesIO(body))
    assert book.sheetnames[:2] == ["Summary by agency", "People"]
    assert book.sheetnames[2:] == [f"S1 {door.seminar_sessions[0].title_es}", "S2 Panel <b>"]
    summary = table_of(book.worksheets[0])
    assert summary[0][:6] == ["Agency", "Agency name", "Registered people", "Women", "Men", "Not said"]
    assert summary[1][:8] + summary[1][-1:] == ["PGJ", "Agency PGJ", 1, 0, 0, 1, 0, 0, 1]
    assert summary[-1][0] == "Total"
    assert summary[-1][2] == 3
    first = table_of(book.worksheets[2])
    assert first[0][5:] == ["Mark", "Minutes", "In", "Out"], "the date stands above"
    assert [row[0] for row in first[1:]] == ["PGJ", "PGR", "PGR"]
    assert first[2][5:7] == ["Late", 100]
    assert str(first[2][7]) == "10:20:00"
    second = table_of(book.worksheets[3])
    assert second[0][5:] == ["Mark", "Minutes"], "nobody has a time"
    assert ["Núñez" in row for row in second].count(True) == 1  # lost the seat after the mark: stays in the file
    people = table_of(book.worksheets[1])
    removed = next(row for row in people if row[1] == "Núñez")
    assert (removed[7], removed[-1], removed[-2]) == ("Removed", "no", 0.5)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("language", "lines", "key", "footer"),
    [
        (
            "en",
            [
                "June 3–5, 2026 · Cancún, Mexico",
                "Hosts: Second host",
                (
                    "To complete the seminar takes at least 80 % of the contact minutes. Sessions that somebody is excused from are left "
                    "out of that person’s count."
                ),
            ],
            "S2 = Jun 4, 9:00 · 3 h · Panel <b>",
            "Contains personal data",
        ),
        (
            "es",
            [
                "3 al 5 de junio de 2026 · Cancún, México",
                "Organizan: Segunda anfitriona",
                (
                    "Para completar el seminario se necesita al menos el 80 % de los minutos de instrucción. Las sesiones en que alguien "
                    "está justificado salen de su cuenta."
                ),
            ],
            "S2 = 4 jun, 9:00 · 3 h · Panel <b>",
            "Contiene datos personales",
        ),
    ],
)
def test_each_sheet_says_what_it_is_of_by_which_rule_and_when_it_was_made(
    door: Door, make: Make, language: str, lines: list[str], key: str, footer: str
) -> None:
    host = make.office(name_es="Segunda anfitriona", name_en="Second host")
    with unit_of_work(door.session) as session:
        session.add(SeminarHost(seminar_id=door.seminar.id, office_id=host.id, position=0))
        session.get_one(Seminar, door.seminar.id).title_es = "Trata & <delito>"
        session.get_one(Seminar, door.seminar.id).title_en = "Crime & <crime>"
    body = door.client.get(f"{door.base}export?format=xlsx&lang={language}").response.get_data()
    book = openpyxl.load_workbook(io.BytesIO(body))
    title = "Trata & <delito>" if language == "es" else "Crime & <crime>"
    made_by = door.office.name_es if language == "es" else door.office.name_en
    door.session.rollback()
    for number, sheet in enumerate(book.worksheets):
        found = above_of(sheet)
        text = " ".join(found)
        assert found[0] == title
        assert [line for line in (*lines, made_by, "2026") if line not in text] == []
        assert (key in found) is (number < 2), "the key stands where S1 and S2 are columns"
        head = head_row(sheet)
        assert (sheet.print_title_rows, sheet.page_setup.orientation, sheet.page_setup.paperSize) == (f"${head}:${head}", "landscape", 1)
        assert footer_of(sheet) == [footer, "&P / &N", title.replace("&", "&&")]
        assert sheet.page_setup.fitToWidth in (None, 1), "two sessions fit on a page"
    assert "· 9:00–" in above_of(book.worksheets[3])[1]
    headings = table_of(book.worksheets[1])[0]
    assert headings[8:10] == ["S1", "S2"]
    scripts = openpyxl.load_workbook(io.BytesIO(door.client.get(f"{door.base}export?format=xlsx&lang=keys").response.get_data()))
    assert {head_row(sheet) for sheet in scripts.worksheets} == {1}, "nothing stands above what programs read"
    assert table_of(scripts.worksheets[1])[0] == [
        *("agency", "agency_name", "surname1", "surname2", "given_names", "position", "state", "sex", "status", "session_1", "session_2"),
        *("minutes_credited", "contact_minutes", "percent", "completed"),
    ]
    assert table_of(scripts.worksheets[2])[0][5:] == ["date", "mark", "minutes", "time_in", "time_out"]


@pytest.mark.sqlite_only
def test_the_key_stars_a_session_that_does_not_count(door: Door, make: Make) -> None:
    make.seminar_session(door.seminar, day=2, minutes=90, title_es="Cierre", counts_for_completion=False)
    body = door.client.get(f"{door.base}export?format=xlsx&lang=en").response.get_data()
    _summary, people, first, _second, last = openpyxl.load_workbook(io.BytesIO(body)).worksheets
    assert {"* does not count for completion", "S3* = Jun 5, 9:00 · 1 h 30 min · Cierre"} < set(above_of(people))
    assert above_of(last)[1] == "S3. Cierre · Friday, June 5, 2026 · 9:00–10:30 · 1 h 30 min · does not count for completion"
    assert not [line for line in above_of(first) if "*" in line or "does not count" in line]


def test_the_page_says_which_file_is_for_people(door: Door) -> None:
    hint = door.client.get(door.base).one("#export-hint").to_text()
    assert hint.startswith("To read, print or hand on: the Excel file.")
    assert door.client.get(door.base).one("#export-format").attrs["aria-describedby"] == "export-hint"


def test_json_has_numbers_as_numbers(door: Door, make: Make) -> None:
    make.mark(door.people[0], door.seminar_sessions[0])
    found = json.loads(door.client.get(f"{door.base}export?format=json&lang=es").response.get_data())
    assert [session["key"] for session in found["sessions"]] == ["session_1", "session_2"]
    row = next(row for row in found["rows"] if row["surname1"] == "Álvarez")
    assert (row["session_1"], row["session_2"], row["percent"], row["completed"], row["position"]) == (
        "present",
        None,
        50.0,
        False,
        "=HYPERLINK(1)",
    )


def test_a_reserved_identity_is_a_code_on_every_page_and_in_every_file(door: Door, make: Make) -> None:
    secret = make.person("Clandestina", "Secreta", "Oculta", reserved=True, sex=Sex.FEMALE)
    with unit_of_work(door.session) as session:
        row = session.get_one(Registration, door.people[1].id)
        row.person_id, row.reserved_code = secret.id, "BCDFG"
    pages = [door.base, door.sheet(), door.person(1)]
    pages += [f"{door.base}export?format={form}" for form in ("csv", "json")]
    for page in pages:
        body = door.client.get(page).response.get_data(as_text=True)
        assert not [word for word in ("Clandestina", "Secreta", "Oculta", "secreta") if word in body]
        assert "R-BCDFG" in body
    book = openpyxl.load_workbook(io.BytesIO(door.client.get(f"{door.base}export?format=xlsx&lang=en").response.get_data()))
    assert not [cell for sheet in book for row in sheet.rows for cell in row if "ecreta" in str(cell.value)]
    heading, *_groups, total = table_of(book.worksheets[0])
    assert dict(zip(heading, total, strict=True))["Reserved identity"] == 1


def test_the_overview_of_a_completed_seminar_begins_with_its_outcome(door: Door, make: Make, app: Flask, sign_in: SignIn) -> None:
    with unit_of_work(door.session) as session:
        for number, (sex, sessions) in enumerate(((Sex.FEMALE, 2), (Sex.MALE, 2), (None, 1))):
            session.get_one(Person, door.people[number].person_id).sex = sex
            for each in door.seminar_sessions[:sessions]:
                where: dict[str, Any] = {"seminar_id": door.seminar.id, "session_id": each.public_id}
                services.mark(session, context(LATER), registration=door.people[number].public_id, status=P, **where)
    organizer = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ORGANIZER, {"office_id": door.office.id}), language="en"))
    assert "Outcome" not in organizer.get(f"/staff/seminars/{door.seminar.slug}/").text
    with unit_of_work(door.session) as session:
        session.get_one(Seminar, door.seminar.id).state = SeminarState.COMPLETED
    page = organizer.get(f"/staff/seminars/{door.seminar.slug}/")
    told = zip(page.select(".figures-row dt"), page.select(".figures-row dd"), strict=True)
    figures = {term.to_text(): said.to_text() for term, said in told}
    assert (figures["Registered"], figures["Women"], figures["Men"], figures["Not said"]) == ("4", "1", "1", "2")
    assert (figures["Attended"], figures["Completed the seminar"]) == ("3", "2")
    assert "Reserved identity" not in figures
    assert page.text.index("Outcome") < page.text.index("Archive")
