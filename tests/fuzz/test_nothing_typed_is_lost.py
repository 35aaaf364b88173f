"""Every form of every page comes back with all that was typed, and one press sends it: wrong token, no session, other language.

The forms are found by following links as each person, so a new form is tested without a change here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from werkzeug.test import TestResponse

from seminar_app.web import errors, forms
from seminar_app.web.access import Audience, policy_of
from seminar_app.web.languages import SWITCH
from seminar_app.web.unavailable import KeptForm, kept_form
from tests.fuzz.found_forms import FoundForm
from tests.fuzz.pair import Pair, Side, same_ids
from tests.fuzz.test_forms import one_of_each
from tests.support.checking_client import FreshClient, Page, fields_of

Pairs = Iterable[tuple[str, str]]
Outcome = tuple[int, str, Counter[str]]
"""Status, target, and rows in each table."""

OURS = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a form that a page of the same site sent."""
LOOKS = frozenset({"access_count", "audit"})
"""Tables that get a row when a page with people comes back."""
SENT_BY_SCRIPT = {"accounts_staff.account"}
"""Forms beside another one, which the switch sends where nobody has changed anything, or without a script."""
SENT_BY_NO_SWITCH = {
    "accounts_staff.find_accounts": "a search",
    "attendance_staff.search": "a search",
    "messages_staff.search": "a search",
    "people_staff.search": "a search",
    "registration_staff.find": "a search",
    "registration_staff.search": "a search",
    "registration_staff.invite_find": "a search",
    "agency_staff.withdraw": "one line that may stay empty, below another form",
    "certificates_zip.of_seminar": "one choice from a list",
    "reports.ask_for_figures_file": "choices from lists, below what is counted",
    "nominations_staff.columns": "choices from lists, most of them proposed",
    "registration_staff.decide_many": "ticks beside a list, and one choice",
    "seminars_staff.settings_assign": "a choice from a list, below the settings",
    "registration_staff.keep_quiet": "one line that may stay empty, folded away",
    "attendance_staff.save": "each mark is saved when it is made",
    "attendance_staff.save_person": "marks, below forms about the registration",
}
"""Forms in which people write, on pages whose language switch does not send them."""
KNOWS_ITS_WORDS = "notice"
"""The field that says which words the page showed, and in which language."""


def client(side: Side, cookie: str | None) -> FreshClient:
    made = FreshClient(side.app, side.app.response_class, use_cookies=True)
    if cookie is not None:
        made.set_cookie(side.app.config["SESSION_COOKIE_NAME"], cookie)
    return made


def send(side: Side, cookie: str | None, action: str, pairs: Pairs, **headers: str) -> TestResponse:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    with same_ids(1):
        return client(side, cookie).post(action, data=data, headers={"Accept-Language": "en"} | headers)


def outcome(side: Side, response: TestResponse) -> Outcome:
    """Return what came of a form, and undo it."""
    found = (response.status_code, response.headers.get("Location", ""), side.rows_now())
    if found[2] != side.rows or response.status_code < 400:
        side.restore()
    return found


def sent_again(response: TestResponse, action: str, names: set[str]) -> list[tuple[str, str]]:
    """Return what a browser sends to this address from the form of the page that has all of these fields."""
    page = Page(response)
    for form in page.select("main form"):
        if (form.attrs.get("action") or action).partition("#")[0] == action.partition("#")[0] and names <= {
            element.attrs.get("name") for element in form.query("input, select, textarea")
        }:
            return [(name, value) for name, values in fields_of(form).items() for value in values]
    return []


def differences(came_back: Pairs, typed: Pairs) -> str:
    left_out = ("csrf_token", SWITCH, KNOWS_ITS_WORDS)
    back, sent = (Counter(pair for pair in pairs if pair[0] not in left_out) for pairs in (came_back, typed))
    return "" if back == sent else f"lost {dict(sent - back)}, new {dict(back - sent)}"


