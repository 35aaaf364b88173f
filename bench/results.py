"""One measured figure, the limit it is compared with, and whether it is enough."""

from __future__ import annotations

from dataclasses import dataclass

LATER = "with its feature"
"""Verdict of a mark whose feature does not exist yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the report.

    Attributes:
        figure: what was measured, with its unit.
        limit: the machine's best in the same run, or what the mark allows, with its unit.
        ratio: figure divided by limit where both are rates, else None.
        passed: whether the mark is met; None where there is none.
    """

    what: str
    engine: str
    figure: str
    limit: str
    mark: str
    ratio: float | None = None
    passed: bool | None = None

    def cells(self) -> list[str]:
        ratio = "" if self.ratio is None else f"{self.ratio:.0%}"
        verdict = {True: "yes", False: "**no**", None: LATER if not self.figure else ""}[self.passed]
        return [self.what, self.engine, self.figure, self.limit, ratio, self.mark, verdict]


HEADINGS = ["what", "database", "measured", "limit in the same run", "ratio", "mark", "met"]


def table(rows: list[Row]) -> str:
    """Return the rows as Markdown."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    return "\n".join(lines)


def summary(rows: list[Row]) -> str:
    """Return how many marks are met, and which are not."""
    missed, later = [row for row in rows if row.passed is False], [row for row in rows if not row.figure]
    lines = [f"{sum(row.passed is True for row in rows)} met, {len(missed)} not met, {len(later)} {LATER}."]
    for row in missed:
        ratio = f" = {row.ratio:.0%}" if row.ratio else ""
        lines.append(f"  not met: {row.what} ({row.engine}): {row.figure}{ratio}, mark {row.mark}")
    return "\n".join([*lines, *(f"  {LATER}: {row.what}" for row in later)])


TO_COME = [
    Row(what=what, engine="both", figure="", limit="", mark=mark)
    for what, mark in (
        ("check-in by API, a fresh code each", "≥ 50% of the page limit, ≤ 6 statements"),
        ("20 scans of one code at once; one nonce 5 times", "1 success; 5 equal answers, 1 row"),
    )
]
