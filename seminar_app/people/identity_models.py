"""What only some seminars ask of a person, sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import PARTICIPANT
from seminar_app.core.tables import Base


class PersonIdentity(Base):
    """What only some seminars ask of a person, sealed with the key ring. Read and written by `people.identity` and nobody else.

    Each value is bound to its column and to the person's public id: moved elsewhere it does not open. The indexes are
    keyed hashes to look a number up; equal ones are two records to be compared, never a refusal.
    """

    __tablename__ = "person_identity"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    curp: Mapped[bytes | None] = mapped_column(LargeBinary, info=PARTICIPANT)
    birth_date: Mapped[bytes | None] = mapped_column(LargeBinary, info=PARTICIPANT)
    birth_place: Mapped[bytes | None] = mapped_column(LargeBinary, info=PARTICIPANT)
    passport: Mapped[bytes | None] = mapped_column(LargeBinary, info=PARTICIPANT)
    curp_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True, info=PARTICIPANT)
    passport_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True, info=PARTICIPANT)
    key_id: Mapped[str] = mapped_column(String(16), index=True, info=PARTICIPANT)
    """Name of the key that all values of the row are sealed with."""
    changed_at: Mapped[datetime]
