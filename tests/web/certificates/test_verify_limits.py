"""Limits of verifying: five surnames an hour for a certificate, and many numbers by one visitor."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from seminar_app.certificates.models import Certificate
from seminar_app.certificates.rules import LETTERS, CertificateCode
from seminar_app.web.limits import limiter
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.web.certificates.conftest import World, word


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
