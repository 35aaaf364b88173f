"""The filters of a roster's address."""

from __future__ import annotations

from collections.abc import Mapping

from seminar_app.registration.queries import RosterFilter
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.searches import kept_search

ALTERNATES = "alternate"
"""In place of a state: of those who wait only alternates."""


def roster_filter(arguments: Mapping[str, str]) -> RosterFilter:
    """Return the filters, and the words of the search that they name; unknown values are ignored."""
    alternates = arguments.get("state") == ALTERNATES
    try:
        state = RegistrationState(arguments.get("state", ""))
    except ValueError:
        state = None
    words, to_phone = kept_search(arguments.get("find")), arguments.get("mail") == "none"
    lacks_sex = arguments.get("lacks") == "sex"
    return RosterFilter(state, arguments.get("group", ""), arguments.get("pool", ""), words, to_phone, alternates, lacks_sex)
