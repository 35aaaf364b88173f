"""The pages of invitations: the organizer's list, the link that answers once, the two buttons on the personal page, kept seats."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import write
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.links import invitation_link, personal_token
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services import ensure_notices
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import RegistrationMode, SeminarState
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import KEY, THEN, Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first  # pages; fuzz compares them on both engines, the services have their tests on both

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SECRETS = ("Rosaura", "Quezada", "Attorney", "Unidad", "rosaura@")
NEW = {
    "given_names": "Rosaura",
    "surname1": "Cruz",
    "surname2": "Quezada",
    "sex": "F",
    "agency": "FGR",
    "unit": "Unidad",
    "email": "rosaura@fgr.example",
    "language": "en",
    "last_day": "2026-03-16",
}


@dataclass
class Desk:
    """A seminar by invitation, its organizer's browser, and the browser of whoever has a link."""

    organizer: CheckingClient
    client: CheckingClient
    session: Session
    make: Make
    office: Office
    seminar: Seminar
    agency: Agency
    sign_in: SignIn
    account: UserAccount
    time: list[datetime] = field(default_factory=lambda: [NOW])

    def at(self, now: datetime) -> None:
        """Let it be another time, at which the organizer has just signed in."""
        self.time.append(now)
        self.sign_in(self.organizer, self.account)

    def press(self, form: str) -> str:
        """Press the button of one form on the organizer's list, and return what the page says then."""
        return said(self.organizer.follow(self.organizer.submit(f"{self.url}/invitations/", form=form)))

    @property
    def url(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}"

    def invite(self, **values: str) -> Registration:
        self.organizer.submit(f"{self.url}/invitations/add/new", NEW | values)
        self.session.rollback()
        return self.session.scalars(select(Registration).order_by(Registration.id.desc())).first() or Registration()

    def link(self, made: Registration, number: int = 1) -> str:
        return f"/invitations/{invitation_link(made.public_id, number).token(KEY)}"

    def personal(self, made: Registration) -> str:
        return f"/registrations/{personal_token(self.session, made)}"

    def state_of(self, made: Registration) -> RegistrationState:
        self.session.rollback()
        return self.session.get_one(Registration, made.id).state

    def invited(self) -> Page:
        return self.organizer.get(f"{self.url}/invitations/")

    def actions(self) -> list[str]:
        self.session.rollback()
        return list(self.session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))


