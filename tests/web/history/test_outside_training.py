"""Training that others held: a liaison reports it, an organizer decides, and it goes with its person."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.history import queries
from seminar_app.history.models import OutsideTraining
from seminar_app.people.models import Person
from seminar_app.registration.services.merging import merge, undo_merge
from seminar_app.retention.erasing import erase_person
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import THEN, Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
TYPED = {
    "title": "Interviewing victims",
    "provider": "UNAM",
    "country": "MX",
    "starts_on": "2013-03-04",
    "ends_on": "2013-03-08",
    "hours": "7.5",
}
LIST = "/staff/outside-training/"


@dataclass
class Office:
    """A person of PGR with a registration, her liaison, and organizers of this office and of another one."""

    client: CheckingClient
    make: Make
    sign_in: SignIn
    person: Person
    grants: dict[str, tuple[RoleName, dict[str, int]]]

    def come(self, who: str) -> CheckingClient:
        self.client.flask.delete_cookie(self.client.flask.application.config["SESSION_COOKIE_NAME"])
        return self.sign_in(self.client, self.make.account(self.grants[who], language="en"))

    @property
    def page(self) -> str:
        return f"/staff/people/{self.person.public_id.hex}"


@pytest.fixture
def office(client: CheckingClient, make: Make, sign_in: SignIn) -> Office:
    ours, agency = make.office(), make.agency("PGR")
    person = make.person(agency_id=agency.id)
    make.registration(make.seminar(office=ours), person, agency=agency)
    grants = {
        "liaison": (RoleName.LIAISON, {"agency_id": agency.id}),
        "organizer": (RoleName.ORGANIZER, {"office_id": ours.id}),
        "stranger": (RoleName.ORGANIZER, {"office_id": make.office().id}),
    }
    return Office(client, make, sign_in, person, grants)


def test_a_liaison_reports_and_an_organizer_declines_with_a_reason(office: Office, session: Session) -> None:
    liaison = office.come("liaison")
    assert "at most 14 hours each day" in liaison.submit(f"{office.page}/outside-training/new", TYPED | {"hours": "99"}, status=422).text
    liaison.submit(f"{office.page}/outside-training/new", TYPED)
    assert "Waiting for a decision" in liaison.get(office.page).text
    liaison.submit(office.page, form="form[action$='/withdraw']")
    assert session.scalar(select(func.count()).select_from(OutsideTraining)) == 0
    session.rollback()
    liaison.submit(f"{office.page}/outside-training/new", TYPED)
    report = LIST + session.scalars(select(OutsideTraining.public_id)).one().hex
    office.come("stranger").get(report, status=404)
    organizer = office.come("organizer")
    assert "1 report of training held by others waits" in organizer.get("/staff/people/").text
    assert "Please say why" in organizer.submit(report, {"decision": "decline"}, status=422).text
    organizer.submit(report, {"decision": "decline", "reason": "Not about trafficking."})
    assert "This report has been decided" in organizer.get(report).text
    assert "Not about trafficking." in office.come("liaison").get(f"{LIST}?state=declined").text
    assert queries.outside_minutes(session, [office.person.id]) == {}


def test_what_an_organizer_reports_counts_at_once_in_its_period(office: Office, session: Session) -> None:
    office.come("organizer").submit(f"{office.page}/outside-training/new", TYPED)
    row = session.scalars(select(OutsideTraining)).one()
    assert queries.outside_minutes(session, [office.person.id], row.ends_on, row.ends_on) == {office.person.id: 450}
    assert queries.outside_minutes(session, [office.person.id], None, row.starts_on) == {}


@pytest.mark.both_engines
def test_training_goes_with_a_merge_and_back_and_is_erased_with_the_person(make: Make, session: Session) -> None:
    kept, gone = make.person("Ana"), make.person("Anita")
    make.outside_training(kept, approved=True)
    make.outside_training(gone, approved=True, minutes=60)
    with unit_of_work(session) as work:
        made = merge(work, context(THEN), kept=kept.id, gone=gone.id)
        assert queries.outside_minutes(work, [kept.id, gone.id]) == {kept.id: 660}
    with unit_of_work(session) as work:
        undo_merge(work, context(THEN), merge_id=made.id)
        assert queries.outside_minutes(work, [kept.id, gone.id]) == {kept.id: 600, gone.id: 60}
    with unit_of_work(session) as work:
        erase_person(work, context(THEN), public_id=gone.public_id)
    assert session.scalars(select(OutsideTraining.person_id)).all() == [kept.id]
