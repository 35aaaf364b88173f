"""What a request leaves in the log: enough to find it again, but no text of people and no secret."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Iterator
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config import LogFormat
from seminar_app import create_app
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.people.models import Person
from seminar_app.registration.links import personal_token
from seminar_app.web.database import db
from seminar_app.web.logs import Lines, request_id_of
from tests.conftest import TestDatabase, settings_for
from tests.support.factories import Make


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """All output of all loggers, as JSON lines."""
    said = StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(Lines(LogFormat.JSON))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield said
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def logging_app(database: TestDatabase, make: Make) -> Iterator[Flask]:
    """The app with the logging of production."""
    app = create_app(replace(settings_for(database.url, database.folder), log_requests=True, trusted_proxies=1, limits_enabled=False))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def told(lines: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines() if line]


def test_a_request_leaves_one_line_with_its_pattern_and_no_secret(logging_app: Flask, make: Make, lines: StringIO) -> None:
    registration = make.registration(make.seminar())
    token = personal_token(make.session, registration)
    answer = logging_app.test_client().get(f"/registrations/{token}?canary-in-query=1", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    (line,) = [line for line in told(lines) if line["logger"] == "constancia.requests"]
    assert line["route"] == "/registrations/<token>"
    assert line["request_id"] == "from-the-proxy-1"
    assert (line["method"], line["status"]) == ("GET", answer.status_code)
    assert isinstance(line["statements"], int)
    assert line["statements"] > 0
    assert line["bytes"] == len(answer.data)
    assert isinstance(line["ms"], float)
    assert token not in lines.getvalue()
    assert "canary" not in lines.getvalue()


def test_an_address_that_leads_nowhere_is_not_in_the_log_either(logging_app: Flask, lines: StringIO) -> None:
    logging_app.test_client().get("/Ana-López-canary", headers={"User-Agent": "canary", "Referer": "https://canary.example"})
    (line,) = [line for line in told(lines) if line["logger"] == "constancia.requests"]
    assert (line["route"], line["status"]) == ("-", 404)
    assert "canary" not in lines.getvalue()


def test_a_failure_has_one_reference_on_the_page_in_the_header_and_in_the_log(
    logging_app: Flask, lines: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise ValueError("canary: Ana López")

    monkeypatch.setitem(logging_app.view_functions, "healthz", fail)
    answer = logging_app.test_client().get("/healthz")
    assert answer.status_code == 500
    reference = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", reference)
    assert reference in answer.get_data(as_text=True)
    assert {line["request_id"] for line in told(lines)} == {reference}
    (failure,) = [line["failure"] for line in told(lines) if "failure" in line]
    assert "builtins.ValueError" in str(failure)
    assert "test_logs.py" in str(failure)
    assert "canary" not in lines.getvalue().replace("test_logs.py", "").replace('raise ValueError(\\"canary: Ana López\\")', "")


def test_the_database_quotes_rows_in_its_errors_and_the_log_does_not(
    database: TestDatabase, session: Session, make: Make, lines: StringIO
) -> None:
    person = make.person("Canario")
    make_it_twice = {column.name: getattr(person, column.key) for column in Person.__table__.columns if column.name != "id"}
    make_it_twice["public_id"] = uuid.uuid4()
    with pytest.raises(IntegrityError) as refused, unit_of_work(session) as writing:
        writing.add(Person(**make_it_twice))
    if database.url.startswith("postgresql"):
        assert str(person.email) in str(refused.value.orig), "the database no longer quotes the row: this test proves nothing"
    logging.getLogger("test").error("It was refused.", exc_info=refused.value)
    assert "IntegrityError" in lines.getvalue()
    assert str(person.email) not in lines.getvalue()
    assert "canari" not in lines.getvalue().lower()


def test_text_lines_say_the_same_and_cannot_be_forged() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "first\nsecond %s", ("third",), None)
    record.route = "/a"
    line = Lines(LogFormat.TEXT).format(record)
    assert "\n" not in line
    assert line.endswith("first second third route=/a")


@pytest.mark.parametrize("given", [None, "", "short", "x" * 33, "with space 1234", "Ana López 123", "a\nb2345678"])
def test_an_id_that_is_none_is_replaced(given: str | None) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", request_id_of(given))


def test_ids_of_proxies_are_kept() -> None:
    given = uuid.uuid4()
    assert request_id_of(str(given)) == given.hex
    assert request_id_of("abcd-1234_XYZ") == "abcd-1234_XYZ"


def test_an_id_from_a_stranger_is_not_believed(app: Flask) -> None:
    assert app.test_client().get("/healthz", headers={"X-Request-ID": "from-a-stranger"}).headers["X-Request-ID"] != "from-a-stranger"
