"""A form that the page's script sends: it is told where to go, and what the next page says once is said to the reader."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.core.actor import RoleName
from seminar_app.seminars.models import Seminar
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.web.conftest import SignIn


@pytest.fixture
def seminar(make: Make) -> Seminar:
    return make.seminar(slug="cancun-2026")


SETTINGS = "/staff/seminars/cancun-2026/settings"
BY_SCRIPT = {"X-In-Place": "1", "Sec-Fetch-Site": "same-origin"}


def test_the_answer_says_where_to_go_and_the_page_there_says_that_it_is_saved(
    client: CheckingClient, make: Make, seminar: Seminar, sign_in: SignIn
) -> None:
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}), language="en"))
    fields = client.get(SETTINGS).fields("main form.form")
    answer = client.post(SETTINGS, fields | {"city": "Mérida"}, headers=BY_SCRIPT, status=204).response
    assert "Location" not in answer.headers
    assert answer.get_data() == b""
    assert "saved" in client.get(answer.headers["X-Leads-To"]).text.lower()
    refused = client.post(SETTINGS, fields | {"city": ""}, headers=BY_SCRIPT, status=422)
    assert refused.select(".error-summary a[href='#city']")


def test_pages_that_no_browser_keeps_say_so(client: CheckingClient, make: Make, seminar: Seminar, sign_in: SignIn) -> None:
    assert "data-typed-is-lost" not in client.get("/seminars/cancun-2026/register").one("body").attrs
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}), language="en"))
    assert "data-typed-is-lost" in client.get(SETTINGS).one("body").attrs


def test_a_language_chosen_on_any_page_follows_the_person(
    client: CheckingClient, make: Make, seminar: Seminar, sign_in: SignIn, session: Session
) -> None:
    account = make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}), language="en")
    sign_in(client, account)
    fields = client.get(SETTINGS).fields("main form.form")
    assert client.post(SETTINGS, fields | {"page-language": "es"}, status=200).one("html").attrs["lang"] == "es"
    session.rollback()
    assert session.get_one(UserAccount, account.id, populate_existing=True).language == "es"
    client.post("/language", {"language": "en", "next": "/staff/"})
    session.rollback()
    assert session.get_one(UserAccount, account.id, populate_existing=True).language == "en"
