"""Read the policy table, and print it as a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

POLICY = Path(__file__).with_name("policy.txt")
PAGE = Path(__file__).parents[2] / "docs" / "access.md"

WHO = ("stranger", "official", "liaison", "coordinator", "organizer", "auditor", "admin")
OUTCOMES = ("yes", "404", "no", "sign-in", "ask")
UNCHANGING = {"HEAD", "OPTIONS"}
"""Methods that every page answers like GET; they have no lines of their own."""

INTRODUCTION = """# Who gets what

Every address of the program, and what each kind of person gets there. Printed by `python -m tools.access` from the table
`tools/access/policy.txt` and from the program's own addresses; a test says when it is out of date, and another sends each of these
requests to the program, on both databases, for one's own and for somebody else's.

| a cell | means |
|---|---|
| **yes** | the page; for a form that is sent: it is done, or the form says what is wrong |
| 404 | as if it did not exist |
| no | a page that says that one's role does not include this (403) |
| sign-in | sent to the sign-in page |
| ask | sent to where a new link can be asked for |
| **yes** / 404 | one's own / somebody else's |

*Own* is, for an **official**, the registration that the personal link opens (somebody else's: a link made up, or replaced since); for a
**liaison**, people of their agency and of what lies below it, in any seminar that is not a draft; for a **coordinator**, a seminar
they are assigned to; for an **organizer**, a seminar of their office and people who registered for one. A **stranger** has neither
account nor link. An **admin** sees all but the trail of nobody: looking leaves a row. Whoever holds several roles may do what any of
them may.

An id of one seminar under the address of another is 404 for everybody, administrators too. A form without its token is refused
(422), whoever sends it. HEAD gets what GET gets and changes nothing.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One URL and method, with the outcome for each role: on its own object and on a foreign one."""

    section: str
    endpoint: str
    method: str
    cells: tuple[tuple[str, str], ...]

    def outcome(self, who: str, *, own: bool) -> str:
        """Return the outcome in the table."""
        return self.cells[WHO.index(who)][0 if own else 1]


@cache
def lines() -> tuple[Line, ...]:
    """Return the table's lines.

    Raises:
        ValueError: a line does not have the table's format.
    """
    return tuple(_read())


def _read() -> Iterator[Line]:
    section = ""
    for number, text in enumerate(POLICY.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip() or text.startswith("#"):
            continue
        if text.startswith("["):
            section = text.strip("[]")
            continue
        endpoint, method, *cells = text.split()
        pairs = tuple((own, other or own) for own, _slash, other in (cell.partition("/") for cell in cells))
        if len(pairs) != len(WHO) or any(outcome not in OUTCOMES for pair in pairs for outcome in pair):
            raise ValueError(f"{POLICY.name}:{number}: {text}")
        yield Line(section, endpoint, method, pairs)


def addresses(app: Flask) -> dict[tuple[str, str], Rule]:
    """Return the URL rule of each (endpoint, method) of the program, without static files."""
    found = {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - UNCHANGING:
            if rule.endpoint != "static":
                found[rule.endpoint, method] = rule
    return found


def page(app: Flask) -> str:
    """Return the table as Markdown, with each URL."""
    found = addresses(app)
    parts, section = [INTRODUCTION], ""
    for line in lines():
        if line.section != section:
            section = line.section
            parts.append(f"\n## {section}\n\n| | {' | '.join(WHO)} |\n|---|{'---|' * len(WHO)}\n")
        rule = found[line.endpoint, line.method]
        cells = " | ".join(_shown(*pair) for pair in line.cells)
        parts.append(f"| `{line.method} {rule.rule}` | {cells} |\n")
    return "".join(parts)


def _shown(own: str, other: str) -> str:
    words = [f"**{outcome}**" if outcome == "yes" else outcome for outcome in dict.fromkeys((own, other))]
    return " / ".join(words)
