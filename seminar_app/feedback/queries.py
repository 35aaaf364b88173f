"""Read feedback. No query returns a person together with an answer, because no such link is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from seminar_app.attendance.models import Mark
from seminar_app.attendance.rules import MarkStatus
from seminar_app.core.errors import NotFound
from seminar_app.feedback.models import FeedbackDates, FeedbackForm, FormVersion, Question, ResponseReceipt
from seminar_app.feedback.rules import TAKING_ANSWERS, Asked, Dates, FormKind, FormStage, next_stage, option_of, stage_of
from seminar_app.feedback.standard import SpeakerAsked
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, SeminarSession, Speaker
from seminar_app.seminars.rules import SeminarState

ATTENDED = (MarkStatus.PRESENT, MarkStatus.LATE, MarkStatus.LEFT_EARLY)


class Version(Struct, frozen=True):
    """The questions of one version of a form, in order, and the row id of each by its key."""

    id: int
    number: int
    questions: tuple[Asked, ...]
    ids: Mapping[str, int]


def find_form(session: Session, seminar_id: int, kind: FormKind = FormKind.REACTION) -> FeedbackForm | None:
    """Return the seminar's form of this kind, or None if it was not made yet."""
    return session.scalar(select(FeedbackForm).where(FeedbackForm.seminar_id == seminar_id, FeedbackForm.kind == kind))


def stage(form: FeedbackForm | None, seminar_state: SeminarState) -> FormStage:
    """Return the stage of a form in a seminar of this state. A form that was not made yet is not opened."""
    opened, closed = form is not None and form.opened_at is not None, form is not None and form.closed_at is not None
    return stage_of(opened=opened, closed=closed, seminar_state=seminar_state)


def dates_of(session: Session, seminar_id: int, kind: FormKind = FormKind.REACTION) -> Dates:
    """Return when the seminar's form opens and closes by itself."""
    found = select(FeedbackDates.opens_at, FeedbackDates.closes_at)
    row = session.execute(found.where(FeedbackDates.seminar_id == seminar_id, FeedbackDates.kind == kind)).one_or_none()
    return Dates(*row) if row is not None else Dates()


def last_session_end(session: Session, seminar_id: int) -> datetime | None:
    """Return when the last session ends; None if there is no session."""
    return session.scalar(select(func.max(SeminarSession.ends_at)).where(SeminarSession.seminar_id == seminar_id))


class Standing(Struct, frozen=True):
    """A seminar's form, if it was made, with its stage and dates."""

    seminar: Seminar
    form: FeedbackForm | None
    dates: Dates

    @property
    def stage(self) -> FormStage:
        """The stage of the form, also while it has not been made."""
        return stage(self.form, self.seminar.state)

    def by_dates(self, now: datetime) -> FormStage:
        """Return the stage that the form has by its dates at this time."""
        return next_stage(
            self.dates,
            stage=self.stage,
            seminar_state=self.seminar.state,
            starts_on=self.seminar.starts_on,
            time_zone=self.seminar.time_zone,
            now=now,
        )

    def opens_in_vain(self, now: datetime) -> bool:
        """Whether the date to open will not open the form: the seminar was moved behind it, or it was missed for too long."""
        opens_at = self.dates.opens_at
        if opens_at is None or self.stage is not FormStage.NOT_OPENED or self.seminar.state not in TAKING_ANSWERS:
            return False
        return self.by_dates(max(now, opens_at)) is not FormStage.OPEN


def standing_of(session: Session, seminar: Seminar) -> Standing:
    """Return the seminar's form with its stage and dates, in two statements."""
    return Standing(seminar, find_form(session, seminar.id), dates_of(session, seminar.id))


def standings_of(session: Session, seminars: Collection[Seminar], kind: FormKind = FormKind.REACTION) -> Mapping[int, Standing]:
    """Return the forms of these seminars with their stages and dates, by the seminar's id, in two statements."""
    ids = [each.id for each in seminars]
    forms = session.scalars(select(FeedbackForm).where(FeedbackForm.seminar_id.in_(ids), FeedbackForm.kind == kind))
    form_of = {form.seminar_id: form for form in forms}
    columns = select(FeedbackDates.seminar_id, FeedbackDates.opens_at, FeedbackDates.closes_at)
    rows = session.execute(columns.where(FeedbackDates.seminar_id.in_(ids), FeedbackDates.kind == kind))
    dates = {seminar_id: Dates(*both) for seminar_id, *both in rows}
    return {each.id: Standing(each, form_of.get(each.id), dates.get(each.id, Dates())) for each in seminars}


def due_by_dates(session: Session, now: datetime) -> list[int]:
    """Return the ids of the seminars whose form is to be opened or closed by now."""
    rows = session.execute(
        select(Seminar, FeedbackForm, FeedbackDates.opens_at, FeedbackDates.closes_at)
        .select_from(FeedbackDates)
        .join(Seminar, Seminar.id == FeedbackDates.seminar_id)
        .outerjoin(FeedbackForm, (FeedbackForm.seminar_id == Seminar.id) & (FeedbackForm.kind == FeedbackDates.kind))
        .where(FeedbackDates.kind == FormKind.REACTION, Seminar.state.in_(TAKING_ANSWERS))
        .where(or_(FeedbackDates.opens_at <= now, FeedbackDates.closes_at <= now))
        .order_by(Seminar.id)
    )
    found = [Standing(seminar, form, Dates(*dates)) for seminar, form, *dates in rows]
    return [each.seminar.id for each in found if each.by_dates(now) is not each.stage]


