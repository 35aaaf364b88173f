"""Read sheets of workbooks back: what stands above the table, and the table."""

from __future__ import annotations

from typing import Any

from openpyxl.worksheet.worksheet import Worksheet


def head_row(sheet: Worksheet) -> int:
    """Return the number of the row of headings: the last one that is frozen."""
    return int(str(sheet.freeze_panes).lstrip("A")) - 1


def table_of(sheet: Worksheet) -> list[list[Any]]:
    """Return the headings and rows of the table."""
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=head_row(sheet))]


def above_of(sheet: Worksheet) -> list[str]:
    """Return the texts above the table, line by line from left to right."""
    return [str(cell.value) for row in sheet.iter_rows(max_row=head_row(sheet) - 1) for cell in row if cell.value]


def footer_of(sheet: Worksheet) -> list[str]:
    """Return what stands at the left, in the middle and at the right of each printed page."""
    footer = sheet.oddFooter
    assert footer is not None
    return [str(part.text) if part is not None else "" for part in (footer.left, footer.center, footer.right)]
