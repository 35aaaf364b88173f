"""A whole name in one cell: its title, what stands in brackets, and which words are surnames. No database.

Which words are surnames cannot be known for certain («Luz María González de la O»), so a person sees the split. No word is lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from msgspec import Struct

from seminar_app.core.values import replace
from seminar_app.nominations.cells import folded
from seminar_app.nominations.given_names import ALSO_SURNAMES, COMPOUND, GIVEN
from seminar_app.nominations.names import PREFIXES, cut_suffix, split_surnames
from seminar_app.nominations.shapes import NameOrder

TITLES = frozenset(
    """
    lic licda licdo licenciado licenciada mtro mtra maestro maestra dr dra doctor doctora ing inga ingeniero ingeniera arq arqto arqta
    prof profa profr profra psic psi qfb qfi abog abogado abogada cp lcp tsu lae lcda mvz enf biol quim cmte cmdte comte comandante cap capt
    capitan cptn tte teniente sgto sargento gral general cor cnel coronel tcnel myr mayor cabo almte almirante contralmirante vicealmirante
    insp inspector inspectora subinsp subinspector subinspectora comisario comisaria oficial suboficial policia pol of ofl sr sra srta mr
    mrs ms miss sgt lt ltc col gen maj adm mt mcs msc phd
    """.split()  # noqa: SIM905
)  # fmt: skip
"""Titles and ranks before a name, folded."""
_ALONE = frozenset({"of", "pol", "mt", "col", "gen", "maj", "adm", "cor", "mayor", "general", "cabo", "policia"})
"""Of these, the words that are titles with a dot only: «C. Itzel Pech», but «Mayor» is a surname."""
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_ACRONYM = re.compile(r"[A-ZÑ]{2,8}|(?:[A-ZÑ]\.){2,8}|[A-ZÑ]{2,8}[- /][A-ZÑ]{2,8}")
_DEGREE = re.compile(r"(M|D|Mtr[oa]|Dra?|Lic|Ing)\.? en [A-ZÁÉÍÓÚ][\w.]*\.(?= )")
"""«M. en C.», «Lic. en Der.»."""
_ORDINAL = re.compile(r"[1-4](?:/?(?:o|a|er|ro|do|ra|da|to|ta)|[º°ª])?\.?")
"""Behind a rank: «2/o.», «1/er.», «3ro.», «2º»."""
NO_SURNAME = frozenset({"-", "–", "—", "‐"})
"""What stands for «I have none», as in `people.forms`."""


class WholeName(Struct, frozen=True):
    """A name in parts.

    Attributes:
        agency: what stood in brackets behind it, if that is an acronym.
        meant: the name as «surnames, given names», where the words do not tell which of them are the given names; else empty.
    """

    given_names: str
    surname1: str
    surname2: str
    title: str = ""
    agency: str = ""
    meant: str = ""


def cut_title(text: str) -> tuple[str, str]:
    """Return the title before a name, and the name: «Lic. Ángel Núñez» gives «Lic.» and «Ángel Núñez».

    A word that may be a name («Mayor», «C») is a title with a dot only, and the last word always stays.
    """
    words = text.split()
    degree = _DEGREE.match(text)
    end = len(degree[0].split()) if degree else 0
    while end < len(words) - 1 and (_is_title(words[end]) or (end and _ORDINAL.fullmatch(words[end]))):
        end += 1
    return " ".join(words[:end]), " ".join(words[end:])


def without_ordinals(text: str) -> str:
    """Return a name without the ordinals of ranks: «Cap. 2/o. Eva Díaz» gives «Cap. Eva Díaz»."""
    words = text.split()
    return " ".join(word for place, word in enumerate(words) if not (place and _ORDINAL.fullmatch(word) and _is_title(words[place - 1])))


def _is_title(word: str) -> bool:
    bare = folded(word.replace(".", ""))
    if not bare or "," in word:
        return False
    if "." in word:
        return bare in TITLES or bare == "c" or (word.count(".") > 1 and word.endswith(".") and len(bare) < 5)
    return bare in TITLES and bare not in _ALONE


def is_title(text: str) -> bool:
    """Whether a text consists of titles: «LIC.», «Mtra.», «Tte. Cor.»."""
    words = without_ordinals(text).split()
    return 0 < len(words) < 4 and all(_is_title(word) or folded(word) in TITLES for word in words)


def cut_brackets(text: str) -> tuple[str, str]:
    """Return a name without what stands in brackets, and the agency if that is an acronym: «Óscar Canul (INM)»."""
    if "(" not in text and "[" not in text:
        return text, ""
    inside = _BRACKETS.findall(text)
    rest = " ".join(_BRACKETS.sub(" ", text).split())
    if not inside or not rest:
        return text, ""
    return rest, next((each.strip() for each in inside if _ACRONYM.fullmatch(each.strip())), "")


def split_whole(text: str, order: NameOrder | None, known: Collection[str] = ()) -> WholeName:
    """Split a whole name into its parts.

    A comma separates surnames from given names. Without one, capitals may («GONZÁLEZ KU Víctor Hugo»), else the column's order and the
    given names that are known tell.

    Args:
        known: folded given names of other columns, besides the frequent ones.
    """
    text, agency = cut_brackets(text)
    text, suffix = cut_suffix(text)
    name = _split(text, order, known)
    last = "surname2" if name.surname2 else "surname1" if name.surname1 else "given_names"
    parts = {last: f"{getattr(name, last)} {suffix}".strip(), "agency": agency}
    return replace(name, **parts, meant=_with_all(name, suffix, agency))


def _with_all(name: WholeName, suffix: str, agency: str) -> str:
    """Return what is probably meant, with the words that are no part of the name, so that none is lost where it is taken."""
    if not name.meant:
        return ""
    surnames, _comma, given = name.meant.partition(", ")
    return " ".join(f"{surnames} {suffix}".split()) + ", " + " ".join(f"{name.title} {given} {f'({agency})' if agency else ''}".split())


def _split(text: str, order: NameOrder | None, known: Collection[str]) -> WholeName:
    """Split a whole name that has neither brackets nor a suffix."""
    head, comma, tail = text.rpartition(",")
    title_behind = ""
    if comma and is_title(tail):
        title_behind, text = tail.strip(), head
        head, comma, tail = text.rpartition(",")
    if comma and head.strip() and tail.strip():
        title, head = cut_title(head)
        title_of_given, given = cut_title(tail)
        first, second = split_surnames(head) if head not in NO_SURNAME else ("", "")
        if given.strip() in NO_SURNAME:  # «Sukarno, -»
            first, second, given = "", "", head
        return WholeName(given, first, second, " ".join(filter(None, (title, title_of_given, title_behind))))
    title, text = cut_title(text.strip(", "))
    title = " ".join(filter(None, (title, title_behind)))
    if parts := _by_capitals(text):
        return WholeName(*parts, title)
    parts = _by_order(text, order, known)
    return WholeName(*parts, title, meant=_meant(*parts, known))


def _meant(given: str, surname1: str, surname2: str, known: Collection[str]) -> str:
    """Return a name as «surnames, given names» where the split is doubtful; an empty text where it is not.

    It is where no given name is known and there are two words only («Cruz Martínez» may be two surnames), or a given name stands among
    the surnames.
    """
    if not surname1 or any(_may_be_given(word, known) for word in given.split()):
        return ""
    if surname2 and _tells_given(surname2, known):  # «Martínez López Juan»
        return f"{given} {surname1}, {surname2}"
    if surname2:
        return ""
    return f"{given}, {surname1}" if _tells_given(surname1, known) else f"{surname1}, {given}"


def _by_capitals(text: str) -> tuple[str, str, str] | None:
    """Split where capitals end or begin: one part is in capitals, the other is not."""
    words = [word for word in text.split() if sum(c.isalpha() for c in word) > 1]
    if not words or words[0].isupper() == words[-1].isupper():
        return None
    changes = [place for place in range(1, len(words)) if words[place].isupper() != words[place - 1].isupper()]
    if len(changes) != 1 or any(not word[0].isupper() for word in words):  # «de la CRUZ» tells nothing
        return None
    whole = text.split()
    place = whole.index(words[changes[0]], changes[0])
    if words[0].isupper():
        return (" ".join(whole[place:]), *split_surnames(" ".join(whole[:place])))
    return (" ".join(whole[:place]), *split_surnames(" ".join(whole[place:])))


def _by_order(text: str, order: NameOrder | None, known: Collection[str]) -> tuple[str, str, str]:
    units = units_of(text)
    without_surname = bool(units) and units[-1] in NO_SURNAME
    if without_surname:
        return " ".join(units[:-1]), "", ""
    if len(units) < 2:
        return " ".join(units), "", ""
    if order is NameOrder.SURNAMES_FIRST:
        surnames = 2 if len(units) > 2 else 1
        if len(units) == 3 and _tells_given(units[1], known) and _may_be_given(units[2], known):
            surnames = 1
        return " ".join(units[surnames:]), units[0], " ".join(units[1:surnames])
    surnames = 2 if len(units) > 2 else 1
    if len(units) == 3 and _tells_given(units[1], known):
        surnames = 1
    given, rest = units[: len(units) - surnames], units[len(units) - surnames :]
    return " ".join(given), rest[0], " ".join(rest[1:])


def units_of(text: str) -> list[str]:
    """Return the words of a name with their particles: «Luz María De la Cruz de la O» has four units.

    «y» joins two words, and what usually follows María or José belongs to it: «María del Carmen» is one unit.
    """
    units: list[str] = []
    waiting: list[str] = []
    for word in text.split():
        waiting.append(word)
        if folded(word) in PREFIXES:
            continue
        unit = " ".join(waiting)
        waiting = []
        if units and ((folded(unit) in COMPOUND and _is_frequent(units[-1])) or folded(unit).split(" ")[0] in {"y", "e"}):
            units[-1] = f"{units[-1]} {unit}"
        else:
            units.append(unit)
    if waiting:
        units.append(" ".join(waiting))
    return units


def _is_frequent(unit: str) -> bool:
    return folded(unit).split(" ")[-1] in GIVEN


def _tells_given(unit: str, known: Collection[str]) -> bool:
    """Whether a unit is a given name and no usual surname."""
    word = folded(unit).split(" ")[0]
    return word not in ALSO_SURNAMES and (word in GIVEN or word in known) and folded(unit).split(" ")[0] not in PREFIXES


def _may_be_given(unit: str, known: Collection[str]) -> bool:
    word = folded(unit)
    return word in GIVEN or word in known


def order_of_names(texts: Iterable[str], known: Collection[str] = (), *, surnames_first: bool = False) -> NameOrder:
    """Return the order of whole names without a comma in a column, by where the given names stand.

    Args:
        known: folded given names of other columns.
        surnames_first: what counts where nothing tells, as the heading «Apellidos y nombre» says.
    """
    votes = 0
    for text in texts:
        if "," in text:
            continue
        units = units_of(cut_title(cut_suffix(cut_brackets(text)[0])[0])[1])
        if len(units) < 2:
            continue
        first, last = _tells_given(units[0], known), _tells_given(units[-1], known)
        votes += first - last
    if votes:
        return NameOrder.GIVEN_FIRST if votes > 0 else NameOrder.SURNAMES_FIRST
    return NameOrder.SURNAMES_FIRST if surnames_first else NameOrder.GIVEN_FIRST


def has_given_name(text: str) -> bool:
    """Whether a word of the text is a frequent given name."""
    return any(word in GIVEN for word in folded(text).split(" "))
