"""The slug, the part of a URL that names a seminar; and where its venue is on a map."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from urllib.parse import urlencode

from seminar_app.core.folding import fold

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUGS_TAKEN_BY_PAGES = frozenset({"new"})


def is_slug(text: str) -> bool:
    """Whether the text can be a slug: at most 80 lower case letters, digits and single hyphens, and not the name of a page."""
    return len(text) <= 80 and SLUG.fullmatch(text) is not None and text not in SLUGS_TAKEN_BY_PAGES


def _in_ascii(text: str) -> str:
    return "-".join(word for word in fold(text).split() if word.isascii())


def propose_slug(*, city: str, starts_on: date, topic: str = "", taken: Collection[str] = ()) -> str:
    """Propose a slug that people can say on the phone: «cancun-2014»; with the month, then with a number, if it is taken."""
    place = _in_ascii(city) or _in_ascii(topic) or "seminar"
    place = place[:60].strip("-")
    stems: Sequence[str] = (f"{place}-{starts_on.year}", f"{place}-{starts_on.year}-{starts_on.month:02d}")
    for stem in stems:
        if stem not in taken:
            return stem
    number = 2
    while f"{stems[0]}-{number}" in taken:
        number += 1
    return f"{stems[0]}-{number}"


def map_url(*address: str | None) -> str:
    """Return where OpenStreetMap looks for an address: street, city and country, as far as they are known."""
    return "https://www.openstreetmap.org/search?" + urlencode({"query": ", ".join(filter(None, address))})
