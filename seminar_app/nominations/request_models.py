"""Changes of a seminar's list that somebody has asked for, and who decides has not made yet."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import NO_PERSON, PARTICIPANT
from seminar_app.core.tables import Base, value_enum
from seminar_app.nominations.request_rules import RequestKind, RequestState

OPEN = text("state = 'open'")


class ListRequest(Base):
    """A request to change the list: somebody is to come instead of a person, to leave, or to exchange places with another.

    Of one registration at most one is open. Decided, it stays with its answer, without the data of the person proposed.
    """

    __tablename__ = "list_request"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index("uq_list_request_open", "registration_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_list_request_seminar", "seminar_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    kind: Mapped[RequestKind] = mapped_column(value_enum(RequestKind))
    state: Mapped[RequestState] = mapped_column(value_enum(RequestState))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"))
    """Whose place it is about."""
    other_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"), index=True)
    """With whom places are to be exchanged."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id", ondelete="RESTRICT"), unique=True)
    """Who is to come instead, sealed; emptied once it is decided."""
    reason: Mapped[str | None] = mapped_column(String(300), info=PARTICIPANT)
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    """Id of the display of the form: sent twice it is one request."""
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log: a liaison's account, or the official by the personal link."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)
    answer: Mapped[str | None] = mapped_column(String(300), info=PARTICIPANT)
    """Why it was declined."""
