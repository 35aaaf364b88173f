"""Promises that hold for every page."""

from __future__ import annotations

import gc
import logging
from pathlib import Path

import pytest
from flask import Flask

from seminar_app import create_app
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.access import policy_of
from seminar_app.web.health import maintenance_file
from tests.access.world import link_of
from tests.conftest import settings_for
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""


def test_every_endpoint_declares_who_may_come(app: Flask) -> None:
    undeclared = sorted(rule.endpoint for rule in app.url_map.iter_rules() if policy_of(app, rule.endpoint) is None)
    assert undeclared == []


def test_an_endpoint_without_a_policy_is_refused(client: CheckingClient, app: Flask, monkeypatch: object) -> None:
    policies = app.extensions["access"]
    kept = policies.pop("healthz")
    try:
        client.get("/healthz", status=403)
    finally:
        policies["healthz"] = kept


def test_an_unreadable_address_is_answered_with_a_page(client: CheckingClient) -> None:
    assert "could not read" in client.get("/healthz?q=%00", status=400).text


@pytest.mark.parametrize("behind", [".", ",", ")", ">", "%20", ").", "%C2%BB", "%E2%80%8B", "%0A"])
def test_a_link_that_was_pasted_with_what_stood_behind_it_leads_right(client: CheckingClient, make: Make, behind: str) -> None:
    seminar = make.seminar()
    link = f"/registrations/{link_of(make.registration(seminar, state=RegistrationState.PENDING))}"
    for address in (link, f"{link}/feedback", f"/seminars/{seminar.slug}", "/confirm/none", "/reset/none", "/login"):
        response = client.get(f"{address}{behind}", status=303).response
        assert response.headers["Location"] == address
        assert (response.headers["Referrer-Policy"], response.headers["Cache-Control"]) == ("no-referrer", "no-store")
    client.get(link)


@pytest.mark.parametrize("address", ["/%2Fevil.example.", "/%5Cevil.example.", "/no-such-page.", "/registrations/."])
def test_what_is_no_page_of_ours_without_its_end_is_not_found(client: CheckingClient, address: str) -> None:
    client.get(address, status=404)


def test_an_error_page_speaks_the_readers_language_and_carries_the_headers(client: CheckingClient) -> None:
    client.language = "es"
    page = client.get("/no-such-page", status=404)
    assert page.one("html").attrs["lang"] == "es"
    assert "No encontramos esta página" in page.text
    headers = page.response.headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.both_engines
def test_ready_when_the_database_is_migrated(client: CheckingClient) -> None:
    client.get("/healthz")
    client.get("/readyz")


def test_a_proxy_that_asks_every_second_gets_its_answer_and_fills_no_log(
    app: Flask, client: CheckingClient, caplog: pytest.LogCaptureFixture
) -> None:
    maintenance = maintenance_file(app.extensions["settings"])
    maintenance.touch()
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            client.get("/readyz", status=503)
        maintenance.unlink()
        for _ in range(3):
            client.get("/readyz")
    assert [line.getMessage() for line in caplog.records if "eady" in line.getMessage()] == [
        "Not ready: maintenance is on.",
        "Ready again.",
    ]


def test_no_file_names_a_machine_or_an_index() -> None:
    words = ("/root/", "/work/", "pypi.org", "registry.npmjs")
    for path in (p for p in Path().rglob("*") if p.is_file() and not {".git", ".venv", "node_modules", "static"} & set(p.parts)):
        if path.suffix in (".py", ".txt", ".in", ".md", ".toml", ".json", ".html") and path.name != "test_rails.py":
            text = path.read_text(encoding="utf-8")
            assert not [word for word in words if word in text], path


def test_the_collector_of_garbage_works_again_when_an_app_is_made_or_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for("sqlite://", tmp_path)
    create_app(settings)
    assert gc.isenabled()
    monkeypatch.setattr("seminar_app.web.init_app", lambda *_what: pytest.fail("it cannot be made"))
    with pytest.raises(pytest.fail.Exception):
        create_app(settings)
    assert gc.isenabled()
