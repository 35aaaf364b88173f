from __future__ import annotations

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from seminar_app.agencies.forms import AgencyField, agency_needed, agency_text_field, written_agency
from seminar_app.agencies.queries import agency_groups, find_agency_by_code, find_offered
from seminar_app.agencies.services import seed_directory
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.web.forms import BaseForm, optional, required
from tests.support.context import context


class Form(BaseForm):
    agency = AgencyField("Agency", validators=[required("Please choose your agency.")])


@pytest.fixture
def seeded(session: Session, now: datetime) -> Session:
    with unit_of_work(session) as open_session:
        seed_directory(open_session, context(now))
    return session


def test_a_code_that_was_offered_becomes_the_agencys_id(app: Flask, seeded: Session) -> None:
    inm = find_agency_by_code(seeded, "INM")
    assert inm is not None
    groups = agency_groups(seeded, date(2014, 6, 3))
    for typed, expected, sentence in [
        ("INM", inm.id, None),
        ("", None, "Please choose your agency."),
        ("FGR", None, "Please choose an agency of the list."),
        ("PGJ", None, "Please choose an agency of the list."),
        ("10" * 5000, None, "Please choose an agency of the list."),
        ("\ud800\0", None, "Please choose an agency of the list."),
    ]:
        with app.test_request_context("/", method="POST", headers={"Accept-Language": "en"}):
            form = Form(MultiDict({"agency": typed}))
            form.agency.offer(groups)
            assert form.validate() is (sentence is None), typed[:20]
            assert form.agency.data == expected
            assert sentence is None or [str(error) for error in form.agency.errors] == [sentence]


def test_the_select_is_grouped_and_each_choice_carries_what_it_is_found_by(app: Flask, seeded: Session) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        form = Form()
        form.agency.offer(agency_groups(seeded, date(2014, 6, 3)), whole_groups=True)
        html = str(form.agency())
    assert '<optgroup label="PGJ · State attorney generals&#39; offices">' in html
    assert 'value="PGJ"' in html
    assert "PFP" in html
    assert "Procuraduría General de Justicia del Estado de Quintana Roo" in html


def test_a_group_that_heads_its_offices_can_be_chosen_for_a_quota_and_the_chosen_one_is_marked(app: Flask, seeded: Session) -> None:
    pgj = find_agency_by_code(seeded, "PGJ")
    assert pgj is not None
    with app.test_request_context("/"):
        form = Form(agency=pgj.id)
        form.agency.offer(agency_groups(seeded), whole_groups=True)
        assert 'selected value="PGJ"' in str(form.agency())
        assert form.agency.chosen is not None
        assert form.agency.chosen.code == "PGJ"


TODAY = date(2026, 3, 2)


def sent(app: Flask, session: Session, values: dict[str, str], *, on: date = TODAY, language: str = "en") -> Form:
    with app.test_request_context("/", method="POST", headers={"Accept-Language": language}):
        form = Form(MultiDict(values))
        form.agency.offer(agency_groups(session, on))
        form.validate()
        form.agency.errors = [str(error) for error in form.agency.errors]
        return form


def test_what_was_typed_is_taken_if_it_can_only_mean_one_agency(app: Flask, seeded: Session) -> None:
    for typed, code in [
        ("PGR", "FGR"),
        ("Procuraduría General de la República", "FGR"),
        ("policia federal preventiva", "GN"),
        ("cns", "SSPC"),
        ("pgj quintana", "FGE-ROO"),
        ("Procuraduría de Jalisco", "FGE-JAL"),
        ("PGJDF", "FGE-CMX"),
        ("migra", "INM"),
    ]:
        agency = find_agency_by_code(seeded, code)
        assert agency is not None
        for values in ({"agency": "", "agency-typed": typed}, {"agency": typed}, {"agency-typed": typed}):
            form = sent(app, seeded, values)
            assert (form.agency.data, form.agency.errors) == (agency.id, []), values


def test_the_server_guesses_among_several_agencies_no_more_than_the_page(app: Flask, seeded: Session) -> None:
    for typed in ("fiscalia", "Fiscalía General", "México", "Baja California", "PGJ"):
        form = sent(app, seeded, {"agency": "", "agency-typed": typed})
        assert form.agency.data is None
        assert "Please choose one from the list." in form.agency.errors[0]
        assert f"«{typed}» can be any of " in form.agency.errors[0]
        assert sent(app, seeded, {"agency": typed}).agency.data is None


