"""What the columns of a list are for, by their headings and by what stands in them. No database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from seminar_app.core.values import replace
from seminar_app.nominations.cells import folded
from seminar_app.nominations.contents import Content
from seminar_app.nominations.headings import NAMES, field_of, is_preferred
from seminar_app.nominations.shapes import Field

MOST = 0.6
"""Share of a column's cells from which on they tell what it is for."""
NEARLY_ALL = 0.8
_SECOND_IS_KNOWN = frozenset({Field.EMAIL, Field.PHONE, Field.CURP, Field.SEX, Field.BIRTH_DATE})
"""Fields of which a second column is left out: it is known what it holds, and a person has one."""


class Described(Struct, frozen=True):
    """A column with its heading and content, and the field proposed so far."""

    index: int
    heading: str
    content: Content
    field: Field | None = None
    by_heading: bool = False


def propose_fields(columns: Sequence[Described], known: Mapping[str, Field], meant: Mapping[str, Field]) -> dict[int, Field | None]:
    """Return the field of each column, by index; None where a person must tell.

    Args:
        known: by folded heading, what a person confirmed for a list with the same headings.
        meant: the same, confirmed for other lists: counts where nothing else tells.
    """
    placed = [_by_content(_by_heading(column)) for column in columns]
    placed = _marks(placed)
    placed = _names_by_content(_names(_states(placed)))
    placed = _once(placed)
    fields = {column.index: column.field for column in placed}
    headings = {column.index: folded(column.heading) for column in placed}
    for index, heading in headings.items():
        if fields[index] is None and heading in meant and meant[heading] not in (set(fields.values()) - {Field.LEFT_OUT}):
            fields[index] = meant[heading]
    remembered: set[Field] = set()
    for index, heading in headings.items():
        if heading and heading in known and (known[heading] is Field.LEFT_OUT or known[heading] not in remembered):
            remembered.add(known[heading])
            fields[index] = known[heading]
    for index, heading in headings.items():  # what was confirmed stands before what is proposed
        if heading not in known and fields[index] in remembered - {Field.LEFT_OUT}:
            fields[index] = None
    return fields


def _by_heading(column: Described) -> Described:
    field = field_of(column.heading)
    return replace(column, field=field, by_heading=field is not None)


def _by_content(column: Described) -> Described:
    """Correct or complete what the heading says by what stands below it."""
    seen, field = column.content, column.field
    if not seen.count:
        return replace(column, field=field or Field.LEFT_OUT)  # nothing is lost
    if field is Field.POSITION and seen.meeting >= NEARLY_ALL:
        return replace(column, field=Field.LEFT_OUT)
    if field is Field.TITLE and seen.title < 0.5 and seen.count > 2:
        return replace(column, field=Field.POSITION if folded(column.heading) == "title" else None)
    if field is Field.EMAIL and seen.address < 0.2 and seen.count > 1:
        return replace(column, field=None)
    if field in (Field.UNIT, None) and seen.state >= 0.7:
        return replace(column, field=Field.STATE)
    if field in (Field.SEX_FEMALE, Field.SEX_MALE) and seen.mark < NEARLY_ALL and seen.sex >= MOST:
        return replace(column, field=Field.SEX)
    if field is not None:
        return column
    for share, least, meant in (
        (seen.address, MOST, Field.EMAIL),
        (seen.curp, MOST, Field.CURP),
        (seen.sex, NEARLY_ALL, Field.SEX),
        (seen.phone, NEARLY_ALL, Field.PHONE),
        (seen.title, NEARLY_ALL, Field.TITLE),
    ):
        if share >= least:
            return replace(column, field=meant)
    if seen.birth >= NEARLY_ALL and not column.heading:
        return replace(column, field=Field.BIRTH_DATE)
    if seen.times >= NEARLY_ALL or (seen.number >= NEARLY_ALL and not column.heading):
        return replace(column, field=Field.LEFT_OUT)
    return column


def _marks(columns: list[Described]) -> list[Described]:
    """Tell what a column headed «M» marks: women beside «H», men beside «F»."""
    others = {column.field for column in columns}
    result = []
    for column in columns:
        if folded(column.heading).split(" ")[-1:] == ["m"] and column.field in (None, Field.SEX, Field.LEFT_OUT):
            if Field.SEX_MALE in others:
                column = replace(column, field=Field.SEX_FEMALE)  # noqa: PLW2901
            elif Field.SEX_FEMALE in others:
                column = replace(column, field=Field.SEX_MALE)  # noqa: PLW2901
        result.append(column)
    return result


