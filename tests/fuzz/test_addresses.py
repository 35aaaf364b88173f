"""Every address that opens a page, with hostile parts and queries, on both engines: no failure, and equal answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from config import PROJECT_ROOT
from seminar_app.web import paging
from tests.fuzz.hostile import NASTY
from tests.fuzz.pair import Pair, quoted
from tests.support.crawler import endpoint_of

ASKED_FOR = re.compile(r"""(?:args|values)(?:\.get\(|\[)["'](\w+)""")
RAW = ("%FF", "%", "%zz", "%ED%A0%80", "%C0%80", "..%2F..", "%2e%2e", ";x=1", "+")
"""Parts of an address that no browser writes."""
INPUTS = [pytest.param(120, id="short"), pytest.param(6_000, id="full", marks=pytest.mark.full)]


@dataclass(frozen=True)
class Opened:
    """An address that this person can open."""

    who: str
    path: str
    rule: Rule


def opened(pair: Pair) -> list[Opened]:
    """Return one address of each endpoint, opened by the first person in the list who can open it."""
    app = pair.sqlite.app
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    first: dict[str, Opened] = {}
    for who, found in pair.found.items():
        for url, status in found.pages.items():
            endpoint = endpoint_of(app, url)
            if status == 200 and endpoint is not None and endpoint in rules:
                first.setdefault(endpoint, Opened(who, url.partition("?")[0], rules[endpoint]))
    return list(first.values())


def names_asked_for() -> list[str]:
    """Return the names of query parameters that the app reads anywhere."""
    sources = (PROJECT_ROOT / "seminar_app").rglob("*.py")
    return sorted({name for path in sources for name in ASKED_FOR.findall(path.read_text(encoding="utf-8"))} | {"unknown", "page[]", "\0"})


def with_part(one: Opened, place: int, part: str) -> str:
    """Replace one variable part of the address by another text; unchanged if it has none."""
    pieces = one.path.split("/")
    variable = [at for at, piece in enumerate(one.rule.rule.split("/")) if piece.startswith("<")]
    if variable:
        pieces[variable[place % len(variable)]] = part
    return "/".join(pieces)


def faults_of(pair: Pair, inputs: int) -> list[str]:
    """Return the violations among `inputs` addresses."""
    faults: list[str] = []
    pages, names = opened(pair), names_asked_for()
    texts = NASTY.map(quoted) | st.sampled_from(RAW)
    queries = st.lists(st.tuples(st.sampled_from(names).map(quoted), texts), max_size=4)

    @seed(1)
    @settings(max_examples=inputs, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(pages), st.none() | st.tuples(st.integers(0, 3), texts), queries)
    def look(one: Opened, part: tuple[int, str] | None, query: list[tuple[str, str]]) -> None:
        path = with_part(one, *part) if part else one.path
        url = f"{path}?{'&'.join(f'{name}={value}' for name, value in query)}"
        faults.extend(f"{one.rule} as {one.who}: {fault}, at {url[:300]}" for fault in pair.send(one.who, "GET", url))

    look()
    return faults


def test_pages_are_the_same_on_both_engines(pair: Pair) -> None:
    pages = opened(pair)
    assert len(pages) > 45
    assert [(str(one.rule), fault) for one in pages for fault in pair.send(one.who, "GET", one.path)] == []


@pytest.mark.parametrize("inputs", INPUTS)
def test_every_address_answers_the_same_on_both_engines_and_never_fails(pair: Pair, inputs: int) -> None:
    assert {"page", "q", "state", "next", "format", "lang"} <= set(names_asked_for())
    pair.statuses.clear()
    assert faults_of(pair, inputs) == []
    assert pair.statuses["GET", 200] > inputs / 5
    assert pair.statuses["GET", 404] > inputs / 20


def test_a_number_of_a_page_that_is_not_looked_at_is_noticed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: a page number beyond what either engine can count to."""
    url = "/?show=past&page=" + "9" * 30
    assert pair.send("stranger", "GET", url) == []
    monkeypatch.setattr("seminar_app.seminars.routes.page_number", lambda: int("9" * 30))
    assert pair.send("stranger", "GET", url) != []
    assert paging.LAST_PAGE == 10_000
