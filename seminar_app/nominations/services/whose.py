"""Say whose list it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.nominations.errors import ListHasNominated
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.services.lists import choose_columns, opened
from seminar_app.seminars.models import Seminar


def change_agency(
    session: Session, context: ChangeContext, *, seminar: Seminar, public_id: uuid.UUID, agency_id: int | None
) -> NominationList:
    """Say that a list is another agency's, before anybody was nominated with it. A page that shows the list as it was is overtaken.

    Args:
        agency_id: whose list it is; None where each row names its agency.

    Raises:
        ListHasNominated: people have their places by the agency that it had.
        ListGone: what the file held is no longer kept.
    """
    found, _work = opened(session, seminar.id, public_id)
    if found.agency_id == agency_id:
        return found
    if session.scalar(select(exists().where(Nomination.list_id == found.id))):
        raise ListHasNominated
    found.agency_id = agency_id
    found.version += 1
    session.flush()
    record(session, context, action="nominations.agency_changed", subject=f"nomination_list:{public_id.hex}", seminar=seminar.slug)
    return found


def say_columns(
    session: Session,
    context: ChangeContext,
    *,
    seminar: Seminar,
    public_id: uuid.UUID,
    whose: tuple[int | None] | None,
    said: Mapping[str, Mapping[str, Any]],
) -> NominationList:
    """Note what each column of a list is for, and whose list it is where that was said (`change_agency`, `choose_columns`)."""
    if whose is not None:
        change_agency(session, context, seminar=seminar, public_id=public_id, agency_id=whose[0])
    return choose_columns(session, context, seminar=seminar, public_id=public_id, said=said)
