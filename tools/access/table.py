"""Reads the rooms' tables of access, and prints them as one page for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

ROOT = Path(__file__).parents[2]
POLICY = "seminar_app/*/access.txt"
"""One file a room. A line is an endpoint, a method, and what each of `WHO` gets: for their own object, after a slash for another's."""
PAGE = ROOT / "docs" / "access.md"
SECTIONS = (
    "Public pages",
    "Behind a personal link",
    "Signing in",
    "One's own account",
    "Seminars",
    "Who takes part",
    "Nominations",
    "Attendance",
    "Feedback",
    "Messages of a seminar",
    "Reports",
    "Agencies",
    "Offices, accounts, messages, audit log",
)
"""In the order of the page. A room's lines stand in as many as they belong to."""

WHO = ("stranger", "official", "liaison", "coordinator", "organizer", "auditor", "admin")
OUTCOMES = ("yes", "404", "no", "sign-in", "ask")
UNCHANGING = {"HEAD", "OPTIONS"}
"""Answered for every page like GET; no lines of their own."""

INTRODUCTION = """# Who gets what

Every address of the program, and what each kind of person gets there. Printed by `python -m tools.access` from each room's
`access.txt` and from the program's own addresses; a test says when it is out of date, and another sends each of these
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
**liaison**, people of their agency, of what lies below it and of what these alone succeeded, in any seminar that is not a draft; for a **coordinator**, a seminar
they are assigned to; for an **organizer**, a seminar of their office and people who registered for one. A **stranger** has neither
account nor link. An **admin** sees everything, and each access to personal data leaves a row in the audit log. An account with several roles may do
what any of them may.

An id of one seminar under the address of another is 404 for everybody, administrators too. A form without its token is refused
(422), whoever sends it. HEAD gets what GET gets and changes nothing.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One address and method: what each kind of person gets for their own object and for somebody else's."""

    section: str
    endpoint: str
    method: str
    cells: tuple[tuple[str, str], ...]

    def outcome(self, who: str, *, own: bool) -> str:
        """What the table says."""
        return self.cells[WHO.index(who)][0 if own else 1]


@cache
def lines() -> tuple[Line, ...]:
    """The tables of all rooms, in the order of the sections.

    Raises:
        ValueError: a line is not of the table's shape, or its section is unknown.
    """
    found = [line for path in sorted(ROOT.glob(POLICY)) for line in _read(path)]
    return tuple(sorted(found, key=lambda line: SECTIONS.index(line.section)))


def _read(path: Path) -> Iterator[Line]:
    section = ""
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip() or text.startswith("#"):
            continue
        if text.startswith("["):
            section = text.strip("[]")
            continue
        endpoint, method, *cells = text.split()
        pairs = tuple((own, other or own) for own, _slash, other in (cell.partition("/") for cell in cells))
        if len(pairs) != len(WHO) or any(outcome not in OUTCOMES for pair in pairs for outcome in pair) or section not in SECTIONS:
            raise ValueError(f"{path.relative_to(ROOT)}:{number}: {text}")
        yield Line(section, endpoint, method, pairs)


def addresses(app: Flask) -> dict[tuple[str, str], Rule]:
    """Every (endpoint, method) of the program; files of the style sheet's kind aside."""
    found = {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - UNCHANGING:
            if rule.endpoint != "static":
                found[rule.endpoint, method] = rule
    return found


def page(app: Flask) -> str:
    """The table as Markdown, with each address."""
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