def get_version(session: Session, form_id: int, number: int | None = None) -> Version:
    """Return the newest version of a form, or the one with this number.

    Raises:
        NotFound: the form has no such version.
    """
    wanted = select(FormVersion.id, FormVersion.number).where(FormVersion.form_id == form_id)
    wanted = wanted.where(FormVersion.number == number) if number is not None else wanted.order_by(FormVersion.number.desc()).limit(1)
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound
    rows = session.scalars(select(Question).where(Question.version_id == found.id).order_by(Question.position)).all()
    return Version(found.id, found.number, tuple(map(asked, rows)), {row.key: row.id for row in rows})


def asked(row: Question) -> Asked:
    """Convert a stored question to the form that the rules use."""
    return Asked(row.key, row.kind, row.prompt_es, row.prompt_en, row.required, tuple(map(option_of, row.options)))


def all_questions(session: Session, form_id: int) -> tuple[tuple[Asked, ...], tuple[Asked, ...]]:
    """Return the questions of the newest version, and those that only earlier versions asked (in their last wording), in order."""
    rows = session.execute(
        select(Question, FormVersion.number)
        .join(FormVersion, FormVersion.id == Question.version_id)
        .where(FormVersion.form_id == form_id)
        .order_by(FormVersion.number.desc(), Question.position)
    ).all()
    newest = max((number for _row, number in rows), default=0)
    now: dict[str, Asked] = {row.key: asked(row) for row, number in rows if number == newest}
    before: dict[str, Asked] = {}
    for row, number in rows:
        if number != newest and row.key not in now:
            before.setdefault(row.key, asked(row))
    return tuple(now.values()), tuple(before.values())


def has_answered(session: Session, *, registration_id: int, form_id: int) -> bool:
    """Whether this registration has answered the form."""
    return session.get(ResponseReceipt, (registration_id, form_id)) is not None


def awaits_answer(session: Session, *, seminar_id: int, registration_id: int) -> bool:
    """Whether the seminar's form is open and this registration has not answered; then the personal page links to the form."""
    receipt = exists().where(ResponseReceipt.form_id == FeedbackForm.id, ResponseReceipt.registration_id == registration_id)
    is_open = (
        select(FeedbackForm.id)
        .join(Seminar, Seminar.id == FeedbackForm.seminar_id)
        .where(
            Seminar.id == seminar_id,
            Seminar.state.in_(TAKING_ANSWERS),
            FeedbackForm.kind == FormKind.REACTION,
            FeedbackForm.opened_at.is_not(None),
            FeedbackForm.closed_at.is_(None),
        )
    )
    return session.scalar(is_open.where(~receipt)) is not None


def count_answered(session: Session, form_id: int) -> int:
    """Count the receipts of a form. Show the number only through `figures.response_rate`."""
    return session.scalar(select(func.count()).where(ResponseReceipt.form_id == form_id)) or 0


def _asked_to_answer(seminar_id: int) -> Select[Registration]:
    """Select seated registrations that attended at all, and those of whom no attendance is recorded: they may have attended."""
    seated = select(Registration).where(Registration.seminar_id == seminar_id, Registration.state == RegistrationState.REGISTERED)
    attended = exists().where(Mark.registration_id == Registration.id, Mark.status.in_(ATTENDED))
    marked = exists().where(Mark.registration_id == Registration.id, Mark.status.is_not(None))
    return seated.where(or_(attended, ~marked))


def asked_ids(seminar_id: int) -> Select[int]:
    """Select the ids of the registrations that are asked, whether they have answered or not."""
    return _asked_to_answer(seminar_id).with_only_columns(Registration.id)


def without_receipt(form_id: int) -> ColumnElement[bool]:
    """Return the condition that a registration has not answered. Only mail goes by it: no page tells who, nor how many."""
    return ~exists().where(ResponseReceipt.registration_id == Registration.id, ResponseReceipt.form_id == form_id)


def count_asked(session: Session, *, seminar_id: int, form_id: int) -> int:
    """Count the people that the response rate refers to.

    These are people who hold a seat and attended at all or have no mark yet, and people who answered.
    """
    wanted = asked_ids(seminar_id)
    receipts = select(ResponseReceipt.registration_id).where(ResponseReceipt.form_id == form_id)
    either = or_(Registration.id.in_(wanted), Registration.id.in_(receipts))
    return session.scalar(select(func.count()).select_from(Registration).where(Registration.seminar_id == seminar_id, either)) or 0


def count_asked_by_mail(session: Session, seminar_id: int) -> tuple[int, int]:
    """Count the people who are asked: those whom mail reaches, and those it does not. Who has answered does not matter, and is not told."""
    addresses = _asked_to_answer(seminar_id).join(Registration.person).with_only_columns(Person.email).subquery()
    everybody, by_mail = session.execute(select(func.count(), func.count(addresses.c.email)).select_from(addresses)).one()
    return by_mail, everybody - by_mail


def to_write_to(session: Session, *, seminar_id: int, form_id: int) -> Sequence[Registration]:
    """Return the registrations that are asked and have not answered, with their person; those without an address are left out."""
    return session.scalars(
        _asked_to_answer(seminar_id)
        .where(without_receipt(form_id))
        .join(Registration.person)
        .where(Person.email.is_not(None))
        .options(contains_eager(Registration.person))
        .order_by(Registration.id)
    ).all()


def speakers(session: Session, seminar_id: int) -> Iterable[SpeakerAsked]:
    """Return the speakers of the seminar, in order of appearance."""
    rows = session.execute(
        select(Speaker.public_id, Speaker.name)
        .join(SeminarSession, SeminarSession.id == Speaker.session_id)
        .where(SeminarSession.seminar_id == seminar_id)
        .order_by(SeminarSession.starts_at, SeminarSession.id, Speaker.position)
    )
    return [SpeakerAsked(public_id, name) for public_id, name in rows]
