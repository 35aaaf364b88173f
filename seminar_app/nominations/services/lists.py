"""Keep an agency's list, note what its columns are for and what was corrected in it, and let it go."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.inserts import insert_unless_present
from seminar_app.core.installation import installation_of
from seminar_app.core.key_ring import CannotOpen
from seminar_app.core.sealed_files import SealedFile, content_of, keep_file, replace_content
from seminar_app.core.values import replace
from seminar_app.nominations.choices import to_remember, with_choices
from seminar_app.nominations.errors import ListChanged, ListGone, cannot_be_read
from seminar_app.nominations.file_names import plain_name
from seminar_app.nominations.kept_tables import tables_from_json, tables_to_json
from seminar_app.nominations.models import Nomination, NominationList, NominationMapping
from seminar_app.nominations.shapes import Field, Layout, RowKey, Tables
from seminar_app.nominations.work import Work
from seminar_app.registration.services.locked_seats import lock_seats
from seminar_app.seminars.models import Seminar

ORIGINAL, TABLES, WORK = "nominations.original", "nominations.tables", "nominations.work"


def keep_list(
    session: Session,
    context: ChangeContext,
    *,
    seminar: Seminar,
    agency_id: int | None,
    name: str,
    content: bytes,
    tables: Tables,
    layout: Layout,
    submission_id: uuid.UUID,
    encoding: str | None = None,
) -> NominationList:
    """Keep a list that was read, sealed. The same form sent again, and the same file of the same agency, lead to the list there is.

    After the browser's Back the same display of the form may bring another file: that is another list.

    Args:
        agency_id: whose list it is; None where each row names its agency.
        content: the file as it was sent; `tables` as it was read, `layout` as it was proposed.
        encoding: chosen by hand.
    """
    lock_seats(session, seminar.id)  # so that the same file sent twice at once is one list; imports lock in this order too
    index = installation_of(session).ring.index(hashlib.sha256(content).hexdigest(), about="nomination_list|content_index")
    kept = select(NominationList).where(
        NominationList.seminar_id == seminar.id,
        NominationList.content_index == index,
        NominationList.agency_id.is_not_distinct_from(agency_id),
    )
    if encoding is not None:
        kept = kept.where(NominationList.encoding == encoding)
    there = session.scalars(kept.where(NominationList.work_id.is_not(None)).order_by(NominationList.id.desc())).first()
    if there is not None:
        return there
    used = session.scalar(select(exists().where(NominationList.submission_id == submission_id)))
    made = NominationList(
        public_id=uuid.uuid4(),
        submission_id=uuid.uuid4() if used else submission_id,
        seminar_id=seminar.id,
        agency_id=agency_id,
        name=plain_name(name),
        content_index=index,
        encoding=encoding,
        uploaded_by=context.actor,
        uploaded_at=context.now,
        total=0,
    )
    if not insert_unless_present(session, made, index_elements=("submission_id",)):
        return session.scalars(select(NominationList).where(NominationList.submission_id == submission_id)).one()
    made.original_id = keep_file(session, kind=ORIGINAL, content=content, at=context.now).id
    made.tables_id = keep_file(session, kind=TABLES, content=tables_to_json(tables), at=context.now).id
    made.work_id = keep_file(session, kind=WORK, content=Work(layout=layout).packed(), at=context.now).id
    session.flush()
    record(
        session,
        context,
        action="nominations.uploaded",
        subject=subject_of(made),
        seminar=seminar.slug,
        details={"format": tables.format.value},
    )
    return made


def choose_columns(
    session: Session, context: ChangeContext, *, seminar: Seminar, public_id: uuid.UUID, said: Mapping[str, Mapping[str, Any]]
) -> NominationList:
    """Note what each column is for, as a person says, and remember it for the agency's next list with these headings.

    Args:
        said: what a person has changed of the layout (`choices.with_choices`).

    Raises:
        UnplacedColumns, PlacedTwice, NoTableTaken, NoNames: people cannot be read that way.
        ListGone: what the file held is no longer kept.
    """
    found, work = opened(session, seminar.id, public_id)
    layout, faults = with_choices(work.layout, said, tables=tables_of(session, found))
    if faults:
        raise cannot_be_read(layout, faults)
    write_work(session, found, replace(work, layout=layout))
    found.confirmed_at = context.now
    session.flush()
    remember(session, context, agency_id=found.agency_id, layout=layout)
    record(session, context, action="nominations.columns_placed", subject=subject_of(found), seminar=seminar.slug)
    return found


def read_again(
    session: Session,
    context: ChangeContext,
    *,
    seminar: Seminar,
    public_id: uuid.UUID,
    encoding: str,
    tables: Tables,
    layout: Layout,
) -> NominationList:
    """Note that a list was read anew in an encoding chosen by hand. Corrections of other words, and the layout, go.

    Raises:
        ListGone: what the file held is no longer kept.
    """
    found, _work = opened(session, seminar.id, public_id)
    found.encoding, found.confirmed_at = encoding, None
    replace_content(session, session.get_one(SealedFile, found.tables_id), tables_to_json(tables))
    write_work(session, found, Work(layout=layout))
    record(session, context, action="nominations.corrected", subject=subject_of(found), seminar=seminar.slug)
    return found


def note_waiting(session: Session, *, seminar: Seminar, public_id: uuid.UUID, version: int, waiting: int) -> None:
    """Note how many rows want something done, as they were counted in this version of the list. That is no change of the list."""
    found = locked_list(session, seminar.id, public_id)
    if found.version == version:
        found.waiting = waiting


def keep_left(session: Session, found: NominationList, work: Work, to_organizer: Mapping[RowKey, str]) -> None:
    """Note which rows an import has left to the organizer (`Work.to_organizer`). That is no correction: the list's version stays."""
    if to_organizer != work.to_organizer:
        _replace_work(session, found, replace(work, to_organizer=to_organizer))


