"""The training record of a person: each seminar with what was attended of it, and the totals. Attendance registers what it knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Flask, current_app
from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.registration.queries import PersonRegistration
from seminar_app.registration.rules import RegistrationState


class Attended(Struct, frozen=True):
    """What a person attended of a seminar in which they hold a seat.

    Attributes:
        there: sessions at which the person was, of `sessions` that count for completion.
        minutes: credited, of the sessions that count.
        percent: of the contact minutes, 0 to 100, for showing.
        completes: whether that is enough.
    """

    there: int
    sessions: int
    minutes: int
    percent: float
    completes: bool


Reader = Callable[[Session, Sequence[PersonRegistration]], Mapping[int, Attended]]
"""Return what was attended by registration id, in a constant number of statements; nothing where nothing was recorded."""


def read_attendance_by(app: Flask, reader: Reader) -> None:
    """Let this room say what was attended."""
    app.extensions["attendance_reader"] = reader


class TrainingLine(Struct, frozen=True):
    """A seminar of the record. `attended`: None without a seat, and where nothing was recorded."""

    at: PersonRegistration
    attended: Attended | None


class TrainingRecord(Struct, frozen=True):
    """The seminars of a person that the account may see, newest first."""

    lines: Sequence[TrainingLine]

    @property
    def counted(self) -> list[Attended]:
        """What was attended of each seminar of which anything was recorded."""
        return [line.attended for line in self.lines if line.attended is not None]

    @property
    def attended(self) -> int:
        """Number of seminars at which the person was, for one session at least."""
        return sum(each.there > 0 for each in self.counted)

    @property
    def completed(self) -> int:
        """Number of seminars completed."""
        return sum(each.completes for each in self.counted)

    @property
    def minutes(self) -> int:
        """Credited minutes of all seminars."""
        return sum(each.minutes for each in self.counted)


def training_record(session: Session, registrations: Sequence[PersonRegistration]) -> TrainingRecord:
    """Return the record of these registrations; only those with a seat earn anything."""
    reader: Reader | None = current_app.extensions.get("attendance_reader")
    seated = [each for each in registrations if each.state is RegistrationState.REGISTERED]
    attended = reader(session, seated) if reader is not None else {}
    return TrainingRecord([TrainingLine(each, attended.get(each.id)) for each in registrations])
