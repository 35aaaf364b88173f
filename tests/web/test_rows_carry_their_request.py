"""Each row of the audit log that a request adds carries that request's id, so that it can be found in the program's log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.registration import links
from seminar_app.registration.models import Registration
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make
from tests.support.mailbox import button_of
from tests.web.conftest import SignIn

FILLED = {
    "given_names": "Eva",
    "surname1": "Paz",
    "surname2": "Luna",
    "sex": "F",
    "agency": "PGR",
    "position": "Fiscal",
    "email": "eva@pgr.example",
    "language": "en",
    "notice_read": "y",
}


@pytest.fixture
def added(session: Session) -> Callable[[], list[AuditRow]]:
    """Return the rows that were added since the last call."""
    last = 0

    def since() -> list[AuditRow]:
        nonlocal last
        session.rollback()
        rows = list(session.scalars(select(AuditRow).where(AuditRow.sequence > last).order_by(AuditRow.sequence)))
        last = rows[-1].sequence if rows else last
        return rows

    return since


def test_what_a_request_adds_carries_its_id(
    app: Flask,
    session: Session,
    make: Make,
    client: CheckingClient,
    sign_in: SignIn,
    added: Callable[[], list[AuditRow]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    seminar, agency = make.seminar(slug="cancun-2026", seats=1), make.agency("PGR")
    seminar_session = make.seminar_session(seminar)
    seated = make.registration(seminar, make.person("Luz"), agency=agency, pool=make.pool(seminar, agency, 1))
    code, seat, sheet = seminar.slug, seated.public_id.hex, f"/staff/seminars/{seminar.slug}/attendance/{seminar_session.public_id}"
    admin, visitor = CheckingClient(app.test_client()), client
    sign_in(admin, make.account((RoleName.ADMIN, {}), language="en"))

    def own_link() -> str:
        session.rollback()
        newest = session.scalars(select(Registration).order_by(Registration.id.desc()).limit(1)).one()
        return f"/registrations/{links.personal_token(session, newest)}"

    def sent(browser: CheckingClient, url: str, values: dict[str, Any] | None = None, *, form: str = "main form") -> Callable[[], Page]:
        """Open the page, whose access may be recorded, and send its form."""

        def send() -> Page:
            fields = browser.get(url).fields(form) | (values or {})
            action = browser.get(url).one(form).attrs.get("action") or url
            added()
            return browser.post(action, fields, status=303)

        return send

    steps: dict[str, Callable[[], Page]] = {
        "form.sent": sent(visitor, f"/seminars/{code}/register", FILLED),
        "registration.registered": lambda: visitor.submit(button_of(session)),
        "registration.withdrawn": lambda: visitor.submit(f"{own_link()}/withdraw"),
        "roster.viewed": lambda: admin.get(f"/staff/seminars/{code}/roster/"),
        "attendance.marked": sent(admin, sheet, {f"mark-{seat}": MarkStatus.EXCUSED.value}, form="#sheet"),
        "registration.removed": sent(
            admin, f"/staff/seminars/{code}/roster/{seat}", {"reason": "other", "note": "no vino"}, form="#remove form"
        ),
        "seats.changed": sent(admin, f"/staff/seminars/{code}/seats", {"capacity": "4"}),
        "agency.alias_added": sent(admin, "/staff/agencies/PGR", {"alias": "Procu"}, form="form.add-alias"),
        "account.edited": sent(admin, "/staff/account/", {"language": "es"}),
    }
    for action, step in steps.items():
        added()
        answer = step()
        rows = added()
        assert action in [row.action for row in rows]
        assert {row.request_id for row in rows} == {answer.response.headers["X-Request-ID"]}, action
    refused = visitor.submit("/login", {"email": "nobody@hsi.example", "password": "wrong"}, status=422)
    assert [(row.action, row.request_id) for row in added()] == [
        ("account.sign_in_refused", refused.response.headers["X-Request-ID"]),
    ]


def test_a_command_is_no_request(app: Flask, session: Session, added: Callable[[], list[AuditRow]]) -> None:
    session.close()
    app.test_cli_runner().invoke(args=["agencies", "seed"])
    assert [(row.action, row.actor, row.request_id) for row in added()] == [("agencies.seeded", "command", None)]


def test_a_change_without_its_request_is_found_out(
    make: Make, client: CheckingClient, sign_in: SignIn, stray_rows: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin: a page makes the circumstances of its change itself and forgets the request."""
    sign_in(client, make.account((RoleName.ADMIN, {}), language="en"))
    monkeypatch.setattr("seminar_app.sign_in.routes.change_context", lambda: context(clock.now()))
    client.submit("/staff/account/", {"language": "es"})
    assert stray_rows == ["account.edited"]
    stray_rows.clear()
