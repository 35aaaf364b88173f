"""Markup in every text that people write is shown as text, on every page; in a real browser see `tests/browser/test_markup.py`."""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, meta
from sqlalchemy import Enum, String, Table, UniqueConstraint, update
from sqlalchemy.orm import Session

from seminar_app.core.actor import RoleName
from seminar_app.core.tables import Base
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages import rendering
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import mail_of, write
from tests.access.sending import Sender
from tests.access.world import World, build, link_of, sign_in
from tests.support.checking_client import CheckingClient
from tests.support.crawler import Walk, walk
from tests.support.factories import Make
from tools.access.table import addresses

pytestmark = pytest.mark.sqlite_first

MARKUP = "'\"><img src=x onerror=alert(1)>"
SHOWN = "&lt;img src=x onerror=alert(1)&gt;"
NOT_WRITTEN_BY_PEOPLE = {"audit", "audit_head", "web_session", "alembic_version"}
NO_TEXT = {"language", "country", "time_zone", "slug", "code", "kind", "key", "email", "to_address", "password", "fs_uniquifier"}
NO_TEXT |= {
    "message_id",
    "dedupe_key",
    "link_endpoint",
    "link_purpose",
    "search_key",
    "recorded_by",
    "replaced_by",
    "changed_by",
    "by",
    "actor",
}


def spoil(session: Session, text: str = MARKUP) -> int:
    """Put markup, or another hostile text, into every column that holds text of people. Return the number of columns."""
    spoiled = 0
    with unit_of_work(session) as writing:
        for table in Base.metadata.sorted_tables:
            for name in written(table):
                writing.execute(update(table).where(table.c[name].is_not(None)).values({name: text}))
                spoiled += 1
    return spoiled


def written(table: Table) -> list[str]:
    """Return the table's text columns, without keys and without columns that rules read."""
    if table.name in NOT_WRITTEN_BY_PEOPLE:
        return []
    unique = {column.name for rule in table.constraints if isinstance(rule, UniqueConstraint) for column in rule.columns}
    return [
        column.name
        for column in table.columns
        if isinstance(column.type, String)
        and not isinstance(column.type, Enum)
        and (column.type.length or 1_000) >= len(MARKUP)
        and not ({column.name} & (NO_TEXT | unique) or column.unique)
    ]


def spoiled_world(app: Flask, make: Make, session: Session) -> World:
    """Build the world, spoil all of its texts, and sign in an account that may open every page."""
    world = build(app, make, session)
    everybody = make.account((RoleName.ADMIN, {}), (RoleName.AUDITOR, {}))
    sign_in(world, "everybody", everybody, session)
    world.failed_message()
    assert spoil(session) > 30
    session.expire_all()
    return world


def all_pages(app: Flask, world: World) -> Walk:
    """Walk every page that links lead to, with a personal link and as staff."""
    person = f"/staff/people/{world.own.person.public_id.hex}"
    personal = f"/registrations/{link_of(world.own.registration)}"
    return walk(app, CheckingClient(Sender(world).client("everybody")), "/", "/staff/", person, personal)


def test_markup_is_text_on_every_page(app: Flask, make: Make, session: Session) -> None:
    seen = all_pages(app, spoiled_world(app, make, session))
    shown = 0
    for url, page in seen.pages.items():
        if page.response.mimetype == "text/html":
            body = page.response.get_data(as_text=True)
            assert "<img src=x" not in body, url
            shown += SHOWN in body
    assert shown > 20, f"the markup stands on {shown} pages of {len(seen.pages)} only"


@pytest.mark.parametrize("language", ["es", "en"])
def test_markup_is_text_in_every_mail(app: Flask, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, titles, places and reasons appear as typed in the HTML part. They cannot add lines to a header."""
    monkeypatch.setattr(rendering, "_resolvers", {})  # what these say depends on rows; here only the templates are tried
    monkeypatch.setattr(rendering, "_covers", {})
    templates = Path("templates/email")
    kinds = sorted(path.name.split(".")[0] for path in templates.glob(f"*.{language}.txt"))
    assert len(kinds) > 12
    for kind in kinds:
        source = (templates / f"{kind}.{language}.txt").read_text(encoding="utf-8")
        asked = meta.find_undeclared_variables(Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(source))
        context: dict[str, Any] = dict.fromkeys(asked - {"to_name", "link", "page", "public_url", "office_email"}, MARKUP)
        if "registrations" in context:
            context["registrations"] = [dict.fromkeys(("name", "title", "days", "link", "office", "office_email", "office_phone"), MARKUP)]
        if "changes" in context:
            context["changes"] = [dict.fromkeys(("what", "old", "new", "note"), MARKUP)]
        message = Message(
            public_id=uuid.uuid4(),
            kind=kind,
            language=language,
            to_address="a@x.example",
            to_name=MARKUP,
            context=context | ({"day": "2026-06-03"} if "day" in context else {}) | {"office_email": "o@x.example"},
            link_purpose="registration",
            link_owner=uuid.uuid4(),
            link_version=1,
            link_endpoint="registration.personal",
            message_id="<1@x.example>",
        )
        letter = write(app, message)
        assert "<img" not in letter.html, kind
        assert SHOWN in letter.html, kind
        sent = mail_of(letter, message, sender="Constancia <no-reply@x.example>", now=datetime(2026, 6, 3, tzinfo=UTC))
        assert MARKUP not in sent["Subject"] or kind == "letter"  # whose subject the organizer writes
        message.to_name = "Ana\r\nBcc: evil@x.example"
        with pytest.raises(ValueError, match="CR or LF"):
            mail_of(write(app, message), message, sender="Constancia <no-reply@x.example>", now=datetime(2026, 6, 3, tzinfo=UTC))


FORMULA = "=HYPERLINK(1)"
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def test_no_cell_of_any_export_is_a_formula(sender: Sender, session: Session) -> None:
    """Every address that sends a file, with a formula in every text of people."""
    world = sender.world
    spoil(session, FORMULA)
    exports = [endpoint for endpoint, _method in addresses(sender.app) if "export" in endpoint]
    of_seminar = ["attendance_staff.export", "feedback_staff.export_results"]
    assert sorted(exports) == [*of_seminar, "reports.hours_export"], "a new export needs its look here"
    world.make.hours_rule()
    for endpoint in exports:
        url = sender.url(endpoint, {"slug": world.own.held.slug} if endpoint in of_seminar else {})
        table = sender.send_to(f"{url}?format=csv", "GET", "organizer").response
        assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.reader(io.StringIO(table.get_data().decode("utf-8-sig"))))
        cells = [cell for row in rows for cell in row]
        assert any("HYPERLINK" in cell for cell in cells), f"{endpoint} shows nothing that people wrote"
        assert [cell for cell in cells if cell.startswith(BEGINS_A_FORMULA)] == [], endpoint
        book = sender.send_to(f"{url}?format=xlsx", "GET", "organizer").response
        with zipfile.ZipFile(io.BytesIO(book.get_data())) as parts:
            for name in parts.namelist():
                assert b"<f>" not in parts.read(name), f"{endpoint}: {name}"
