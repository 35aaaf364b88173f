"""Hours per official: the list of who lacks some, the rule that is kept, and what an auditor does not see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.audit.models import AuditRow
from seminar_app.core.actor import RoleName
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.reports.models import HoursRule
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
PAGE = "/staff/reports/hours?year=2014"
RULES = "/staff/reports/hours/rules/"


@dataclass
class Training:
    """An office with a completed seminar of 2014 and people of two agencies, and another office."""

    client: CheckingClient
    make: Make
    sign_in: SignIn
    office: Office
    agency: Agency
    reserved: Registration

    def come(self, *grant: tuple[RoleName, dict[str, int]]) -> CheckingClient:
        self.client.flask.delete_cookie(self.client.flask.application.config["SESSION_COOKIE_NAME"])
        return self.sign_in(self.client, self.make.account(*grant, language="en"))

    @property
    def organizer(self) -> tuple[RoleName, dict[str, int]]:
        return RoleName.ORGANIZER, {"office_id": self.office.id}

    def names(self, page: str) -> list[str]:
        """Return the names of a list, in its order."""
        return [link.to_text() for link in self.client.get(page).select(".work-table tbody th a")]


@pytest.fixture
def training(client: CheckingClient, make: Make, sign_in: SignIn) -> Training:
    office, agency, other = make.office(code="HSI"), make.agency("PGR"), make.agency("INM")
    seminar = make.seminar(office=office, seats=20, starts_on=date(2014, 6, 3), ends_on=date(2014, 6, 5))
    make.seminar_session(seminar, minutes=1_200)
    seats = make.pool(seminar, agency, 8), make.pool(seminar, other, 4)
    first = make.registration(seminar, make.person(surname1="Zapata", agency_id=agency.id), agency=agency, pool=seats[0])
    taught = make.person(surname1="Ávila", agency_id=other.id)
    make.registration(seminar, taught, agency=other, pool=seats[1])
    reserved = make.registration(seminar, make.person(surname1="Secreta", reserved=True, agency_id=agency.id), agency=agency, pool=seats[0])
    make.certificate(first)
    make.outside_training(taught, approved=True, minutes=1_200, starts_on=date(2014, 3, 3), ends_on=date(2014, 3, 7))
    make.outside_training(taught, minutes=1_200, starts_on=date(2014, 4, 7), ends_on=date(2014, 4, 11))
    make.hours_rule()
    return Training(client, make, sign_in, office, agency, reserved)


def test_who_lacks_most_stands_first_and_training_of_others_counts(training: Training, session: Session) -> None:
    training.come(training.organizer)
    reserved, second, third = training.names(PAGE)
    assert reserved.startswith("R-"), "no hours at all"
    assert (second.split(",")[0], third.split(",")[0]) == ("Ávila Ibáñez", "Zapata Ibáñez"), "20 hours each, so by name"
    assert "Secreta" not in training.client.get(PAGE).text
    assert training.names(f"{PAGE}&class=none") == [reserved]
    assert training.names(f"{PAGE}&class=half&group=INM") == [second]
    assert training.names(f"{PAGE}&group=PGR") == [reserved, third]
    session.rollback()
    viewed = session.scalars(select(AuditRow).where(AuditRow.action == "hours.viewed")).all()
    assert {row.subject for row in viewed} == {"person:many"}


def test_a_liaison_sees_her_agency_and_an_auditor_sees_nobody(training: Training) -> None:
    training.come((RoleName.LIAISON, {"agency_id": training.agency.id}))
    assert len(training.names(PAGE)) == 2
    page = training.come((RoleName.AUDITOR, {})).get(PAGE)
    assert "Zapata" not in page.text
    assert page.select(".work-table") == []
    assert "–" in page.text, "three people are fewer than five"


def test_the_list_goes_out_as_csv_and_as_a_workbook(training: Training, session: Session) -> None:
    training.come(training.organizer)
    found = training.client.get("/staff/reports/hours/export?year=2014&format=csv").response.data.decode("utf-8-sig").splitlines()
    assert found[0] == "Person,Agency code,Agency,Hours with us,Hours of others,Missing hours,Last training"
    assert found[-1].startswith('"Zapata')
    assert found[-1].endswith(",20.0,0.0,20.0,2014-06-05")
    assert "Secreta" not in "".join(found)
    assert training.client.get("/staff/reports/hours/export?year=2014&format=xlsx").response.data.startswith(b"PK")
    session.rollback()
    assert len(session.scalars(select(AuditRow).where(AuditRow.action == "hours.exported")).all()) == 2


def test_an_organizer_keeps_the_rule_of_her_office(training: Training, session: Session) -> None:
    client = training.come(training.organizer)
    typed = {"office": "HSI", "hours": "7.5", "year": "fiscal", "valid_from": "2012-10-01", "valid_to": ""}
    client.submit(f"{RULES}new", typed)
    assert "HSI" in client.get(RULES).text
    assert "7.5 hours in a year" in client.get(PAGE).text, "her office's rule comes before that of all"
    again = client.submit(f"{RULES}new", typed | {"valid_from": "2013-10-01"}, status=422)
    assert "Another rule is valid on some of these days" in again.text
    session.rollback()
    rule = session.scalars(select(HoursRule).where(HoursRule.office_id == training.office.id)).one()
    client.submit(f"{RULES}{rule.public_id.hex}", {"hours": "20", "valid_from": "2012-10-01"}, form="main form.form")
    assert "20 hours in a year" in client.get(PAGE).text
    client.submit(f"{RULES}{rule.public_id.hex}", {}, form=f"form[action$='{rule.public_id.hex}/end']")
    session.rollback()
    kept = session.scalars(select(HoursRule).where(HoursRule.office_id == training.office.id)).one()
    assert kept.valid_to is not None
    actions = session.scalars(select(AuditRow.action).where(AuditRow.action.like("hours_rule.%")).order_by(AuditRow.sequence)).all()
    assert actions == ["hours_rule.added", "hours_rule.changed", "hours_rule.ended"]


def test_without_a_rule_the_page_says_how_to_begin(training: Training, session: Session) -> None:
    page = training.come(training.organizer).get("/staff/reports/hours?year=1999")
    assert "No rule says how many hours" in page.text
    assert page.select(".work-table") == []


def test_days_and_years_that_cannot_be_are_no_fault(training: Training) -> None:
    client = training.come((RoleName.ORGANIZER, {"office_id": training.office.id}))
    days = (
        "from=0001-01-01&to=0001-01-01",
        "from=9999-12-31&to=9999-12-31",
        "from=0001-01-01&to=9999-12-31",
        "from=2015-01-01&to=2014-01-01",
    )
    years = ("period=0002", "period=9998", "year=FY9999", "period=FY0002")
    pages = [f"/staff/reports/{page}?{asked}" for page in ("", "coverage") for asked in (*days, *years)]
    pages += [f"/staff/reports/hours?year={year}" for year in ("019990000", "9999", "1901", "-2014", "02014")]
    for page in pages:
        assert client.flask.get(page).status_code == 200, page
