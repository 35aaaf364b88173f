"""A liaison's page for one seminar: her people by where they stand, nobody of another agency, and reserved identities by code."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from seminar_app.agencies.models import AgencySuccession
from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration.rules import Source
from seminar_app.seminars.models import SeatPool
from seminar_app.seminars.rules import RegistrationMode, SeminarState, SubstitutesBy
from tests.conftest import NOW
from tests.web.nominations.agency import HOME, PAGE, change_seminar, freeze, name, person_page, release_in, words
from tests.web.nominations.conftest import House

CANARIES = ("Quetzalcanaria", "Zyxwvucanaria", "Unidad de Quetzalcanaria")


def test_people_stand_by_where_they_stand_with_what_can_be_done(house: House) -> None:
    _ana, _eva, iris, _olga = (name(house, given) for given in ("Ana", "Eva", "Iris", "Olga"))
    page = house.browser("liaison").get(PAGE)
    text = words(page)
    assert "With a seat 2" in text
    assert "Alternates, in order 2" in text
    assert text.index("López, Ana") < text.index("López, Iris") < text.index("López, Olga")
    assert "Alternate 1" in words(page, f"#p-{iris.public_id.hex}")
    assert "named by the agency · page not opened yet" in text
    assert "Unidad de Ana" in text
    assert "From that day the seats are open" not in text
    release_in(house, 5)
    assert "All 2 seats have a name." in words(house.browser("liaison").get(PAGE))


def test_nobody_of_another_agency_is_on_any_of_these_pages(house: House) -> None:
    house.make.pool(house.seminar, house.inm, 3)
    theirs = name(house, "Quetzalcanaria", "Zyxwvucanaria", agency=house.inm)
    hers = name(house, "Ana")
    browser = house.browser("liaison")
    for address in (HOME, PAGE, f"{PAGE}?did=named&of={theirs.public_id.hex}", person_page(hers), f"{PAGE}/name"):
        assert [each for each in (*CANARIES, "INM") if each in browser.get(address).text] == [], address
    browser.get(person_page(theirs), status=404)
    for deed, sent in (("withdraw", {}), ("exchange", {"other": hers.public_id.hex}), ("restore", {})):
        house.post("liaison", f"{person_page(theirs)}/{deed}", sent, status=404)
    swapped = house.post("liaison", f"{person_page(hers)}/exchange", {"other": theirs.public_id.hex}, status=422)
    assert "Zyxwvucanaria" not in swapped.text
    assert "Quetzalcanaria" in house.browser("liaison inm").get(PAGE).text


def test_of_a_shared_quota_the_seats_are_seen_and_not_the_people(house: House) -> None:
    cns, pf = house.make.agency("CNS", valid_to=NOW.date() - timedelta(days=700)), house.make.agency("PF")
    with unit_of_work(house.session) as session:
        for heir in (house.inm, pf):
            session.add(AgencySuccession(from_agency_id=cns.id, to_agency_id=heir.id, happened_on=NOW.date() - timedelta(days=699)))
    house.make.pool(house.seminar, cns, 4)
    release_in(house, 9, cns)
    name(house, "Quetzalcanaria", "Zyxwvucanaria", agency=pf)
    name(house, "Inés", agency=house.inm)
    page = house.browser("liaison inm").get(PAGE)
    text = words(page)
    assert "Shared with other agencies: 2 of 4 seats are left. You do not see their people." in text
    assert "1 named · 2 empty" in text
    assert "2 seats have no name yet. They are released in 9 days" in text
    assert "Zyxwvucanaria" not in page.text


def test_a_reserved_person_stands_last_by_code_and_changes_from_the_opened_record_only(house: House) -> None:
    person = house.make.person("Quetzalcanaria", "Zyxwvucanaria", None, agency_id=house.pgr.id, reserved=True)
    quota = house.session.scalars(select(SeatPool).where(SeatPool.agency_id == house.pgr.id)).one()
    reserved = house.make.registration(house.seminar, person, agency=house.pgr, pool=quota, source=Source.NOMINATION)
    name(house, "Zoraida")
    page = house.browser("liaison").get(PAGE)
    rows = page.select(".own-people tbody tr[id]")
    assert [each for each in CANARIES if each in page.text] == []
    last = " ".join(rows[-1].to_text().split())
    assert last.startswith("R-")
    assert last.endswith("To the record")
    record = f"/staff/seminars/s/roster/{reserved.public_id.hex}"
    assert "Change the place" not in house.browser("liaison").get(record).text
    opened = house.post("liaison", f"{record}/open", status=200)
    assert "Change the place" in opened.text
    change = house.browser("liaison").get(person_page(reserved))
    assert [each for each in CANARIES if each in change.text] == []


def test_looking_leaves_a_row_in_the_access_log(house: House) -> None:
    hers = name(house, "Ana")
    house.browser("liaison").get(PAGE)
    house.browser("liaison").get(person_page(hers))
    house.session.rollback()
    rows = house.session.execute(select(AuditRow.action, AuditRow.subject).order_by(AuditRow.sequence.desc()).limit(2)).all()
    assert [tuple(row) for row in rows] == [
        ("registration.viewed", f"registration:{hers.public_id.hex}"),
        ("roster.viewed", f"seminar:{house.seminar.public_id.hex}"),
    ]


def test_the_page_says_what_is_asked_first_before_a_button_is_pressed(house: House) -> None:
    hers = name(house, "Ana")
    asked = "The organizer is asked first; until the answer comes, nothing changes."
    assert asked not in house.browser("liaison").get(person_page(hers)).text
    change_seminar(house, substitutes_by=SubstitutesBy.ORGANIZER)
    page = house.browser("liaison").get(person_page(hers))
    assert page.text.count(asked) == 1
    assert "In this seminar the organizer decides who comes instead of somebody." in house.browser("liaison").get(PAGE).text
    freeze(house)
    page = house.browser("liaison").get(person_page(hers))
    assert page.text.count(asked) == 2
    assert "Ask to withdraw" in page.text
    assert "The list is frozen since" in house.browser("liaison").get(PAGE).text


def test_requests_stand_with_their_answer_and_proposals_lead_to_the_decision(house: House) -> None:
    hers, other = name(house, "Ana"), name(house, "Eva")
    freeze(house)
    house.browser("liaison").submit(person_page(hers), {"reason": "Another mission"}, form="#withdraw form")
    text = words(house.browser("liaison").get(PAGE))
    assert "Withdraw López, Ana (Another mission)" in text
    assert "Waits for the organizer" in text
    house.make.list_request(other, asked_by=f"registration:{other.public_id.hex}")
    assert "wait for your answer" not in house.browser("liaison").get(PAGE).text, "the organizer decides under freeze"
    change_seminar(house, list_freezes_on=None)
    page = house.browser("liaison").get(PAGE)
    assert "1 of your people proposes that somebody else comes instead" in page.text
    assert any("/staff/seminars/s/requests/" in str(each.attrs.get("href")) for each in page.select("main a"))
    house.browser("liaison").follow(house.browser("liaison").submit(PAGE, form=".own-requests form"))
    assert "Another mission" not in house.browser("liaison").get(PAGE).text


def test_once_it_has_begun_the_page_says_who_attended_what(house: House) -> None:
    hers = name(house, "Ana")
    sitting = house.make.seminar_session(house.seminar, day=1)
    house.make.mark(hers, sitting, MarkStatus.PRESENT)
    change_seminar(house, starts_on=NOW.date() - timedelta(days=1), ends_on=NOW.date() + timedelta(days=1))
    row = words(house.browser("liaison").get(PAGE), f"#p-{hers.public_id.hex}")
    assert "1 of 2" in row
    assert "50.0%" in row


def test_whoever_registered_alone_keeps_the_place_and_the_page_says_why(house: House) -> None:
    change_seminar(house, registration_mode=RegistrationMode.OPEN)
    for given in ("Ana", "Eva"):
        name(house, given)
    alone = name(house, "Luz", source=Source.FORM)
    row = words(house.browser("liaison").get(PAGE), f"#p-{alone.public_id.hex}")
    assert "registered themselves" in row
    assert "Change" not in row
    assert "This place is not yours to change" in house.browser("liaison").get(person_page(alone)).text


def test_a_seminar_that_closed_or_is_cancelled_says_so(house: House) -> None:
    change_seminar(house, state=SeminarState.CLOSED)
    page = house.browser("liaison").get(PAGE)
    assert "Name a person" not in page.text
    assert "Registration has closed." in page.text
    change_seminar(house, state=SeminarState.CANCELLED, state_reason="The hotel has closed.")
    assert "This seminar is cancelled." in house.browser("liaison").get(PAGE).text
