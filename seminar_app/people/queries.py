"""Queries of people. What an account may see depends on registrations, so those queries are in `registration.queries`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Any

from msgspec import Struct
from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, func, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from seminar_app.core.addresses import search_form
from seminar_app.core.folding import fold, spanish_order
from seminar_app.core.word_search import words_begin
from seminar_app.people.evidence import Evidence
from seminar_app.people.identity import people_with_curp, people_with_curp_of, tokens_of_people
from seminar_app.people.matching import By, Compared, Different, Perhaps, Same, match
from seminar_app.people.models import MatchProposal, Person, PersonMerge
from seminar_app.people.name_agreement import Name, names_agree
from seminar_app.people.name_words import surname_words
from seminar_app.people.rules import name_key

SHOWN = (
    Person.id.label("person_id"),
    Person.public_id.label("person_public_id"),
    Person.given_names,
    Person.surname1,
    Person.surname2,
    Person.certificate_name,
    Person.sex,
    Person.email,
    Person.phone,
    Person.sort_key,
    Person.reserved,
    Person.reserved_reason,
    Person.erased_at,
)
"""The columns that `shown.as_shown` reads of a person."""

_NAMED = select(Person).where(Person.email == bindparam("email"), Person.search_key == bindparam("key"))


def find_person(session: Session, *, email: str, key: str) -> Person | None:
    """Return the person with this canonical e-mail address and this name key."""
    return session.scalar(_NAMED, {"email": email, "key": key})


def kept_id(session: Session, person_id: int) -> int:
    """Return the id of the record that this one was merged into, over all merges; its own if it was not merged."""
    return kept_record(session, session.get_one(Person, person_id)).id


def kept_record(session: Session, person: Person) -> Person:
    """Return the record that this one was merged into, over all merges; the person itself if it was not merged."""
    while person.merged_into_id is not None:
        person = session.get_one(Person, person.merged_into_id)
    return person


def merged_together(session: Session, person_id: int) -> list[int]:
    """Return the ids of all records that were merged with this one, over all merges, its own among them: all are one person's."""
    found, new = {person_id}, {person_id}
    while new:
        into = select(Person.merged_into_id).where(Person.id.in_(new), Person.merged_into_id.is_not(None))
        of = select(Person.id).where(Person.merged_into_id.in_(new))
        new = {each for each in (*session.scalars(into), *session.scalars(of)) if each is not None} - found
        found |= new
    return sorted(found)


def matches(session: Session, words: str, who: type[Person] = Person) -> ColumnElement[bool]:
    """Return the condition that each word begins a word of the name (in any order, without accents), or that the e-mail begins so."""
    return or_(*_ways(session, words, who, few=False))


def ways_to_match(session: Session, words: str) -> list[ColumnElement[bool]]:
    """Return the conditions of `matches` one by one, so that PostgreSQL can use an index for each, even with a million people.

    Words are found only by their beginnings, because that is what an index can find. If the conditions were joined by OR,
    PostgreSQL would compute the words of each person found a second time.
    """
    return _ways(session, words, Person, few=True)


def _ways(session: Session, words: str, who: type[Person], *, few: bool) -> list[ColumnElement[bool]]:
    parts = name_key(words).split()
    address = who.email.startswith(search_form(words), autoescape=True)
    if "@" in words or not parts:
        return [address]
    return [words_begin(session, who.search_key, parts, few=few), address]


# Who may be the same person.

MOST_CANDIDATES = 20
LIKELY = 100
"""At most so many people are loaded and compared by the rule: those whose names resemble most."""
RESEMBLING = 70.0
"""Percent of `token_set_ratio` below which two names are not compared by the rule."""
BEGINNING = 3
"""Letters of a name by which candidates are looked up."""
STEP = 16
"""Ranges are asked for in multiples of this, because building a query takes longer than the database needs to answer it."""
PARTICLES = ("de ", "de la ", "de las ", "de los ", "del ", "da ", "dos ")
ALTERNATIVES = {"b": "v", "c": "sk", "g": "j", "i": "y", "j": "gx", "k": "c", "s": "zc", "v": "b", "x": "j", "y": "i", "z": "sc"}
"""Letters that are written for one another."""
ENYE = spanish_order("ñ")
"""Ñ as the sort key has it: people without that key type n."""
UMLAUTS = ("a", "o", "u")
"""Letters after which an «e» may stand for the dots: Müller, Mueller."""