def test_words_that_mean_no_agency_are_refused_even_if_the_field_may_be_empty(app: Flask, seeded: Session) -> None:
    class Free(BaseForm):
        agency = AgencyField("Agency", validators=[optional()])

    with app.test_request_context("/", method="POST", headers={"Accept-Language": "es"}):
        for typed, error in [("SEDENA", ["Ninguna dependencia de la lista se llama «SEDENA». Elija una de la lista."]), ("  ", [])]:
            form = Free(MultiDict({"agency": "", "agency-typed": typed}))
            form.agency.offer(agency_groups(seeded, TODAY))
            form.validate()
            assert [str(each) for each in form.agency.errors] == error
        form = Free(MultiDict({"agency": "", "agency-typed": "\ud800\0" + "x" * 5000}))
        form.agency.offer(agency_groups(seeded, TODAY))
        assert not form.validate()


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("es", "FGR · Fiscalía General de la República, antes PGR"),
        ("en", "FGR · Office of the Federal Prosecutor General, formerly PGR"),
    ],
)
def test_a_list_without_script_says_what_each_agency_was_before(app: Flask, seeded: Session, language: str, label: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": language}):
        form = Form()
        form.agency.offer(agency_groups(seeded, TODAY))
        html = str(form.agency())
    assert f">{label}</option>" in html
    assert 'value="PGR"' not in html
    then = agency_groups(seeded, date(2014, 6, 3))
    assert not next(office for group in then for office in group.offices if office.code == "PGR").former


def test_examples_come_from_what_is_offered(app: Flask, seeded: Session) -> None:
    with app.test_request_context("/"):
        form = Form()
        form.agency.offer(agency_groups(seeded, TODAY))
        assert form.agency.examples == ("FGR", "Aguascalientes")
        form.agency.offer(agency_groups(seeded, date(2014, 6, 3)))
        assert form.agency.examples == ("CNS", "Chihuahua")
        form.agency.offer([])
        assert not form.agency.examples


class WithText(BaseForm):
    agency = AgencyField("Agency", validators=[agency_needed("Please choose your agency.")], lets_write="It is not in the list")
    agency_text = agency_text_field("Name", message="Please write its name.", hint="Only if it is not in the list.")


LONG = "That is too long: at most 200 characters."
UNREADABLE = "This contains a character that cannot be kept. Please delete it and type the text again."


@pytest.mark.parametrize(
    ("values", "code", "text", "errors"),
    [
        pytest.param({"agency": "-", "agency_text": " Cruz  Roja "}, None, "Cruz  Roja", {}, id="written"),
        pytest.param({"agency": "", "agency_text": "Cruz Roja"}, None, "Cruz Roja", {}, id="written, and nothing chosen"),
        pytest.param({"agency_text": "Cruz Roja"}, None, "Cruz Roja", {}, id="written, and no field to choose"),
        pytest.param({"agency": "INM", "agency_text": "Cruz Roja"}, "INM", None, {}, id="a chosen one counts first"),
        pytest.param({"agency": "INM", "agency_text": "x" * 5000}, "INM", None, {}, id="beside a chosen one nothing is checked"),
        pytest.param(
            {"agency": "-", "agency-typed": "INM", "agency_text": "Cruz Roja"}, None, "Cruz Roja", {}, id="not in the list, after all"
        ),
        pytest.param({"agency": "", "agency-typed": "INM", "agency_text": "Cruz Roja"}, "INM", None, {}, id="what is typed means one"),
        pytest.param({"agency": "-", "agency_text": "👩🏽‍⚖️ Juzgado"}, None, "👩🏽‍⚖️ Juzgado", {}, id="emoji"),
        pytest.param({"agency": "-", "agency_text": "x" * 200}, None, "x" * 200, {}, id="200 letters"),
        pytest.param({"agency": "-"}, None, None, {"agency_text": ["Please write its name."]}, id="no name"),
        pytest.param({"agency": "-", "agency_text": " \u200b\t "}, None, None, {"agency_text": ["Please write its name."]}, id="spaces"),
        pytest.param({"agency": "-", "agency_text": "x" * 5000}, None, "x" * 5000, {"agency_text": [LONG]}, id="5,000 letters"),
        pytest.param({"agency": "-", "agency_text": "a\0b"}, None, "ab", {"agency_text": [UNREADABLE]}, id="NUL"),
        pytest.param({"agency": "", "agency_text": "\0"}, None, None, {"agency_text": [UNREADABLE]}, id="only NUL"),
        pytest.param({"agency": "-", "agency_text": "a\r\nb"}, None, "ab", {"agency_text": [UNREADABLE]}, id="two lines"),
        pytest.param({"agency": "", "agency_text": " "}, None, None, {"agency": ["Please choose your agency."]}, id="neither"),
        pytest.param(
            {"agency": "XYZ", "agency_text": "Cruz Roja"},
            None,
            None,
            {"agency": ["Please choose an agency of the list."]},
            id="no such code",
        ),
        pytest.param(
            {"agency": "", "agency-typed": "SEDENA"},
            None,
            None,
            {"agency": ["No agency in the list is called «SEDENA». Please choose one, or the last line of the list."]},
            id="typed, and in no list",
        ),
    ],
)
@pytest.mark.sqlite_first  # what the field makes of the words; the other tests read the list on both databases
def test_an_agency_that_is_not_in_the_list_can_be_written(
    app: Flask,
    seeded: Session,
    values: dict[str, str],
    code: str | None,
    text: str | None,
    errors: dict[str, list[str]],
) -> None:
    for when_shown in (False, True):
        with app.test_request_context("/", method="POST", headers={"Accept-Language": "en"}):
            form = WithText(MultiDict(values))
            if when_shown:
                form.agency.offer_when_shown(lambda: agency_groups(seeded, TODAY), find=lambda code: find_offered(seeded, code, on=TODAY))
            else:
                form.agency.offer(agency_groups(seeded, TODAY))
            valid = form.validate()
            assert {name: [str(each) for each in found] for name, found in form.errors.items()} == errors
            assert valid is not bool(errors)
            chosen = find_agency_by_code(seeded, code) if code else None
            assert form.agency.data == (chosen.id if chosen else None)
            assert written_agency(form.agency, form.agency_text) == text
            html = str(form.agency())
            assert ('selected value="-"' in html) is form.agency.is_written
            assert html.rindex('value="-"') > html.rindex("</optgroup>"), "it is the last line"


def test_where_none_can_be_written_the_choice_is_not_offered_and_not_taken(app: Flask, seeded: Session) -> None:
    form = sent(app, seeded, {"agency": "-", "agency_text": "Cruz Roja"})
    assert form.agency.errors == ["Please choose an agency of the list."]
    with app.test_request_context("/"):
        assert 'value="-"' not in str(form.agency())
