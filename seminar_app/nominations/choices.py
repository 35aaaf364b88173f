"""What a person chooses about how a file is read: applied, checked, kept as JSON, and remembered for the next list. No database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from seminar_app.core.values import replace
from seminar_app.nominations.cells import folded
from seminar_app.nominations.headings import NAMES
from seminar_app.nominations.layout import has_people
from seminar_app.nominations.orders import decided
from seminar_app.nominations.shapes import Column, DateOrder, Field, Layout, NameOrder, TableLayout, Tables

ONE_NAME_ONLY = (
    (Field.FULL_NAME, NAMES - {Field.FULL_NAME}),
    (Field.SURNAMES, frozenset({Field.SURNAME1, Field.SURNAME2})),
)
"""A whole beside its parts: one of them must be left out."""
_DECIDED = (Field.FULL_NAME, Field.BIRTH_DATE, Field.SEX, Field.CURP)
"""Fields on whose columns the orders rest."""


class LayoutFaultCode(StrEnum):
    """Why a list cannot be read under a layout yet."""

    NOTHING_TAKEN = "nothing_taken"
    """No table is taken."""
    UNPLACED = "unplaced"
    """Nobody has said what a column is for."""
    FIELD_TWICE = "field_twice"
    """Two columns of a table are for one field."""
    NAME_TWICE = "name_twice"
    """A whole name, or both surnames, beside a column with a part of it."""
    NO_NAME = "no_name"
    """No column of a table holds names."""
    NOBODY = "nobody"
    """Names are placed, but nobody stands in the table."""
    NO_SUCH_CHOICE = "no_such_choice"
    """A column or a value that there is not: the page was open too long, or forged."""


class LayoutFault(Struct, frozen=True):
    """A fault, for the page to word.

    Attributes:
        table: key of the table's layout; empty where no table is meant.
        columns: indexes of the columns that it is about.
    """

    code: LayoutFaultCode
    table: str = ""
    field: Field | None = None
    columns: tuple[int, ...] = ()


def with_choices(
    layout: Layout, choices: Mapping[str, Mapping[str, Any]], *, tables: Tables | None = None
) -> tuple[Layout, tuple[LayoutFault, ...]]:
    """Return the layout as chosen, and what is wrong with it. A faulty one is returned too, so that the page can show it again.

    Args:
        choices: by key of a table's layout, what a form or a command says; what is not said stays. `taken`; `fields`: field by index of the
            column, empty for none yet; `name_order`; `date_order`; `m_means`: F or M.
        tables: the file, to decide the orders of columns that are placed only now.
    """
    wrong = [LayoutFault(LayoutFaultCode.NO_SUCH_CHOICE, key) for key in choices if key not in {each.key for each in layout.tables}]
    chosen = []
    for each in layout.tables:
        changed, faults = _chosen(each, choices.get(each.key, {}), tables, only=len(layout.tables) == 1)
        chosen.append(changed)
        wrong.extend(faults)
    result = Layout(tuple(chosen))
    return result, (*wrong, *faults_of(result))


def _chosen(layout: TableLayout, choice: Mapping[str, Any], tables: Tables | None, *, only: bool) -> tuple[TableLayout, list[LayoutFault]]:
    wrong: list[LayoutFault] = []
    fields: dict[int, Field | None] = {}
    indexes = {column.index for column in layout.columns}
    for place, value in choice.get("fields", {}).items():
        try:
            index, field = int(place), Field(value) if value else None
        except ValueError:
            index, field = -1, None
        if index in indexes:
            fields[index] = field
        else:
            wrong.append(LayoutFault(LayoutFaultCode.NO_SUCH_CHOICE, layout.key))
    columns = tuple(replace(column, field=fields.get(column.index, column.field)) for column in layout.columns)
    changed = replace(layout, columns=columns, taken=bool(choice.get("taken", layout.taken)))
    if tables is not None and _places(changed) != _places(layout):
        changed = decided(tables.tables[changed.table], changed)
    if "taken" not in choice and fields and _has_names(columns) and (only or not _has_names(layout.columns)):
        # whoever places a name means the table
        changed = replace(changed, taken=tables is None or has_people(tables.tables[changed.table], changed))
        if not changed.taken:
            wrong.append(LayoutFault(LayoutFaultCode.NOBODY, layout.key))
    try:
        orders: dict[str, Any] = {
            "name_order": NameOrder(choice["name_order"]) if choice.get("name_order") else changed.name_order,
            "date_order": DateOrder(choice["date_order"]) if choice.get("date_order") else changed.date_order,
            "m_means": {"F": "F", "M": "M"}[choice["m_means"]] if choice.get("m_means") else changed.m_means,
        }
    except (ValueError, KeyError):
        return changed, [*wrong, LayoutFault(LayoutFaultCode.NO_SUCH_CHOICE, layout.key)]
    return replace(changed, **orders), wrong


def _places(layout: TableLayout) -> list[tuple[Field | None, int]]:
    return [(column.field, column.index) for column in layout.columns if column.field in _DECIDED]


def faults_of(layout: Layout) -> tuple[LayoutFault, ...]:
    """Return why the file cannot be read under this layout yet; none where it can."""
    taken = [each for each in layout.tables if each.taken]
    if not taken:
        return tuple(_faults(layout.tables[0])) if _is_without_names(layout) else (LayoutFault(LayoutFaultCode.NOTHING_TAKEN),)
    return tuple(fault for each in taken for fault in _faults(each))


def _is_without_names(layout: Layout) -> bool:
    """Whether the file has one list only, and no column of it is for names: there is nothing to choose but that column."""
    return len(layout.tables) == 1 and not _has_names(layout.tables[0].columns)


def _has_names(columns: Iterable[Column]) -> bool:
    return any(column.field in NAMES for column in columns)


def _faults(layout: TableLayout) -> Iterator[LayoutFault]:
    places: dict[Field, list[int]] = {}
    for column in layout.columns:
        if column.field is not None:
            places.setdefault(column.field, []).append(column.index)
    if unplaced := tuple(column.index for column in layout.columns if column.field is None):
        yield LayoutFault(LayoutFaultCode.UNPLACED, layout.key, columns=unplaced)
    for field, indexes in places.items():
        if field is not Field.LEFT_OUT and len(indexes) > 1:
            yield LayoutFault(LayoutFaultCode.FIELD_TWICE, layout.key, field, tuple(indexes))
    for whole, parts in ONE_NAME_ONLY:
        if whole in places and (beside := [index for part in parts for index in places.get(part, ())]):
            yield LayoutFault(LayoutFaultCode.NAME_TWICE, layout.key, whole, (*places[whole], *sorted(beside)))
    if not places.keys() & NAMES:
        yield LayoutFault(LayoutFaultCode.NO_NAME, layout.key)


def to_remember(layout: TableLayout) -> dict[str, Field]:
    """Return the field by folded heading, for `layout.propose` to remember under the fingerprint; without columns that have no heading."""
    found: dict[str, Field] = {}
    for column in layout.columns:
        heading = folded(column.heading)
        if heading and column.field is not None:
            found.setdefault(heading, column.field)
    return found


def to_json(layout: Layout) -> dict[str, Any]:
    """Return the layout for keeping: without samples, because they are people's data."""
    return {
        "tables": [
            {
                "table": each.table,
                "taken": each.taken,
                "header": list(each.header),
                "columns": [[column.index, column.heading, column.field] for column in each.columns],
                "fingerprint": each.fingerprint,
                "name_order": each.name_order,
                "date_order": each.date_order,
                "m_means": each.m_means,
                "rows": list(each.rows) if each.rows else None,
            }
            for each in layout.tables
        ]
    }


def from_json(kept: Mapping[str, Any]) -> Layout:
    """Return the layout that was kept."""
    return Layout(
        tuple(
            TableLayout(
                table=each["table"],
                taken=each["taken"],
                header=tuple(each["header"]),
                columns=tuple(Column(index, heading, Field(field) if field else None) for index, heading, field in each["columns"]),
                fingerprint=each["fingerprint"],
                name_order=NameOrder(each["name_order"]) if each["name_order"] else None,
                date_order=DateOrder(each["date_order"]) if each["date_order"] else None,
                m_means=each["m_means"],
                rows=(each["rows"][0], each["rows"][1]) if each["rows"] else None,
            )
            for each in kept["tables"]
        )
    )
