"""The public form and the personal page, as an official uses them."""

from __future__ import annotations

import statistics
import time
import uuid
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency, AgencySuccession
from seminar_app.core import clock
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import write
from seminar_app.people.models import Person
from seminar_app.registration import links
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import Approval, RegistrationMode, SeminarState
from tests.conftest import NOW, StatementCount
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.support.mailbox import button_of, press, register

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

FILLED = {
    "given_names": "María Fernanda",
    "surname1": "de la Cruz",
    "surname2": "Ñáñez",
    "sex": "F",
    "agency": "PGR",
    "position": "Agente del Ministerio Público",
    "email": " Maria.Cruz@PGR.example ",
    "phone": "998 123 4567",
    "language": "es",
    "notice_read": "y",
}
HOSTILE = ["\0", "9" * 21, "\ud800", "x" * 5000, "👩🏽‍⚖️", "' OR 1=1 --", "\x1b[31m", "<script>"]


@pytest.fixture
def seminar(make: Make, monkeypatch: pytest.MonkeyPatch) -> Seminar:
    """A seminar with two seats, and the agency PGR."""
    make.agency("PGR", name_es="Procuraduría General de la República")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make.seminar(seats=2, slug="cancun-2026")


def fresh(session: Session) -> Registration:
    session.rollback()
    return session.scalars(select(Registration).order_by(Registration.id.desc()).limit(1)).one()


def personal_url(session: Session) -> str:
    return f"/registrations/{links.personal_token(session, fresh(session))}"


