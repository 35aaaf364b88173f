"""Registration by the web form and its mail's button: how long one person waits, and how many are handled at once."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import func, inspect, select, table

from bench import data, servers
from bench.browser import Browser
from bench.databases import KEY, Database
from bench.load import Load, fetch, has_wrk, middle
from bench.results import Row
from seminar_app.registration.links import button_link
from seminar_app.registration.models import FormSent
from seminar_app.web.database import db

ALONE = 40
ROUNDS = 3
"""In each, our form and the bare form take turns; the middle one counts."""
MOST_REQUESTS = (3, 2)
"""To «look into your mail», and from the mail's link to the seat."""
MOST_MS = 120
FORM_MARK = {"sqlite": 0.4, "postgresql": 0.3}
BUTTON_MARK = {"sqlite": 0.2, "postgresql": 0.12}
"""Share of the rate of a bare form with one INSERT."""
RIVAL_WHOLE = 2.6
"""Registrations a second of pretix with eight at once (BAR.md)."""
WHOLE_MARK = 50
MOST_FORMS = 1500
"""Forms a second that are made ready to be sent."""
CONNECTIONS = 8
AGENCY = "INM"


def measure(database: Database, *, seconds: float) -> list[Row]:
    """Return the rows of the report."""
    made = data.seminar(database, "registering", seats=1_000_000)
    path = f"/seminars/{made.slug}/register"
    with servers.product(database) as server, servers.bare_form(database) as beside:
        rows = [_alone(database, server.url, path)]
        if has_wrk():
            rounds = [_round(database, server.url, path, beside.url, n, seconds=ceil(seconds / ROUNDS)) for n in range(ROUNDS)]
            rows += _rows(database, *(middle(loads) for loads in zip(*rounds, strict=True)))
    return rows


def _round(database: Database, ours: str, path: str, bare: str, number: int, *, seconds: float) -> tuple[Load, Load, Load]:
    """Measure the form, its button and the bare form, one after the other, so that all three meet the machine as it is then."""
    form = _forms(database, ours, path, number, seconds=seconds)
    button = _buttons(database, ours, path, seconds=seconds)
    return form, button, _forms(database, bare, "/register", number, seconds=seconds)


def _alone(database: Database, url: str, path: str) -> Row:
    """Measure one person: the form, the page after it, the button's page, the button and the seat."""
    waits = []
    for n in range(ALONE + 5):
        with Browser(url) as browser:
            begun = time.perf_counter()
            form = browser.get(path)
            sent = browser.post(path, fields(form.hidden(), n))
            if sent.status != 303 or sent.location is None:
                raise RuntimeError(f"the form was answered with {sent.status}")
            browser.get(sent.location)
            button = _address_of(uuid.UUID(sent.location.split("/")[-2]))
            pressed = browser.post(button, browser.get(button).hidden())
            if pressed.status != 303 or pressed.location is None:
                raise RuntimeError(f"the button was answered with {pressed.status}")
            waits.append((time.perf_counter() - begun) * 1000)
    alone = median(waits[5:])
    return Row(
        what=f"registering alone: {MOST_REQUESTS[0]} requests to «look into your mail», {MOST_REQUESTS[1]} from its link to the seat",
        engine=database.engine,
        figure=f"{alone:.0f} ms",
        limit="",
        mark=f"≤ {MOST_MS} ms",
        passed=alone <= MOST_MS,
    )


def _address_of(form: uuid.UUID) -> str:
    return f"/confirm/{button_link(form).token(KEY)}"


def _forms(database: Database, url: str, path: str, number: int, *, seconds: float) -> Load:
    """Send forms over many connections, each for another person; only rows found in a table afterwards count.

    Args:
        number: of the round.
    """
    with Browser(url) as browser:
        hidden = browser.get(path).hidden()
        bodies = (urlencode(fields(hidden | {"submission_id": uuid.uuid4().hex}, n)) for n in _numbers(number, int(MOST_FORMS * seconds)))
        return _together(database, url, path, bodies, browser.cookie, seconds=seconds, tables=("form_sent", "bench_form"))


def _buttons(database: Database, url: str, path: str, *, seconds: float) -> Load:
    """Press the buttons of the forms that were sent before; only registrations found in the table afterwards count."""
    with database.app.app_context():
        with db.engine.connect() as connection:
            sent = connection.scalars(select(FormSent.public_id).where(FormSent.registration_id.is_(None))).all()
        db.engine.dispose()
    bodies = (f"{_address_of(form)}\tpressed=1" for form in sent)
    return _together(database, url, path, bodies, "", seconds=seconds, tables=("registration",))


def _together(
    database: Database, url: str, path: str, bodies: Iterator[str], cookie: str, *, seconds: float, tables: tuple[str, ...]
) -> Load:
    file = database.folder / "bodies"
    file.write_text("\n".join(bodies), encoding="ascii")
    before, begun = _count(database, tables), time.perf_counter()
    load = fetch(url, seconds=seconds, connections=CONNECTIONS, script="bodies.lua", arguments=(path, str(file), cookie))
    return replace(load, rate=(_count(database, tables) - before) / min(seconds, time.perf_counter() - begun))


def _rows(database: Database, form: Load, button: Load, bare: Load) -> list[Row]:
    """Return our rates against that of a form that only stores its fields."""
    engine, limit = database.engine, f"{bare.rate:,.0f}/s (a bare form with one INSERT)"
    whole = 1 / (1 / max(form.rate, 1e-9) + 1 / max(button.rate, 1e-9))
    steps = [("the form as it is sent", form, FORM_MARK[engine]), ("its mail's button, which draws the seat", button, BUTTON_MARK[engine])]
    return [
        *(
            Row(
                what=f"registering, {CONNECTIONS} at once: {what}",
                engine=engine,
                figure=str(load),
                limit=limit,
                ratio=load.rate / bare.rate,
                mark=f"≥ {mark:.0%}",
                passed=load.rate >= mark * bare.rate and not load.errors,
            )
            for what, load, mark in steps
        ),
        Row(
            what=f"registering, {CONNECTIONS} at once: form and button",
            engine=engine,
            figure=f"{whole:,.0f}/s",
            limit=f"{RIVAL_WHOLE}/s (the rival)",
            ratio=whole / RIVAL_WHOLE,
            mark=f"≥ {WHOLE_MARK} times",
            passed=whole >= WHOLE_MARK * RIVAL_WHOLE,
        ),
        Row(
            what=f"beside it: a bare Flask form of those fields with one INSERT, {CONNECTIONS} at once",
            engine=engine,
            figure=str(bare),
            limit="",
            mark="",
        ),
    ]


def fields(hidden: dict[str, str], n: int) -> dict[str, str]:
    """Return the form filled in for person number `n`."""
    return hidden | {
        "given_names": "Luz María",
        "surname1": "López",
        "surname2": "Ibáñez",
        "certificate_name": "Luz María López Ibáñez",
        "sex": "F",
        "agency": AGENCY,
        "unit": "Unidad de Trata",
        "position": "Agente del Ministerio Público",
        "email": f"persona{n}@bench.example",
        "phone": "+52 998 123 4567",
        "language": "es",
        "notice_read": "y",
    }


def _numbers(number: int, count: int) -> range:
    """Return numbers for people of whom no other round has any."""
    first = 10_000 + number * 1_000_000
    return range(first, first + count)


def _count(database: Database, tables: tuple[str, ...]) -> int:
    with database.app.app_context():
        with db.engine.connect() as connection:
            there = [name for name in tables if inspect(connection).has_table(name)]
            found = sum(connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in there)
        db.engine.dispose()
    return found
