"""What figure an address asks for, as far as its reader may ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from msgspec import Struct
from werkzeug.datastructures import MultiDict

from seminar_app.core.actor import Actor
from seminar_app.core.values import replace
from seminar_app.reports.rules import Definition, Dimension, Names, read_definition, read_period, whole_year

BESIDE = "b."
"""Begins the names of what a second figure, beside the first, is asked by."""
FIXED = frozenset({Dimension.GROUP, Dimension.LEVEL, Dimension.SEX, Dimension.OFFICE, Dimension.YEAR, Dimension.FISCAL_YEAR})
"""Breakdowns that an auditor may see, one at a time, over whole years: two tables that differ by little would tell of single people."""


def sees_fixed_tables(actor: Actor) -> bool:
    """Whether the account sees fixed tables with small cells hidden: an auditor without another role that counts."""
    return not (actor.is_admin or actor.office_ids or actor.agency_ids)


class Asked(Struct, frozen=True):
    """One figure, or two side by side."""

    first: Definition
    beside: Definition | None

    def address(self) -> dict[str, str]:
        """Return the values of the address that asks for the same again."""
        second = {f"{BESIDE}{key}": value for key, value in self.beside.written().items()} if self.beside else {}
        return self.first.written() | second | ({"beside": "1"} if self.beside else {})


def asked(actor: Actor, arguments: MultiDict[str, str] | None = None) -> Asked:
    """Return what the address asks for."""
    values = request.args if arguments is None else arguments
    second = _definition(actor, values, BESIDE) if values.get("beside") else None
    return Asked(_definition(actor, values, ""), second)


def _definition(actor: Actor, values: MultiDict[str, str], prefix: str) -> Definition:
    pairs = {key.removeprefix(prefix): ",".join(filter(None, values.getlist(key))) for key in values if key.startswith(prefix)}
    definition = read_definition(pairs)
    if (period := read_period(pairs.get("period", ""))) is not None:
        definition = replace(definition, first=period.first, last=period.last)
    return _fixed(definition) if sees_fixed_tables(actor) else definition


def is_fixed(definition: Definition) -> bool:
    """Whether a reader of fixed tables may ask for this definition as it is."""
    return _fixed(definition) == definition


def _fixed(definition: Definition) -> Definition:
    """Return the nearest definition that a reader of fixed tables may ask for."""
    whole = year_of(definition) is not None
    return Definition(
        definition.count,
        definition.status,
        tuple(each for each in definition.by if each in FIXED)[:1],
        Names.THEN,
        definition.first if whole else None,
        definition.last if whole else None,
    )


def year_of(definition: Definition) -> str | None:
    """Return the year that is exactly the definition's period, as `2014` or `FY2014`; None for any other period."""
    return whole_year(definition.first, definition.last)


def written_period(definition: Definition) -> Mapping[str, str]:
    """Return the fields of a form that say the period."""
    year = year_of(definition)
    if year is not None:
        return {"period": year, "from": "", "to": ""}
    return {
        "period": "",
        "from": definition.first.isoformat() if definition.first else "",
        "to": definition.last.isoformat() if definition.last else "",
    }


def figures_url(values: Mapping[str, str]) -> str:
    """Return the address of the page of figures with these values."""
    return url_for("reports.figures", **dict[str, Any](values))
