"""One measured figure, what it is held against, and whether that is enough."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the report.

    Attributes:
        figure: what was measured, with its unit.
        limit: what the same machine could do at best in the same run, or what BAR allows, with its unit.
        ratio: of figure to limit where both are rates, else None.
        passed: whether BAR's mark is met; None where BAR has none.
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
        verdict = {True: "yes", False: "**no**", None: ""}[self.passed]
        return [self.what, self.engine, self.figure, self.limit, ratio, self.mark, verdict]


HEADINGS = ["what", "database", "measured", "limit in the same run", "ratio", "mark", "met"]


def table(rows: list[Row]) -> str:
    """Markdown."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    return "\n".join(lines)
