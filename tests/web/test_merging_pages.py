"""The person's page, two records compared and merged, undoing, splitting, and the proposals of administrators."""

from __future__ import annotations

from dataclasses import dataclass

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
from seminar_app.core.values import replace
from seminar_app.messages.models import Message
from seminar_app.offices.models import Office
from seminar_app.people.evidence import Evidence
from seminar_app.people.models import MatchProposal, Person, PersonMerge
from seminar_app.people.proposals import propose
from seminar_app.people.rules import ReservedReason
from seminar_app.people.services import edit_person, stored_data
from seminar_app.registration.models import PersonJoin, Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import THEN, Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""


@dataclass
class House:
    """Two records of one official in two seminars of one office, and accounts of each role that can see them."""

    office: Office
    agency: Agency
    first: Seminar
    second: Seminar
    luz: Person
    ma: Person
    registrations: list[Registration]
    organizer: UserAccount
    liaison: UserAccount
    stranger: UserAccount
    admin: UserAccount

    @property
    def page(self) -> str:
        return f"/staff/people/{self.luz.public_id.hex}"

    @property
    def compare(self) -> str:
        return f"{self.page}/merge/{self.ma.public_id.hex}"


@pytest.fixture
def house(make: Make, session: Session, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    office, agency = make.office(), make.agency("PGR")
    first, second = (
        make.seminar(office=office, slug=slug, title_en=title) for slug, title in (("cancun", "Evidence"), ("toluca", "Trials"))
    )
    pools = {pool.seminar_id: pool for pool in session.scalars(select(SeatPool))}
    luz = make.person("María de la Luz", "Ortega", "Ruiz", email="luz@pgr.example", agency_id=agency.id, created_at=THEN)
    ma = make.person("Ma. de la Luz", "Ortega", "Ruiz", email="ma.luz@mail.example", phone="+525512345678")
    made = [
        make.registration(first, luz, agency=agency, pool=pools[first.id]),
        make.registration(second, ma, agency=agency, pool=pools[second.id]),
    ]
    session.close()
    return House(
        office,
        agency,
        first,
        second,
        luz,
        ma,
        made,
        make.account((RoleName.ORGANIZER, {"office_id": office.id})),
        make.account((RoleName.LIAISON, {"agency_id": agency.id})),
        make.account((RoleName.ORGANIZER, {"office_id": make.office().id})),
        make.account((RoleName.ADMIN, {})),
    )


def merges(session: Session) -> list[PersonMerge]:
    session.rollback()
    return list(session.scalars(select(PersonMerge).order_by(PersonMerge.id)))


def actions(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))


def test_the_page_shows_who_may_be_the_same_with_the_evidence_in_words(client: CheckingClient, sign_in: SignIn, house: House) -> None:
    sign_in(client, house.organizer)
    page = client.get(house.page)
    assert "Perhaps the same person" in page.text
    assert "a short form" in page.text
    assert "the e-mail addresses differ" in page.text
    assert house.compare in page.response.text


@pytest.mark.both_engines
def test_two_records_are_compared_merged_and_separated_again(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session
) -> None:
    sign_in(client, house.organizer)
    page = client.get(house.compare)
    for told in (
        "What the data say: a short form",
        "One registration moves to it: «Trials».",
        "It gets what it lacks: the phone.",
        "only here",
    ):
        assert told in page.text, told
    assert page.fields("main form.form")["kept"] == [house.luz.public_id.hex]
    merged = client.follow(client.submit(house.compare, form="main form.form"))
    assert "The two records are one now." in merged.text
    assert "Ortega Ruiz, Ma. de la Luz" in merged.text
    assert "Trials" in merged.text
    assert "Perhaps the same person" not in merged.text
    (row,) = merges(session)
    assert (row.kept_id, row.gone_id) == (house.luz.id, house.ma.id)
    assert client.get(f"/staff/people/{house.ma.public_id.hex}", status=303).response.headers["Location"] == house.page
    undo = merged.select(f'main form[action="{house.page}/merges/{row.public_id.hex}/undo"]')
    assert len(undo) == 2, "after merging, and for good among what came together"
    sent = {"csrf_token": "0" * 40} | dict(page.fields("main form.form"))
    back = client.follow(client.post(undo[0].attrs["action"], {"csrf_token": sent["csrf_token"]}))
    assert "The two records are separate again" in back.text
    assert "Perhaps the same person" in back.text
    assert {"person.merged", "person.separated"} <= set(actions(session))


