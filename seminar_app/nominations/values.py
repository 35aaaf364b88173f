"""Sex, address, CURP and phone as lists write them. No database."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from seminar_app.core.addresses import normal_address
from seminar_app.nominations.cells import folded
from seminar_app.nominations.shapes import ProblemCode
from seminar_app.people.identity_rules import CurpDoubt, canonical_number, doubt_about_curp
from seminar_app.people.mail_domains import domain_meant

FEMALE = frozenset(
    {"f", "fem", "femenino", "femenina", "mujer", "mujeres", "female", "woman", "mujer f", "mujer m", "fem f", "femenino f", "sra"}
)
MALE = frozenset({"h", "masc", "masculino", "hombre", "hombres", "male", "man", "varon", "hombre h", "masculino m", "hombre m", "sr"})
OTHER = frozenset({"x", "no binario", "no binaria", "no binarie", "nonbinary", "non binary", "otro", "otra", "other", "nb"})
UNSAID = frozenset(
    {"prefiero no decirlo", "prefiero no decir", "prefiero no contestar", "prefer not to say", "no especifica", "sin especificar"}
)
UNMARKED = frozenset({"", "0", "no", "false", "falso", "n a", "na"})
"""What stands in a column of marks where there is no mark."""

LONGEST_EMAIL = 254
"""Letters that `people.forms` takes."""
LONGEST_PHONE = 32
LONGEST_WORD = 60
LONGEST_CELL_OF_ADDRESSES = 1_000
"""Letters of a cell in which addresses are sought."""
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SEPARATORS = re.compile(r"\s*(?:[;,/|\s]|\by\b|\bo\b)\s*")
_WRAPPING = "<>()[]\"'«».,;:"
_ENDED_WRONG = re.compile(r"\.(con|cmo|ocm|comm|cm|om|coom|vom|xom)$")
_CURP = re.compile(r"[A-Z]{4}\d{6}[A-Z0-9]{8}")
_LETTERS_OF_CURP = (*range(4), *range(10, 16))
_DIGITS_OF_CURP = (*range(4, 10), 17)


class NoSuchSex(ValueError):
    """The word is no sex."""


def sex_of(text: str, m_means: str | None) -> str | None:
    """Return F, M or X; None where the cell is empty or the person prefers not to say.

    Args:
        m_means: F or M.

    Raises:
        NoSuchSex: the word is unknown.
    """
    word = folded(text[:LONGEST_WORD])
    if word == "m":
        return m_means
    if not word or word in UNSAID:
        return None
    for words, sex in ((FEMALE, "F"), (MALE, "M"), (OTHER, "X")):
        if word in words:
            return sex
    raise NoSuchSex


def is_sex(text: str) -> bool:
    """Whether a text is a word for a sex, or a refusal to say it."""
    try:
        sex_of(text, "F")
    except NoSuchSex:
        return False
    return bool(text)


def meaning_of_m(values: Iterable[tuple[str, str | None]], *, by_heading: str) -> str | None:
    """Return what «M» means in a column: F (mujer) or M; None if no cell has it.

    Other words of the column tell, then the CURPs beside it (eleventh letter: H or M for mujer), else the heading.
    """
    words, as_female, as_male, found = set(), 0, 0, False
    for text, curp in values:
        word = folded(text[:LONGEST_WORD])
        words.add(word)
        if word == "m":
            found = True
            letter = curp[10:11] if curp else ""
            as_female, as_male = as_female + (letter == "M"), as_male + (letter == "H")
    if not found:
        return None
    if "h" in words and "f" not in words:
        return "F"
    if "f" in words and "h" not in words:
        return "M"
    if as_female != as_male:
        return "F" if as_female > as_male else "M"
    return by_heading


class Found(Struct, frozen=True):
    """What could be read of a cell: the value, or what is wrong with it, or both."""

    value: str | None
    code: ProblemCode | None = None
    proposal: str | None = None
    accepted: bool = True
    """False if the fault keeps the row out."""


def read_address(text: str) -> Found:
    """Return the address in small letters, without «mailto:» and inner blanks; of several the first."""
    typed = text[:LONGEST_CELL_OF_ADDRESSES].casefold().replace("mailto:", " ")
    if typed.count("@") > 1:
        parts = [part.strip(_WRAPPING) for part in _SEPARATORS.split(typed) if "@" in part]
        addresses = list(dict.fromkeys(filter(None, map(_whole, parts))))
        if len(addresses) > 1:
            return Found(addresses[0], ProblemCode.SEVERAL_ADDRESSES)
        if len(addresses) == 1 and len(parts) > 1:
            return Found(addresses[0])
    elif "<" in typed and (inside := re.search(r"<([^<>]*@[^<>]*)>", typed)):
        typed = inside[1]
    elif found := _beside_words(text):
        return Found(found, ProblemCode.MORE_THAN_ADDRESS, found)
    joined = "".join(typed.split()).strip(_WRAPPING)
    address = _whole(joined)
    if address is None:
        return Found(None, ProblemCode.NO_ADDRESS, _address_meant(joined), accepted=False)
    if _ENDED_WRONG.search(address):
        return Found(None, ProblemCode.NO_ADDRESS, _address_meant(address), accepted=False)
    if domain := domain_meant(address):
        return Found(address, ProblemCode.NO_ADDRESS, f"{address.rpartition('@')[0]}@{domain}")
    return Found(address)


def _beside_words(text: str) -> str | None:
    """Return the address that stands beside other words: «noe@b.example (trabajo)», «Noé Ku noe@b.example».

    None where the blanks may be in the address: «noe.ku @b.example», «noe ku@b.example», «noe@b.gob .mx».
    """
    rest, address = cut_address(text)
    found = _whole(address) if rest and any(c.isalpha() for c in rest) else None
    if found is None or _ENDED_WRONG.search(found):
        return None
    before, _at, behind = text.casefold().partition(address)
    words = before.split()
    if behind.lstrip(" >").startswith(".") or before.rstrip().endswith((".", "_", "-")):
        return None
    is_blank_inside = len(words) == 1 and not behind.split() and text[:1].islower() and words[0].isalnum()
    return None if is_blank_inside else found


def _whole(typed: str) -> str | None:
    """Return the canonical address; None if it is none."""
    if len(typed) > LONGEST_EMAIL or not _ADDRESS.fullmatch(typed):
        return None
    return normal_address(typed)


def _address_meant(typed: str) -> str | None:
    """Return what a faulty address probably should be: a comma for a dot, «gmail.con», «(arroba)», «ana.gmail.com»."""
    if len(typed) > LONGEST_EMAIL:
        return None
    guess = re.sub(r"\(?arroba\)?|\(at\)|\[at\]", "@", typed).replace(",", ".").replace("..", ".").strip(".")
    if guess.count("@") > 1:
        guess = re.sub(r"@+", "@", guess)
    if "@" not in guess and (match := re.fullmatch(r"(.+)[.#&](gmail\.com|hotmail\.com|outlook\.com|yahoo\.com(?:\.mx)?)", guess)):
        guess = f"{match[1]}@{match[2]}"
    guess = _ENDED_WRONG.sub(".com", guess)
    whole = _whole(guess)
    if whole is None or whole == typed:
        return None
    domain = domain_meant(whole)
    return f"{whole.rpartition('@')[0]}@{domain}" if domain else whole


def read_curp(text: str) -> Found:
    """Return the CURP in capitals. A wrong check digit is a warning, and what has another shape is left out with one."""
    number = canonical_number(text[:LONGEST_WORD])
    doubt = doubt_about_curp(number)
    if doubt is None:
        return Found(number)
    proposal = _curp_meant(number)
    if doubt is CurpDoubt.CHECK_DIGIT:
        return Found(number, ProblemCode.CHECK_DIGIT, proposal)
    return Found(None, ProblemCode.NO_CURP, proposal)


def _curp_meant(number: str) -> str | None:
    """Return the CURP with O and 0 in their places, if it then is right."""
    if len(number) != 18:
        return None
    letters = list(number)
    for place in _LETTERS_OF_CURP:
        letters[place] = letters[place].replace("0", "O").replace("1", "I")
    for place in _DIGITS_OF_CURP:
        letters[place] = letters[place].replace("O", "0").replace("I", "1")
    guess = "".join(letters)
    return guess if guess != number and doubt_about_curp(guess) is None else None


def cut_address(text: str) -> tuple[str, str]:
    """Return a cell without the address in it, and the address: «Ana Soto <ana@b.example>» gives «Ana Soto» and «ana@b.example».

    The address is empty where none or several are found; then the text stays.
    """
    if text.count("@") != 1 or len(text) > LONGEST_CELL_OF_ADDRESSES:
        return text, ""
    words = text.replace("<", " <").replace("(", " (").split()
    place = next(index for index, word in enumerate(words) if "@" in word)
    address = words[place].casefold().removeprefix("mailto:").strip(_WRAPPING).removeprefix("mailto:")
    if not _ADDRESS.fullmatch(address):
        return text, ""
    return " ".join([*words[:place], *words[place + 1 :]]).strip(" ,;:-–—|/"), address


def looks_like_curp(text: str) -> bool:
    """Whether a text has the shape of a CURP: 18 letters and digits, a date after four letters. CUIP and RFC have not."""
    return len(text) < 30 and bool(_CURP.fullmatch(canonical_number(text)))


def looks_like_address(text: str) -> bool:
    """Whether a text looks like an address; mail may not reach it."""
    return "@" in text and len(text) < 400 and bool(_ADDRESS.search(text))


def looks_like_phone(text: str) -> bool:
    """Whether a text is mostly digits, at least eight of them, as phones with extensions are."""
    digits = sum(c.isdigit() for c in text)
    return (
        8 <= digits <= 30 and digits >= sum(c.isalpha() for c in text) * 2 and "@" not in text and not re.search(r"\d[/:]\d+[/:]\d", text)
    )


def read_phone(text: str) -> Found:
    """Return a phone as typed. Of several that are too long together the first is taken."""
    if len(text) <= LONGEST_PHONE:
        return Found(text)
    first = re.split(r"\s*(?:[/;,|]|\by\b|\bo\b)\s*", text)[0]
    return Found(first if 0 < len(first) <= LONGEST_PHONE else None, ProblemCode.TOO_LONG)