class Walk:
    """Sends one form in each way in which a form may fail to arrive, and lists what is lost or doubled."""

    def __init__(self, side: Side, form: FoundForm) -> None:
        self.side, self.form = side, form
        self.cookie, self.token = side.world.cookies[form.who], ("csrf_token", side.world.form_token)
        policy = policy_of(side.app, form.endpoint)
        assert policy is not None
        self.needs_token, self.is_staffs = policy.token, policy.audience is Audience.STAFF
        self.as_usual = outcome(side, send(side, self.cookie, form.action, [self.token, *form.filled]))

    def faults(self, *, sessions: Iterable[str | None]) -> Iterable[str]:
        """Yield the violations."""
        if self.needs_token:
            yield from self._comes_back("with a wrong token", self.cookie, 422)
        for session in sessions if self.is_staffs else ():
            yield from self._comes_back("without a session", session, 401)
        if self.form.switched or self.form.endpoint in SENT_BY_SCRIPT:
            yield from self._switched()

    def _comes_back(self, how: str, cookie: str | None, status: int) -> Iterable[str]:
        response = send(self.side, cookie, self.form.action, [("csrf_token", "of another time"), *self.form.filled])
        yield from self._nothing_is_done(how, response, status)
        if response.status_code == status:
            yield from self._one_press_sends(
                how, sent_again(response, self.form.action, set()), self.form.filled, **(OURS if status == 401 else {})
            )

    def _switched(self) -> Iterable[str]:
        how, typed = "in the other language", [pair for pair in self.form.filled if pair[0] not in self.form.buttons]
        response = send(self.side, self.cookie, self.form.action, [self.token, *typed, (SWITCH, "es")])
        yield from self._nothing_is_done(how, response, 200)
        if response.status_code == 200:
            if 'lang="es"' not in response.get_data(as_text=True)[:200]:
                yield f"{how}: the page is not in Spanish"
            buttons = [pair for pair in self.form.filled if pair[0] in self.form.buttons]
            came_back = sent_again(response, self.form.action, {name for name, _value in typed})
            yield from self._one_press_sends(how, [*came_back, *buttons], self.form.filled)

    def _nothing_is_done(self, how: str, response: TestResponse, status: int) -> Iterable[str]:
        found = outcome(self.side, response)
        if found[0] != status:
            yield f"{how}: answers {found[0]}"
        more = found[2] - self.side.rows
        if set(more) - LOOKS or self.side.rows - found[2]:
            yield f"{how}: changes {dict(more)}"

    def _one_press_sends(self, how: str, came_back: list[tuple[str, str]], typed: Pairs, **headers: str) -> Iterable[str]:
        if lost := differences(came_back, typed):
            yield f"{how}: {lost}"
        pressed = outcome(self.side, send(self.side, self.cookie, self.form.action, came_back, **headers))
        if pressed != self.as_usual:
            (status, target, rows), (usual, leads, changes) = pressed, self.as_usual
            more, else_ = dict(rows - self.side.rows), dict(changes - self.side.rows)
            yield f"{how}: one press gives {status} {target} {more}; else {usual} {leads} {else_}"


def filled_in(pair: Pair) -> list[FoundForm]:
    """Return each form in which people write something that a page may repeat."""
    return [
        form
        for form in one_of_each(pair.forms)
        if form.method == "POST" and form.typed and not any("password" in name for name, _value in form.filled)
    ]


def lost(pair: Pair, engine: str, forms: Iterable[FoundForm], sessions: Iterable[str | None] = (None,)) -> list[str]:
    """Return all violations of these forms."""
    side = pair.sqlite if engine == "sqlite" else pair.postgresql
    return [f"{form} {fault}" for form in forms for fault in Walk(side, form).faults(sessions=sessions)]


@pytest.mark.parametrize(
    ("engine", "sessions"),
    [
        pytest.param("sqlite", (None,), id="short"),
        pytest.param("postgresql", (None, "a-session-that-has-ended"), id="full", marks=pytest.mark.full),
    ],
)
def test_a_form_that_does_not_arrive_comes_back_whole_and_one_press_sends_it(
    pair: Pair, engine: str, sessions: tuple[str | None, ...]
) -> None:
    found = lost(pair, engine, filled_in(pair), sessions)
    assert not found, "\n".join(found)


def test_the_language_switch_sends_the_form_of_each_page(pair: Pair) -> None:
    assert {form.endpoint for form in filled_in(pair) if not form.switched} == SENT_BY_SCRIPT | set(SENT_BY_NO_SWITCH)
    assert len([form for form in filled_in(pair) if form.switched]) > 20


def careless_keeping() -> KeptForm | None:
    kept = kept_form()
    return kept and KeptForm(kept.action, kept.fields[:-1], kept.shown)


@pytest.mark.parametrize(
    ("place", "name", "instead"),
    [
        pytest.param(errors, "kept_form", careless_keeping, id="the last field is forgotten"),
        pytest.param(forms, "only_switches_language", lambda: False, id="the language switch sends for good"),
    ],
)
def test_a_form_that_loses_something_is_noticed(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, place: object, name: str, instead: Callable[[], object]
) -> None:
    """The broken twins."""
    form = pair.form("offices_staff.new_office", "admin")
    assert lost(pair, "sqlite", [form]) == []
    monkeypatch.setattr(place, name, instead)
    assert lost(pair, "sqlite", [form]) != []