def test_who_may_merge(client: CheckingClient, sign_in: SignIn, house: House, make: Make) -> None:
    both = make.account((RoleName.LIAISON, {"agency_id": house.agency.id}), (RoleName.ORGANIZER, {"office_id": make.office().id}))
    for account, status in ((house.liaison, 403), (house.stranger, 404), (both, 404), (house.organizer, 200), (house.admin, 200)):
        sign_in(client, account)
        client.get(house.compare, status=status)
    sign_in(client, house.liaison)
    assert "Perhaps the same" not in client.get(house.page).text, "a liaison may not merge, and learns of nobody"
    client.get(f"{house.page}/merge/{'0' * 32}", status=403)
    sign_in(client, house.organizer)
    for other in ("0" * 32, "x", make.person("Luz").public_id.hex):
        client.get(f"{house.page}/merge/{other}", status=404)


@pytest.mark.both_engines
def test_the_button_twice_and_a_page_that_is_out_of_date(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session, make: Make
) -> None:
    sign_in(client, house.organizer)
    sent = dict(client.get(house.compare).fields("main form.form"))
    with unit_of_work(session) as work:
        person = work.get_one(Person, house.ma.id)
        edit_person(work, context(NOW), person=person, data=replace(stored_data(person), given_names="Ma. Luz"))
    refused = client.post(house.compare, sent, status=422)
    assert "has changed since you opened this page" in refused.text
    assert merges(session) == []
    again = dict(refused.fields("main form.form"))
    assert again["opened"] != sent["opened"]
    first = client.post(house.compare, again)
    twice = client.follow(client.post(house.compare, again))
    assert "These two records are one already." in twice.text
    assert client.get(house.compare, status=303).response.headers["Location"] == house.page
    assert len(merges(session)) == 1
    undo = client.follow(first).select(f'main form[action^="{house.page}/merges/"]')[0].attrs["action"]
    token = {"csrf_token": again["csrf_token"]}
    client.post(undo, token)
    assert "This merge has been undone already." in client.follow(client.post(undo, token)).text


@pytest.mark.both_engines
def test_two_staff_merge_the_same_pair_in_opposite_ways(app: Flask, sign_in: SignIn, house: House, session: Session, make: Make) -> None:
    one, other = (sign_in(CheckingClient(app.test_client()), account) for account in (house.organizer, house.admin))
    first, second = (dict(each.get(house.compare).fields("main form.form")) for each in (one, other))
    one.post(house.compare, first)
    answer = other.follow(other.post(house.compare, second | {"kept": house.ma.public_id.hex}))
    assert "These two records are one already." in answer.text
    assert [row.kept_id for row in merges(session)] == [house.luz.id]


def test_of_two_in_one_seminar_the_page_says_which_stays_and_that_its_seat_is_given(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session, make: Make
) -> None:
    pools = {pool.seminar_id: pool for pool in session.scalars(select(SeatPool))}
    seated = make.registration(house.first, house.ma, agency=house.agency, pool=pools[house.first.id])
    make.mark(seated, make.seminar_session(house.first))
    session.close()
    sign_in(client, house.organizer)
    page = client.get(house.compare)
    assert "The registration of ma.luz@mail.example stays, because attendance is credited to it" in page.text
    assert "Its seat goes at once to the first person who waits for it." in page.text
    assert page.fields("main form.form")["kept"] == [house.ma.public_id.hex], "the one with more registrations"
    client.submit(house.compare, form="main form.form")
    session.rollback()
    left = session.get_one(Registration, house.registrations[0].id)
    assert (left.state, left.removal_reason) == (RegistrationState.REMOVED, RemovalReason.ADMINISTRATIVE)


def test_after_an_erasure_a_merge_cannot_be_undone_and_the_page_says_why(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session
) -> None:
    sign_in(client, house.organizer)
    merged = client.follow(client.submit(house.compare, form="main form.form"))
    action = merged.select(f'main form[action^="{house.page}/merges/"]')[0].attrs["action"]
    with unit_of_work(session) as work:
        erase_person(work, context(NOW), public_id=house.luz.public_id)
    answer = client.follow(client.post(action, token_of(client)))
    assert "One of these two people was erased" in answer.text
    client.get(house.compare, status=303)


