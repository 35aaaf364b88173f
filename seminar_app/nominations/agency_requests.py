"""What a liaison has asked for about a seminar's list, and how many proposals of officials wait for her."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.sealed_files import SealedFile
from seminar_app.nominations.agency_people import OwnPerson
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import RequestKind, RequestState
from seminar_app.nominations.services.requests import proposed
from seminar_app.people.rules import listed_name
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar

MOST_SHOWN = 30


class OwnRequest(Struct, frozen=True):
    """A change that the liaison has asked for. `coming`: who would come instead, as she typed it; only while it is open."""

    public_id: uuid.UUID
    kind: RequestKind
    state: RequestState
    asked_at: datetime
    reason: str | None
    answer: str | None
    about: OwnPerson
    other: OwnPerson | None
    coming: str | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.state is RequestState.OPEN


def own_requests(session: Session, actor: Actor, seminar: Seminar, people: Iterable[OwnPerson]) -> list[OwnRequest]:
    """Return the account's requests about these people, newest first, in two statements. What was made at once is none."""
    by_id = {each.id: each for each in people}
    decided_by_others = or_(ListRequest.decided_by.is_(None), ListRequest.decided_by != actor.audit_name)
    mine = select(ListRequest).where(ListRequest.seminar_id == seminar.id, ListRequest.asked_by == actor.audit_name, decided_by_others)
    rows = session.scalars(mine.order_by(ListRequest.id.desc()).limit(MOST_SHOWN)).all()
    files = [row.file_id for row in rows if row.file_id is not None]
    kept = session.scalars(select(SealedFile).where(SealedFile.id.in_(files))).all()  # so that `proposed` asks no database
    shown = [_shown(session, row, by_id) for row in rows if row.registration_id in by_id]
    del kept
    return shown


def _shown(session: Session, row: ListRequest, people: dict[int, OwnPerson]) -> OwnRequest:
    entry = proposed(session, row)
    named = entry.person if entry is not None else None
    coming = listed_name(given_names=named.given_names, surname1=named.surname1, surname2=named.surname2) if named is not None else None
    other = people.get(row.other_id) if row.other_id is not None else None
    about = people[row.registration_id]
    return OwnRequest(row.public_id, row.kind, row.state, row.asked_at, row.reason, row.answer, about, other, coming)


def open_about(session: Session, registration_id: int) -> bool:
    """Whether a request about this registration waits, whoever made it."""
    waits = select(ListRequest.id).where(ListRequest.registration_id == registration_id, ListRequest.state == RequestState.OPEN)
    return session.scalar(waits.limit(1)) is not None


def proposals_waiting(session: Session, seminar_ids: Collection[int], own: Collection[int]) -> Mapping[int, int]:
    """Return how many proposals of the people of the agencies `own` themselves wait for a decision, by seminar, in one statement."""
    waiting = (
        select(ListRequest.seminar_id, func.count().label("number"))
        .join(Registration, Registration.id == ListRequest.registration_id)
        .where(
            ListRequest.seminar_id.in_(seminar_ids),
            ListRequest.state == RequestState.OPEN,
            ListRequest.asked_by.startswith("registration:"),
            Registration.agency_id.in_(own),
        )
        .group_by(ListRequest.seminar_id)
    )
    return {row.seminar_id: row.number for row in session.execute(waiting)}
