"""Verifying a certificate: what is said of each, to whom the name is shown, and what no answer says."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from seminar_app.audit.models import AuditRow
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from seminar_app.seminars.models import Seminar
from tests.support.checking_client import CheckingClient, Page
from tests.web.certificates.conftest import World, word

GIVEN, FIRST, SECOND, PRINTED = "Quetzalcanaria", "Zyxwvucanaria", "Wachicanaria", "Diplomacanaria"
CANARIES = (GIVEN, FIRST, SECOND, PRINTED, "Pajarera", "Canaricultora", "JILG", "SECRETREASON", "BCDFGX")
NOT_CONFIRMED = {"es": "No podemos confirmar este apellido.", "en": "We cannot confirm this surname."}


def facts(page: Page) -> dict[str, str]:
    terms, values = page.select(".facts dt"), page.select(".facts dd")
    return {term.to_text(): " ".join(value.to_text().split()) for term, value in zip(terms, values, strict=True)}


def test_the_number_leads_to_the_answer_however_it_is_typed(client: CheckingClient, world: World) -> None:
    issued = world.issue()
    for typed in (issued.code, issued.code.lower().replace("-", " "), issued.code.lstrip("0").replace("-", "—")):
        sent = client.submit("/verify", {"code": typed})
        assert sent.response.headers["Location"] == issued.url
    page = client.get(f"/verify/{issued.code.lower()}")
    assert word(page) == "Valid"
    assert facts(page) == {
        "Seminar": "Trafficking in persons",
        "Hosts": "Homeland Security",
        "Dates": "June 3–5, 2026",
        "Place": "Cancún, Mexico",
        "Hours": "3 h credited of 3 h of contact time",
        "Number": issued.code,
        "Issued on": "February 21, 2026",
    }
    assert "hsi@office.example" in page.text


def test_no_number_and_a_name_are_refused_on_the_form(client: CheckingClient) -> None:
    assert "Please type the number" in client.post("/verify", {}, status=422).text
    assert "it begins with digits" in client.post("/verify", {"code": "Luz María López"}, status=422).text
    assert client.post("/verify", {"code": "../000123?"}).response.headers["Location"] == "/verify/000123"


def test_each_state_has_its_word_and_day_and_nothing_else(client: CheckingClient, spanish: CheckingClient, world: World) -> None:
    replaced, revoked, erased = world.issue(), world.issue(), world.issue()
    newer = world.reissue(replaced)
    world.revoke(revoked)
    world.erase(erased)
    for issued, english, word_es in ((replaced, "Replaced", "Reemplazada"), (revoked, "Revoked", "Revocada")):
        page = client.get(issued.url)
        assert word(page) == english
        assert "March 2, 2026" in page.text
        assert not any(said in page.response.text for said in ("SECRETREASON", newer, newer[:6]))
        page = spanish.get(issued.url)
        assert word(page) == word_es
        assert "2 de marzo de 2026" in page.text
        assert not any(said in page.response.text for said in ("SECRETREASON", newer, newer[:6]))
    page = client.get(erased.url)
    assert word(page) == "Valid, name erased"
    assert page.select("main form") == []
    assert facts(page)["Hours"] == "3 h credited of 3 h of contact time"
    assert word(client.get(f"/verify/{newer}")) == "Valid"


def test_what_was_printed_is_shown_and_not_what_is_stored_now(client: CheckingClient, world: World) -> None:
    issued = world.issue()
    with unit_of_work(world.session) as session:
        session.get_one(Seminar, world.seminar.id).title_en = "Renamed"
        person = session.scalars(select(Person).where(Person.given_names == "Luz María")).one()
        person.surname1, person.surname2, person.certificate_name = "Otra", None, "Luz María Otra"
    assert facts(client.get(issued.url))["Seminar"] == "Trafficking in persons"
    assert client.submit(issued.url, {"surname": "lopez"}, status=200).one(".bearer-name").to_text() == "Luz María López Ibáñez"
    assert "We cannot confirm" in client.submit(issued.url, {"surname": "Otra"}, status=422).text


def test_a_number_without_its_letters_says_nothing(client: CheckingClient, world: World) -> None:
    issued = world.issue()
    for typed in (issued.code[:6], issued.code[:-1], issued.code[:-1] + ("B" if issued.code[-1] != "B" else "C"), "x", "%F0%9F%8E%93", "-"):
        page = client.get(f"/verify/{typed}")
        assert word(page) == "Unknown"
        assert page.select(".facts") == []
    assert client.get(f"/verify/{issued.code[:6]}").fields("main form")["code"] == [issued.code[:6]]
    posted = client.post(f"/verify/{issued.code[:6]}", {"surname": "López"}, status=200)
    assert word(posted) == "Unknown"


def test_the_surname_shows_the_name_once_and_keeps_it_nowhere(app: Flask, world: World, caplog: pytest.LogCaptureFixture) -> None:
    issued = world.issue()
    visitor = CheckingClient(app.test_client(use_cookies=False))
    page = visitor.submit(issued.url, {"surname": "IBANEZ"}, status=200)
    assert page.one(".bearer-name").to_text() == "Luz María López Ibáñez"
    headers = page.response.headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "Set-Cookie" not in headers
    assert page.response.request.path == issued.url
    again = visitor.get(issued.url)
    assert "López" not in again.response.text
    assert again.response.headers["Cache-Control"] == "no-store"
    assert "noindex" in again.response.text
    assert not any(said in caplog.text for said in ("López", "IBANEZ", issued.code))
    row = world.session.scalars(select(AuditRow).where(AuditRow.action == "certificate.name_shown")).one()
    assert (row.actor, row.subject, row.seminar) == ("public", f"certificate:{issued.row.public_id.hex}", world.seminar.slug)
    assert row.details == {"number": issued.row.number}


def test_names_of_all_kinds_are_shown_as_printed(client: CheckingClient, world: World) -> None:
    long = "Wolfeschlegelsteinhausenbergerdorffschmi"
    for given, surname1, surname2, typed in (
        ("Suharto", "", None, "suharto"),
        ("Siobhán", "O'Brien", None, "O’BRIEN"),
        (long, long, long, long),
        ("علی‌رضا", "احمدی", None, "احمدی"),
    ):
        page = client.submit(world.issue(given, surname1, surname2).url, {"surname": typed}, status=200)
        name = page.one(".bearer-name bdi").to_text()
        assert name == " ".join(filter(None, (given, surname1, surname2)))


def test_one_sentence_for_a_wrong_surname_a_reserved_person_and_an_erased_one(
    client: CheckingClient, spanish: CheckingClient, world: World
) -> None:
    wrong, reserved, erased = world.issue(), world.issue(GIVEN, FIRST, SECOND, reserved=True), world.issue()
    world.erase(erased)
    for visitor in (client, spanish):
        said = []
        for issued, typed in ((wrong, "Pérez"), (reserved, FIRST), (erased, "López")):
            page = visitor.post(issued.url, {"surname": typed}, status=422)
            said.append(page.one(".usa-error-message").to_text())
        assert NOT_CONFIRMED[visitor.language] in said[0]
        assert len(set(said)) == 1
    assert world.session.scalar(select(AuditRow.sequence).where(AuditRow.action == "certificate.name_shown")) is None


def test_nothing_of_a_reserved_person_is_in_any_answer(
    client: CheckingClient, spanish: CheckingClient, world: World, now: list[datetime]
) -> None:
    names = {"certificate_name": f"{GIVEN} {PRINTED}", "reserved": True}
    states = [world.issue(GIVEN, FIRST, SECOND, **names) for _ in range(4)]
    newer = world.reissue(states[1])
    world.revoke(states[2])
    world.erase(states[3])
    for visitor in (client, spanish):
        now.append(now[-1] + timedelta(hours=1))
        for url in (*(each.url for each in states), f"/verify/{newer}"):
            answers = [visitor.get(url)]
            answers.append(visitor.post(url, {"surname": "x"}, status=422))
            for page in answers:
                assert not [each for each in CANARIES if each in page.response.text], url
            for typed in (FIRST, SECOND, f"{GIVEN} {FIRST} {SECOND}", f"{GIVEN} {PRINTED}"):
                page = visitor.post(url, {"surname": typed}, status=422)
                others = [each for each in CANARIES if each in page.response.text.replace(typed, "")]
                assert not others, url  # what was typed stands in its field


def test_a_name_that_is_not_reserved_is_found_by_this_test(client: CheckingClient, world: World) -> None:
    """The broken twin: the identity is not reserved, so the canaries are in the answer."""
    issued = world.issue(GIVEN, FIRST, SECOND)
    page = client.post(issued.url, {"surname": FIRST}, status=200)
    assert [each for each in CANARIES if each in page.response.text.replace(FIRST, "")] == [GIVEN, SECOND]


def test_public_pages_lead_there(client: CheckingClient) -> None:
    assert client.get("/").one("footer a").attrs["href"] == "/verify"