def token_of(client: CheckingClient) -> dict[str, str]:
    return {"csrf_token": str(client.get("/staff/account/").select("input[name=csrf_token]")[0].attrs["value"])}


def test_a_merge_with_somebody_out_of_reach_is_not_told_and_not_undone(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session, make: Make
) -> None:
    foreign = make.person("Luz", "Ortega", "Ruiz")
    make.registration(make.seminar(), foreign)
    sign_in(client, house.organizer)
    assert foreign.public_id.hex not in client.get(house.page).response.text
    sign_in(client, house.admin)
    address = f"{house.page}/merge/{foreign.public_id.hex}"
    merged = client.follow(client.submit(address, {"kept": house.luz.public_id.hex}, form="main form.form"))
    undo = merged.select(f'main form[action^="{house.page}/merges/"]')[0].attrs["action"]
    sign_in(client, house.organizer)
    assert "How this record came together" not in client.get(house.page).text
    client.post(undo, token_of(client), status=404)
    sign_in(client, house.admin)
    assert "separate again" in client.follow(client.post(undo, token_of(client))).text


def test_a_registration_is_split_off_and_its_owner_gets_a_new_link(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session
) -> None:
    registration = house.registrations[0]
    with unit_of_work(session) as work:
        work.add(PersonJoin(registration_id=registration.id, person_id=house.luz.id, joined_at=THEN, joined_by="public"))
    sign_in(client, house.organizer)
    page = client.get(house.page)
    assert "given to this record automatically on January 5, 2026" in page.text
    address = f"/staff/seminars/cancun/roster/{registration.public_id.hex}/split"
    assert address in page.response.text
    assert address in client.get(address.removesuffix("/split")).response.text
    form = client.get(address).fields("main form")
    assert form["given_names"] == ["María de la Luz"]
    assert form["email"] == ["luz@pgr.example"]
    refused = client.submit(address, status=422)
    assert "With this name and this address it would be the same person again" in refused.text
    hers = {"given_names": "Rosa", "certificate_name": "Rosa Ortega Ruiz", "email": "rosa@pgr.example"}
    done = client.follow(client.submit(address, hers))
    assert "goes to rosa@pgr.example" in done.text
    assert "Rosa Ortega Ruiz" in done.text
    session.rollback()
    (mail,) = session.scalars(select(Message))
    assert (mail.kind, mail.to_address) == ("link", "rosa@pgr.example")
    assert "has been split off already" in client.follow(client.get(address, status=303)).text


def test_an_administrator_decides_proposals_and_takes_it_back(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session
) -> None:
    sign_in(client, house.admin)
    assert "No pair waits" in client.get("/staff/people/proposals").text
    assert "Waits for your decision" not in client.get("/staff/seminars/").text
    with unit_of_work(session) as work:
        propose(work, context(NOW), one=house.luz.id, other=house.ma.id, why=[Evidence.SHORT_FORM, Evidence.ADDRESS_DIFFERS])
    assert "Waits for your decision: Possible duplicates." in client.get("/staff/seminars/").text
    assert "1 pair of records may be one person." in client.get("/staff/installation").text
    page = client.get("/staff/people/proposals")
    assert "a short form" in page.text
    assert house.compare in page.response.text
    apart = client.follow(client.submit("/staff/people/proposals", form='main form[action$="/apart"]'))
    assert "They stay two people" in apart.text
    assert "Perhaps the same person" not in client.get(house.page).text
    undo = client.post(apart.one("main .notice-undo form").attrs["action"], apart.fields("main .notice-undo form"))
    assert "a short form" in client.follow(undo).text
    assert {"match.rejected", "match.reopened", "proposals.viewed"} <= set(actions(session))
    client.submit(house.compare, form="main form.form")
    assert "No pair waits" in client.get("/staff/people/proposals").text
    sign_in(client, house.organizer)
    client.get("/staff/people/proposals", status=403)


