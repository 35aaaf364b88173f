"""How people reach an office, its words in the privacy notice, and what its language and place do for what is new."""

from __future__ import annotations

import re
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages import rendering
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import mail_of, write
from seminar_app.messages.services import enqueue
from seminar_app.offices.models import Office, OfficeNotice
from seminar_app.registration import links
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.registration.services.mails import facts
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make
from tests.support.mailbox import button_of, press, register
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

NOTICE = "/staff/offices/HSI/privacy-notice"
WORDS = {"text_es": "## Archivo\n\nSe conservan <tres> años.", "text_en": "## Records\n\nThey are kept for <three> years."}
PERSON = {
    "given_names": "Ana",
    "surname1": "Ríos",
    "sex": "-",
    "agency": "PGR",
    "position": "Fiscal",
    "email": "ana@pgr.example",
    "language": "en",
    "notice_read": "y",
}


@pytest.fixture
def office(make: Make) -> Office:
    return make.office(code="HSI", name_es="HSI México", name_en="HSI Mexico", email="hsi@office.example", phone="+525550802000")


@pytest.fixture
def organizer(make: Make, office: Office) -> UserAccount:
    return make.account((RoleName.ORGANIZER, {"office_id": office.id}))


@pytest.fixture
def seminar(make: Make, office: Office, monkeypatch: pytest.MonkeyPatch) -> Seminar:
    make.agency("PGR")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make.seminar(office=office, slug="cancun-2026")


@pytest.fixture
def staff(app: Flask, organizer: UserAccount, sign_in: SignIn) -> CheckingClient:
    return sign_in(CheckingClient(app.test_client()), organizer)


def publish(staff: CheckingClient, **texts: str) -> Page:
    return staff.follow(staff.submit(NOTICE, texts | {"do": "publish"}))


def newest(session: Session) -> Registration:
    session.rollback()
    return session.scalars(select(Registration).order_by(Registration.id.desc()).limit(1)).one()


def test_an_organizer_publishes_the_office_s_words_and_takes_them_back(staff: CheckingClient, session: Session) -> None:
    assert "Privacy notice HSI" in staff.get("/staff/offices/").text
    assert "the program’s notice alone" in staff.get(NOTICE).text
    seen = staff.submit(NOTICE, WORDS | {"do": "show"}, status=200)
    assert "They are kept for <three> years." in seen.text
    assert "This is not published yet." in seen.text
    assert session.scalars(select(OfficeNotice)).all() == []
    page = publish(staff, **WORDS)
    assert "From now on people read it" in page.text
    assert "people read it now" in page.text
    assert "People read exactly this already" in staff.submit(NOTICE, {"do": "publish"}, status=422).text
    assert "in both languages" in staff.submit(NOTICE, {"text_en": "", "do": "publish"}, status=422).text
    assert "taken back" in publish(staff, text_es="", text_en="").text
    session.rollback()
    assert [(notice.version, notice.text_es) for notice in session.scalars(select(OfficeNotice).order_by(OfficeNotice.id))] == [
        (1, WORDS["text_es"]),
        (2, ""),
    ]
    actions = session.scalars(select(AuditRow.action).where(AuditRow.action.startswith("office.")).order_by(AuditRow.sequence)).all()
    assert actions == ["office.notice_published", "office.notice_withdrawn"]


@pytest.mark.both_engines
def test_two_who_publish_at_once_do_not_overwrite_each_other(staff: CheckingClient) -> None:
    stale = staff.get(NOTICE).fields("main form")
    publish(staff, **WORDS)
    refused = staff.post(NOTICE, stale | {"text_es": "Otro", "text_en": "Other", "do": "publish"}, status=422)
    assert "Somebody else has changed this" in refused.text
    assert "Other" in refused.fields("main form")["text_en"]
    assert refused.fields("main form")["opened"] == ["1"]


def test_the_notice_of_another_office_is_not_found(staff: CheckingClient, make: Make) -> None:
    make.office(code="OPDAT")
    assert "OPDAT" not in staff.get("/staff/offices/").text
    staff.get("/staff/offices/OPDAT/privacy-notice", status=404)
    staff.get("/staff/offices/HSI", status=403)