class Candidate(Struct, frozen=True):
    """A person who is, or may be, the one that was compared."""

    person: Person
    verdict: Same | Perhaps

    @property
    def why(self) -> tuple[Evidence, ...]:
        """What agrees and differs; empty for the same person."""
        return self.verdict.why if isinstance(self.verdict, Perhaps) else ()


def compared(session: Session, person: Person) -> Compared:
    """Return what is compared of a person on file."""
    return compared_many(session, [person])[0]


def candidates(
    session: Session,
    sought: Compared,
    *,
    by: By,
    condition: ColumnElement[bool] | None = None,
    but: Person | None = None,
) -> list[Candidate]:
    """Return the people who are or may be this one, likeliest first, at most 20; never reserved, erased or merged people.

    They are looked up by address, by CURP and by the first letters of each name, where indexes are; what resembles is compared by
    the rule. So a person is not found whose address differs and whose surnames both have a slip in the first three letters.

    Args:
        condition: what the account may see, on `Person`.
        but: the person on file that is compared, whose CURP is looked up too.
    """
    ways = [select(Person.id).where(Person.email == sought.email)] if sought.email else []
    if but is not None and by is not By.FORM and (with_curp := people_with_curp_of(session, but)) is not None:
        ways.append(with_curp)
    sure = set(session.scalars(union_all(*ways))) if ways else set()
    shown = ~Person.reserved, Person.merged_into_id.is_(None), Person.erased_at.is_(None), Person.id != (but.id if but else 0)
    seen = condition if condition is not None else true()
    names = select(Person.id, Person.given_names, Person.surname1, Person.surname2)
    rows = session.execute(names.where(_among(sure | set(_resembling(session, sought))), *shown, seen))
    likely = [row.id for row in rows if row.id in sure or names_agree(sought.name, Name.of(*row[1:])) is not None]
    people = session.scalars(select(Person).where(_among(likely))).all() if likely else []
    verdicts = ((person, match(sought, other, by=by)) for person, other in zip(people, compared_many(session, people), strict=True))
    found = [Candidate(person, verdict) for person, verdict in verdicts if not isinstance(verdict, Different)]
    found.sort(key=lambda each: (isinstance(each.verdict, Perhaps), len(each.why), each.person.sort_key, each.person.id))
    return found[:MOST_CANDIDATES]


def with_curp(session: Session, sought: Compared, typed: str, *, by: By) -> list[Candidate]:
    """Return the people with this CURP and what the rule says of each; never reserved, erased or merged people."""
    people = session.scalars(
        select(Person).where(
            Person.id.in_(people_with_curp(session, typed)),
            ~Person.reserved,
            Person.merged_into_id.is_(None),
            Person.erased_at.is_(None),
        )
    ).all()
    verdicts = ((person, match(sought, other, by=by)) for person, other in zip(people, compared_many(session, people), strict=True))
    return [Candidate(person, verdict) for person, verdict in verdicts if not isinstance(verdict, Different)]


