"""An agency that is renamed or moved keeps, for everybody registered before, the name and the group of then."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.attendance import queries
from seminar_app.attendance.rules import MarkStatus
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.registration import links
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.web.conftest import SignIn


@dataclass
class Door:
    """A seminar under way with one person of the Federal Police, and an administrator's browser with which the directory is edited."""

    client: CheckingClient
    session: Session
    make: Make
    seminar: Seminar
    pool: SeatPool
    seminar_session: SeminarSession
    police: Agency
    before: Registration

    @property
    def url(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}"

    def edit(self, code: str, **values: str) -> None:
        self.client.submit(f"/staff/agencies/{code}/edit", values)

    def register(self, surname: str, agency: Agency) -> Registration:
        self.session.rollback()
        return self.make.registration(self.seminar, self.make.person("Eva", surname), agency=agency, pool=self.pool)

    def groups(self) -> dict[str, list[str]]:
        """Return the headings of the groups on the pages that show everybody, without their counts."""
        sheet = f"{self.url}/attendance/{self.seminar_session.public_id}"
        return {
            "roster": headings(self.client.get(f"{self.url}/roster/"), ".group-row th"),
            "sheet": headings(self.client.get(sheet), ".marking-head h2"),
            "timetable": headings(self.client.get(f"{self.url}/attendance/"), ".group-row th"),
        }

    def page(self, registration: Registration) -> str:
        return self.client.get(f"{self.url}/roster/{registration.public_id.hex}").text

    def record(self, registration: Registration) -> str:
        """Return the training record on the person's page."""
        self.session.rollback()
        person = self.session.get_one(Person, registration.person_id).public_id.hex
        return " ".join(each.to_text() for each in self.client.get(f"/staff/people/{person}").select("main table"))

    def own_page(self, registration: Registration) -> str:
        self.session.rollback()
        token = links.personal_token(self.session, self.session.get_one(Registration, registration.id))
        return self.client.get(f"/registrations/{token}").text

    def rows(self) -> list[tuple[str, str, str]]:
        """Return code, name and first surname of each line of the file for scripts."""
        file = self.client.flask.get(f"{self.url}/attendance/export?format=csv&lang=keys").text
        return [(row["agency"], row["agency_name"], row["surname1"]) for row in csv.DictReader(io.StringIO(file))]


def headings(page: Page, selector: str) -> list[str]:
    return [" ".join(each.to_text().split("registered")[0].split()) for each in page.select(selector)]


@pytest.fixture
def door(client: CheckingClient, session: Session, make: Make, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    cns = make.agency("CNS", name_es="Comisión de Seguridad", name_en="Security Commission")
    police = make.agency("PF", parent=cns, name_es="Policía Federal", name_en="Federal Police")
    make.agency("SSPC", name_es="Secretaría de Seguridad", name_en="Security Secretariat")
    office = make.office()
    seminar = make.seminar(office=office, slug="cancun-2026", starts_on=NOW.date(), ends_on=NOW.date())
    pool = make.pool(seminar, police, 5)
    seminar_session = make.seminar_session(seminar, hour=11)
    before = make.registration(seminar, make.person("Luz", "Antes"), agency=police, pool=pool)
    make.mark(before, seminar_session, MarkStatus.PRESENT)
    sign_in(client, make.account((RoleName.ADMIN, {}), (RoleName.ORGANIZER, {"office_id": office.id}), language="en"))
    return Door(client, session, make, seminar, pool, seminar_session, police, before)


def move(door: Door) -> Registration:
    """Rename the police and move it to another group, then register somebody; return that registration."""
    door.edit("PF", name_es="Guardia Nacional", name_en="National Guard", parent="SSPC")
    return door.register("Después", door.police)


def test_lists_group_everybody_as_of_then(door: Door) -> None:
    move(door)
    expected = ["CNS · Security Commission", "SSPC · Security Secretariat"]
    assert {name: [shown[: len(want)] for shown, want in zip(found, expected, strict=True)] for name, found in door.groups().items()} == {
        "roster": expected,
        "sheet": expected,
        "timetable": expected,
    }


def test_the_file_names_each_agency_as_of_then(door: Door) -> None:
    move(door)
    assert door.rows() == [("PF", "Policía Federal", "Antes"), ("PF", "Guardia Nacional", "Después")]


def test_the_pages_of_a_registration_name_the_agency_of_then(door: Door) -> None:
    after = move(door)
    for registration, shown, not_shown in ((door.before, "Federal Police", "National Guard"), (after, "National Guard", "Federal Police")):
        for text in (door.page(registration), door.own_page(registration)):
            assert shown in text
            assert not_shown not in text


def test_a_renamed_group_stands_once_under_its_newest_name(door: Door) -> None:
    door.edit("CNS", name_es="Comisión Nueva", name_en="New Commission")
    assert {name: len(found) for name, found in door.groups().items()} == {"roster": 1, "sheet": 1, "timetable": 1}
    assert all(found[0].startswith("CNS · Security Commission") for found in door.groups().values()), "everybody came before"
    door.register("Después", door.police)
    for name, found in door.groups().items():
        assert len(found) == 1, name
        assert found[0].startswith("CNS · New Commission"), name


def test_all_present_marks_those_whom_the_sheet_shows_in_the_group(door: Door) -> None:
    before, after = door.register("Antes Dos", door.police), move(door)
    sheet = f"{door.url}/attendance/{door.seminar_session.public_id}"
    door.client.submit(sheet, {"all_present": "CNS"}, form="#sheet")
    marks = queries.marks_of_session(door.session, door.seminar_session.id).marks
    assert before.id in marks
    assert after.id not in marks


def hidden(door: Door) -> Registration:
    """Register a reserved identity of a state, of whom only the group is shown, and move the police to another group."""
    state = door.make.agency("PF-ROO", parent=door.police, state="Quintana Roo")
    person = door.make.person("Ana", "Oculta", reserved=True, reserved_reason=ReservedReason.AGENCY_REQUEST)
    registration = door.make.registration(door.seminar, person, agency=state, pool=door.pool)
    door.edit("PF", parent="SSPC")
    return registration


def test_the_group_of_then_stands_in_place_of_a_reserved_identity(door: Door) -> None:
    page = door.page(hidden(door))
    assert "CNS" in page
    assert "SSPC" not in page


def test_a_training_record_names_the_agency_or_group_of_then(door: Door) -> None:
    registration = hidden(door)
    record = door.record(registration)
    assert "CNS" in record
    assert "SSPC" not in record
    assert "PF" in door.record(door.before)


def test_quotas_and_the_filter_of_groups_go_by_today(door: Door) -> None:
    move(door)
    roster = door.client.get(f"{door.url}/roster/?group=SSPC")
    assert "Antes" in roster.text
    assert "Después" in roster.text
    assert [option.attrs["value"] for option in roster.select("[name=group] option")] == ["", "SSPC"]
