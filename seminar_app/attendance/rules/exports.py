"""Which exports are so large that the worker writes them."""

from __future__ import annotations

LONG_CELLS = 200_000
"""Cells of the largest file that a page sends at once. Of the dearest kind they took 1.6 s here, and a small server takes twice that.

Source: docs/decisions/0051-files-that-jobs-make.md.
"""
OF_PERSON = 13
"""Columns of the list of people beside one for each session."""
OF_SESSION = 10
"""Columns of the sheet of a session."""


def cells_of(people: int, sessions: int, *, workbook: bool) -> int:
    """Return about how many cells a file has. A workbook has a sheet for each session beside the list of people."""
    return people * (OF_PERSON + sessions + (OF_SESSION * sessions if workbook else 0))


def takes_long(people: int, sessions: int, *, workbook: bool) -> bool:
    """Whether the worker writes the file, so that its progress is shown and no thread of the web server is held."""
    return cells_of(people, sessions, workbook=workbook) > LONG_CELLS