@pytest.mark.usefixtures("seminar")
def test_a_registration_keeps_the_version_that_its_form_showed(client: CheckingClient, staff: CheckingClient, session: Session) -> None:
    url = "/seminars/cancun-2026/register"
    before = client.get(url).fields("main form")
    publish(staff, **WORDS)
    shown = client.get(url)
    assert "HSI Mexico Records They are kept for <three> years." in shown.text
    publish(staff, text_es="Otra cosa.", text_en="Another thing.")
    client.post(url, before | PERSON, status=303)
    press(client, session)
    assert newest(session).office_notice_id is None
    client.post(url, shown.fields("main form") | PERSON | {"given_names": "Beto"}, status=303)
    press(client, session)
    kept = newest(session)
    assert session.get_one(OfficeNotice, kept.office_notice_id).version == 1
    personal = client.get(f"/registrations/{links.personal_token(session, kept)}")
    assert "They are kept for <three> years." in personal.text
    assert "Another thing." not in personal.text


@pytest.mark.usefixtures("seminar")
def test_a_form_that_comes_back_shows_the_newest_words_to_be_read(client: CheckingClient, staff: CheckingClient, session: Session) -> None:
    url = "/seminars/cancun-2026/register"
    opened = client.get(url).fields("main form") | PERSON
    publish(staff, **WORDS)
    refused = client.post(url, opened | {"email": "nothing"}, status=422)
    assert "They are kept for <three> years." in refused.text
    assert "notice_read" not in refused.fields("main form")
    client.post(url, refused.fields("main form") | {"email": "ana@pgr.example", "notice_read": "y"}, status=303)
    press(client, session)
    assert newest(session).office_notice_id is not None


@pytest.mark.usefixtures("seminar")
def test_no_form_can_claim_another_office_s_words(client: CheckingClient, make: Make, session: Session) -> None:
    other = OfficeNotice(office_id=make.seminar(slug="other-2026").office_id, version=1, text_es="x", text_en="x", published_at=NOW)
    make._add(other)
    url = "/seminars/cancun-2026/register"
    for name, claimed in {"Ana": str(other.id), "Beto": "999999999", "Carla": "-1", "Dora": "x" * 50}.items():
        register(client, session, url, PERSON | {"given_names": name, "office_notice": claimed})
        assert newest(session).office_notice_id is None


def test_people_find_the_office_on_every_page_of_its_seminar(
    client: CheckingClient, make: Make, seminar: Seminar, office: Office, session: Session
) -> None:
    register(client, session, "/seminars/cancun-2026/register", PERSON)
    personal = f"/registrations/{links.personal_token(session, newest(session))}"
    closed = make.seminar(
        office=office, slug="closed-2026", state=SeminarState.CLOSED, starts_on=date(2026, 6, 3), ends_on=date(2026, 6, 4)
    )
    cancelled = make.seminar(office=office, slug="cancelled-2026", state=SeminarState.CANCELLED)
    pages = [f"/seminars/{slug}{part}" for slug in (seminar.slug, closed.slug, cancelled.slug) for part in ("", "/register")]
    client.submit("/seminars/cancun-2026/register", PERSON | {"given_names": "Beto"})
    pages.append(button_of(session))
    for url in (*pages, personal, f"{personal}/edit/name", f"{personal}/withdraw", f"{personal}/feedback"):
        page = client.get(url)
        assert page.one("main a[href='mailto:hsi@office.example']"), url
        assert page.one("main a[href='tel:+525550802000']").to_text().strip() == "55 5080 2000", url


