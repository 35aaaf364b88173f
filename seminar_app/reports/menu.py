"""The pages of reports, as the line under their heading shows them."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l
from msgspec import Struct

from seminar_app.web.access import current_actor, policy_of


class Tab(Struct, frozen=True):
    """A page of reports; endpoints that begin with `prefix` keep it marked as current."""

    label: Any
    endpoint: str
    prefix: str


TABS = [
    Tab(_l("Figures"), "reports.figures", "reports.figures"),
    Tab(_l("Coverage"), "reports.coverage_page", "reports.coverage"),
    Tab(_l("Hours"), "reports.hours", "reports.hours"),
    Tab(_l("Indicators"), "reports.indicators", "reports.indicator"),
    Tab(_l("Frozen figures"), "reports.snapshots", "reports.snapshot"),
    Tab(_l("Changes of figures"), "reports.changes", "reports.changes"),
]


def tabs() -> list[tuple[str, str, bool]]:
    """Return label, address and whether it is the current one, of the pages that the account may open."""
    roles, here = current_actor().roles, request.endpoint or ""
    found = []
    for tab in TABS:
        policy = policy_of(current_app, tab.endpoint)
        if policy is not None and (not policy.roles or policy.roles & roles):
            found.append((str(tab.label), url_for(tab.endpoint), here.startswith(tab.prefix)))
    return found
