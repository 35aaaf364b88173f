"""The nightly job that deletes data after their retention time, in small transactions, each with its row count in the audit log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from config import DaysKept
from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.letters.models import Letter
from seminar_app.letters.rules import LetterState
from seminar_app.long_jobs.files import file_is_due, forget_jobs
from seminar_app.long_jobs.files import forget_files as forget_files_of_jobs
from seminar_app.long_jobs.models import LongJob
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import RequestState
from seminar_app.nominations.services import forget_files, void_requests
from seminar_app.paper.forgetting import forget_sheets
from seminar_app.paper.models import PrintedSheet
from seminar_app.people.identity import delete_identities, with_identity_since
from seminar_app.people.models import Person
from seminar_app.registration.models import FormSent, Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services import forget_forms
from seminar_app.retention.erasing import erase_person
from seminar_app.retention.sweeping import sweep
from seminar_app.seminars.models import Seminar
from seminar_app.sign_in.models import WebSession
from seminar_app.sign_in.rules import IDLE, LONGEST
from seminar_app.web.database import in_unit_of_work
from seminar_app.web.schedule import ending

log = logging.getLogger(__name__)

BATCH = 100
KEPT = func.coalesce(Person.merged_into_id, Person.id)
"""The record that counts for the time: a merged one keeps its data as long as the person takes part."""

Due = Callable[[datetime, int], Select[Any]]
Take = Callable[[Session, ChangeContext, Sequence[Any]], object]


class Rule(Struct, frozen=True):
    """How long one kind of data is kept, and how it is deleted.

    Attributes:
        name: a field of `DaysKept`, or another name where the time is fixed.
        what: description for `retention show`.
        due: query for the ids of the rows whose time is over.
        take: function that deletes or empties these rows.
        like: the field of `DaysKept` that counts, where it is another rule's.
    """

    name: str
    what: str
    due: Due
    take: Take
    like: str = ""


def _in_a_seminar_since(person_id: SQLColumnExpression[int], now: datetime, days: int, *states: RegistrationState) -> ColumnElement[bool]:
    since = (now - timedelta(days=days)).date()
    found = select(Registration.id).join(Seminar, Seminar.id == Registration.seminar_id).where(Registration.person_id == person_id)
    found = found.where(Registration.state.in_(states)) if states else found.where(Seminar.ends_on >= since)
    return found.exists()


def _people(now: datetime, days: int) -> Select[Any]:
    """Select people whose record is older than this and who had no registration in a seminar since. Merged records go with theirs."""
    old = (Person.created_at < now - timedelta(days=days)) & Person.merged_into_id.is_(None)
    return select(Person.public_id).where(Person.erased_at.is_(None), old, ~_in_a_seminar_since(Person.id, now, days)).order_by(Person.id)


def _not_seated(now: datetime, days: int) -> Select[Any]:
    return _people(now, days).where(~_in_a_seminar_since(Person.id, now, days, RegistrationState.REGISTERED))


def _phones(now: datetime, days: int) -> Select[Any]:
    old = Person.created_at < now - timedelta(days=days)
    return select(Person.id).where(Person.phone.is_not(None), old, ~_in_a_seminar_since(KEPT, now, days)).order_by(Person.id)


def _identities(now: datetime, days: int) -> Select[Any]:
    old = Person.id.in_(with_identity_since(now - timedelta(days=days)))
    return select(Person.id).where(old, ~_in_a_seminar_since(KEPT, now, days))


def _messages(now: datetime, days: int) -> Select[Any]:
    done = Message.state.in_((MessageState.SENT, MessageState.FAILED))
    return select(Message.id).where(done, Message.created_at < now - timedelta(days=days)).order_by(Message.id)


def _forms(now: datetime, _days: int) -> Select[Any]:
    return select(FormSent.id).where(FormSent.ends_at < now).order_by(FormSent.id)


def _notes(now: datetime, days: int) -> Select[Any]:
    ended = exists().where(
        Registration.id == RegistrationHistory.registration_id,
        Seminar.id == Registration.seminar_id,
        Seminar.ends_on < (now - timedelta(days=days)).date(),
    )
    return select(RegistrationHistory.id).where(RegistrationHistory.note.is_not(None), ended).order_by(RegistrationHistory.id)


def _letters(now: datetime, days: int) -> Select[Any]:
    """Select letters of seminars that are long over, which are drafts still or have words still. One that was just written stays."""
    before = now - timedelta(days=days)
    over = (Seminar.ends_on < before.date(), Letter.written_at < before)
    worded = or_(Letter.state == LetterState.DRAFT, Letter.text_es != "", Letter.text_en != "")
    return select(Letter.id).join(Seminar, Seminar.id == Letter.seminar_id).where(*over, worded).order_by(Letter.id)


def _forget_letters(session: Session, _context: ChangeContext, ids: Sequence[Any]) -> None:
    """Delete drafts; of letters that were sent or taken back keep when, by whom, by which rule and to how many."""
    session.execute(
        delete(Letter).where(Letter.id.in_(ids), Letter.state == LetterState.DRAFT).execution_options(synchronize_session=False)
    )
    empty = {"subject_es": "", "text_es": "", "subject_en": "", "text_en": ""}
    session.execute(update(Letter).where(Letter.id.in_(ids)).values(empty).execution_options(synchronize_session=False))


def _lists(now: datetime, days: int) -> Select[Any]:
    """Select lists of seminars that are long over whose files are still kept. One that was just uploaded stays."""
    before = now - timedelta(days=days)
    over = (Seminar.ends_on < before.date(), NominationList.uploaded_at < before)
    kept = NominationList.work_id.is_not(None)
    return select(NominationList.id).join(Seminar, Seminar.id == NominationList.seminar_id).where(*over, kept).order_by(NominationList.id)


def _forget_lists(session: Session, _context: ChangeContext, ids: Sequence[Any]) -> None:
    forget_files(session, session.scalars(select(NominationList).where(NominationList.id.in_(ids))).all())


def _sheets(now: datetime, days: int) -> Select[Any]:
    """Select printed sheets of seminars that are long over. One that was just printed stays."""
    before = now - timedelta(days=days)
    over = (Seminar.ends_on < before.date(), PrintedSheet.printed_at < before)
    return select(PrintedSheet.id).join(Seminar, Seminar.id == PrintedSheet.seminar_id).where(*over).order_by(PrintedSheet.id)


def _requests(now: datetime, _days: int) -> Select[Any]:
    """Select requests to change a list that wait although the seminar is over."""
    over = Seminar.ends_on < (now - timedelta(days=1)).date()
    waits = select(ListRequest.id).join(Seminar, Seminar.id == ListRequest.seminar_id)
    return waits.where(ListRequest.state == RequestState.OPEN, over).order_by(ListRequest.id)


def _request_words(now: datetime, days: int) -> Select[Any]:
    ended = Seminar.ends_on < (now - timedelta(days=days)).date()
    worded = or_(ListRequest.reason.is_not(None), ListRequest.answer.is_not(None))
    return select(ListRequest.id).join(Seminar, Seminar.id == ListRequest.seminar_id).where(worded, ended).order_by(ListRequest.id)


def _jobs(now: datetime, _days: int) -> Select[Any]:
    return select(LongJob.id).where(LongJob.expires_at < now).order_by(LongJob.id)


def _job_files(now: datetime, _days: int) -> Select[Any]:
    return select(LongJob.id).where(file_is_due(now)).order_by(LongJob.id)


def _sessions(now: datetime, _days: int) -> Select[Any]:
    return select(WebSession.id_hash).where(or_(WebSession.seen_at < now - IDLE, WebSession.created_at < now - LONGEST))


def _erase(session: Session, context: ChangeContext, ids: Sequence[Any]) -> None:
    for public_id in ids:
        erase_person(session, context, public_id=public_id)


def _deleted(model: Any, key: Any) -> Take:
    return lambda session, _context, ids: session.execute(delete(model).where(key.in_(ids)).execution_options(synchronize_session=False))


def _emptied(model: Any, *columns: str) -> Take:
    return lambda session, _context, ids: session.execute(
        update(model).where(model.id.in_(ids)).values(dict.fromkeys(columns)).execution_options(synchronize_session=False)
    )


JOB_FILES = Rule(
    "job_files",
    "files that long work made, a day after its end",
    _job_files,
    lambda session, _context, ids: forget_files_of_jobs(session, ids),
)
"""Applied every ten minutes too, because a day is less than two nights."""
RULES = (
    Rule(
        "identity",
        "CURP, birth data, passport, after the person's last seminar",
        _identities,
        lambda session, _context, ids: delete_identities(session, ids),
    ),
    Rule(
        "forms",
        "forms that ended without their mail's button, or after it",
        _forms,
        lambda session, _context, ids: forget_forms(session, ids),
    ),
    Rule("messages", "mail that was sent or given up", _messages, _deleted(Message, Message.id)),
    Rule("notes", "notes of staff about decisions, after the seminar", _notes, _emptied(RegistrationHistory, "note")),
    Rule("requests", "requests to change the list of a seminar that is over: ended", _requests, void_requests),
    Rule(
        "request_notes",
        "reasons and answers of requests to change a list, after the seminar",
        _request_words,
        _emptied(ListRequest, "reason", "answer"),
        like="notes",
    ),
    Rule("letters", "words of messages to the people of a seminar, and drafts, after the seminar", _letters, _forget_letters),
    Rule("lists", "agencies' lists as they were sent, read and corrected, after the seminar", _lists, _forget_lists),
    Rule(
        "paper",
        "printed sheets: which row is whose, and who keyed it, after the seminar",
        _sheets,
        lambda session, _context, ids: forget_sheets(session, ids),
    ),
    JOB_FILES,
    Rule(
        "jobs",
        "long work, a week after its end",
        _jobs,
        lambda session, _context, ids: forget_jobs(session, ids),
    ),
    Rule("not_seated", "people who hold no seat to the end of any seminar, after the last: erased", _not_seated, _erase),
    Rule("phone", "telephone numbers, after the person's last seminar", _phones, _emptied(Person, "phone")),
    Rule("people", "everybody, after their last seminar: erased", _people, _erase),
    Rule("sessions", "sessions of staff that have timed out", _sessions, _deleted(WebSession, WebSession.id_hash)),
)


def days_of(rule: Rule, kept: DaysKept) -> int:
    """Return how many days the rule keeps data; 0 where the time is fixed."""
    return int(getattr(kept, rule.like or rule.name, 0))


def count_due(session: Session, *, now: datetime, kept: DaysKept) -> dict[str, int]:
    """Return how many rows each rule would take now."""
    return {
        rule.name: session.scalar(select(func.count()).select_from(rule.due(now, days_of(rule, kept)).order_by(None).subquery())) or 0
        for rule in RULES
    }


def apply_all(context: ChangeContext, *, kept: DaysKept, rewrite: bool = False) -> dict[str, int]:
    """Apply every rule. It may be interrupted and started again at any time, because each step is complete in itself."""
    done = {rule.name: _apply(rule, context, days=days_of(rule, kept)) for rule in RULES}
    sweep(context, rewrite=rewrite)
    return done


def apply_to_job_files(context: ChangeContext) -> int:
    """Delete the files that long work made a day ago; the next sweep removes their residues."""
    return _apply(JOB_FILES, context, days=0)


def _apply(rule: Rule, context: ChangeContext, *, days: int) -> int:
    taken = 0
    while not ending.is_set():
        step = in_unit_of_work(lambda session: _step(session, context, rule, days=days))
        taken += step
        if step < BATCH:
            break
    return taken


def _step(session: Session, context: ChangeContext, rule: Rule, *, days: int) -> int:
    ids = session.scalars(rule.due(context.now, days).limit(BATCH)).all()
    if ids:
        rule.take(session, context, ids)
        details = {"rows": len(ids), "days": days}
        record(session, context, action="retention.applied", subject=f"retention:{rule.name}", details=details)
    return len(ids)
