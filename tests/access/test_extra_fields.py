"""A form ignores fields that it does not show: the columns of all tables are sent along with every form of the access table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import request
from sqlalchemy import Boolean, Date, Enum, Integer, LargeBinary, event
from sqlalchemy.types import TypeEngine

from seminar_app.accounts.models import UserAccount
from seminar_app.core.tables import Base
from seminar_app.reports.rules import Dimension
from seminar_app.sign_in import routes
from seminar_app.web.database import db
from tests.access.sending import Sender, address_values
from tests.access.test_matrix import one_line
from tests.access.world import STAFF
from tools.access.table import Line, lines

pytestmark = pytest.mark.sqlite_first

NUMBER, WORDS, DAY = "2031337313", "mass2031337313", "1931-03-13"
ID = uuid.UUID(int=0x31337313373133731337)
MARKS = (NUMBER, DAY, ID.hex[-20:], "1931, 3, 13")
"""What none of the values of chance in a statement (keys, digests, microseconds) contains: each has eight digits or more."""

ITS_OWN = {
    "registration_staff.remove": {"note"},
    "registration_staff.keep_quiet": {"reason"},
    "requests_staff.decline": {"answer"},
    "agency_staff.withdraw": {"reason"},
    "reports.ask_for_figures_file": {each.value for each in Dimension},
}
"""Fields of forms whose page has another address, so that the test does not read them there."""


def marked(kind: TypeEngine[Any]) -> str | None:
    """Return a value of this type that is recognizable in a statement; None if the type allows none."""
    if isinstance(kind, (Boolean, LargeBinary)):
        return None
    if isinstance(kind, Enum):
        return WORDS
    if isinstance(kind, Integer):
        return NUMBER
    python = getattr(kind, "python_type", str)
    if isinstance(kind, Date):
        return DAY
    return ID.hex if python is uuid.UUID else WORDS


def every_column() -> dict[str, str]:
    """Return the names of all columns, each with a marked value."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    return {column.name: value for column in columns if (value := marked(column.type)) is not None}


@pytest.fixture
def written(sender: Sender) -> Iterator[list[str]]:
    """The statements that write, with their parameters."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE"):
            seen.append(f"{statement[:60]} {parameters!r}")

    with sender.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    with sender.app.app_context():
        event.remove(db.engine, "before_cursor_execute", note)


def faults_of(sender: Sender, line: Line, written: list[str]) -> list[str]:
    """Return what extra fields of this form write, sent by a person who may send it."""
    who = next((who for who in (*STAFF, "official", "stranger") if line.outcome(who, own=True) == "yes"), "stranger")
    values = address_values(sender.world, line, who, own=True)
    sender.prepare(line, values, who, own=True)
    body = sender.body(line, values, who, own=True)
    extra = {name: value for name, value in every_column().items() if name not in ITS_OWN.get(line.endpoint, ())}
    written.clear()
    got = sender.send_to(sender.url(line.endpoint, values), "POST", who, extra | body)
    if line.endpoint == "sign_in.logout":
        sender.world.begin_again(who)
    faults = [f"{line.endpoint} as {who} wrote {found[:300]}" for found in written if any(mark in found for mark in MARKS)]
    return faults + ([f"{line.endpoint}: {got.response.status_code}"] if got.response.status_code >= 500 else [])


def test_no_form_takes_a_column_that_it_does_not_show(sender: Sender, written: list[str]) -> None:
    assert len(every_column()) > 100
    posts = [line for line in lines() if line.method == "POST"]
    assert [fault for line in posts for fault in faults_of(sender, line, written)] == []


def test_a_form_that_fills_a_row_with_whatever_comes_is_noticed(
    sender: Sender, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin: the form that chooses a language also stores a name."""

    def careless(session: Any, _context: object, *, account_id: int, **_rest: object) -> None:
        for column, value in request.form.items():
            if column == "name":
                setattr(session.get(UserAccount, account_id), column, value)

    monkeypatch.setattr(routes, "choose_language", careless)
    assert faults_of(sender, one_line("sign_in.own", "POST"), written)
