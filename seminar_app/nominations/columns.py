"""What the columns of a list are for, by their headings and by what stands in them. No database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from seminar_app.nominations.cells import folded, is_nothing, told
from seminar_app.nominations.dates import NoSuchDate, read_date
from seminar_app.nominations.given_names import GIVEN
from seminar_app.nominations.headings import NAMES, field_of, is_preferred
from seminar_app.nominations.shapes import Cell, Field
from seminar_app.nominations.states import state_meant, state_named
from seminar_app.nominations.values import UNMARKED, cut_address, is_sex, looks_like_address, looks_like_curp, looks_like_phone
from seminar_app.nominations.whole_names import is_title

MOST_SAMPLED = 120
"""Cells of a column by which its content is told."""
MOST = 0.6
"""Share of a column's cells from which on they tell what it is for."""
NEARLY_ALL = 0.8
WITH_TIME = 1
"""What stands for the year of a date with a time of day."""
_YEARS = range(1925, 2013)
"""Years of birth by which a column without a heading is one of birth dates."""
_IN_MEETINGS = frozenset(
    {"organizer", "presenter", "attendee", "host", "participant", "guest", "organizador", "moderador", "moderadora", "ponente", "asistente"}
    | {"participante", "invitado", "invitada", "anfitrion", "panelist", "co host"}
)
_SECOND_IS_KNOWN = frozenset({Field.EMAIL, Field.PHONE, Field.CURP, Field.SEX, Field.BIRTH_DATE})
"""Fields of which a second column is left out: it is known what it holds, and a person has one."""


@dataclass(frozen=True, slots=True)
class Content:
    """What share (0 to 1) of the cells sampled of a column look like what; `count` cells were not empty."""

    count: int = 0
    address: float = 0
    curp: float = 0
    sex: float = 0
    state: float = 0
    birth: float = 0
    times: float = 0
    """Dates with a time of day: when something was sent or somebody came."""
    phone: float = 0
    number: float = 0
    given: float = 0
    """Every word is a frequent given name."""
    named: float = 0
    """Two words or more, of which one is a frequent given name, and only letters."""
    both: float = 0
    """A name, and an address: «Ana Soto <ana@b.example>»."""
    words: float = 0
    """Two to five words of letters only, as names of any language have."""
    letters: float = 0
    title: float = 0
    meeting: float = 0
    mark: float = 0
    distinct: float = 0


def content_of(cells: Sequence[Cell]) -> Content:
    """Return what the cells of a column look like."""
    filled = [(cell, text) for cell in cells if cell != "" and not is_nothing(text := told(cell))]
    if not filled:
        return Content()
    step = max(1, len(filled) // MOST_SAMPLED)
    sampled = filled[::step]
    texts = [text for _cell, text in sampled]
    words = [folded(text[:120]) for text in texts]
    years = [_year(cell) for cell, _text in sampled]

    def share(hits: Sequence[object]) -> float:
        return sum(map(bool, hits)) / len(sampled)

    letters = [not any(c.isdigit() or c == "@" for c in text) for text in texts]
    return Content(
        count=len(filled),
        address=share([looks_like_address(text) for text in texts]),
        curp=share([looks_like_curp(text) for text in texts]),
        sex=share([is_sex(text) for text in texts]),
        state=share([state_named(text) or state_meant(text) for text in texts]),
        birth=share([year in _YEARS for year in years]),
        times=share([year == WITH_TIME for year in years]),
        phone=share([looks_like_phone(text) for text in texts]),
        number=share([text.replace(".", "").isdigit() and len(text) < 7 for text in texts]),
        given=share([word and all(each in GIVEN for each in word.split(" ")) for word in words]),
        named=share(
            [clear and " " in word and any(each in GIVEN for each in word.split(" ")) for clear, word in zip(letters, words, strict=True)]
        ),
        both=share([_is_name_and_address(text) for text in texts]),
        words=share([clear and text[0].isupper() and 1 < len(text.split()) < 6 for clear, text in zip(letters, texts, strict=True)]),
        letters=share([clear and len(text) < 80 for clear, text in zip(letters, texts, strict=True)]),
        title=share([is_title(text) for text in texts]),
        meeting=share([word in _IN_MEETINGS for word in words]),
        mark=share([len(text) == 1 or word in UNMARKED or word == "si" for text, word in zip(texts, words, strict=True)]),
        distinct=len(set(words)) / len(words),
    )


def _is_name_and_address(text: str) -> bool:
    rest, address = cut_address(text)
    return bool(address) and rest[:1].isupper() and not any(c.isdigit() for c in rest)


def _year(cell: Cell) -> int | None:
    """Return the year of a date; None for anything else. A time of day makes it a timestamp and no birth date."""
    if isinstance(cell, datetime):
        return cell.year if (cell.hour, cell.minute) == (0, 0) else WITH_TIME
    if isinstance(cell, date):
        return cell.year
    if not isinstance(cell, str):
        return None
    if ":" in cell and any(c.isdigit() for c in cell[:4]):
        return WITH_TIME
    if not 6 <= len(cell) <= 40 or not any(c.isdigit() for c in cell) or cell.replace(" ", "").isdigit():
        return None
    try:
        found = read_date(cell, None)
    except NoSuchDate as fault:
        found = fault.meant
    return found.year if found else None


@dataclass(frozen=True, slots=True)
class Described:
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
