"""The pass: a QR code that leads the coordinator to the person, and nobody else anywhere."""

from __future__ import annotations

import base64
import re
import uuid
from datetime import timedelta

import pytest
import zxingcpp
from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink
from seminar_app.core.qr import qr_data_uri
from seminar_app.registration.models import Registration
from seminar_app.registration.passes import pass_code
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.factories import KEY, Make
from tests.web.conftest import SignIn


def read_back(picture: str) -> str:
    """Return what a camera reads in an SVG picture of rectangles."""
    svg = base64.b64decode(picture.partition(",")[2]).decode()
    size, scale = int(re.findall(r'width="(\d+)"', svg)[0]), 4
    dots = [bytearray(b"\xff" * size * scale) for _row in range(size * scale)]
    for x, y, width, height in (map(int, each) for each in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", svg)):
        for row in dots[y * scale : (y + height) * scale]:
            row[x * scale : (x + width) * scale] = bytes(width * scale)
    image = memoryview(b"".join(dots)).cast("B", shape=[size * scale, size * scale])
    return str(zxingcpp.read_barcodes(image)[0].text)


def own_page(registration: Registration) -> str:
    return f"/registrations/{SecretLink('registration', registration.public_id, 1).token(KEY)}"


@pytest.fixture
def seated(make: Make, monkeypatch: pytest.MonkeyPatch) -> Registration:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    seminar = make.seminar(starts_on=NOW.date(), ends_on=NOW.date() + timedelta(days=1))
    make.seminar_session(seminar)
    return make.registration(seminar, make.person(), agency=make.agency("PGR"), pool=make.pool(seminar, make.agency("INM"), 3))


def test_the_pass_leads_the_coordinator_to_the_person_on_the_sheet(
    client: CheckingClient, app: Flask, seated: Registration, make: Make, sign_in: SignIn, session: Session
) -> None:
    picture = client.get(own_page(seated)).one(".pass img").attrs["src"] or ""
    address = read_back(picture)
    code = address.rpartition("/")[2]
    assert seated.public_id.hex not in address
    stranger = CheckingClient(app.test_client()).flask.get(f"/pass/{code}")
    assert stranger.status_code == 303
    assert "/login" in stranger.headers["Location"]
    door = sign_in(CheckingClient(app.test_client()), make.account((RoleName.COORDINATOR, {"seminar_id": seated.seminar_id})))
    led = door.get(f"/pass/{code}", status=303).response.headers["Location"]
    assert led.endswith(f"#line-{seated.public_id.hex}")
    assert door.get(led.partition("#")[0]).one(f"#line-{seated.public_id.hex}")
    door.get(f"/pass/{code.lower()}", status=303)


def test_another_door_or_a_pass_that_we_never_made_finds_nothing(
    app: Flask, seated: Registration, make: Make, sign_in: SignIn, session: Session
) -> None:
    code = pass_code(session, seated.public_id)
    other = sign_in(CheckingClient(app.test_client()), make.account((RoleName.COORDINATOR, {"seminar_id": make.seminar().id})))
    other.get(f"/pass/{code}", status=404)
    door = sign_in(CheckingClient(app.test_client()), make.account((RoleName.COORDINATOR, {"seminar_id": seated.seminar_id})))
    forged = base64.b32encode(seated.public_id.bytes + bytes(9)).decode()
    for made_up in (forged, code[:-1], code + "A", "x", "é" * 40, pass_code(session, uuid.uuid4())):
        door.get(f"/pass/{made_up}", status=404)


def test_without_a_seat_there_is_no_pass_and_an_old_one_leads_to_the_registration(
    client: CheckingClient, app: Flask, make: Make, sign_in: SignIn, session: Session
) -> None:
    seminar = make.seminar()
    gone = make.registration(seminar, make.person(), agency=make.agency("PGR"))
    assert client.get(own_page(gone)).select(".pass") == []
    door = sign_in(CheckingClient(app.test_client()), make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id})))
    led = door.get(f"/pass/{pass_code(session, gone.public_id)}", status=303).response.headers["Location"]
    assert led.endswith(f"/roster/{gone.public_id.hex}")


def test_a_code_can_be_read_back() -> None:
    assert read_back(qr_data_uri("https://constancia.example/pass/ABC")) == "https://constancia.example/pass/ABC"
