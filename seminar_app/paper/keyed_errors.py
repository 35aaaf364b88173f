"""Reasons to refuse what is keyed from paper."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class UnreadableKey(Refusal):
    """What was typed in a row is no key of a mark."""

    sentence = N_("«%(typed)s» stands for no mark. Type 1, 2, 3, 4 or 0, or leave the row empty. Nothing was saved.")


class NoSuchRow(Refusal):
    """What was typed is no row of this sheet: its check digit is wrong, it is of another sheet, or the sheet has fewer rows."""

    sentence = N_("«%(typed)s» is no row of this sheet. Look at the number at the end of the row again.")


class NothingToUndo(Refusal):
    """A decision between paper and screen was taken back already, or the mark has changed since."""

    sentence = N_("There is nothing to undo: this was undone already, or the mark on the screen has changed since.")
