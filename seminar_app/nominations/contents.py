"""What the cells of a column look like: addresses, names, dates, marks. No database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from seminar_app.nominations.cells import folded, is_nothing, told
from seminar_app.nominations.dates import NoSuchDate, read_date
from seminar_app.nominations.given_names import GIVEN
from seminar_app.nominations.limits import UNCALCULATED
from seminar_app.nominations.shapes import Cell
from seminar_app.nominations.states import state_meant, state_named
from seminar_app.nominations.values import UNMARKED, cut_address, is_sex, looks_like_address, looks_like_curp, looks_like_phone
from seminar_app.nominations.whole_names import is_title

MOST_SAMPLED = 120
"""Cells of a column by which its content is told."""
WITH_TIME = 1
"""What stands for the year of a date with a time of day."""
_YEARS = range(1925, 2013)
"""Years of birth by which a column without a heading is one of birth dates."""
_IN_MEETINGS = frozenset(
    {"organizer", "presenter", "attendee", "host", "participant", "guest", "organizador", "moderador", "moderadora", "ponente", "asistente"}
    | {"participante", "invitado", "invitada", "anfitrion", "panelist", "co host"}
)


class Content(Struct, frozen=True):
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
    filled = [(cell, text) for cell in cells if cell not in ("", UNCALCULATED) and not is_nothing(text := told(cell))]
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
