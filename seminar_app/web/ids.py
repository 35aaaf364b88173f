"""Public ids in addresses."""

from __future__ import annotations

import uuid

from seminar_app.core.errors import NotFound


def id_in(text: str | None) -> uuid.UUID | None:
    """Return the id, or None if the text is none."""
    try:
        return uuid.UUID(hex=text) if text else None
    except ValueError:
        return None


def id_needed(text: str) -> uuid.UUID:
    """Return the id.

    Raises:
        NotFound: the text is no id.
    """
    found = id_in(text)
    if found is None:
        raise NotFound
    return found
