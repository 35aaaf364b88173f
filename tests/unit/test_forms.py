"""Cleaning that every form applies to a text before its validation."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import Babel
from werkzeug.datastructures import MultiDict
from wtforms.fields import FieldList, StringField

from seminar_app.web.forms import BaseForm, FormPart, VersionField, clean_text, one_line, paragraphs


class Typed(FormPart):
    name = one_line("Name")
    words = paragraphs("Words", needed=True)
    version = VersionField()


def typed(**values: str) -> Typed:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        form = Typed(MultiDict(values), data={"version": 7})
        form.validate()
        return form


@pytest.mark.parametrize("nothing", ["", " ", "\u3000\u00a0", "\ufeff", "\u200b", " \ufeff\t\u2060 "])
def test_what_nobody_sees_is_nothing(nothing: str) -> None:
    form = typed(name=nothing, words=nothing)
    assert [str(form.name.errors[0]), str(form.words.errors[0])] == ["Please fill in this field."] * 2


def test_the_marks_around_a_copied_cell_go_and_those_within_a_word_stay() -> None:
    assert clean_text("\ufeff Núñez\u200b ") == "Núñez"
    assert clean_text("👩\u200d🎓") == "👩\u200d🎓"
    assert clean_text("a\u200bb") == "a\u200bb"
    assert clean_text(None) is None


@pytest.mark.parametrize("made_up", [{}, {"version": ""}, {"version": "-7"}, {"version": "٧"}, {"version": "7.0"}, {"version": "9" * 40}])
def test_a_version_that_is_left_out_or_made_up_is_none(made_up: dict[str, str]) -> None:
    assert typed(**made_up).version.data == 0


def test_a_version_comes_back_and_can_be_shown_anew() -> None:
    form = typed(version="6")
    assert form.version.data == 6
    form.version.show(8)
    assert 'value="8"' in form.version()


class Lined(BaseForm):
    lines = FieldList(StringField())


@pytest.mark.parametrize("number", ["²", "1" * 5000, "٣"])
def test_a_line_whose_number_cannot_be_read_is_left_out(number: str) -> None:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        form = Lined(MultiDict({f"lines-{number}": "odd", "lines-1": "kept"}))
    assert form.lines.data == ["kept"]
