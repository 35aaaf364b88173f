"""Where a form comes from: browsers say it, a token stands in, and what was typed is never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.registration.models import FormSent
from seminar_app.seminars.models import Seminar
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.support.mailbox import press
from tests.web.conftest import SignIn
from tests.web.test_registration import FILLED

pytestmark = pytest.mark.sqlite_first
"""What only pages do."""

URL = "/seminars/cancun-2026/register"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def seminar(make: Make, monkeypatch: pytest.MonkeyPatch) -> Seminar:
    make.agency("PGR")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make.seminar(slug="cancun-2026", office=make.office(email="hsi@office.example", phone="+525550802000"))


def without_cookies(app: Flask) -> CheckingClient:
    return CheckingClient(app.test_client(use_cookies=False))


def test_an_official_registers_without_a_cookie(app: Flask, seminar: Seminar, session: Session) -> None:
    visitor = without_cookies(app)
    page = visitor.get(URL)
    assert "Set-Cookie" not in page.response.headers
    assert "csrf_token" not in page.fields("main form")
    sent = visitor.post(URL, page.fields("main form") | FILLED)
    assert "maria.cruz@pgr.example" in visitor.follow(sent).text
    personal = visitor.follow(press(visitor, session))
    link = str(personal.response.request.path)
    visitor.submit(f"{link}/edit/work", {"unit": "SEIDO"})
    assert "SEIDO" in visitor.get(link).text
    visitor.submit(f"{link}/withdraw")
    visitor.submit("/registrations/", {"email": "maria.cruz@pgr.example"})


def test_a_form_that_another_site_sends_is_refused(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    fields = client.get(URL).fields("main form") | FILLED
    for site in ("cross-site", "same-site"):
        refused = client.post(URL, fields, headers={"Sec-Fetch-Site": site}, status=422)
        assert "came from another page" in refused.text
        assert "maria.cruz@pgr.example" not in refused.response.text
    assert session.scalar(select(func.count()).select_from(FormSent)) == 0


@pytest.fixture
def organizer(app: Flask, make: Make, seminar: Seminar, sign_in: SignIn) -> CheckingClient:
    return sign_in(CheckingClient(app.test_client()), make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}), language="en"))


@pytest.mark.parametrize(
    "said", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://other.example"}, {"Origin": "null"}]
)
def test_no_page_of_ours_offers_to_send_what_another_site_wrote(organizer: CheckingClient, said: dict[str, str]) -> None:
    fields = changed(organizer.get(SETTINGS)) | {"csrf_token": "of a stranger"}
    refused = organizer.post(SETTINGS, fields, headers=said, status=422)
    assert "What you typed is kept" not in refused.text
    assert "thousand" not in refused.response.text
    assert "csrf_token" not in refused.response.text


SETTINGS = "/staff/seminars/cancun-2026/settings"


def changed(page: Page) -> dict[str, object]:
    return page.fields("main form.form") | {"city": "Mérida", "objectives_en": "Five <thousand> letters"}


def test_a_page_of_ours_needs_no_right_token(organizer: CheckingClient, seminar: Seminar, session: Session) -> None:
    fields = changed(organizer.get(SETTINGS)) | {"csrf_token": "of another time"}
    organizer.post(SETTINGS, fields, headers=OURS, status=303)
    session.rollback()
    assert session.get_one(Seminar, seminar.id).city == "Mérida"


def test_where_the_browser_does_not_say_it_the_form_comes_back_whole_and_one_press_sends_it(
    organizer: CheckingClient, seminar: Seminar, session: Session
) -> None:
    fields = changed(organizer.get(SETTINGS)) | {"csrf_token": "of another time"}
    kept = organizer.post(SETTINGS, fields, status=422)
    assert "This form was open for too long" in kept.text
    session.rollback()
    assert session.get_one(Seminar, seminar.id).city != "Mérida"
    again = kept.fields("main form")
    assert {name: again[name] for name in ("city", "objectives_en")} == {"city": ["Mérida"], "objectives_en": ["Five <thousand> letters"]}
    organizer.post(SETTINGS, again, status=303)
    session.rollback()
    assert session.get_one(Seminar, seminar.id).city == "Mérida"


@pytest.mark.parametrize("headers", [OURS, {}], ids=["says it", "says nothing"])
def test_a_form_sent_after_the_session_s_end_is_kept_until_one_has_signed_in_again(
    organizer: CheckingClient,
    make: Make,
    seminar: Seminar,
    session: Session,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
) -> None:
    fields = changed(organizer.get(SETTINGS))
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=31))
    kept = organizer.post(SETTINGS, fields, headers=headers, status=401)
    assert "Your session has ended" in kept.text
    assert kept.one("main a[href='/login']").attrs["target"] == "_blank"
    session.rollback()
    assert session.get_one(Seminar, seminar.id).city != "Mérida"
    sign_in(organizer, make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}), language="en"))
    organizer.post(SETTINGS, kept.fields("main form"), headers=OURS, status=303)
    session.rollback()
    assert session.get_one(Seminar, seminar.id).city == "Mérida"


def test_a_button_pressed_without_a_session_leads_to_sign_in(client: CheckingClient, seminar: Seminar) -> None:
    assert client.post(SETTINGS, {"csrf_token": "x"}, headers=OURS, status=303).response.headers["Location"].startswith("/login")
