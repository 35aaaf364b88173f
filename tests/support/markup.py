"""A parsed page, as tests look at it, and whether it is written without a fault.

The parser is turbohtml's. It tells faults of letters: attributes twice, unknown references, control characters. Of a tag that is
missing, superfluous or in a wrong place it says nothing, because a browser mends it. So the elements that are written are held
against the elements that the parser makes of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import turbohtml
from turbohtml import TokenType

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
"""Elements that have no end tag."""
SCRIPTLESS = "noscript"
"""The tokenizer takes what stands in it for text, as browsers do that run scripts; with another name it is read."""
MAY_BE_LEFT_OUT = ("head", "body", "tbody")
"""Elements that a parser adds to a page that has none of them."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a page."""

    node: turbohtml.Element

    @property
    def name(self) -> str:
        """In lower case."""
        return self.node.tag

    @property
    def attrs(self) -> dict[str, str]:
        """Attributes, as they are written; one without a value is empty."""
        return {name: " ".join(value) if isinstance(value, list) else value or "" for name, value in self.node.attrs.items()}

    @property
    def parent(self) -> Element | None:
        """The element around it."""
        return next((Element(around) for around in self.node.ancestors if isinstance(around, turbohtml.Element)), None)

    def to_text(self) -> str:
        """All text within, a space between what markup separates."""
        return " ".join(self.node.stripped_strings)

    def query(self, selector: str) -> list[Element]:
        """Elements within, by CSS selector."""
        return select(self.node, selector)


def select(node: turbohtml.Node, selector: str) -> list[Element]:
    """Return the elements within, by CSS selector, in the page's order."""
    return [Element(found) for found in node.select(selector)]


def faults(body: str, document: turbohtml.Document) -> Iterator[str]:
    """Tell what is wrong with the way in which a whole page is written."""
    if not body.startswith("<!doctype html>"):
        yield "no doctype"
    for error in document.errors:
        yield f"{error.code} in line {error.line}, column {error.col}"
    left_out = [tag for tag in MAY_BE_LEFT_OUT if f"<{tag}" not in body]
    written, made = list(_written(body)), list(_made(document, left_out))
    if written != made:
        place = next((n for n, (one, other) in enumerate(zip(written, made, strict=False)) if one != other), min(len(written), len(made)))
        near = slice(max(0, place - 3), place + 3)
        yield f"the tags {' '.join(written[near])} became {' '.join(made[near])}"


def _written(body: str) -> Iterator[str]:
    """The tags as they are written, without end tags of elements that have no content."""
    for token in turbohtml.tokenize(body.replace(f"{SCRIPTLESS}>", f"x-{SCRIPTLESS}>"), capture_attributes=False):
        if token.type is TokenType.START_TAG:
            yield f"<{token.tag}>"
            if token.self_closing and token.tag not in VOID:
                yield f"</{token.tag}>"
        elif token.type is TokenType.END_TAG:
            yield f"</{token.tag}>"


def _made(node: turbohtml.Node, left_out: Collection[str]) -> Iterator[str]:
    """The tags with which this tree would be written."""
    for child in node.children:
        tag = child.tag if isinstance(child, turbohtml.Element) else None
        if tag == SCRIPTLESS:
            tag = f"x-{SCRIPTLESS}"
        shown = tag is not None and tag not in left_out
        if shown:
            yield f"<{tag}>"
        yield from _made(child, left_out)
        if shown and tag not in VOID:
            yield f"</{tag}>"
