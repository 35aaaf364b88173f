"""Whether two records are one person. No database.

Source: docs/decisions/0022-who-is-the-same-person.md; the verdicts of tests/unit/people/matching_corpus.csv are written by hand.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct

from seminar_app.people.evidence import IN_ORDER, Evidence
from seminar_app.people.name_agreement import Name, doubts, names_agree
from seminar_app.people.rules import Sex

MOST_DOUBTS_ALONE = 1
MOST_DOUBTS_SUPPORTED = 2
"""Doubts (`name_agreement.doubts`) up to which names are compatible: by themselves, and beside an equal address, birth date or CURP."""


class By(StrEnum):
    """Who gave the data. A stranger can work out a CURP and a birth date, so from the public form only address and name count."""

    FORM = "form"
    STAFF = "staff"
    LIST = "list"


class Compared(Struct, frozen=True, kw_only=True, dict=True):
    """What is compared of a record.

    Attributes:
        email: canonical; None if there is none.
        curp: keyed blind index of the number, never the number; None if it is not on file.
        birth_date: keyed blind index of the date; None if it is not on file.
    """

    given_names: str
    surname1: str
    surname2: str | None = None
    email: str | None = None
    sex: Sex | None = None
    curp: bytes | None = None
    birth_date: bytes | None = None

    @cached_property
    def name(self) -> Name:
        """The name in parts."""
        return Name.of(self.given_names, self.surname1, self.surname2)


class Same(Struct, frozen=True):
    """One person: the registration is given to the known record, and the join is recorded."""


class Perhaps(Struct, frozen=True):
    """Perhaps one person: proposed to staff with the evidence."""

    why: tuple[Evidence, ...]


class Different(Struct, frozen=True):
    """Two people, as far as the data say."""


Verdict: TypeAlias = Same | Perhaps | Different


def match(one: Compared, other: Compared, *, by: By, one_showing: bool = False) -> Verdict:
    """Decide whether two records are one person.

    Same: equal address and equal name key; for staff or a list also equal CURP and compatible names. Within one showing of the
    form a missing second surname does not count. Perhaps: compatible names, unless birth date, sex or CURP contradict them and
    nothing else supports them; or equal CURP with any names. Reserved people are compared like all others: the caller leaves
    them out of what it shows.

    Args:
        one, other: in any order.
        by: who gave the data that are being compared with a record.
        one_showing: both were typed into the same display of the form.
    """
    names = names_agree(one.name, other.name)
    address = _agrees(one.email, other.email)
    if address and names is not None and Evidence.NAME in names:
        return Same()
    if address and one_showing and names == frozenset({Evidence.SECOND_SURNAME_MISSING}):
        return Same()
    counted = by is not By.FORM
    curp, birth, sex = (
        (_agrees(one.curp, other.curp), _agrees(one.birth_date, other.birth_date), _agrees(one.sex, other.sex))
        if counted
        else (None, None, None)
    )
    support = bool(address or birth or curp)
    compatible = names is not None and doubts(names) <= (MOST_DOUBTS_SUPPORTED if support else MOST_DOUBTS_ALONE)
    if names == frozenset({Evidence.ALPHABETS}):  # nothing can be compared
        compatible = bool(address)
    elif curp and compatible:
        return Same()
    if not curp and (not compatible or (not support and False in (curp, birth, sex))):
        return Different()
    return Perhaps(_why(names if compatible else None, address=address, curp=curp, birth=birth, sex=sex))


def _agrees(one: object, other: object) -> bool | None:
    """Whether two values agree; None if one is missing."""
    return None if one is None or other is None else one == other


def _why(
    names: frozenset[Evidence] | None, *, address: bool | None, curp: bool | None, birth: bool | None, sex: bool | None
) -> tuple[Evidence, ...]:
    found: list[Evidence] = [Evidence.NAMES_DIFFER] if names is None else sorted(names, key=IN_ORDER.index)
    for agrees, yes, no in (
        (address, Evidence.ADDRESS_AGREES, Evidence.ADDRESS_DIFFERS),
        (curp, Evidence.CURP_AGREES, Evidence.CURP_DIFFERS),
        (birth, Evidence.BIRTH_DATE_AGREES, Evidence.BIRTH_DATE_DIFFERS),
        (sex, None, Evidence.SEX_DIFFERS),
    ):
        code = None if agrees is None else yes if agrees else no
        if code is not None:
            found.append(code)
    return tuple(found)


__all__ = ["By", "Compared", "Different", "Evidence", "Perhaps", "Same", "Verdict", "match"]
