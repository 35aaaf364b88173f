"""A seminar with a quota, and the accounts that bring lists to it in a browser."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.nominations.models import NominationList
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.web.conftest import SignIn

LISTS = "/staff/seminars/s/nominations"


@dataclass
class House:
    """The seminar, and browsers in which accounts are signed in."""

    app: Flask
    make: Make
    session: Session
    sign_in: SignIn
    office: Office
    pgr: Agency
    inm: Agency
    seminar: Seminar
    _browsers: dict[str, CheckingClient] = field(default_factory=dict)

    def account(self, who: str) -> UserAccount:
        grants: dict[str, tuple[RoleName, dict[str, int]]] = {
            "organizer": (RoleName.ORGANIZER, {"office_id": self.office.id}),
            "liaison": (RoleName.LIAISON, {"agency_id": self.pgr.id}),
            "liaison inm": (RoleName.LIAISON, {"agency_id": self.inm.id}),
            "coordinator": (RoleName.COORDINATOR, {"seminar_id": self.seminar.id}),
            "auditor": (RoleName.AUDITOR, {}),
        }
        return self.make.account(grants[who], language="en")

    def browser(self, who: str) -> CheckingClient:
        """Return the browser of this account, signed in once."""
        if who not in self._browsers:
            self._browsers[who] = self.sign_in(CheckingClient(self.app.test_client()), self.account(who))
        return self._browsers[who]

    def upload(self, who: str, content: bytes | str, name: str = "lista.csv", *, agency: str | None = "PGR", status: int = 303) -> Page:
        """Send the form for a list with a file."""
        data = content.encode() if isinstance(content, str) else content
        values: dict[str, Any] = {"file": (io.BytesIO(data), name)} | ({"agency": agency} if agency is not None else {})
        return self.browser(who).submit(f"{LISTS}/", values, status=status)

    def paste(self, who: str, text: str, *, agency: str | None = "PGR", status: int = 303) -> Page:
        """Send the form for a list with pasted cells."""
        values = {"pasted": text} | ({"agency": agency} if agency is not None else {})
        return self.browser(who).submit(f"{LISTS}/", values, status=status)

    def list_of(self, who: str, text: str, *, agency: str | None = "PGR") -> str:
        """Paste cells and confirm their columns; return the address of the list."""
        address = str(self.paste(who, text, agency=agency).response.headers["Location"])
        self.browser(who).submit(f"{address}/columns", form="form.columns-form")
        return address

    def post(self, who: str, address: str, data: dict[str, Any] | None = None, *, status: int = 303, **headers: str) -> Page:
        """Send what a page of ours would send, whatever page it was."""
        browser = self.browser(who)
        token = browser.get("/staff/account/").select("input[name=csrf_token]")[0].attrs["value"]
        return browser.post(address, {"csrf_token": token} | (data or {}), status=status, headers=headers)

    def bring(self, who: str, address: str) -> Page:
        """Press the button that brings people onto the roster; return the page that follows."""
        browser = self.browser(who)
        return browser.follow(browser.submit(address, form="#to-bring form"))

    def row(self, who: str, address: str, number: int) -> str:
        """Return what the page says of a row."""
        page = self.browser(who).get(f"{address}?show=all")
        return " ".join(page.one(f"#row-0-{number}").to_text().split())

    def roster(self) -> list[Registration]:
        """Return all registrations of the seminar, in the order in which they came."""
        self.session.rollback()
        self.session.expire_all()
        wanted = select(Registration).where(Registration.seminar_id == self.seminar.id).order_by(Registration.id)
        return list(self.session.scalars(wanted))

    def lists(self) -> int:
        """Return the number of lists."""
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(NominationList)) or 0

    def noted(self, action: str) -> list[str]:
        """Return the subjects of the audit log's rows with this action."""
        self.session.rollback()
        return list(self.session.scalars(select(AuditRow.subject).where(AuditRow.action == action).order_by(AuditRow.sequence)))


def without_ids(text: str) -> str:
    """Return a page without what is new each time."""
    return re.sub(r'[0-9a-f]{32}|nonce="[^"]*"|value="Ij[^"]*"|name="csrf_token"[^>]*>|name="page"[^>]*>', "", text)


@pytest.fixture
def house(app: Flask, make: Make, session: Session, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    office, pgr, inm = make.office(), make.agency("PGR"), make.agency("INM")
    seminar = make.seminar(office=office, slug="s", seats=5)
    make.seminar_session(seminar)
    make.pool(seminar, pgr, 2)
    return House(app, make, session, sign_in, office, pgr, inm, seminar)
