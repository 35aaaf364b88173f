"""Verifying a certificate: what is said of each, to whom the name is shown, and what no answer says."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.audit.models import AuditRow
from seminar_app.certificates import services
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import printed_of
from seminar_app.certificates.rules import LETTERS, CertificateCode
from seminar_app.core import clock
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.web.limits import limiter
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make

GIVEN, FIRST, SECOND, PRINTED = "Quetzalcanaria", "Zyxwvucanaria", "Wachicanaria", "Diplomacanaria"
CANARIES = (GIVEN, FIRST, SECOND, PRINTED, "Pajarera", "Canaricultora", "JILG", "SECRETREASON", "BCDFGX")
NOT_CONFIRMED = {"es": "No podemos confirmar este apellido.", "en": "We cannot confirm this surname."}


@dataclass
class Issued:
    """A certificate and its code."""

    row: Certificate
    code: str

    @property
    def url(self) -> str:
        return f"/verify/{self.code}"


@dataclass
class World:
    """A completed seminar, and who issues its certificates."""

    make: Make
    session: Session
    seminar: Seminar
    pool: SeatPool
    agency: Agency

    def issue(self, given: str = "Luz María", surname1: str = "López", surname2: str | None = "Ibáñez", **person: object) -> Issued:
        made = self.make.registration(
            self.seminar,
            self.make.person(given, surname1, surname2, **person),
            agency=self.agency,
            pool=self.pool,
            unit="Unidad Pajarera",
            position="Canaricultora",
        )
        row = self.make.certificate(made, at=NOW - timedelta(days=9))
        printed = printed_of(self.session, row)
        self.session.rollback()
        assert printed is not None
        return Issued(row, str(printed.code))

    def reissue(self, issued: Issued) -> str:
        """Replace it, and return the newer one's code."""
        with unit_of_work(self.session) as session:
            made = services.reissue(session, context(NOW), seminar_id=self.seminar.id, public_id=issued.row.public_id)
            printed = printed_of(session, made)
            assert printed is not None
            return str(printed.code)

    def revoke(self, issued: Issued) -> None:
        with unit_of_work(self.session) as session:
            which = {"seminar_id": self.seminar.id, "public_id": issued.row.public_id}
            services.revoke(session, context(NOW), **which, reason="SECRETREASON")

    def erase(self, issued: Issued) -> None:
        with unit_of_work(self.session) as session:
            services.forget_certificates(session, context(NOW), [issued.row.registration_id])


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time, which a test may move on."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[-1])
    return times


@pytest.fixture
def world(make: Make, session: Session, now: list[datetime]) -> World:
    office = make.office(email="hsi@office.example", name_en="Homeland Security")
    seminar = make.seminar(office=office, title_es="Trata de personas", title_en="Trafficking in persons")
    pool = make.pool(seminar, make.agency("PGR"), 20)
    made = World(make, session, seminar, pool, make.agency("JILG"))
    make.registration(seminar, make.person("Ana", "Ruiz"), pool=pool)
    return made


@pytest.fixture
def spanish(app: Flask) -> CheckingClient:
    return CheckingClient(app.test_client(use_cookies=False), language="es")


def word(page: Page) -> str:
    return str(page.one("h1").to_text()).strip()


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


def test_nothing_of_a_reserved_person_is_in_any_answer(client: CheckingClient, spanish: CheckingClient, world: World) -> None:
    names = {"certificate_name": f"{GIVEN} {PRINTED}", "reserved": True}
    states = [world.issue(GIVEN, FIRST, SECOND, **names) for _ in range(4)]
    newer = world.reissue(states[1])
    world.revoke(states[2])
    world.erase(states[3])
    for visitor in (client, spanish):
        for url in (*(each.url for each in states), f"/verify/{newer}"):
            answers = [visitor.get(url)]
            answers.append(visitor.post(url, {"surname": "x"}, status=None))
            for page in answers:
                assert not [each for each in CANARIES if each in page.response.text], url
            for typed in (FIRST, SECOND, f"{GIVEN} {FIRST} {SECOND}", f"{GIVEN} {PRINTED}"):
                page = visitor.post(url, {"surname": typed}, status=None)
                assert page.response.status_code in (422, 429)
                others = [each for each in CANARIES if each in page.response.text.replace(typed, "")]
                assert not others, url  # what was typed stands in its field