def test_answers_to_the_mail_of_a_seminar_go_to_its_office(
    client: CheckingClient, app: Flask, make: Make, seminar: Seminar, session: Session
) -> None:
    other = make.seminar(slug="elsewhere-2026", office=make.office(email=None, phone="+525550802001"))
    silent = make.seminar(slug="nowhere-2026", office=make.office(email=None, phone=None))
    for each in (seminar, other, silent):
        register(client, session, f"/seminars/{each.slug}/register", PERSON)
    session.rollback()
    mails = []
    for message in session.scalars(select(Message).where(Message.kind == "registered").order_by(Message.id)):
        letter = write(app, message)
        mails.append((mail_of(letter, message, sender="Constancia <no-reply@x.example>", now=NOW)["Reply-To"], letter))
    assert [answers_to for answers_to, _letter in mails] == ["hsi@office.example", None, None]
    assert "If you answer it, HSI Mexico reads your answer: hsi@office.example, 55 5080 2000" in mails[0][1].text
    assert "hsi@office.example, 55 5080 2000" in mails[0][1].html
    assert "nobody reads this mailbox. Call" in mails[1][1].text
    assert mails[2][1].text.rstrip().splitlines()[-2].endswith("nobody reads this mailbox.")


ABOUT_A_SEMINAR = re.compile(r"{{ ?(title|days|place|slug) ?}}|scope_en|scope_es")


