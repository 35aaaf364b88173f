"""What is wrong with a page is told, and nothing of a page that is right."""

from __future__ import annotations

import pytest
from turbohtml import parse

from tests.support import markup

PAGE = """<!doctype html><html lang="en"><head><title>T</title></head><body><main class="wide  main"><h1>T</h1>
    <form><p class="error">a &amp; b<br><label for="x">X</label><input id="x" disabled></p>
    <select name="s"><option value="">-</option></select></form><svg><path d="M0"/></svg><script>if (a < b) "</p>"</script>
    <table><tr><td>1</td></tr></table><noscript><p>none</p></noscript><template><p class="error">held</p></template></main></body></html>"""
FAULTS = [
    *[("<!doctype html>", ""), ("</h1>", ""), ("</h1>", "</h1></h1>"), ("</p>", "</p></p>"), ("<form>", ""), ("</option>", "")],
    *[("</main>", ""), ("</body></html>", ""), ("</body>", "</body></body>"), ("</h1>", "</h2>"), ("<form><p", "<p><form"), ("</svg>", "")],
    *[("<p class", "<p><div></div><i class"), ("<tr>", "<div></div><tr>"), ("<form>", "<form><form></form>"), ("</td></tr>", "</tr></td>")],
    *[("disabled", "disabled disabled"), ("<br>", "<p/>"), ("&amp;", "&nope;"), ("&amp;", "\0"), ("&amp;", "\1")],
    *[
        ("&amp;", "&#0;"),
        ('"x" disabled', '"x"disabled'),
        ("<label for", '<label "'),
        ("<br>", "<?x"),
        ("<br>", "<!-- "),
        ("held", "</br>"),
        ("none", "</i>"),
    ],
]


def faults(page: str) -> list[str]:
    return list(markup.faults(page, parse(page)))


def test_a_page_without_a_fault_has_none() -> None:
    assert faults(PAGE) == []
    assert faults("<!doctype html><html lang=en><title>T</title><h1>T</h1></html>") == [], "a parser adds head and body"


@pytest.mark.parametrize(("whole", "broken"), FAULTS)
def test_each_fault_is_told(whole: str, broken: str) -> None:
    assert whole in PAGE
    assert faults(PAGE.replace(whole, broken)) != []


def test_elements_are_found_with_their_words() -> None:
    page = parse(PAGE)
    assert [each.to_text() for each in markup.select(page, ".error")] == ["a & b X", "held"]
    (main,) = markup.select(page, "main")
    assert (main.attrs, main.name) == ({"class": "wide main"}, "main")
    (held,) = main.query("template > p, template p")
    assert held.parent is not None
    assert held.parent.name == "template"
    assert [each.attrs for each in main.query("form > p input, option")] == [{"id": "x", "disabled": ""}, {"value": ""}]
