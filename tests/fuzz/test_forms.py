"""Every form of every page, sent with hostile values to both engines: no failure, and equal answers.

The forms are found by following links as each person, so a new form is tested without a change here.
"""

from __future__ import annotations

import unicodedata
from types import SimpleNamespace
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from seminar_app.people import forms as people_forms
from seminar_app.web import forms as web_forms
from tests.fuzz.found_forms import FoundForm
from tests.fuzz.hostile import TAMPERINGS, Tampering
from tests.fuzz.pair import Pair

FOUND_BY_NO_WALK = {
    "nominations_staff.undo": "only for two minutes after an import; a button without fields",
    "registration.invitation": "its address is drawn at random; one line and two buttons, tests/web/test_seminar_invitations.py",
    "registration.answer_invitation": "only of who is invited; two buttons",
    "registration_staff.invite_again": "only of who is invited; one date",
    "registration_staff.invite_known": "only where a search finds somebody who is not on the roster; as `add_known`",
    "registration_staff.remind_all": "only where somebody is invited; a button without fields",
    "registration_staff.remind_one": "the same",
    "registration_staff.take_invitation_back": "the same",
    "registration_staff.keep_invitation": "only for two minutes after that; a button without fields",
    "requests_staff.accept": "only where somebody asks for a change of the list; a button without fields",
    "requests_staff.decline": "the same; one line",
    "requests_staff.take_back": "only where the account has asked; a button without fields",
    "proposals.take_back": "only where the official has proposed somebody; a button without fields",
    "agency_staff.restore": "only for two minutes after a withdrawal; a button without fields",
    "long_jobs_staff.cancel": "only while a long list is brought; a button without fields",
    "sign_in.set_up_app": "only where a second factor is owed; the page of `accounts.add_app`",
    "sign_in.set_up_passkey": "the same; the page of `accounts.add_passkey`",
    "registration.sent": "its address is drawn at random; a button without fields",
    "registration.confirm": "the same",
    "registration_staff.confirm_form": "the same",
    "registration.first_opening": "only before the page was opened; one line",
    "registration_staff.open_seats": "only of an alternate; a button without fields",
    "registration_staff.close_seats": "the same, after that",
    "registration_staff.give_seat": "only where the door has asked for one; a button without fields",
    "registration_staff.give_no_seat": "the same",
    "nominations_staff.encoding": "only of a text file with accents; one choice",
    "registration_staff.undo_many": "only after a decision; a button without fields",
    "retention_staff.erase": "only where a person asks; a button without fields",
    "retention_staff.keep": "the same; one line",
    "attendance_staff.take_back": "only after an entry; a button without fields",
    "attendance_staff.ask_for_file": "only of seminars of thousands; the fields of a smaller one's export are walked",
    "certificates_staff.reissue": "only once a certificate is out; a button without fields",
    "certificates_staff.revoke": "the same; its one field is tried in tests/web/certificates",
    "certificates_public.verified": "its address has a certificate's code; one field, tried in tests/web/certificates",
    "training_record_staff.print_record": "a button without fields",
    "letters_staff.take_back": "only after a letter was sent; a button without fields",
    "letters_staff.send": "its page is led to by the form of a letter; a button without fields",
    "registration.register_again": "only for who has withdrawn",
    "paper_keyed.save": "only of a sheet that was printed",
    "paper_keyed.settle": "only where such a sheet and the screen differ",
    "letters_staff.edit": "only of a letter that was not sent",
    "letters_staff.discard": "the same; a button without fields",
    "history_staff.past": "only of a past seminar that is not completed; one choice for each list",
    "history_staff.headcount_new": "only of a seminar that is completed; its fields are tried in tests/web/history",
    "history_staff.headcount": "the same",
    "history_staff.headcount_remove": "the same; a button without fields",
    "history_staff.training": "only where a report waits; one choice and one line",
    "history_staff.training_withdraw": "the same; a button without fields",
    "reports.hours_rule": "only of a rule; its fields are those of `reports.hours_rule_new`",
    "reports.hours_rule_end": "the same; a button without fields",
    "reports.figures_view": "only of a saved view; one line, as `reports.figures_save_view`",
    "reports.figures_delete_view": "the same; a button without fields",
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
    unfound = posts - {form.endpoint for form in pair.forms}
    assert " ".join(sorted(unfound - set(FOUND_BY_NO_WALK))) == ""
    assert " ".join(sorted(set(FOUND_BY_NO_WALK) - unfound)) == ""


@pytest.mark.parametrize("inputs", INPUTS)
def test_every_form_answers_the_same_on_both_engines_and_never_fails(pair: Pair, inputs: int) -> None:
    forms = pair.forms if inputs > 100 else one_of_each(pair.forms)
    pair.statuses.clear()
    assert [fault for form in forms for fault in faults_of(pair, form, inputs)] == []
    assert pair.statuses["POST", 303] > len(forms) / 2, "most forms are taken as they are filled in"
    assert pair.statuses["POST", 422] > len(forms) / 2, "and refused when they are tampered with"


OWN_WORDS = ("code", "slug", "country", "agency", "registration_code", "starts", "ends")
"""Fields that take no text of any kind: filled to the brim they would only be refused."""


@pytest.mark.parametrize("letter", [pytest.param("x", marks=pytest.mark.full), "ﷺ"])
def test_what_is_derived_from_fields_filled_to_the_brim_is_kept_or_refused_alike(pair: Pair, letter: str) -> None:
    """One letter grows to eighteen when it is folded. SQLite keeps to the lengths of its columns here (tests/support/lengths.py)."""
    pair.statuses.clear()
    faults = []
    for form in one_of_each(pair.forms):
        longest = {name: length for name, length in form.longest if name not in OWN_WORDS}
        changed = [(at, letter * longest[name]) for at, (name, _) in enumerate(form.filled) if name in longest]
        if changed and form.method == "POST":
            faults += [f"{form}: {fault}" for fault in pair.send_form(form, Tampering(changed=tuple(changed)))]
            certificate = [(at, "") for at, (name, _) in enumerate(form.filled) if name == "certificate_name"]
            faults += [f"{form}: {fault}" for fault in pair.send_form(form, Tampering(changed=(*changed, *certificate)))]
    assert faults == []
    assert pair.statuses["POST", 303] > 10, "most forms are taken"
    assert not pair.statuses["POST", 400], "and none is refused by the database"


def test_a_derived_value_that_is_not_measured_is_noticed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: three names of 100 letters make a joined one of 302, for a column of 300."""
    form = pair.form("registration_staff.add_new", "organizer")
    names = {"given_names": "a" * 100, "surname1": "b" * 100, "surname2": "c" * 100, "certificate_name": ""}
    whole = Tampering(changed=tuple((at, names[name]) for at, (name, _) in enumerate(form.filled) if name in names))
    assert pair.send_form(form, whole) == []
    monkeypatch.setattr(people_forms, "LONGEST_CERTIFICATE_NAME", 1_000)
    assert pair.send_form(form, whole) != []


def test_a_form_that_lets_a_nul_through_is_noticed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: SQLite stores the character, PostgreSQL cannot."""
    form = pair.form("registration_staff.correct", "organizer")
    place = [name for name, _ in form.filled].index("position")
    with_nul = Tampering(changed=((place, "Fis\0cal"),))
    assert pair.send_form(form, with_nul) == []
    careless = SimpleNamespace(normalize=unicodedata.normalize, category=lambda _character: "Lo")
    monkeypatch.setattr(web_forms, "unicodedata", careless)
    assert pair.send_form(form, with_nul) != []