def test_every_kind_of_mail_about_a_seminar_is_answered_by_its_office(
    app: Flask, seminar: Seminar, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Walk all templates, so that a new kind of mail cannot be forgotten."""
    monkeypatch.setattr(rendering, "_resolvers", {})  # without the rows that decide what it says
    kinds = {
        path.name.split(".")[0]
        for path in Path("templates/email").glob("*.txt")
        if not path.name.startswith("_") and ABOUT_A_SEMINAR.search(path.read_text(encoding="utf-8"))
    } - {"account_invited", "links"}  # they tell of an invitation, and of several seminars
    assert {"registered", "feedback_reminder", "name_declined", "address_replaced", "seminar_cancelled", "role_given"} <= kinds
    invited: dict[str, Any] = {"by": "Laura", "role": "coordinator", "scope_es": "Trata", "scope_en": "Trafficking", "days": 7}
    for kind, language in product(sorted(kinds), ("es", "en")):
        values: dict[str, Any] = facts(seminar, office, language) | {
            "state": "registered",
            "code": "",
            "until": "4 de junio",
            "why": "An audit needs them.",
            "changes": [],
            "last_day": "1 de junio",
            "agency": "INM",
            "lost": 2,
            "size": 3,
            "left": 3,
            "day": "1 de junio",
            "kind": "substitute",
            "accepted": True,
            "answer": "",
            "subject": "The hall",
            "text": "It is another.",
            "in_own_language": True,
            "asks": False,
            "news": "",
            "unproven": False,
        }
        values |= invited if kind in ("role_given", "account_invitation") else {}
        message = Message(kind=kind, language=language, to_address="ana@pgr.example", to_name="Ana", context=values, message_id="<1@x>")
        letter = write(app, message)
        mail = mail_of(letter, message, sender="Constancia <no-reply@x.example>", now=NOW)
        assert mail["Reply-To"] == "hsi@office.example", kind
        assert "hsi@office.example, 55 5080 2000" in letter.text, kind


def test_a_mail_about_a_seminar_that_names_no_office_is_not_written(session: Session, seminar: Seminar) -> None:
    to: dict[str, Any] = {"language": "es", "to_address": "ana@pgr.example", "to_name": "Ana"}
    with pytest.raises(ValueError, match="names no office"):
        enqueue(session, context(NOW), kind="link", facts={"slug": seminar.slug}, **to)


STOPPED = (
    {"state": RegistrationState.DECLINED},
    {"state": RegistrationState.REMOVED, "removal_reason": RemovalReason.NO_SHOW},
    {"state": RegistrationState.SUBSTITUTED},
    {"state": RegistrationState.WITHDRAWN},
)


@pytest.mark.parametrize("values", STOPPED, ids=lambda values: values["state"].value)
def test_who_is_stopped_finds_the_office_first(
    client: CheckingClient, make: Make, seminar: Seminar, session: Session, values: dict[str, Any]
) -> None:
    registration = make.registration(seminar, **values)
    personal = f"/registrations/{links.personal_token(session, registration)}"
    for url in (personal, f"{personal}/feedback"):
        page = client.get(url)
        assert page.one("main a[href='mailto:hsi@office.example']"), url
        assert page.one("main a[href='tel:+525550802000']"), url
    for refused in ("edit/name", "withdraw"):
        after = client.follow(client.get(f"{personal}/{refused}", status=303))
        assert after.one("main a[href='mailto:hsi@office.example']")
        said = "ya no" in after.text
        assert said == ((refused, values["state"]) != ("withdraw", RegistrationState.WITHDRAWN)), "pressed twice is no error"


def test_a_page_that_fails_names_the_office_and_asks_no_database_that_is_away(
    client: CheckingClient, app: Flask, make: Make, seminar: Seminar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_more: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    form = client.get("/seminars/cancun-2026/register").fields("main form")
    monkeypatch.setattr("seminar_app.registration.services.send_form", away)
    sent = client.post("/seminars/cancun-2026/register", form | PERSON, status=503)
    assert sent.one("main a[href='mailto:hsi@office.example']"), "the view had read it"
    monkeypatch.setattr("seminar_app.registration.queries.form_page", away)
    assert not client.get("/seminars/cancun-2026/register", status=503).select("main a[href^='mailto:']")
    monkeypatch.setattr("seminar_app.registration.queries.form_page", lambda *_args: 1 / 0)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    failed = client.get("/seminars/cancun-2026/register", status=500)
    assert failed.one("main a[href='tel:+525550802000']")
    assert "tell the office" in failed.text
    make.seminar(slug="draft-2026", state=SeminarState.DRAFT)
    assert not client.get("/seminars/draft-2026/register", status=500).select("main a[href^='mailto:']"), "nobody knows of it"


def test_a_link_that_leads_to_nobody_says_what_to_do_and_names_nothing_personal(
    client: CheckingClient, make: Make, seminar: Seminar, session: Session
) -> None:
    whole = links.personal_token(session, make.registration(seminar))
    for url in (f"/registrations/{whole[:-1]}", f"/registrations/{whole[:-1]}/edit/name", f"/registrations/{whole[:-1]}/feedback"):
        page = client.get(url, status=404)
        assert page.one("h1").to_text() == "This link no longer works or is incomplete"
        assert "Copy it whole from the newest message" in page.text
        assert page.one("main a[href='/']")
        assert not page.select("main a[href^='mailto:']")


@pytest.mark.usefixtures("seminar")
def test_a_seminar_is_published_only_with_an_office_that_people_can_reach(
    staff: CheckingClient, admin: CheckingClient, make: Make, office: Office, session: Session
) -> None:
    draft = make.seminar(office=office, slug="draft-2026", state=SeminarState.DRAFT)
    make.seminar_session(draft)
    url = "/staff/seminars/draft-2026/"
    for lacking in ({"phone": None}, {"email": None}, {"email": None, "phone": None}):
        with unit_of_work(session) as work:
            kept = work.get_one(Office, office.id)
            kept.email, kept.phone = "hsi@office.example", "+525550802000"
            for name, value in lacking.items():
                setattr(kept, name, value)
        page = staff.get(url)
        assert "ask an administrator" in page.text
        assert not page.select("main a[href^='/staff/offices/']")
        assert admin.get(url).one(".checklist a[href='/staff/offices/HSI']")
        token = staff.get("/staff/seminars/new").fields("form.form")["csrf_token"]
        refused = staff.follow(staff.post(f"{url}publish", {"csrf_token": token}, status=303))
        assert "no e-mail address or no phone" in refused.text
    with unit_of_work(session) as work:
        work.get_one(Seminar, draft.id).state = SeminarState.PUBLISHED
    assert "people who need help cannot reach it" in staff.get(url).one("main .notice").to_text(), "it stays published"
    assert admin.get(url).one("main .notice a[href='/staff/offices/HSI']")


@pytest.fixture
def admin(app: Flask, make: Make, sign_in: SignIn) -> CheckingClient:
    return sign_in(CheckingClient(app.test_client()), make.account((RoleName.ADMIN, {})))


def test_without_an_office_pages_lead_to_making_one_and_then_to_its_organizer(admin: CheckingClient, session: Session) -> None:
    for url in ("/staff/seminars/", "/staff/seminars/new", "/staff/accounts/new"):
        page = admin.get(url)
        assert "First an office" in page.text, url
        assert page.one("main a.usa-button[href='/staff/offices/new'], main a.usa-button--outline[href='/staff/offices/new']"), url
    admin.post("/staff/seminars/new", {"csrf_token": admin.get("/staff/accounts/new").fields("main form")["csrf_token"]}, status=422)
    made = admin.submit("/staff/offices/new", {"code": "hsi", "name_es": "HSI", "name_en": "HSI", "country": "PE", "language": "en"})
    after = admin.follow(made)
    assert "Next: its organizer" in after.text
    account = admin.get(after.one("main .notice a.usa-button").attrs["href"])
    fields = account.fields("main form")
    assert (fields["grant"], fields["language"]) == (["organizer:HSI"], ["en"])
    assert "First an office" not in account.text
    office = session.scalars(select(Office)).one()
    assert (office.language, office.time_zone) == ("en", "America/Mexico_City")


def test_an_organizer_whose_office_is_retired_is_told_who_can_help(staff: CheckingClient, session: Session, office: Office) -> None:
    with unit_of_work(session) as work:
        work.get_one(Office, office.id).active = False
    for url in ("/staff/seminars/", "/staff/seminars/new"):
        assert "Your office is not in use" in staff.get(url).text


def test_a_new_seminar_is_where_its_only_office_is(app: Flask, make: Make, sign_in: SignIn) -> None:
    office = make.office(country="PE", time_zone="America/Lima")
    make.seminar(office=office, country="MX", time_zone="America/Cancun")
    organizer = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ORGANIZER, {"office_id": office.id})))
    fields = organizer.get("/staff/seminars/new").fields("form.form")
    assert (fields["country"], fields["time_zone"], fields["office_id"]) == (["PE"], ["America/Lima"], [str(office.id)])


def test_what_no_office_and_no_seminar_tells_must_be_chosen(app: Flask, make: Make, sign_in: SignIn) -> None:
    offices = [make.office(country=country) for country in ("AF", "MX")]
    account = make.account(*((RoleName.ORGANIZER, {"office_id": office.id}) for office in offices))
    organizer = sign_in(CheckingClient(app.test_client()), account)
    url = "/staff/seminars/new"
    fields = organizer.get(url).fields("form.form")
    assert (fields["country"], fields["time_zone"], fields["office_id"]) == ([""], [""], [""])
    refused = organizer.submit(
        url, {"title_en": "x", "city": "Lima", "starts_on": "2031-05-05", "ends_on": "2031-05-06"}, form="form.form", status=422
    )
    for sentence in ("choose the country", "choose the time zone", "choose the office"):
        assert sentence in refused.text
    make.seminar(office=offices[1], country="PE", time_zone="America/Lima")
    fields = organizer.get(url).fields("form.form")
    assert (fields["country"], fields["time_zone"], fields["office_id"]) == (["PE"], ["America/Lima"], [str(offices[1].id)])


def test_no_select_of_a_staff_form_chooses_its_first_entry_by_itself(admin: CheckingClient, make: Make) -> None:
    make.office(language="en", country="MX")
    make.seminar(slug="cancun-2026", office=make.office())
    chosen_on_purpose = {"asks_birth", "asks_curp", "asks_passport"}  # «No» asks for nothing
    for url in (
        "/staff/seminars/new",
        "/staff/offices/new",
        "/staff/accounts/new",
        "/staff/agencies/new",
        "/staff/seminars/cancun-2026/roster/add/new",
    ):
        for select_box in admin.get(url).select("main form select"):
            first = select_box.query("option")[0]
            if select_box.attrs["name"] not in chosen_on_purpose:
                assert first.attrs["value"] == "", (url, select_box.attrs["name"])


def test_without_agencies_nobody_fills_in_a_form_that_cannot_be_sent(
    client: CheckingClient, admin: CheckingClient, make: Make, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    make.seminar(office=office, slug="cancun-2026")
    page = client.get("/seminars/cancun-2026/register")
    assert "Registration is not possible yet" in page.text
    assert "hsi@office.example" in page.text
    for url in ("/staff/accounts/new", "/staff/seminars/cancun-2026/seats", "/staff/seminars/cancun-2026/roster/add/new"):
        assert "First an agency" in admin.get(url).text, url