def _states(columns: list[Described]) -> list[Described]:
    """Where two columns hold states, keep the one whose heading says so."""
    states = [column for column in columns if column.field is Field.STATE]
    if len(states) < 2:
        return columns
    kept = next((column for column in states if field_of(column.heading) is Field.STATE), states[0])
    return [
        replace(column, field=None if (said := field_of(column.heading)) is Field.STATE else said)
        if column.field is Field.STATE and column is not kept
        else column
        for column in columns
    ]


def _names(columns: list[Described]) -> list[Described]:
    """Tell whole names from given names, and both surnames from the first, by the columns beside them."""
    fields = {column.field for column in columns}
    surnames = fields & {Field.SURNAME1, Field.SURNAME2, Field.SURNAMES}
    in_parts = bool(surnames) and Field.GIVEN_NAMES in fields

    def told(field: Field | None) -> Field | None:
        if field is Field.GIVEN_NAMES and not surnames:
            return Field.FULL_NAME
        if field is Field.FULL_NAME and in_parts:
            return Field.LEFT_OUT  # the same words again
        if field is Field.SURNAMES and Field.SURNAME1 not in fields and Field.SURNAME2 in fields:
            return Field.SURNAME1
        return field

    return [replace(column, field=told(column.field)) for column in columns]


def _names_by_content(columns: list[Described]) -> list[Described]:
    """Place names that no heading tells: whole names, or given names with one or two surnames beside them."""
    if any(column.field in NAMES for column in columns):
        return columns
    if both := next((column for column in columns if column.content.both >= MOST), None):
        return [replace(column, field=Field.FULL_NAME if column is both else column.field) for column in columns]
    free = [column for column in columns if column.field is None and column.content.letters >= NEARLY_ALL]
    whole = max((column for column in free if column.content.named >= 0.5), key=lambda column: column.content.named, default=None)
    given = max((column for column in free if column.content.given >= 0.5), key=lambda column: column.content.given, default=None)
    if given is not None:
        placed = {given.index: Field.GIVEN_NAMES}
        beside = _surnames_beside(given.index, {column.index for column in free if column.content.distinct > 0.3})
        if len(beside) == 2:
            placed |= dict(zip(beside, (Field.SURNAME1, Field.SURNAME2), strict=True))
        elif beside:
            words = next(column.content for column in free if column.index == beside[0])
            placed[beside[0]] = Field.SURNAMES if words.letters else Field.SURNAME1
        else:
            placed = {given.index: Field.FULL_NAME}
    elif whole is not None:
        placed = {whole.index: Field.FULL_NAME}
    elif any(column.field is Field.EMAIL for column in columns) and (named := _like_names(free)):
        placed = {named.index: Field.FULL_NAME}
    else:
        return columns
    return [replace(column, field=placed.get(column.index, column.field)) for column in columns]


def _like_names(free: Sequence[Described]) -> Described | None:
    """Return the first column without a heading whose cells have the shape of rare names: «Wei Chen»."""
    return next((each for each in free if not each.heading and each.content.words >= MOST and each.content.distinct >= NEARLY_ALL), None)


def _surnames_beside(given: int, free: Collection[int]) -> list[int]:
    """Return the indexes of one or two columns right behind the given names, else right before them."""
    for near in ([given + 1, given + 2], [given - 2, given - 1]):
        if set(near) <= set(free):
            return near
    return [index for index in (given + 1, given - 1) if index in free][:1]


def _once(columns: list[Described]) -> list[Described]:
    """Give each field to one column: the office's of two addresses, else the first with content. What the other is must be told."""
    best: dict[Field, Described] = {}
    for column in columns:
        if column.field in (None, Field.LEFT_OUT):
            continue
        rival = best.get(column.field)
        if rival is None or _weight(column) > _weight(rival):
            best[column.field] = column
    result = []
    for column in columns:
        if column.field not in (None, Field.LEFT_OUT) and best[column.field] is not column:
            second = Field.LEFT_OUT if column.field in _SECOND_IS_KNOWN else None
            column = replace(column, field=second)  # noqa: PLW2901
        result.append(column)
    return result


def _weight(column: Described) -> tuple[bool, float, bool]:
    seen = column.content
    own = {Field.EMAIL: seen.address, Field.CURP: seen.curp, Field.PHONE: seen.phone, Field.SEX: seen.sex, Field.BIRTH_DATE: seen.birth}
    strong = own.get(column.field, 1.0) if column.field else 0
    return column.by_heading, round(strong, 1), is_preferred(column.heading)
