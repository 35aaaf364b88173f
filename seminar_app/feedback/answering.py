"""Store answers, so that no answer can be linked to a person. All answers come in through this module.

The functions here get no `ChangeContext`, which would tell time, actor and request, and write no audit log. A receipt says
that the registration has answered; the response says what was answered. Each new answer rewrites both kinds of rows of the
form in random order (responses and their answers also under new ids). So in the database they all stem from one transaction,
in no order.
See docs/decisions/0007-anonymous-feedback.md.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ARRAY, Table, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from seminar_app.core.errors import NotFound
from seminar_app.core.tables import Base
from seminar_app.feedback import queries, rules
from seminar_app.feedback.answer_models import Answer, Response
from seminar_app.feedback.errors import AnswerNotUnderstood, AnswersMissing, FormNotOpen, NothingAnswered, NotTakingPart
from seminar_app.feedback.models import FeedbackForm, FormVersion, ResponseReceipt
from seminar_app.feedback.rules import Asked, FormStage, QuestionKind
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar

MIXED_AT_ONCE = 100
"""Rows of each kind that are rewritten together with a new one: all rows, or in a very large seminar this many drawn by lot."""

_lot = secrets.SystemRandom()
Row = dict[str, Any]


def answer(session: Session, *, registration_id: int, form_id: int, version_number: int | None, answers: Mapping[str, str]) -> bool:
    """Store the answers of one registration, once.

    Args:
        session: to write with.
        registration_id: of the person who answers.
        form_id: the form that is answered.
        version_number: of the questions that the person was shown; None for the newest.
        answers: by question key, as typed; questions left out are not answered.

    Returns:
        False if this registration has answered before; then nothing has changed.

    Raises:
        NotFound: no such form, version or registration in the form's seminar.
        FormNotOpen, NotTakingPart, AnswersMissing, NothingAnswered, AnswerNotUnderstood: the answers were refused.
    """
    form = session.scalar(select(FeedbackForm).where(FeedbackForm.id == form_id).with_for_update())
    found = session.execute(
        select(Registration.state, Seminar.state.label("seminar_state"))
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .where(Registration.id == registration_id, _same_seminar(form))
    ).one_or_none()
    if form is None or found is None:
        raise NotFound
    if queries.has_answered(session, registration_id=registration_id, form_id=form_id):
        return False
    if queries.stage(form, found.seminar_state) is not FormStage.OPEN:
        raise FormNotOpen
    if found.state is not RegistrationState.REGISTERED:
        raise NotTakingPart
    version = queries.get_version(session, form_id, version_number)
    given = _checked(version.questions, answers)
    fresh = [
        _columns(question, given[question.key]) | {"question_id": version.ids[question.key]}
        for question in version.questions
        if question.key in given
    ]
    _mix_responses(session, form_id, version_id=version.id, fresh=fresh)
    _mix_receipts(session, form_id, registration_id)
    return True


def _same_seminar(form: FeedbackForm | None) -> Any:
    return Registration.seminar_id == (form.seminar_id if form else None)


def _checked(questions: Sequence[Asked], answers: Mapping[str, str]) -> dict[str, str]:
    """Return the valid answers by question key.

    Raises:
        AnswerNotUnderstood, AnswersMissing, NothingAnswered: the answers are refused.
    """
    try:
        fitting = {question.key: rules.fitting(question, answers.get(question.key)) for question in questions}
    except ValueError:
        raise AnswerNotUnderstood from None
    given = {key: value for key, value in fitting.items() if value is not None}
    if rules.unanswered(questions, given):
        raise AnswersMissing
    if not given:
        raise NothingAnswered
    return given


def _columns(question: Asked, value: str) -> Row:
    if question.kind in (QuestionKind.SCALE, QuestionKind.YES_NO):
        return {"number": int(value), "text": None}
    return {"number": None, "text": value}


def _by_lot(ids: Sequence[Any]) -> Sequence[Any]:
    return _lot.sample(ids, k=min(len(ids), MIXED_AT_ONCE))


def _insert_in_random_order(session: Session, model: type[Base], rows: list[Row]) -> None:
    """Insert rows in random order. PostgreSQL gets one statement of a few arrays: row by row takes many times as long."""
    _lot.shuffle(rows)
    table = cast(Table, model.__table__)
    if session.get_bind().dialect.name == "sqlite":
        session.execute(insert(table), rows)
        return
    columns = [column for column in table.columns if column.name in rows[0]]
    arrays = [func.unnest(literal([row[column.name] for row in rows], ARRAY(column.type))) for column in columns]
    session.execute(insert(table).from_select([column.name for column in columns], select(*arrays)))


def _mix_responses(session: Session, form_id: int, *, version_id: int, fresh: list[Row]) -> None:
    """Add a response to a form and rewrite the other responses with it, all under new ids and in random order."""
    versions = select(FormVersion.id).where(FormVersion.form_id == form_id)
    versions_by_id = {
        row.id: row.version_id for row in session.execute(select(Response.id, Response.version_id).where(Response.version_id.in_(versions)))
    }
    old = _by_lot(list(versions_by_id))
    columns = select(Answer.response_id, Answer.question_id, Answer.number, Answer.text).where(Answer.response_id.in_(old))
    renamed = {before: uuid.uuid4() for before in old}
    newcomer = uuid.uuid4()
    answers = [
        {
            "id": uuid.uuid4(),
            "response_id": renamed[row.response_id],
            "question_id": row.question_id,
            "number": row.number,
            "text": row.text,
        }
        for row in session.execute(columns)
    ]
    answers += [{"id": uuid.uuid4(), "response_id": newcomer} | columns for columns in fresh]
    responses = [{"id": renamed[before], "version_id": versions_by_id[before]} for before in old]
    responses += [{"id": newcomer, "version_id": version_id}]
    session.execute(delete(Answer).where(Answer.response_id.in_(old)))
    session.execute(delete(Response).where(Response.id.in_(old)))
    _insert_in_random_order(session, Response, responses)
    _insert_in_random_order(session, Answer, answers)


def _mix_receipts(session: Session, form_id: int, registration_id: int) -> None:
    """Add a receipt to a form and rewrite the other receipts with it in random order.

    So the transaction that wrote a response does not point to one person. Neither does the lock that a foreign key check
    leaves on the registration's row in PostgreSQL.
    """
    others = _by_lot(session.scalars(select(ResponseReceipt.registration_id).where(ResponseReceipt.form_id == form_id)).all())
    session.execute(delete(ResponseReceipt).where(ResponseReceipt.form_id == form_id, ResponseReceipt.registration_id.in_(others)))
    receipts = [{"registration_id": each, "form_id": form_id} for each in (*others, registration_id)]
    _insert_in_random_order(session, ResponseReceipt, receipts)
