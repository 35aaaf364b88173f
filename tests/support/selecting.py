"""Find elements of a parsed page by the CSS selectors that tests use, in one walk over the page.

JustHTML's own `query` supports any selector, but for simple ones it takes as long as parsing the page. Other selectors are
passed to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

_PART = re.compile(
    r"""(?P<kind>[#.]?)(?P<word>[A-Za-z_][\w-]*)"""
    r"""|\[(?P<name>[a-z-]+)(?:=(?P<quote>["']?)(?P<value>[\w.:/-]+)(?P=quote))?\]"""
)
_QUOTED_SPACE = re.compile(r"""["'][^"']*[\s,][^"']*["']""")


@dataclass(frozen=True, slots=True)
class Compound:
    """Conditions for one element: its name (None: any), attributes (value None: present) and classes."""

    tag: str | None
    attributes: tuple[tuple[str, str | None], ...]
    classes: tuple[str, ...]

    def matches(self, element: Any) -> bool:
        """Whether the element meets the conditions."""
        if self.tag is not None and element.name != self.tag:
            return False
        attributes = element.attrs
        for name, value in self.attributes:
            if name not in attributes or (value is not None and attributes[name] != value):
                return False
        return not self.classes or set(self.classes) <= set((attributes.get("class") or "").split())

    def among(self, elements: list[Any]) -> list[Any]:
        """Those that are so. Most that is asked for has a name, which leaves few to be looked at."""
        named = elements if self.tag is None else [element for element in elements if element.name == self.tag]
        return [element for element in named if self.matches(element)] if self.attributes or self.classes else list(named)


Path = tuple[Compound, ...]
"""Conditions of nested elements, the outermost first."""


def elements_of(root: Any) -> list[Any]:
    """Return all elements below `root`, in the page's order."""
    found, waiting = [], list(reversed(root.children or ()))
    while waiting:
        node = waiting.pop()
        if node.name[0] not in "#!":
            found.append(node)
        if node.children:
            waiting.extend(reversed(node.children))
        if node.name == "template" and node.template_content:
            waiting.append(node.template_content)
    return found


def select(root: Any, selector: str, elements: list[Any] | None = None) -> list[Any]:
    """Find the same elements as `root.query(selector)`; `elements` is `elements_of(root)`, if the caller has it already."""
    paths = _simple(selector)
    if paths is None:
        return list(root.query(selector))
    found = elements_of(root) if elements is None else elements
    if len(paths) == 1 and len(paths[0]) == 1:
        return paths[0][0].among(found)
    return [element for element in found if any(_stands(element, path) for path in paths)]


def _stands(element: Any, path: Path) -> bool:
    if not path[-1].matches(element):
        return False
    wanted, above = len(path) - 2, element.parent
    while wanted >= 0 and above is not None:
        if above.name[0] not in "#!" and path[wanted].matches(above):
            wanted -= 1
        above = above.parent
    return wanted < 0


@cache
def _simple(selector: str) -> tuple[Path, ...] | None:
    """Return the alternatives of the selector, or None if it is not a simple one."""
    if _QUOTED_SPACE.search(selector):
        return None
    paths = [tuple(_compounds(words)) for words in selector.split(",")]
    return None if any(not path or None in path for path in paths) else tuple(paths)  # type: ignore[arg-type]


def _compounds(words: str) -> Iterator[Compound | None]:
    for word in words.split():
        parts = list(_PART.finditer(word))
        if "".join(part[0] for part in parts) != word and word != "*":
            yield None
            continue
        attributes, tag = [(part["name"], part["value"]) for part in parts if part["name"]], None
        for part in parts:
            if part["kind"] == "" and part["word"]:
                tag = part["word"].lower()
            elif part["kind"] == "#":
                attributes.append(("id", part["word"]))
        yield Compound(tag, tuple(attributes), tuple(part["word"] for part in parts if part["kind"] == "."))
