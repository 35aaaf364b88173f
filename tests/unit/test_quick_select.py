"""Options are written exactly as WTForms writes them."""

from __future__ import annotations

import pytest
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # the type stubs are of version 3.2
from wtforms.widgets import Select

from seminar_app.web.forms import QuickSelect

CHOICES = [
    Choice("a", "A & <B>", False, {}),
    Choice('"a"', "", True, {}),
    Choice("a", "A", True, {"data-aliases": "one \"two\" <three> & 'four'"}),
    Choice("a", "A", False, {"data-aliases": ""}),
    Choice("a", "A", False, {"data-aliases": "x", "disabled": True}),
    Choice("a", "A", False, {"lang": "es"}),
]


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_an_option_is_written_as_the_library_writes_it(choice: Choice) -> None:
    assert QuickSelect.render_option(choice) == Select.render_option(choice)  # type: ignore[call-arg]  # as above
