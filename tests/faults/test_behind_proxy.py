"""The app in production behind the proxies of `deploy/`: TLS, cookies, names, addresses, request ids, and logs without secrets.

What does not need the app is tried in `test_proxy_files.py`. Without Caddy, nginx or Apache on this machine their tests are skipped.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.sign_in.hashing import hash_password
from tests.conftest import TestDatabase
from tests.faults.serving import FAR
from tests.support.factories import Make
from tests.support.form_sender import TOKEN, address_of, entry_of, send
from tests.support.phone import Phone
from tests.support.production import Machine, production
from tests.support.proxy import KINDS, NAME, Proxy, Told

EMAIL, PASSWORD = "ana@office.example", "four words nobody joins"
SECRET = "an-unmistakable-secret-in-an-address"
ASKED_IN_A_MINUTE = 10
"""Requests a minute in which one address may ask for a new password."""


@dataclass
class Site:
    """The app and the proxy in front of it."""

    machine: Machine
    proxy: Proxy
    cookie: str = ""

    def get(self, path: str) -> Told:
        """Get a page, as a browser that keeps its cookie."""
        return self._kept(self.proxy.ask(path, cookie=self.cookie))

    def submit(self, path: str, **fields: str) -> Told:
        """Send the form of a page with its token, if it has one, and follow the redirect."""
        found = TOKEN.search(self.get(path).body)
        token = {"csrf_token": found[1]} if found else {}
        told = self._kept(self.proxy.ask(path, fields=token | fields, cookie=self.cookie))
        return self.get(told.headers["Location"].removeprefix(f"https://{NAME}")) if told.status in (302, 303) else told

    def lines(self) -> list[dict[str, object]]:
        """Return the lines that the app logged."""
        return [json.loads(line) for line in self.machine.log().splitlines() if line.startswith("{")]

    def _kept(self, told: Told) -> Told:
        self.cookie = told.cookie() or self.cookie
        return told


@pytest.fixture
def site(database: TestDatabase, app: Flask, make: Make, tmp_path: Path) -> Iterator[Site]:
    with app.app_context():
        make.account((RoleName.ADMIN, {}), email=EMAIL, name="Ana Ruiz", password=hash_password(PASSWORD), language="en")
    make.agency("PGR")
    with Machine(tmp_path / "one", production(database.url, WEB_WORKERS="1")) as machine, Proxy(tmp_path, [machine.port]) as proxy:
        yield Site(machine, proxy)


@pytest.mark.sqlite_only
def test_a_first_sign_in_with_a_second_factor_and_a_registration(site: Site, make: Make) -> None:
    slug = make.seminar(seats=5, starts_on=FAR, ends_on=FAR).slug
    page = site.get("/login")
    assert page.status == 200
    assert page.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert re.fullmatch(r"[0-9a-f]{32}", page.headers["X-Request-ID"])
    for line in page.headers.get_all("Set-Cookie", []):
        assert re.match(r"__Host-[a-z]+=.*; Secure; HttpOnly; Path=/; SameSite=Lax$", line), line
    page = site.submit("/login", email=EMAIL, password=PASSWORD)
    assert "/login/set-up/app" in page.body
    key = re.search(r"<code[^>]*>([^<]+)</code>", site.get("/login/set-up/app").body)
    assert key
    page = site.submit("/login/set-up/app", code=Phone(key[1].strip()).shows(clock.now()), name="Phone")
    assert page.body.count("<code") == 10
    assert site.get("/staff/audit-log/").status == 200
    assert site.get("/staff/audit-log/").headers["Cache-Control"] == "no-store"

    official = Site(site.machine, site.proxy)
    fields = entry_of("Ana", "PGR") | {"submission_id": uuid.uuid4().hex, "notice": "1.es", "notice_read": "y"}
    assert official.submit(f"/seminars/{slug}/register", **fields).status == 200
    said = [line for line in site.lines() if line.get("route") == "/seminars/<slug>/register" and line["status"] == 303]
    assert len(said) == 1
    assert address_of("Ana") not in site.machine.log() + site.proxy.log.read_text()


@pytest.mark.sqlite_only
def test_only_the_visitors_true_address_is_counted_and_only_our_name_is_served(site: Site) -> None:
    page = site.get("/reset")
    found = TOKEN.search(page.body)
    assert found, page.body[:300]

    def asks(number: int, source: str) -> int:
        fields = {"csrf_token": found[1], "email": f"nobody{number}@office.example"}
        forged = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        return site.proxy.ask("/reset", fields=fields, cookie=site.cookie, headers=forged, source=source).status

    asked = [asks(number, "127.0.0.2") for number in range(ASKED_IN_A_MINUTE + 2)]
    assert 429 in asked, "whoever forges X-Forwarded-For asks without end"
    assert asks(0, "127.0.0.3") != 429, "another visitor pays for it"

    assert send(site.machine.port, "GET", "/login").status == 400  # by IP address instead of name
    elsewhere = site.proxy.ask("/login", headers={"Host": "elsewhere.example"})
    assert "<form" not in elsewhere.body
    given = str(uuid.uuid4())
    assert site.proxy.ask("/", headers={"X-Request-ID": given}).headers["X-Request-ID"] != given.replace("-", "")


@pytest.mark.sqlite_only
def test_each_proxy_serves_the_program_and_refuses_a_large_body(site: Site, tmp_path: Path) -> None:
    for number, kind in enumerate(KINDS, 1):
        with Proxy(tmp_path / kind.__name__, [site.machine.port], kind=kind) as proxy:
            page = proxy.ask("/reset")
            assert page.headers.get_all("Strict-Transport-Security") == ["max-age=63072000; includeSubDomains"], kind
            assert page.cookie().startswith("__Host-")
            found = TOKEN.search(page.body)
            assert found, page.body[:300]
            fields = {"csrf_token": found[1], "email": "nobody@office.example"}
            assert proxy.ask("/reset", fields=fields, cookie=page.cookie(), source=f"127.0.2.{number}").status == 303
            assert proxy.ask("/language", body=b"x" * 10_000_000).status == 413, kind
            assert proxy.ask("/language", body=b"x" * 8_600_000).status == 413, kind


@pytest.mark.sqlite_only
@pytest.mark.parametrize("quiet", [True, pytest.param(False, id="broken: the log that Caddy keeps by itself")])
def test_what_the_proxy_says_of_a_failure_holds_no_address(tmp_path: Path, *, quiet: bool) -> None:
    with Proxy(tmp_path, [9], quiet=quiet) as proxy:
        told: list[Told] = []
        asking = threading.Thread(target=lambda: told.append(proxy.ask(f"/reset/{SECRET}", headers={"Referer": SECRET})))
        asking.start()
        asking.join(40)
    assert told[0].status in (502, 503)
    log = proxy.log.read_text()
    assert "http.log.error" in log
    assert (SECRET in log) is not quiet


@pytest.mark.sqlite_only
def test_whoever_comes_while_the_only_machine_begins_again_waits_and_is_served(site: Site, session: Session) -> None:
    answers: list[tuple[int, float]] = []
    ended = threading.Event()

    def visit() -> None:
        while not ended.is_set():
            began = time.monotonic()
            answers.append((site.proxy.ask("/").status, time.monotonic() - began))

    visitors = [threading.Thread(target=visit) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    assert site.machine.stop() == 0
    site.machine.start()
    time.sleep(1.5)
    ended.set()
    for visitor in visitors:
        visitor.join(60)
    assert {status for status, _seconds in answers} == {200}
    assert max(seconds for _status, seconds in answers) > 0.3, "nobody had to wait, so nothing was tried"