@pytest.mark.both_engines
def test_an_official_registers_in_two_minutes(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    form = client.get("/seminars/cancun-2026/register")
    assert [legend.to_text().strip() for legend in form.select("fieldset.form-section > legend")] == [
        "You",
        "Your agency",
        "Contact",
        "Privacy notice",
    ]
    assert form.text.index("There is no public list") < form.text.index("Given name")
    after = client.follow(client.submit("/seminars/cancun-2026/register", FILLED))
    assert "What happens next" in after.text
    assert "maria.cruz@pgr.example" in after.text
    assert "Cruz" not in after.text, "only the address stands there"
    assert session.scalars(select(Registration)).all() == [], "a form takes no seat"
    asked = client.get(button_of(session))
    assert "María Fernanda de la Cruz Ñáñez" in asked.text
    assert session.scalars(select(Registration)).all() == [], "nor does a mail filter that opens the link"
    pressed = press(client, session)
    kept = fresh(session)
    assert kept.state is RegistrationState.REGISTERED
    assert kept.notice_id is not None
    assert pressed.response.headers["Location"] == personal_url(session)
    personal = client.follow(pressed)
    client.language = "es"
    assert "Su lugar está confirmado" in client.get(personal_url(session)).text
    assert "998 123 4567" in personal.text
    assert "María Fernanda de la Cruz Ñáñez" in personal.text
    assert personal.response.headers["Referrer-Policy"] == "no-referrer"
    assert personal.response.headers["Cache-Control"] == "no-store"


@pytest.fixture
def heir(seminar: Seminar, make: Make, session: Session) -> Seminar:
    """The FGR did the PGR's work before the seminar was held."""
    fgr = make.agency("FGR", name_es="Fiscalía General de la República", name_en="Federal Prosecutor General")
    with unit_of_work(session) as open_session:
        pgr = open_session.scalars(select(Agency).where(Agency.code == "PGR")).one()
        pgr.valid_to = date(2018, 12, 19)
        open_session.add(AgencySuccession(from_agency_id=pgr.id, to_agency_id=fgr.id, happened_on=date(2018, 12, 20)))
    return seminar


def test_without_script_a_former_name_stands_beside_the_heir_and_leads_to_it(
    client: CheckingClient, heir: Seminar, session: Session
) -> None:
    url = "/seminars/cancun-2026/register"
    for language, option in [
        ("en", "FGR · Federal Prosecutor General, formerly PGR"),
        ("es", "FGR · Fiscalía General de la República, antes PGR"),
    ]:
        client.language = language
        page = client.get(url)
        assert [node.to_text() for node in page.select("select[name=agency] option")][1:-1] == [option]
    register(client, session, url, FILLED | {"agency": "PGR"})
    assert session.get_one(Agency, fresh(session).agency_id).code == "FGR"


def test_the_form_shows_again_what_was_typed_and_chosen_by_nobody(client: CheckingClient, heir: Seminar, make: Make) -> None:
    make.agency("FGE-VER", name_en="Prosecutor of Veracruz", state="Veracruz")
    make.agency("FGE-MOR", name_en="Prosecutor of Morelos", state="Morelos")
    url = "/seminars/cancun-2026/register"
    fields = client.get(url).fields("main form") | FILLED
    page = client.post(url, fields | {"agency": "", "agency-typed": " prosecutor <of> "}, status=422)
    assert "«prosecutor <of>» can be any of 2 agencies. Please choose one from the list." in page.text
    assert page.one("[data-combo-box]").attrs["data-combo-typed"] == "prosecutor <of>"
    page = client.post(url, fields | {"agency": "", "agency-typed": "Federal pro", "position": ""}, status=422)
    assert "You register for: Federal Prosecutor General" in page.text
    client.post(url, fields | {"agency": "", "agency-typed": "Federal pro"})


def test_the_form_says_for_whom_one_registers_with_examples_that_are_offered(client: CheckingClient, heir: Seminar, make: Make) -> None:
    make.agency("FGE-VER", state="Veracruz")
    page = client.get("/seminars/cancun-2026/register")
    assert "for example, FGR or Veracruz." in page.text
    assert "You register for the agency where you work today." in page.text


def test_a_mistyped_address_is_questioned_once_and_taken_when_it_is_sent_again(
    client: CheckingClient, seminar: Seminar, session: Session
) -> None:
    address = "/seminars/cancun-2026/register"
    asked = client.submit(address, FILLED | {"email": "maria.cruz@gmial.con"}, status=422)
    assert "Did you mean gmail.com?" in asked.text
    again = asked.fields("main form")
    assert (again["email"], again["given_names"]) == (["maria.cruz@gmial.con"], [FILLED["given_names"]])
    other = client.post(address, again | {"email": ["maria.cruz@hotmial.com"]}, status=422)
    assert "Did you mean hotmail.com?" in other.text, "another address is another question"
    client.post(address, again, status=303)
    press(client, session)
    assert session.scalars(select(Person.email)).all() == ["maria.cruz@gmial.con"]


WRITTEN = FILLED | {"agency": "-", "agency_text": "Cruz Roja <Yucatán> 🎓"}


@pytest.mark.both_engines
def test_whoever_does_not_find_the_agency_writes_it_and_registers(
    client: CheckingClient, seminar: Seminar, make: Make, session: Session
) -> None:
    url = "/seminars/cancun-2026/register"
    for language, last in (("en", "My agency is not in the list"), ("es", "Mi dependencia no está en la lista")):
        client.language = language
        page = client.get(url)
        assert page.select("select[name=agency] option")[-1].to_text() == last
        assert (
            page.one("label[for=agency_text]").to_text().strip()
            == {"en": "Name of your agency", "es": "Nombre de su dependencia"}[language]
        )
    client.language = "en"
    missing = client.submit(url, WRITTEN | {"agency_text": "  "}, status=422)
    assert missing.one("a[href='#agency_text']").to_text() == "Name of your agency: Please write the name of your agency."
    refused = client.submit(url, WRITTEN | {"position": ""}, status=422)
    kept = refused.fields("main form")
    assert (kept["agency"], kept["agency_text"]) == (["-"], [WRITTEN["agency_text"]])
    assert (
        "You register for: Cruz Roja <Yucatán> 🎓. Your registration takes a seat from those open to all agencies."
        in refused.one("[data-combo-says]").to_text()
    )
    client.post(url, kept | {"position": "Enfermera", "language": "en"})
    assert "Cruz Roja <Yucatán> 🎓" in client.get(button_of(session)).text
    press(client, session)
    made = fresh(session)
    assert (made.agency_id, made.agency_text, made.state) == (None, WRITTEN["agency_text"], RegistrationState.REGISTERED)
    own = client.get(personal_url(session)).text
    assert "Cruz Roja <Yucatán> 🎓" in own


def test_while_it_awaits_approval_the_written_agency_can_be_corrected(
    client: CheckingClient, make: Make, seminar: Seminar, session: Session
) -> None:
    inm = make.agency("INM")
    manual = make.seminar(approval=Approval.MANUAL)
    register(client, session, f"/seminars/{manual.slug}/register", WRITTEN | {"language": "en"})
    url = f"{personal_url(session)}/edit/agency"
    fields = client.get(url).fields("main form")
    assert (fields["agency"], fields["agency_text"]) == (["-"], [WRITTEN["agency_text"]])
    client.submit(url, {"agency_text": ""}, status=422)
    client.submit(url, {"agency_text": "Cruz Verde"})
    assert fresh(session).agency_text == "Cruz Verde"
    client.submit(url, {"agency": "INM"})
    assert (fresh(session).agency_id, fresh(session).agency_text) == (inm.id, None)
    client.submit(url, {"agency": "-", "agency_text": "Cruz Roja"})
    assert (fresh(session).agency_id, fresh(session).agency_text) == (None, "Cruz Roja")


def answers(client: CheckingClient, **values: Any) -> tuple[int, bytes, bytes]:
    """Return all that a stranger sees after sending the form; what is drawn at random is masked."""
    page = client.submit("/seminars/cancun-2026/register", FILLED | values)
    after = client.follow(page)
    here = page.response.headers["Location"]
    fields = after.fields("main form")
    random = (here, after.one("script").attrs["nonce"], *fields["press"])
    bodies = [body.response.get_data(as_text=True) for body in (page, after)]
    for each in random:
        bodies = [body.replace(each or "", "…") for body in bodies]
    return page.response.status_code, *(body.encode() for body in bodies)  # type: ignore[return-value]


def test_the_answer_is_the_same_whoever_sends_it_and_whatever_becomes_of_it(
    client: CheckingClient, seminar: Seminar, session: Session
) -> None:
    seen = []
    for name in ("Ana", "Beto", "Carla", "Ana", "Carla", "ana "):
        seen.append(answers(client, given_names=name))
        press(client, session)
    assert len(set(seen)) == 1
    assert [state.value for state in session.scalars(select(Registration.state).order_by(Registration.id))] == [
        "registered",
        "registered",
        "waitlisted",
    ]


def apart_by(client: CheckingClient, url: str, letters: str) -> float:
    """Return the difference of medians in seconds, known person against strangers, over the faster half of each; the rest is other load."""
    values: dict[str, Any] = dict(client.get(url).fields("main form")) | FILLED
    known: list[float] = []
    unknown: list[float] = []
    for turn, letter in enumerate(letters):
        for took, name in ((unknown, f"Ana {letter}"), (known, "Ana")):
            sent = values | {"given_names": name, "submission_id": f"{uuid.uuid4().hex}"}
            began = time.perf_counter()
            client.flask.post(url, data=sent)
            if turn > 3:
                took.append(time.perf_counter() - began)
    return abs(statistics.median(sorted(known)[: len(known) // 2]) - statistics.median(sorted(unknown)[: len(unknown) // 2]))


def test_the_answer_takes_as_long_for_somebody_known_as_for_a_stranger(client: CheckingClient, make: Make, seminar: Seminar) -> None:
    make.seminar(seats=500, slug="toluca-2026")
    alphabets = ("abcdefghijklmnopqrstuvwxyz", "αβγδεζηθικλμνξοπρστυφχψω", "абвгдежзийклмнопрстуфхцч")
    apart = []
    for letters in alphabets:  # other load: three attempts
        apart.append(apart_by(client, "/seminars/toluca-2026/register", letters))
        if apart[-1] < 0.005:
            return
    raise AssertionError(f"the medians are {[f'{1000 * seconds:.1f} ms' for seconds in apart]} apart")


def test_a_single_name_is_enough_and_a_surname_left_out_is_noticed(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    url, alone = "/seminars/cancun-2026/register", FILLED | {"given_names": "Suharto", "surname2": ""}
    assert "or a hyphen if you have only one name" in client.submit(url, alone | {"surname1": ""}, status=422).text
    register(client, session, url, alone | {"surname1": " - "})
    person = session.get_one(Person, fresh(session).person_id)
    assert (person.given_names, person.surname1, person.certificate_name, person.search_key) == ("Suharto", "", "Suharto", "suharto")
    edit = f"{personal_url(session)}/edit/name"
    assert client.get(edit).fields("main form")["surname1"] == ["-"]
    client.submit(edit, {}, status=303)
    assert session.get_one(Person, person.id).surname1 == ""


def test_what_nobody_sees_is_taken_out_of_a_name_and_a_name_of_nothing_else_is_refused(
    client: CheckingClient, seminar: Seminar, session: Session
) -> None:
    url = "/seminars/cancun-2026/register"
    client.submit(url, FILLED | {"given_names": "\u3164"}, status=422)
    register(client, session, url, FILLED | {"given_names": "Ma\u200bría\u202e", "surname1": "So\u00adlís"})
    person = session.get_one(Person, fresh(session).person_id)
    assert (person.given_names, person.surname1) == ("María", "Solís")


def test_few_statements_make_the_form_take_it_and_draw_its_seat(
    client: CheckingClient, session: Session, make: Make, seminar: Seminar, statements: StatementCount
) -> None:
    for number in range(12):
        make.agency(f"PGJ-{number}")
    url = "/seminars/cancun-2026/register"
    statements.statements.clear()
    values = client.get(url).fields("main form")
    assert len(statements) <= 4, statements.statements
    register(client, session, url, FILLED)  # stores the notice
    for name in ("Ana Beatriz", "Ana Carolina"):
        statements.statements.clear()
        client.post(url, dict(values) | FILLED | {"given_names": name})
        assert len(statements) <= 7, "\n".join(statements.statements)
        button = button_of(session)
        statements.statements.clear()
        client.post(button, {"pressed": "1"})
        assert len(statements) <= 16, "\n".join(statements.statements)


def test_each_door_says_why_it_is_shut(client: CheckingClient, make: Make, seminar: Seminar, session: Session) -> None:
    said: dict[str, dict[str, Any]] = {
        "Registration is by invitation": {"registration_mode": RegistrationMode.INVITATION},
        "Agencies name who takes part": {"registration_mode": RegistrationMode.NOMINATION},
        "This seminar was cancelled": {"state": SeminarState.CANCELLED, "state_reason": "A storm is coming."},
        "Registration is closed": {"state": SeminarState.CLOSED},
        "Registration has not opened yet": {"registration_opens_at": clock.now().replace(month=5)},
    }
    for heading, values in said.items():
        shut = make.seminar(**values)
        page = client.get(f"/seminars/{shut.slug}/register")
        assert heading in page.text
        assert not page.select("main form")
        assert heading in client.post(f"/seminars/{shut.slug}/register", FILLED, status=200).text
    draft = make.seminar(state=SeminarState.DRAFT)
    client.get(f"/seminars/{draft.slug}/register", status=404)
    client.get("/seminars/none/register", status=404)
    coded = make.seminar(registration_mode=RegistrationMode.CODE, registration_code="INVITADOS")
    url = f"/seminars/{coded.slug}/register"
    assert "This is not the registration code" in client.submit(url, FILLED | {"code": "otro"}, status=422).text
    register(client, session, url, FILLED | {"code": "invitados"})
    assert session.scalar(select(func.count()).select_from(Registration)) == 1


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(client: CheckingClient, seminar: Seminar) -> None:
    url = "/seminars/cancun-2026/register"
    page = client.submit(
        url, FILLED | {"email": "maria.cruz", "agency": "", "notice_read": None, "surname1": "", "position": ""}, status=422
    )
    for sentence in ("No mail can reach", "choose your agency", "read the privacy notice", "your first surname", "your position"):
        assert sentence in page.text
    assert page.fields("main form")["given_names"] == ["María Fernanda"]
    assert page.fields("main form")["email"] == ["maria.cruz"]


def test_a_joined_name_too_long_for_the_certificate_is_asked_for_at_its_field(client: CheckingClient, seminar: Seminar) -> None:
    url = "/seminars/cancun-2026/register"
    names = {"given_names": "a" * 100, "surname1": "b" * 100, "surname2": "c" * 100, "certificate_name": ""}
    page = client.submit(url, FILLED | names, status=422)
    assert "Joined, the parts of the name have more than 300 characters" in page.text
    client.submit(url, FILLED | names | {"certificate_name": "Ana B. C."}, status=303)
    client.submit(url, FILLED | names | {"surname2": "c" * 98}, status=303)


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("añá@pgr.example", "without accents or ñ before the @"),
        ("ana@fiscalia.gob.m\u0445", "a letter of another alphabet"),
        ("x" * 65 + "@pgr.example", "No mail can reach this address"),
    ],
)
def test_an_address_is_refused_with_the_true_reason(client: CheckingClient, seminar: Seminar, email: str, sentence: str) -> None:
    assert sentence in client.submit("/seminars/cancun-2026/register", FILLED | {"email": email}, status=422).text


@pytest.mark.full  # `tests/fuzz` tries such values at every form
def test_hostile_input_gets_a_sentence_and_never_a_failure(client: CheckingClient, seminar: Seminar) -> None:
    url = "/seminars/cancun-2026/register"
    values = dict(client.get(url).fields("main form")) | FILLED
    for name in (*FILLED, "certificate_name", "unit", "submission_id", "notice", "csrf_token", "language"):
        for nasty in HOSTILE:
            sent = values | {name: nasty.encode("utf-8", "surrogatepass")}
            response = client.flask.post(url, data=sent, headers={"Accept-Language": "en"})
            assert response.status_code in (303, 400, 422), (name, nasty, response.status_code)
    for nasty in ("%00", "9" * 400, "%ED%A0%80", "%F0%9F%91%A9"):
        for rest in ("", "/edit/name", "/again", "/withdraw"):
            assert client.flask.get(f"/registrations/{nasty}{rest}").status_code in (400, 404)


@pytest.mark.parametrize("code", ["INM\0", "a\x00b", "' OR 1=1 --"])
def test_a_code_that_no_agency_can_have_is_a_choice_to_be_made(client: CheckingClient, seminar: Seminar, code: str) -> None:
    page = client.submit("/seminars/cancun-2026/register", FILLED | {"agency": code}, status=422)
    assert "Please choose an agency of the list." in page.text


def test_the_official_corrects_one_part_at_a_time(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    register(client, session, "/seminars/cancun-2026/register", FILLED | {"language": "en", "phone": "998 123 4567"})
    url = personal_url(session)
    assert not client.get(url).select("a[href$='/edit/agency']"), "the place may be of the agency's quota"
    client.get(f"{url}/edit/agency", status=303)
    name = {"surname2": "Nañez", "certificate_name": "De la Cruz Ñáñez, Fernanda María"}
    page = client.follow(client.submit(f"{url}/edit/name", name))
    assert "Your data are kept" in page.text
    assert "De la Cruz Ñáñez, Fernanda María" in page.text
    assert "998 123 4567" in page.text, "what the page did not show stays"
    assert "SEIDO" in client.follow(client.submit(f"{url}/edit/work", {"unit": "SEIDO"})).text
    assert "998 123 4567" not in client.follow(client.submit(f"{url}/edit/phone", {"phone": ""})).text
    assert "Other" in client.follow(client.submit(f"{url}/edit/sex", {"sex": "X"})).text
    client.submit(f"{url}/edit/language", {"language": "es"})
    assert fresh(session).language == "es"
    assert fresh(session).unit == "SEIDO"


def test_a_part_that_was_changed_meanwhile_is_not_overwritten(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    register(client, session, "/seminars/cancun-2026/register", FILLED | {"language": "en"})
    url = f"{personal_url(session)}/edit/work"
    stale = dict(client.get(url).fields("main form")) | {"unit": "OTRA"}
    client.submit(url, {"unit": "SEIDO"})
    told = client.post(url, stale, status=422)
    assert "Somebody else has changed this" in told.text
    assert "Somebody else" in client.post(url, {n: v for n, v in stale.items() if n != "opened"}, status=422).text
    client.post(url, told.fields("main form"))
    assert fresh(session).unit == "OTRA"


def test_another_part_does_not_take_the_request_for_a_name_back(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    register(client, session, "/seminars/cancun-2026/register", FILLED | {"language": "en"})
    url = personal_url(session)
    asked = {"given_names": "Guadalupe", "certificate_name": ""}
    assert "looks at your new name" in client.follow(client.submit(f"{url}/edit/name", asked)).text
    page = client.follow(client.submit(f"{url}/edit/work", {"unit": "SEIDO"}))
    assert "Your data are kept" in page.text
    assert "You asked for the name" in page.text
    assert client.get(f"{url}/edit/name").fields("main form")["given_names"] == ["Guadalupe"]


@pytest.mark.both_engines
def test_who_waits_corrects_the_agency_keeps_the_turn_and_gets_its_seat(
    client: CheckingClient, make: Make, seminar: Seminar, session: Session
) -> None:
    inm = make.agency("INM")
    full = make.seminar(slug="lleno-2026", seats=1)
    make.pool(full, inm, 1)
    url = f"/seminars/{full.slug}/register"
    for name in ("Ana", "Beto", "Carla"):
        register(client, session, url, FILLED | {"given_names": name, "email": f"{name}@pgr.example", "language": "en"})
    beto, carla = (session.scalars(select(Registration).join(Person).where(Person.given_names == name)).one() for name in ("Beto", "Carla"))
    assert (beto.state, carla.state) == (RegistrationState.WAITLISTED, RegistrationState.WAITLISTED)
    own = f"/registrations/{links.personal_token(session, carla)}"
    page = client.follow(client.submit(f"{own}/edit/agency", {"agency": "INM"}))
    assert "Your place is confirmed" in page.text, "a seat of the other agency that nobody before may have"
    session.expire_all()
    assert beto.state is RegistrationState.WAITLISTED
    client.get(f"{own}/edit/agency", status=303)


def test_while_it_awaits_approval_the_agency_can_be_corrected(
    client: CheckingClient, make: Make, seminar: Seminar, session: Session
) -> None:
    inm = make.agency("INM")
    manual = make.seminar(approval=Approval.MANUAL)
    register(client, session, f"/seminars/{manual.slug}/register", FILLED | {"language": "en"})
    url = personal_url(session)
    assert client.get(f"{url}/edit/agency").fields("main form")["agency"] == ["PGR"]
    client.submit(f"{url}/edit/agency", {"agency": "INM"})
    assert fresh(session).agency_id == inm.id


@pytest.mark.both_engines
def test_the_official_withdraws_and_comes_back(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    register(client, session, "/seminars/cancun-2026/register", FILLED | {"language": "en"})
    url = personal_url(session)
    assert "goes at once to the first person" in client.get(f"{url}/withdraw").text
    assert fresh(session).state is RegistrationState.REGISTERED
    after = client.follow(client.submit(f"{url}/withdraw"))
    assert "You withdrew your registration" in after.text
    assert fresh(session).state is RegistrationState.WITHDRAWN
    client.get(f"{url}/withdraw", status=303)
    client.get(f"{url}/edit/name", status=303)
    again = client.get(after.one("a[href$='/again']").attrs["href"])
    assert "María Fernanda de la Cruz Ñáñez" in again.text
    assert again.fields("main form")["position"] == [FILLED["position"]]
    client.submit(f"{url}/again", {"position": "Fiscal"}, status=422)  # the notice is still to be read
    back = client.submit(f"{url}/again", {"position": "Fiscal", "notice_read": "y"})
    assert "Your place is confirmed" in client.follow(back).text
    made = fresh(session)
    assert (made.state, made.position) == (RegistrationState.REGISTERED, "Fiscal")
    client.get(f"{url}/again", status=303)


def test_the_mail_of_a_seat_says_the_hour(client: CheckingClient, app: Flask, seminar: Seminar, make: Make, session: Session) -> None:
    make.seminar_session(seminar)
    for language, said in (("en", "Begins at 9:00, Cancún time"), ("es", "Comienza a las 9:00, hora de Cancún")):
        register(client, session, "/seminars/cancun-2026/register", FILLED | {"language": language, "given_names": f"Ana {language}"})
        session.rollback()
        mail = session.scalars(select(Message).where(Message.kind == "registered").order_by(Message.id.desc())).first()
        assert mail is not None
        assert said in write(app, mail).body


@pytest.mark.both_engines
def test_coming_back_twice_at_once_is_one_registration_and_one_mail(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    register(client, session, "/seminars/cancun-2026/register", FILLED | {"language": "en"})
    url = personal_url(session)
    client.submit(f"{url}/withdraw")
    pressed = client.get(f"{url}/again").fields("main form") | {"notice_read": "y"}
    mails = select(func.count()).select_from(Message).where(Message.kind == "registered")
    before = session.scalar(mails) or 0
    for _press in range(2):
        assert client.post(f"{url}/again", pressed).response.headers["Location"] == url
    session.rollback()
    assert session.scalar(mails) == before + 1


def test_nobody_comes_back_once_registration_is_closed_or_staff_have_decided(
    client: CheckingClient, seminar: Seminar, session: Session
) -> None:
    register(client, session, "/seminars/cancun-2026/register", FILLED | {"language": "en"})
    url = personal_url(session)
    client.submit(f"{url}/withdraw")
    pressed = client.get(f"{url}/again").fields("main form") | {"notice_read": "y"}
    with unit_of_work(session):
        session.get_one(Seminar, seminar.id).state = SeminarState.CLOSED
    assert not client.get(url).select("a[href$='/again']")
    assert "no longer register again" in client.follow(client.post(f"{url}/again", pressed)).text
    assert fresh(session).state is RegistrationState.WITHDRAWN


def test_nobody_withdraws_from_a_completed_seminar_and_the_page_does_not_offer_it(
    client: CheckingClient, seminar: Seminar, session: Session
) -> None:
    register(client, session, "/seminars/cancun-2026/register", FILLED | {"language": "en"})
    url = personal_url(session)
    pressed = client.get(f"{url}/withdraw").fields("main form")
    with unit_of_work(session):
        session.get_one(Seminar, seminar.id).state = SeminarState.COMPLETED
    page = client.get(url)
    assert page.select("a[href$='/edit/name']")
    assert page.select("a[href$='/withdraw']") == []
    assert client.post(f"{url}/withdraw", pressed).response.headers["Location"] == url
    assert fresh(session).state is RegistrationState.REGISTERED


def test_every_mail_of_a_registration_has_its_text_in_both_languages(app: Flask) -> None:
    kinds = ["registered", "waitlisted", "pending", "seat_given", "approved", "declined", "removed", "withdrawn", "already_registered"]
    context = {"title": "T", "days": "D", "place": "P", "office": "O", "slug": "s", "to_name": "N", "link": "L", "public_url": "U"}
    for kind in kinds:
        for language in ("es", "en"):
            for state in RegistrationState:
                text = app.jinja_env.get_template(f"email/{kind}.{language}.txt").render(**context, state=state.value)
                subject, empty, *body = text.split("\n")
                assert subject
                assert not empty
                assert "!" not in text
                assert "L" in body


def test_no_address_of_a_person_is_in_a_message_subject_or_a_url(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    register(client, session, "/seminars/cancun-2026/register", FILLED)
    for message in session.scalars(select(Message)):
        assert "link" not in message.context
        assert "cruz" not in str(message.context).casefold()


def test_an_address_that_sends_without_end_is_asked_to_wait(client: CheckingClient, app: Flask, seminar: Seminar) -> None:
    from seminar_app.web.limits import limiter

    limiter.enabled = True
    try:
        limiter.reset()
        for _ in range(60):
            client.post("/seminars/cancun-2026/register", {}, status=422)
        assert "too many tries" in client.post("/seminars/cancun-2026/register", {}, status=429).text
    finally:
        limiter.reset()
        limiter.enabled = False


def test_errors_name_their_fields_in_the_order_of_the_page(client: CheckingClient, seminar: Seminar) -> None:
    wrong = {"given_names": "Ana 3", "surname1": "http://x", "certificate_name": "Ana 3 http://x", "email": "ana", "agency": ""}
    refused = client.submit("/seminars/cancun-2026/register", FILLED | {"surname2": ""} | wrong, status=422)
    assert refused.one("title").to_text().startswith("Error: ")
    named = [link.to_text().partition(":")[0].strip() for link in refused.select(".error-summary a")]
    assert named == ["Given name(s)", "First surname", "Agency", "E-mail"]


def test_the_personal_page_offers_what_its_state_allows(client: CheckingClient, make: Make, seminar: Seminar, session: Session) -> None:
    make.seminar_session(seminar)
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).first()
    calendar, withdraw, travel = "a[href$='/calendar.ics']", "a[href$='/withdraw']", "Todavía no haga gastos de viaje."
    waiting: dict[str, Any] = {"state": RegistrationState.WAITLISTED, "queue_place": 1}
    for values in ({"pool": pool}, waiting, {"state": RegistrationState.PENDING}):
        seated, made = "pool" in values, make.registration(seminar, **values)
        page = client.get(f"/registrations/{links.personal_token(session, made)}")
        assert (len(page.select(calendar)), len(page.select(withdraw)), travel in page.text) == (int(seated), 1, not seated)
        assert "Comienza a las 9:00, hora de Cancún" in page.text
    with unit_of_work(session) as work:
        work.get_one(Seminar, seminar.id).state = SeminarState.CANCELLED
    page = client.get(f"/registrations/{links.personal_token(session, made)}")
    assert not page.select(f"{calendar}, {withdraw}")
    assert "9:00" not in page.text
