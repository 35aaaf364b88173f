"""Any file that is uploaded as a list is read or refused in a sentence: never a failure, and soon."""

from __future__ import annotations

import io
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from seminar_app import demo
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.sign_in import session_store
from tests.access.world import CSRF
from tests.support.checking_client import FreshClient, Page
from tests.support.factories import Make

pytestmark = pytest.mark.sqlite_only
"""What is read of a file does not depend on the engine; what is written of it is tried in `tests/integration/nominations`."""

FOLDERS = (Path(demo.__file__).parent / "data", Path(__file__).parents[1] / "data" / "lists")
ELEVEN = tuple(path for folder in FOLDERS for path in sorted(folder.iterdir()) if path.suffix in (".xlsx", ".xls", ".ods", ".csv"))
LONGEST = 5.0
"""Seconds for any one answer."""
LISTS = "/staff/seminars/s/nominations/"
HOSTILE = (
    *(b"\0", b"\xff" * 9, b"\r", b'"', b"\t\t\t", b"=1+1", b"<x>", b"&#0;", b"&#x110000;", b"9" * 400, b"-1", b"\xed\xa0\x80"),
    "é☃👩🔬".encode(),
)
INPUTS = [pytest.param(30, id="short"), pytest.param(2_000, id="full", marks=pytest.mark.full)]

Cut = tuple[float, float, bytes]
CUTS = st.tuples(st.floats(0, 1), st.floats(0, 0.05), st.sampled_from(HOSTILE) | st.binary(max_size=12))


def mutated(content: bytes, cuts: list[Cut]) -> bytes:
    """Return the bytes with some stretches replaced."""
    for place, length, instead in cuts:
        begin = int(place * len(content))
        content = content[:begin] + instead + content[begin + int(length * 400) :]
    return content


def inside(content: bytes, cuts: list[Cut], which: float) -> bytes:
    """Return a workbook of which one part is mutated, packed again; other files mutated as they are."""
    if not content.startswith(b"PK"):
        return mutated(content, cuts)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = sorted(parts)[int(which * (len(parts) - 1))]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for each, part in parts.items():
            book.writestr(each, mutated(part, cuts) if each == name else part)
    return packed.getvalue()


FILES = st.one_of(
    st.builds(
        lambda path, cuts: (path.name, mutated(path.read_bytes(), cuts)), st.sampled_from(ELEVEN), st.lists(CUTS, min_size=1, max_size=4)
    ),
    st.builds(
        lambda path, cuts, which: (path.name, inside(path.read_bytes(), cuts, which)),
        st.sampled_from(ELEVEN),
        st.lists(CUTS, min_size=1, max_size=4),
        st.floats(0, 1),
    ),
    st.builds(lambda path, share: (path.name, path.read_bytes()[: int(share * 20_000)]), st.sampled_from(ELEVEN), st.floats(0, 1)),
    st.tuples(st.sampled_from(("x.xlsx", "x.xls", "x.ods", "x.csv", "x", "\u202e.csv")), st.binary(min_size=1, max_size=300)),
)


@pytest.fixture
def organizer(app: Flask, make: Make, session: Session) -> Callable[..., TestResponse]:
    """Send a request as the organizer of a seminar."""
    office = make.office()
    make.agency("PGR")
    make.seminar(office=office, slug="s")
    account = make.account((RoleName.ORGANIZER, {"office_id": office.id}), language="en")
    with unit_of_work(session) as work:
        now = clock.now()
        cookie = session_store.start(work, account=account, values={"csrf_token": CSRF, "language": "en"}, now=now, factor_at=now)
    session.close()
    client = FreshClient(app, app.response_class, use_cookies=True)
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)

    def send(url: str, data: dict[str, object] | None = None) -> TestResponse:
        begun = time.perf_counter()
        answer = client.get(url) if data is None else client.post(url, data=data, headers={"Sec-Fetch-Site": "same-origin"})
        answer.get_data()
        took = time.perf_counter() - begun
        assert answer.status_code < 500, f"{url} answers {answer.status_code}"
        assert took < LONGEST, f"{url} takes {took:.1f} s"
        return answer

    return send


@pytest.mark.parametrize("inputs", INPUTS)
def test_any_file_is_read_or_refused_in_a_sentence(organizer: Callable[..., TestResponse], inputs: int) -> None:
    token = _page(organizer(LISTS)).select("[name=csrf_token]")[0].attrs["value"]
    seen = Counter[int]()

    @settings(max_examples=inputs, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(FILES)
    def upload(sent: tuple[str, bytes]) -> None:
        name, content = sent
        answer = organizer(LISTS, {"csrf_token": token, "agency": "PGR", "file": (io.BytesIO(content), name)})
        seen[answer.status_code] += 1
        if answer.status_code == 422:
            assert _page(answer).select(".usa-error-message")
            return
        address = answer.headers["Location"]
        columns = _page(organizer(f"{address}/columns"))
        placed = columns.fields("form.columns-form") | {"csrf_token": token}
        placed |= {field: "left_out" for field, said in placed.items() if field.startswith("field-") and said == [""]}
        if organizer(f"{address}/columns", placed).status_code == 303:
            organizer(f"{address}?show=all")
            organizer(f"{address}/file")

    upload()
    assert seen[303] > inputs / 10
    assert seen[422] > inputs / 10


def _page(answer: TestResponse) -> Page:
    return Page(answer)