def forget_how_brought(session: Session, found: NominationList, brought: Collection[RowKey]) -> None:
    """Keep only of these rows, which are on the roster, how they were when they were brought; the others are like any other again."""
    with suppress(ListGone):
        work = work_of(session, found)
        if work.remembering(brought) != work:
            _replace_work(session, found, work.remembering(brought))


def discard(session: Session, context: ChangeContext, *, seminar: Seminar, public_id: uuid.UUID) -> None:
    """Let a list go: what the file held is deleted at once. Of a list that has brought people, when and how many stays."""
    found = locked_list(session, seminar.id, public_id)
    record(session, context, action="nominations.discarded", subject=subject_of(found), seminar=seminar.slug)
    forget_files(session, [found])
    if not session.scalar(select(exists().where(Nomination.list_id == found.id))):
        session.delete(found)
        session.flush()


def forget_files(session: Session, lists: Sequence[NominationList]) -> None:
    """Delete what the files of these lists held: as they were sent, as they were read, and what was corrected."""
    ids = [each for found in lists for each in (found.original_id, found.tables_id, found.work_id) if each is not None]
    for found in lists:
        found.original_id = found.tables_id = found.work_id = None
        found.name = ""
    session.flush()
    session.execute(delete(SealedFile).where(SealedFile.id.in_(ids)).execution_options(synchronize_session=False))


def opened(session: Session, seminar_id: int, public_id: uuid.UUID, *, version: int | None = None) -> tuple[NominationList, Work]:
    """Return a list, locked until the transaction ends, and what people have said about it.

    Args:
        version: of the list that the page showed; None if the caller is no page.

    Raises:
        NotFound: there is no such list.
        ListChanged: somebody has changed it since.
        ListGone: what the file held is no longer kept, or its key is gone.
    """
    found = locked_list(session, seminar_id, public_id)
    if version is not None and found.version != version:
        raise ListChanged
    return found, work_of(session, found)


def work_of(session: Session, found: NominationList) -> Work:
    """Return what people have said about a list.

    Raises:
        ListGone: it is no longer kept, or its key is gone.
    """
    return Work.unpacked(_content(session, found.work_id))


def tables_of(session: Session, found: NominationList) -> Tables:
    """Return a list as it was read.

    Raises:
        ListGone: it is no longer kept, or its key is gone.
    """
    return tables_from_json(_content(session, found.tables_id))


def original_of(session: Session, found: NominationList) -> bytes:
    """Return a list as it was sent.

    Raises:
        ListGone: it is no longer kept, or its key is gone.
    """
    return _content(session, found.original_id)


def remembered(session: Session, agency_id: int | None) -> dict[str, dict[str, Field]]:
    """Return how the columns of an agency's lists were placed before: by fingerprint of the headings, field by folded heading.

    What other agencies' lists with the same headings were is there too, where the agency has had none.
    """
    rows = session.scalars(select(NominationMapping).order_by(NominationMapping.placed_at)).all()
    rows = sorted(rows, key=lambda row: row.agency_id == agency_id)  # the agency's own come last, and count
    return {row.fingerprint: {heading: Field(name) for heading, name in row.fields.items()} for row in rows}


def remember(session: Session, context: ChangeContext, *, agency_id: int | None, layout: Layout) -> None:
    """Remember how columns with headings were placed."""
    for table in layout.tables:
        if not table.taken or not table.header:
            continue
        fields = {heading: placed.value for heading, placed in to_remember(table).items()}
        same = NominationMapping.fingerprint == table.fingerprint, NominationMapping.agency_id.is_not_distinct_from(agency_id)
        there = session.scalars(select(NominationMapping).where(*same)).first()
        if there is None:
            there = NominationMapping(agency_id=agency_id, fingerprint=table.fingerprint)
            session.add(there)
        there.fields, there.placed_at = fields, context.now
    session.flush()


def locked_list(session: Session, seminar_id: int, public_id: uuid.UUID) -> NominationList:
    """Return a list, locked until the transaction ends.

    Raises:
        NotFound: there is no such list.
    """
    wanted = select(NominationList).where(NominationList.public_id == public_id, NominationList.seminar_id == seminar_id)
    found = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def write_work(session: Session, found: NominationList, work: Work) -> None:
    """Keep what people have said about a list. The list has another version then."""
    _replace_work(session, found, work)
    found.version += 1
    session.flush()


def _replace_work(session: Session, found: NominationList, work: Work) -> None:
    replace_content(session, session.get_one(SealedFile, found.work_id), work.packed())


def _content(session: Session, file_id: int | None) -> bytes:
    file = session.get(SealedFile, file_id) if file_id is not None else None
    if file is None:
        raise ListGone
    try:
        return content_of(session, file)
    except CannotOpen as error:
        raise ListGone from error


def subject_of(found: NominationList) -> str:
    """Return the list's name in the audit log."""
    return f"nomination_list:{found.public_id.hex}"