def test_adding_somebody_by_hand_proposes_in_silence_who_may_be_the_same_elsewhere(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session, make: Make
) -> None:
    sign_in(client, house.stranger)
    own = make.seminar(slug="merida")
    make.grant(house.stranger, RoleName.ORGANIZER, office_id=own.office_id)
    entry = {"agency": "PGR", "sex": "-", "surname1": "Ortega", "surname2": "Ruiz", "language": "es"}
    answers = []
    for names, address in (("María de la Luz", "otra@x.example"), ("Zoila", "zoila@x.example")):
        done = client.submit("/staff/seminars/merida/roster/add/new", entry | {"given_names": names, "email": address})
        answers.append(client.follow(done).text.replace(names, "N").replace(address, "A"))
    session.rollback()
    found = session.scalars(select(MatchProposal)).all()
    assert {each.one_id for each in found} == {house.luz.id, house.ma.id}
    assert all("same person" not in answer for answer in answers)


def test_the_training_record_counts_what_was_attended_of_the_seats_held(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session, make: Make
) -> None:
    seated = house.registrations[0]
    sessions: list[SeminarSession] = [make.seminar_session(house.first, day=day, minutes=150) for day in range(2)]
    for each in sessions:
        make.mark(seated, each)
    gone = make.registration(house.second, house.luz, agency=house.agency)
    make.mark(gone, make.seminar_session(house.second))
    sign_in(client, house.organizer)
    page = client.get(house.page)
    assert [dd.to_text().strip() for dd in page.select(".figures-row dd")] == ["1", "1", "5 h"]
    cells = [" ".join(row.to_text().split()) for row in page.select(".training-record tbody tr")]
    assert any("2 of 2" in cell and "100.0% · completed" in cell for cell in cells), cells
    assert any("Withdrawn" in cell and "h" not in cell.split("Withdrawn")[1] for cell in cells)


def test_correct_leads_to_the_newest_registration_that_the_account_may_change(
    client: CheckingClient, sign_in: SignIn, house: House, make: Make
) -> None:
    sign_in(client, house.organizer)
    assert f"/staff/seminars/cancun/roster/{house.registrations[0].public_id.hex}/correct" in client.get(house.page).response.text
    sign_in(client, house.liaison)
    assert "/correct" not in client.get(house.page).response.text
    alone = make.person("Ana", "Sola", None)
    sign_in(client, house.admin)
    assert (
        "The data are corrected on a registration, and there is none of this person."
        in client.get(f"/staff/people/{alone.public_id.hex}").text
    )


def test_a_reserved_identity_is_compared_from_its_opened_record_only(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session, make: Make
) -> None:
    reserved = make.person("María Luz", "Ortega", "Ruiz", reserved=True, reserved_reason=ReservedReason.OWN_REQUEST, email="z@x.example")
    coded = make.registration(house.first, reserved, agency=house.agency)
    sign_in(client, house.organizer)
    assert reserved.public_id.hex not in client.get(house.page).response.text
    client.get(f"{house.page}/merge/{reserved.public_id.hex}", status=404)
    assert "Perhaps the same" not in client.get(f"/staff/people/{reserved.public_id.hex}").text
    opening = f"/staff/seminars/cancun/roster/{coded.public_id.hex}/open"
    opened = client.post(opening, token_of(client), status=200)
    compare = f"/staff/people/{reserved.public_id.hex}/merge/{house.luz.public_id.hex}"
    assert compare in opened.response.text
    sent = client.get(compare).fields("main form.form") | {"kept": [house.luz.public_id.hex]}
    merged = client.follow(client.post(compare, sent))
    assert "María" not in merged.one("main").to_text()
    assert "Another record" in merged.text
    assert actions(session).count("reserved.opened") == 2


def test_namesakes_are_kept_apart_and_that_can_be_taken_back(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session
) -> None:
    sign_in(client, house.organizer)
    apart = client.follow(client.submit(house.compare, form='main form[action$="/apart"]'))
    assert "It was decided that these are two people." in apart.text
    for page in (house.page, f"/staff/people/{house.ma.public_id.hex}"):
        assert "Perhaps the same person" not in client.get(page).text
    client.post(f"{house.compare}/apart", token_of(client))
    undone = client.follow(client.submit(house.compare, form='main form[action$="/apart/undo"]'))
    assert "They are two people" in undone.text
    assert "Perhaps the same person" in client.get(house.page).text
    assert session.scalars(select(MatchProposal)).all() == [], "no administrator is asked"
