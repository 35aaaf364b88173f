"""Take what names a person out of the lists that are kept, and out of proposals: rows, and what was said about these. Others stay."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.folding import fold
from seminar_app.core.sealed_files import SealedFile, replace_content
from seminar_app.core.values import replace
from seminar_app.nominations.errors import ListGone
from seminar_app.nominations.kept_tables import tables_to_json
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import RequestState
from seminar_app.nominations.services.lists import tables_of, work_of, write_work
from seminar_app.nominations.services.request_ends import forget
from seminar_app.nominations.services.requests import proposed
from seminar_app.nominations.shapes import Edits, Field, ListRow, Nominee, RowKey, Table, Tables
from seminar_app.nominations.work import Work, reading_of
from seminar_app.people.models import Person
from seminar_app.people.rules import name_key
from seminar_app.people.services import PersonData
from seminar_app.registration.models import Registration


class _Named(Struct, frozen=True):
    """A person as lists and proposals may name them."""

    public_id: str
    search_key: str
    email: str | None

    def is_in(self, nominee: Nominee | PersonData) -> bool:
        """Whether a row or a proposal names this person: by the name, and by the address where both have one."""
        if name_key(nominee.given_names, nominee.surname1, nominee.surname2) != self.search_key:
            return False
        return nominee.email is None or self.email is None or nominee.email == self.email


def _named(people: Sequence[Person]) -> list[_Named]:
    names = {each.id: name_key(each.given_names, each.surname1, each.surname2) for each in people}  # a merged record has another key
    return [_Named(each.public_id.hex, names[each.id], each.email) for each in people if names[each.id]]


def forget_in_proposals(session: Session, context: ChangeContext, people: Sequence[Person]) -> None:
    """End the requests that propose these people as substitutes, and delete their words: accepted, they would bring the data back."""
    named = _named(people)
    waiting = session.scalars(select(ListRequest).where(ListRequest.state == RequestState.OPEN, ListRequest.file_id.is_not(None))).all()
    entries = ((request.id, proposed(session, request)) for request in waiting)
    about = [ident for ident, entry in entries if entry is not None and any(each.is_in(entry.person) for each in named)]
    forget(session, context, about)


def forget_in_lists(session: Session, people: Sequence[Person], *, today: date) -> None:
    """Take these people out of all kept lists of the seminars where they are registered, whether a list has brought them or not.

    The file as it was sent is deleted, because nothing can be taken out of it; so is its name, if it has a word of theirs.
    """
    named = _named(people)
    registered = Registration.person_id.in_([each.id for each in people])
    seminars = select(Registration.seminar_id).where(registered)
    kept = select(NominationList).where(NominationList.seminar_id.in_(seminars), NominationList.work_id.is_not(None))
    for found in session.scalars(kept.order_by(NominationList.id).with_for_update().execution_options(populate_existing=True)).all():
        brought = select(Nomination.row).join(Registration, Registration.id == Nomination.registration_id)
        keys = set(session.scalars(brought.where(Nomination.list_id == found.id, registered)))
        _forget(session, found, named, keys, today)


def _forget(session: Session, found: NominationList, named: Collection[_Named], brought: set[RowKey], today: date) -> None:
    try:
        tables, work = tables_of(session, found), work_of(session, found)
    except ListGone:  # its key is gone, so nobody can read it
        return
    taken = replace(work, edits=replace(work.edits, left_out=frozenset()))
    written = reading_of(tables, replace(work, edits=Edits(people=work.edits.people)), today=today).rows
    rows = (*reading_of(tables, taken, today=today).rows, *written)
    said = {key for key, who in work.choices.items() if any(who == each.public_id for each in named)}
    keys = brought | said | {row.key for row in rows if any(each.is_in(row.nominee) for each in named)}
    if not keys:
        return
    left = _without(tables, keys)
    replace_content(session, session.get_one(SealedFile, found.tables_id), tables_to_json(left))
    write_work(session, found, _unsaid(work, keys, written))
    original, found.original_id = found.original_id, None
    words = {word for each in named for word in each.search_key.split() if len(word) > 2}
    if words & set("".join(sign if sign.isalnum() else " " for sign in fold(found.name)).split()):
        found.name = ""
    session.flush()
    session.execute(delete(SealedFile).where(SealedFile.id == original).execution_options(synchronize_session=False))


def _without(tables: Tables, keys: Collection[RowKey]) -> Tables:
    """Return the tables with these rows empty: each other row keeps its number. Words with accents that only they had go too."""
    left = tuple(
        _emptied(table, {int(row) for at, _dot, row in (key.partition(".") for key in keys) if int(at) == place})
        for place, table in enumerate(tables.tables)
    )
    text = " ".join(str(cell) for table in left for row in table.rows for cell in row)
    return replace(tables, tables=left, accented=tuple(word for word in tables.accented if word in text))


def _emptied(table: Table, numbers: Collection[int]) -> Table:
    return replace(table, rows=tuple(() if number in numbers else row for number, row in enumerate(table.rows, start=1)))


def _unsaid(work: Work, keys: Collection[RowKey], written: Sequence[ListRow]) -> Work:
    """Return the work without what was said about these rows, and without words that were corrected in no other row."""
    left = {(of, text) for row in written if row.key not in keys for of, text in _words(row)}
    gone = {(of, text) for row in written if row.key in keys for of, text in _words(row)} - left
    values = {of: {was: now for was, now in texts.items() if (of, was) not in gone} for of, texts in work.edits.values.items()}
    return replace(work, edits=replace(work.edits, values=values)).without(keys)


def _words(row: ListRow) -> Iterator[tuple[Field, str]]:
    return ((of, " ".join(text.split())) for of, text in row.cells.items())