def _among(ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition for these ids. They are literals, because sending many parameters takes longer than the look-up."""
    return Person.id.in_(bindparam("ids", sorted(ids), expanding=True, literal_execute=True))


def compared_many(session: Session, people: Sequence[Person]) -> list[Compared]:
    """Return what is compared of people on file, in the same order."""
    tokens = tokens_of_people(session, people)
    return [
        Compared(
            given_names=person.given_names,
            surname1=person.surname1,
            surname2=person.surname2,
            email=person.email,
            sex=person.sex,
            curp=tokens[person.id].curp if person.id in tokens else None,
            birth_date=tokens[person.id].birth_date if person.id in tokens else None,
        )
        for person in people
    ]


def _resembling(session: Session, sought: Compared) -> list[int]:
    """Return the ids of people with resembling names among those whose first surname begins like one of these names."""
    ranges = sorted(set(beginnings(sought)))
    ranges += [""] * (-len(ranges) % STEP)
    limits = {f"first{n}": first for n, first in enumerate(ranges)} | {
        f"last{n}": first and f"{first}\uffff" for n, first in enumerate(ranges)
    }
    found = session.connection().execute(_within(len(ranges)), limits).all()
    names = {person_id: key.replace("ω", "") if "ω" in key else key for person_id, key in found}  # Ñ and N resemble here
    own = " ".join(word for part in (*sought.name.surnames, sought.name.given) for word in part.words)
    likely = process.extract(own, names, scorer=fuzz.token_set_ratio, score_cutoff=RESEMBLING, limit=LIKELY)
    return [person_id for _name, _score, person_id in likely]


@cache
def _within(ranges: int) -> CompoundSelect[int, str]:
    """Return the query of ids and sort keys within so many ranges. It is built once, and an empty range finds nobody."""
    key = Person.sort_key
    return union_all(*(select(Person.id, key).where(key >= bindparam(f"first{n}"), key < bindparam(f"last{n}")) for n in range(ranges)))


def beginnings(sought: Compared) -> Iterator[str]:
    """Yield the beginnings of sort keys: each name's first letters, with a letter written otherwise, and after particles."""
    for name in filter(None, (sought.surname1, sought.surname2, sought.given_names)):
        folded = fold(name)
        without = surname_words(folded).joined
        for key in {spanish_order(name), folded, folded.replace(" ", ""), without}:
            begin = key[:BEGINNING]
            yield begin
            yield from (f"{begin[:place]}{other}{begin[place + 1 :]}" for place, c in enumerate(begin) for other in ALTERNATIVES.get(c, ""))
            yield from (f"{begin[:place]}{ENYE}{begin[place + 1 :]}" for place, c in enumerate(begin) if c == "n")
            yield key[1 : BEGINNING + 1] if key.startswith("h") else f"h{begin[: BEGINNING - 1]}"
            if begin[1:2] in UMLAUTS:
                yield f"{begin[:2]}{key[3:4] if begin[2:] == 'e' else 'e'}"
        yield from (f"{particles}{without[:BEGINNING]}" for particles in PARTICLES)


def merges_of(session: Session, person_id: int) -> list[PersonMerge]:
    """Return the merges that this record kept or went with, newest first, undone ones included."""
    either = or_(PersonMerge.kept_id == person_id, PersonMerge.gone_id == person_id)
    return list(session.scalars(select(PersonMerge).where(either).order_by(PersonMerge.id.desc())))


def known_apart(session: Session, person_id: int) -> set[int]:
    """Return the people of whom somebody decided that they are not this one. A pair that was merged, and separated, is not among them."""
    pairs = select(MatchProposal.one_id, MatchProposal.other_id, MatchProposal.decided_at).where(
        MatchProposal.decided_at.is_not(None), or_(MatchProposal.one_id == person_id, MatchProposal.other_id == person_id)
    )
    merges = select(PersonMerge.kept_id, PersonMerge.gone_id, PersonMerge.merged_at).where(
        or_(PersonMerge.kept_id == person_id, PersonMerge.gone_id == person_id)
    )
    decided, by_merging = ({(one + other - person_id, at) for one, other, at in session.execute(found)} for found in (pairs, merges))
    return {other for other, _at in decided - by_merging}


def open_proposals(session: Session, *, limit: int = 50) -> list[tuple[MatchProposal, Person, Person]]:
    """Return the undecided proposals with their two people, oldest first; none with a reserved, erased or merged person."""
    found = session.execute(_open(MatchProposal, _ONE, _OTHER).order_by(MatchProposal.id).limit(limit))
    return [(proposal, first, second) for proposal, first, second in found]


def count_proposals(session: Session) -> int:
    """Count the undecided proposals that `open_proposals` would return."""
    return session.scalar(_open(func.count())) or 0


_ONE, _OTHER = aliased(Person), aliased(Person)


def _open(*wanted: Any) -> Select[Any]:
    shown = (each.reserved.is_(False) & each.merged_into_id.is_(None) & each.erased_at.is_(None) for each in (_ONE, _OTHER))
    return (
        select(*wanted)
        .select_from(MatchProposal)
        .join(_ONE, _ONE.id == MatchProposal.one_id)
        .join(_OTHER, _OTHER.id == MatchProposal.other_id)
        .where(MatchProposal.decided_at.is_(None), *shown)
    )


__all__ = [
    "Candidate",
    "beginnings",
    "candidates",
    "compared",
    "compared_many",
    "count_proposals",
    "find_person",
    "kept_record",
    "known_apart",
    "matches",
    "merged_together",
    "merges_of",
    "open_proposals",
    "ways_to_match",
    "with_curp",
]
