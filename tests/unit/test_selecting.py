"""The tests' own CSS selection finds the same elements as JustHTML."""

from __future__ import annotations

import pytest
from justhtml import JustHTML

from tests.support import selecting

PAGE = JustHTML(
    """<!DOCTYPE html><html lang=en><head><title>T</title></head><body><!-- no --><main class="wide main">
    <form class=form id=sheet action="/a"><p class="error form"><label for=x>X</label>
    <input id=x name=q-x value="5"><input name=q-x value=4>
    <select name=s><option value="">-<option selected>b</select></p></form><form><input type=hidden name=csrf_token></form>
    <template><p class=error>held</p></template><a href="/staff/new">n</a>
    <fieldset disabled><legend>l</legend></fieldset></main></body></html>""",
    sanitize=False,
)
SIMPLE = (
    *("form", "*", "[id]", "#sheet", "form.form", ".error", ".error.form", "main form input", "input, select, label", "main, form p"),
    *("[name=csrf_token]", "input[name=q-x][value='5']", 'a[href="/staff/new"]', "form.form p.error option"),
    *("form form", "p", "fieldset[disabled]"),
)
LEFT_TO_JUSTHTML = ("fieldset > legend", "a[href$=new]", "input[name^=q-]", "option:first-child", "[class='wide main']")


@pytest.mark.parametrize("selector", SIMPLE + LEFT_TO_JUSTHTML)
def test_the_same_elements_in_the_same_order(selector: str) -> None:
    found = selecting.select(PAGE.root, selector)
    assert found or selector == "form form"
    assert [id(element) for element in found] == [id(element) for element in PAGE.query(selector)]
    assert (selecting._simple(selector) is None) == (selector in LEFT_TO_JUSTHTML)
    form = PAGE.query("form")[0]
    assert [id(element) for element in selecting.select(form, selector)] == [id(element) for element in form.query(selector)]