def test_a_name_that_is_not_reserved_is_found_by_this_test(client: CheckingClient, world: World) -> None:
    """The broken twin: the identity is not reserved, so the canaries are in the answer."""
    issued = world.issue(GIVEN, FIRST, SECOND)
    page = client.post(issued.url, {"surname": FIRST}, status=200)
    assert [each for each in CANARIES if each in page.response.text.replace(FIRST, "")] == [GIVEN, SECOND]


def test_five_surnames_an_hour_right_or_wrong_and_then_when_to_try_again(client: CheckingClient, world: World, now: list[datetime]) -> None:
    issued, other = world.issue(), world.issue()
    for left in (4, 3):
        assert f"{left} more tries" in client.submit(issued.url, {"surname": "Pérez"}, status=422).text
    client.submit(issued.url, {"surname": "López"}, status=200)
    now.append(NOW + timedelta(minutes=20))
    assert "1 more try" in client.submit(issued.url, {"surname": "Pérez"}, status=422).text
    last = client.submit(issued.url, {"surname": "Pérez"}, status=422)
    assert "Another one can be typed in 40 minutes." in last.text
    for _again in range(3):  # what is refused makes nobody wait longer
        refused = client.submit(issued.url, {"surname": "López"}, status=429)
        assert refused.response.headers["Retry-After"] == "2400"
        assert "Luz María" not in refused.response.text
        assert "hsi@office.example" in refused.text
    locked = client.get(issued.url)
    assert "Another one can be typed in 40 minutes." in locked.text
    assert word(locked) == "Valid"
    client.submit(other.url, {"surname": "López"}, status=200)
    now.append(NOW + timedelta(hours=1))
    assert "Another one" not in client.get(issued.url).text
    client.submit(issued.url, {"surname": "López"}, status=200)
    assert "3 more tries" in client.submit(issued.url, {"surname": "Pérez"}, status=422).text


def test_an_empty_surname_and_the_language_switch_are_no_tries(client: CheckingClient, world: World) -> None:
    issued = world.issue()
    client.submit(issued.url, {"surname": " "}, status=422)
    client.post(issued.url, {"surname": "López", "page-language": "es"}, status=200)
    world.session.rollback()
    assert world.session.get_one(Certificate, issued.row.id).surname_tries == 0


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    limiter.reset()
    limiter.enabled = True
    yield
    limiter.enabled = False
    limiter.reset()


@pytest.mark.usefixtures("limited")
def test_a_visitor_who_tries_many_numbers_waits_and_reads_where_to_turn(client: CheckingClient, world: World) -> None:
    issued = world.issue()
    for number in range(60):
        client.get(f"/verify/{number + 1:06}-BCDF-GHJK")
    bodies = set()
    for url in (issued.url, "/verify/000009-BCDF-GHJK", "/verify/x"):  # the answer does not tell which of them there are
        refused = client.get(url, status=429)
        assert refused.response.headers["Retry-After"]
        bodies.add(refused.text.replace(refused.one(".reference").to_text(), ""))
    assert len(bodies) == 1
    assert "says how to reach its office" in bodies.pop()


@pytest.mark.parametrize("numbers", [pytest.param(200, id="short"), pytest.param(10_000, id="full", marks=pytest.mark.full)])
def test_numbers_that_are_tried_find_nothing(app: Flask, world: World, numbers: int) -> None:
    """With the right number each, and with the next numbers; letters at random."""
    right = [world.issue().row.number for _ in range(2)]
    visitor = app.test_client(use_cookies=False)
    found = 0
    for turn in range(numbers):
        letters = "".join(secrets.choice(LETTERS) for _ in range(8))
        code = CertificateCode(right[turn % 2] if turn % 3 else turn + 1, letters)
        answer = visitor.get(f"/verify/{code}", headers={"Accept-Language": "en"})
        found += "<h1>Unknown</h1>" not in answer.text
    assert found == 0
    assert visitor.get(f"/verify/{world.issue().code}", headers={"Accept-Language": "en"}).text.count("<h1>Valid</h1>") == 1


def test_public_pages_lead_there(client: CheckingClient) -> None:
    assert client.get("/").one("footer a").attrs["href"] == "/verify"
