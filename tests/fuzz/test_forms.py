"""Every form of every page, sent with hostile values to both engines: no failure, and equal answers.

The forms are found by following links as each person, so a new form is tested without a change here.
"""

from __future__ import annotations

import unicodedata
from types import SimpleNamespace
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from seminar_app.web import forms as web_forms
from tests.fuzz.found_forms import FoundForm
from tests.fuzz.hostile import TAMPERINGS, Tampering
from tests.fuzz.pair import Pair

FOUND_BY_NO_WALK = {
    "sign_in.set_up_app": "only where a second factor is owed; the page of `accounts.add_app`",
    "sign_in.set_up_passkey": "the same; the page of `accounts.add_passkey`",
    "registration.sent": "its address is drawn at random; a button without fields",
    "registration.confirm": "the same",
    "registration_staff.confirm_form": "the same",
    "registration_staff.find_form": "its page is led to only where a form waits",
}
INPUTS = [pytest.param(3, id="short"), pytest.param(130, id="full", marks=pytest.mark.full)]
"""Inputs for each form; the first is the form as a well-meaning person fills it in."""


def one_of_each(forms: list[FoundForm]) -> list[FoundForm]:
    """Return each form once, as the first person in the list who has it."""
    first: dict[object, FoundForm] = {}
    for form in forms:
        first.setdefault((form.method, form.endpoint, tuple(name for name, _ in form.filled)), form)
    return list(first.values())


def faults_of(pair: Pair, form: FoundForm, inputs: int) -> list[str]:
    """Return the violations among `inputs` tampered forms."""
    faults: list[str] = []

    @seed(crc32(str(form).encode()))
    @settings(max_examples=inputs, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(TAMPERINGS)
    def send(tampering: Tampering) -> None:
        faults.extend(f"{form}: {fault}, sent {str(tampering)[:400]}" for fault in pair.send_form(form, tampering))

    send()
    return faults


def test_the_forms_of_all_addresses_are_found(pair: Pair) -> None:
    posts = {rule.endpoint for rule in pair.sqlite.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts - {form.endpoint for form in pair.forms} == set(FOUND_BY_NO_WALK)


@pytest.mark.parametrize("inputs", INPUTS)
def test_every_form_answers_the_same_on_both_engines_and_never_fails(pair: Pair, inputs: int) -> None:
    forms = pair.forms if inputs > 100 else one_of_each(pair.forms)
    pair.statuses.clear()
    assert [fault for form in forms for fault in faults_of(pair, form, inputs)] == []
    assert pair.statuses["POST", 303] > len(forms) / 2, "most forms are taken as they are filled in"
    assert pair.statuses["POST", 422] > len(forms) / 2, "and refused when they are tampered with"


def test_a_form_that_lets_a_nul_through_is_noticed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: SQLite stores the character, PostgreSQL cannot."""
    form = pair.form("registration.edit_personal", "official")
    place = [name for name, _ in form.filled].index("position")
    with_nul = Tampering(changed=((place, "Fis\0cal"),))
    assert pair.send_form(form, with_nul) == []
    careless = SimpleNamespace(normalize=unicodedata.normalize, category=lambda _character: "Lo")
    monkeypatch.setattr(web_forms, "unicodedata", careless)
    assert pair.send_form(form, with_nul) != []
