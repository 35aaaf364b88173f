"""What is said where a typed surname is not that of a link's person."""

from __future__ import annotations

from flask_babel import ngettext


def wrong_surname(left: int) -> str:
    """Return the sentence about a wrong surname; `left`: how many more the link bears."""
    sentence: str = ngettext(
        "This is not the surname that we have. Please check it: after one more wrong one this link ends.",
        "This is not the surname that we have. Please check it: after %(num)d more wrong ones this link ends.",
        left,
    )
    return sentence