@pytest.fixture
def desk(app: Flask, client: CheckingClient, session: Session, make: Make, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Desk:
    with unit_of_work(session) as work:
        ensure_notices(work, context(THEN))
    office = make.office()
    seminar = make.seminar(office=office, seats=3, registration_mode=RegistrationMode.INVITATION)
    agency = make.agency("FGR", name_en="Attorney General")
    organizer = CheckingClient(app.test_client())
    account = make.account((RoleName.ORGANIZER, {"office_id": office.id}))
    made = Desk(organizer, client, session, make, office, seminar, agency, sign_in, account)
    monkeypatch.setattr(clock, "now", lambda: made.time[-1])
    sign_in(organizer, account)
    return made


def said(page: Page) -> str:
    return " ".join(page.text.split())


def test_by_invitation_from_the_overview_to_the_answer(desk: Desk) -> None:
    overview = desk.organizer.get(f"{desk.url}/")
    assert "nobody has been invited yet" in overview.text
    assert overview.one(f"main a[href='{desk.url}/invitations/add']")
    assert "Nobody has been invited yet" in desk.invited().text
    register = desk.client.get(f"/seminars/{desk.seminar.slug}/register")
    assert "The office invites each person by name" in register.text
    assert "Registration is by invitation" in desk.client.get(f"/seminars/{desk.seminar.slug}").text
    made = desk.invite()
    done = desk.organizer.get(f"{desk.url}/invitations/?of={made.public_id.hex}")
    assert "Cruz Quezada, Rosaura is invited, and a place is kept until March 16, 2026." in said(done)
    assert "No answer yet, 14 days left" in desk.invited().text
    desk.client.submit(desk.link(made), {"surname": "Cruz", "answer": "accept"})
    assert desk.state_of(made) is RegistrationState.REGISTERED
    figures = said(desk.organizer.get(f"{desk.url}/"))
    assert "People invited 1 Will come 1 Will not come 0 No answer 0" in figures
    assert "Coming" in desk.invited().text


def test_before_the_surname_the_page_says_nothing_of_the_person_and_opening_it_changes_nothing(desk: Desk) -> None:
    made = desk.invite()
    before = desk.actions()
    page = desk.client.get(desk.link(made))
    assert (desk.office.email or "?") in page.text
    assert "keeps a place for you until the end of March 16, 2026" in page.text
    assert "I cannot come" in page.text
    for secret in SECRETS:
        assert secret not in page.text
    desk.client.get(desk.link(made))
    assert desk.actions() == before


def test_accepting_proves_the_mailbox_notes_the_notice_and_leads_to_the_personal_page(desk: Desk) -> None:
    made = desk.invite()
    answered = desk.client.submit(desk.link(made), {"surname": "cruz", "answer": "accept"})
    assert answered.response.location == desk.personal(made)
    assert "Your place is confirmed" in desk.client.follow(answered).text
    desk.session.rollback()
    kept = desk.session.get_one(Registration, made.id)
    assert (kept.notice_at, kept.notice_id is not None) == (NOW, True)
    assert desk.session.get_one(Person, kept.person_id).email_proven_at == NOW
    assert {"registration.page_opened", "hold.used", "registration.registered"} <= set(desk.actions())
    again = desk.client.get(desk.link(made))
    assert "You accepted the place" in again.text
    for secret in SECRETS:
        assert secret not in again.text
    assert again.one("main a[href='/registrations/']")


def test_two_tabs_and_two_presses_give_one_answer_and_no_error(desk: Desk) -> None:
    made = desk.invite()
    page = desk.client.get(desk.link(made))
    filled = dict(page.fields("main form")) | {"surname": "Cruz", "answer": "decline_surely"}
    first = desk.client.post(desk.link(made), filled)
    second = desk.client.post(desk.link(made), filled | {"answer": "accept"})
    for answer in (first, second):
        assert answer.response.location == desk.link(made)
    assert "You said that you cannot come" in desk.client.follow(second).text
    assert desk.state_of(made) is RegistrationState.WITHDRAWN
    desk.session.rollback()
    assert len(desk.session.scalars(select(Message).where(Message.kind == "withdrawn")).all()) == 1
    assert "You said that you cannot come" in desk.client.get(desk.personal(made)).text


def test_who_cannot_come_is_asked_once_more_and_only_then_the_place_is_given_up(desk: Desk) -> None:
    made = desk.invite()
    before = desk.actions()
    asked = desk.client.submit(desk.link(made), {"surname": "cruz", "answer": "decline"}, status=200)
    assert asked.one("main h1").to_text() == "You cannot come?"
    assert asked.one(f"main .submit-row a[href='{desk.link(made)}']").to_text() == "Back"
    assert desk.actions() == before
    assert desk.state_of(made) is RegistrationState.INVITED
    sure = dict(asked.fields("main form")) | {"answer": asked.one("main button[name=answer]").attrs["value"]}
    done = desk.client.follow(desk.client.post(desk.link(made), sure))
    assert "You said that you cannot come" in done.text
    assert desk.state_of(made) is RegistrationState.WITHDRAWN


def test_the_personal_page_asks_once_more_too(desk: Desk) -> None:
    made = desk.invite()
    desk.client.submit(f"{desk.personal(made)}/open", {"surname": "Cruz"})
    url = f"{desk.personal(made)}/invitation"
    asked = desk.client.submit(desk.personal(made), {"answer": "decline"}, form=f"main form[action='{url}']", status=200)
    assert asked.one(f"main .submit-row a[href='{desk.personal(made)}']")
    assert desk.state_of(made) is RegistrationState.INVITED
    sure = dict(asked.fields("main form")) | {"answer": "decline_surely"}
    assert "You said that you cannot come" in desk.client.follow(desk.client.post(url, sure)).text
    assert desk.state_of(made) is RegistrationState.WITHDRAWN


def test_wrong_surnames_are_counted_with_those_of_the_personal_page(desk: Desk) -> None:
    made = desk.invite()
    body = {"surname": "Pérez", "answer": "accept"}
    assert "after 4 more wrong ones" in desk.client.submit(desk.link(made), body, status=422).text
    desk.client.post(f"{desk.personal(made)}/open", {"surname": "Pérez"}, status=422)
    assert "after one more wrong one" in [desk.client.post(desk.link(made), body, status=422) for _ in range(2)][-1].text
    assert "This link has ended" in desk.client.post(desk.link(made), body, status=410).text
    assert "This link has ended" in desk.client.get(desk.link(made), status=410).text
    assert desk.state_of(made) is RegistrationState.INVITED
    assert "Five wrong surnames were typed" in desk.invited().text
    desk.organizer.submit(f"{desk.url}/invitations/{made.public_id.hex}/again", {"last_day": "2026-03-18"})
    assert "There is a newer invitation" in desk.client.get(desk.link(made), status=410).text
    desk.client.submit(desk.link(made, 2), {"surname": "Cruz", "answer": "accept"})
    assert desk.state_of(made) is RegistrationState.REGISTERED


def test_a_press_without_an_answer_is_asked_for_one(desk: Desk) -> None:
    made = desk.invite()
    for answer in ("", "perhaps", None):
        page = desk.client.submit(desk.link(made), {"surname": "Cruz", "answer": answer}, status=422)
        assert page.one(".error-summary")
    assert "Please write your first surname" in desk.client.submit(desk.link(made), {"answer": "accept"}, status=422).text
    assert desk.state_of(made) is RegistrationState.INVITED


def test_ended_taken_back_and_cancelled_the_page_says_so_and_names_the_office(desk: Desk) -> None:
    made = desk.invite()
    desk.at(NOW + timedelta(days=15))
    late = desk.client.get(desk.link(made), status=410)
    assert "It could be answered until March 16, 2026" in late.text
    assert (desk.office.email or "?") in late.text
    assert desk.client.post(desk.link(made), {"surname": "Cruz", "answer": "accept"}).response.location == desk.link(made)
    assert desk.state_of(made) is RegistrationState.INVITED
    assert "No answer, ended on March 16, 2026" in desk.invited().text
    desk.at(NOW)
    with unit_of_work(desk.session) as work:
        row = work.get_one(Seminar, desk.seminar.id)
        row.state, row.state_reason = SeminarState.CANCELLED, "A storm is coming."
    cancelled = desk.client.get(desk.link(made), status=410)
    assert "The seminar was cancelled" in cancelled.text
    assert "A storm is coming." in cancelled.text
    desk.client.get("/invitations/" + "m" * 32, status=404)


def test_the_personal_page_has_the_same_two_buttons(desk: Desk) -> None:
    made, other = desk.invite(), desk.invite(given_names="Eva", surname1="Gil", surname2="", email="eva@fgr.example")
    for each, surname in ((made, "Cruz"), (other, "Gil")):
        desk.client.submit(f"{desk.personal(each)}/open", {"surname": surname})
    page = desk.client.get(desk.personal(made))
    assert "keeps a place for you until the end of March 16, 2026" in page.text
    assert not page.select("a[href$='/withdraw']")
    form = f"main form[action='{desk.personal(made)}/invitation']"
    assert "Your place is confirmed" in desk.client.follow(desk.client.submit(desk.personal(made), {"answer": "accept"}, form=form)).text
    assert (
        "Your place is confirmed" in desk.client.follow(desk.client.post(f"{desk.personal(made)}/invitation", {"answer": "decline"})).text
    )
    asked = desk.client.get(desk.link(other))
    assert not asked.select("#surname")
    assert "Privacy notice" not in asked.text
    desk.at(NOW + timedelta(days=15))
    ended = desk.client.get(desk.personal(other))
    assert "The invitation has ended" in ended.text
    assert not ended.select("button[name=answer]")
    assert (desk.office.email or "?") in ended.text
    assert (
        "The invitation has ended" in desk.client.follow(desk.client.post(f"{desk.personal(other)}/invitation", {"answer": "accept"})).text
    )
    assert desk.state_of(other) is RegistrationState.INVITED


def test_what_waits_is_first_and_only_who_has_not_answered_is_reminded(desk: Desk) -> None:
    people = [("Ana", "Zamora", "2026-03-16"), ("Eva", "Gil", "2026-03-09"), ("Ada", "Arce", "2026-03-16")]
    made = [desk.invite(given_names=g, surname1=s, surname2="", email=f"{g}@fgr.example", last_day=day) for g, s, day in people]
    desk.client.submit(desk.link(made[2]), {"surname": "Arce", "answer": "accept"})
    assert "Everybody who has not answered got the message within the last day." in desk.invited().text
    desk.at(NOW + timedelta(days=1))
    page = desk.invited()
    names = [row.to_text().strip() for row in page.select("main tbody th")]
    assert names == ["Gil, Eva", "Zamora, Ana", "Arce, Ada"]
    assert "Remind the 2 people who have not answered" in page.text
    everybody, one = (f"main form[action='{desk.url}/invitations/{of}remind']" for of in ("", f"{made[1].public_id.hex}/"))
    button = dict(page.fields(everybody))
    assert "1 person gets the invitation again." in desk.press(one)
    assert "1 person gets the invitation again." in desk.press(everybody)
    assert "Nobody was reminded" in desk.organizer.follow(desk.organizer.post(f"{desk.url}/invitations/remind", button)).text
    desk.session.rollback()
    assert len(desk.session.scalars(select(Message).where(Message.kind == "invitation_reminder")).all()) == 2
    assert "Reminded on" in desk.invited().text


def test_an_invitation_is_taken_back_and_the_undo_keeps_the_seat_again(desk: Desk) -> None:
    made = desk.invite()
    back = f"main form[action='{desk.url}/invitations/{made.public_id.hex}/take-back']"
    page = desk.organizer.follow(desk.organizer.submit(f"{desk.url}/invitations/", form=back))
    assert "is taken back. The message about it leaves in two minutes." in page.text
    assert desk.state_of(made) is RegistrationState.DECLINED
    assert "This invitation has ended" in desk.client.get(desk.link(made), status=410).text
    undo = page.one("main .notice-undo form").attrs["action"]
    again = desk.organizer.submit(f"{desk.url}/invitations/?of={made.public_id.hex}", form=f"main form[action='{undo}']")
    assert "is invited, and a place is kept until March 16, 2026" in desk.organizer.follow(again).text
    desk.session.rollback()
    assert desk.session.scalars(select(Hold)).one().ended_at is None
    assert not desk.session.scalars(select(Message).where(Message.kind == "declined")).all()


def test_a_known_person_is_found_invited_and_after_a_no_invited_again(desk: Desk) -> None:
    person = desk.make.person("Luz", "Paz", None, agency_id=desk.agency.id)
    desk.make.registration(desk.make.seminar(office=desk.office), person, agency=desk.agency)
    found = desk.organizer.follow(desk.organizer.submit(f"{desk.url}/invitations/add", {"words": "paz"}, form="main form[role=search]"))
    assert "Invite" in found.text
    url = f"{desk.url}/invitations/add/{person.public_id.hex}"
    assert found.select(f"main a[href='{url}']")
    desk.organizer.submit(url, {"last_day": "2026-06-09"}, status=422)
    desk.organizer.submit(url, {"last_day": "2026-03-20"})
    made = desk.session.scalars(select(Registration).where(Registration.seminar_id == desk.seminar.id)).one()
    desk.client.submit(desk.link(made), {"answer": "decline_surely"})
    assert desk.invited().one(f"main td a[href='{url}']")
    desk.organizer.submit(url, {"last_day": "2026-03-25"})
    assert desk.state_of(made) is RegistrationState.INVITED
    assert "There is a newer invitation" in desk.client.get(desk.link(made), status=410).text
    assert "Will you come?" in desk.client.get(desk.link(made, 2)).text


def test_somebody_typed_anew_who_may_be_known_is_asked_about_and_one_needs_an_address(desk: Desk) -> None:
    person = desk.make.person("Rosaura", "Cruz", "Quezada", email="old@fgr.example")
    desk.make.registration(desk.make.seminar(office=desk.office), person, agency=desk.agency)
    url = f"{desk.url}/invitations/add/new"
    asked = desk.organizer.submit(url, NEW, status=422)
    assert "Is it this person?" in asked.text
    assert asked.one(f"main a[href='{desk.url}/invitations/add/{person.public_id.hex}']")
    assert desk.organizer.submit(url, NEW | {"email": "", "last_day": ""}, status=422).one("#last_day-error")


def test_a_reserved_person_stands_by_code(desk: Desk) -> None:
    person = desk.make.person("Rosaura", "Cruz", "Quezada", reserved=True)
    made = desk.make.registration(desk.seminar, person, agency=desk.agency, state=RegistrationState.INVITED)
    desk.make.invitation(made, last_day=date(2026, 3, 16))
    for page in (desk.invited(), desk.organizer.get(f"{desk.url}/invitations/{made.public_id.hex}/again")):
        assert "Cruz" not in page.text
        assert f"R-{made.reserved_code}" in page.text


def test_the_mail_of_an_invitation_is_bare_until_the_mailbox_is_proven(desk: Desk, app: Flask) -> None:
    made = desk.invite(surname1="Ibarrola")
    with app.app_context():
        mail = desk.session.scalars(select(Message).where(Message.kind == "invitation")).one()
        bare = write(app, mail, reading=desk.session)
    assert bare.covered
    assert desk.link(made) in bare.text
    assert "March 16, 2026" in bare.text
    for secret in (*SECRETS, "Ibarrola", "FGR"):
        assert secret not in bare.text + bare.html + bare.subject
    with unit_of_work(desk.session) as work:
        work.get_one(Person, made.person_id).email_proven_at = THEN
    with app.app_context():
        desk.session.rollback()
        whole = write(app, desk.session.get_one(Message, mail.id), reading=desk.session)
    assert "Dear Rosaura Ibarrola" in whole.text
    assert desk.link(made) in whole.text


def test_who_may_not_organize_sees_no_invitations(desk: Desk, client: CheckingClient, sign_in: SignIn) -> None:
    made = desk.invite()
    sign_in(client, desk.make.account((RoleName.COORDINATOR, {"seminar_id": desk.seminar.id})))
    client.get(f"{desk.url}/invitations/", status=403)
    sign_in(client, desk.make.account((RoleName.ORGANIZER, {"office_id": desk.make.office().id})))
    client.get(f"{desk.url}/invitations/", status=404)
    client.get(f"{desk.url}/invitations/{made.public_id.hex}/again", status=404)


def test_seats_are_kept_for_an_agency_and_given_up_to_who_waits_with_a_way_back(desk: Desk) -> None:
    page = desk.organizer.submit(f"{desk.url}/seats/kept", {"agency": "FGR", "seats": "4", "last_day": "2026-03-16"}, status=422)
    assert "this agency's people may have: 3." in said(page)
    kept = desk.organizer.follow(desk.organizer.submit(f"{desk.url}/seats/kept", {"agency": "FGR", "seats": "2", "last_day": "2026-03-16"}))
    assert "2 seats are kept." in kept.text
    assert "FGR · 2 seats kept until March 16, 2026" in kept.text
    assert "0 taken, 2 kept, of 3" in kept.text
    desk.make.registration(desk.seminar, agency=desk.make.agency("INM"), state=RegistrationState.WAITLISTED, queue_place=1)
    with unit_of_work(desk.session) as work:
        work.scalars(select(SeatPool).where(SeatPool.seminar_id == desk.seminar.id)).one().size = 2
    for url in ("/", "/seats", "/roster/"):
        assert "0 taken, 2 kept, of 2" in desk.organizer.get(f"{desk.url}{url}").text
    assert "the others are kept for names or for people who were invited" in desk.organizer.get(f"{desk.url}/").text
    give = "main .kept-list form"
    gave = desk.organizer.submit(f"{desk.url}/seats/kept", form=give)
    page = desk.organizer.follow(gave)
    assert "1 person who waited has a seat now and gets a message." in page.text
    assert "1 seat of FGR is kept no longer." in page.text
    undone = desk.organizer.post(f"{desk.url}/seats/kept", dict(page.fields("main .notice-undo form")))
    assert "FGR · 1 seat kept until March 16, 2026" in desk.organizer.follow(undone).text
    desk.session.rollback()
    assert [hold.ending for hold in desk.session.scalars(select(Hold).order_by(Hold.id))].count(None) == 1
