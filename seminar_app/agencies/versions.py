"""Keep a version of each agency, so that a later edit changes neither the name nor the group of an earlier registration."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import asdict
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency, AgencyVersion
from seminar_app.agencies.rules import Listed, VersionFacts, versions_to_add
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_rows

_LISTED = select(Agency.id, *(getattr(Agency, name) for name in Listed.__struct_fields__))
_KEPT = select(AgencyVersion.agency_id, *(getattr(AgencyVersion, name) for name in VersionFacts.__struct_fields__))
_KEPT = _KEPT.where(AgencyVersion.current)


def lock_versions(session: Session) -> None:
    """Let nobody else change names or groups until the commit. It comes before any lock of an agency, so that two edits cannot deadlock.

    Registrations go on: they only read versions. On SQLite the unit of work holds the only write lock already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE agency_version IN SHARE ROW EXCLUSIVE MODE"))


def keep_versions(session: Session, context: ChangeContext, *, of: Collection[int] | None = None) -> None:
    """Compare the directory with the current versions, and add a version where they differ. Needs `lock_versions`.

    Args:
        of: ids of an agency and its parents, if nothing else can have changed; None for the whole directory.
    """
    session.flush()
    listed, kept = _LISTED, _KEPT
    if of is not None:
        listed, kept = listed.where(Agency.id.in_(of)), kept.where(AgencyVersion.agency_id.in_(of))
    directory = {agency_id: Listed(*values) for agency_id, *values in session.execute(listed)}
    current = {agency_id: VersionFacts(*values) for agency_id, *values in session.execute(kept)}
    new = versions_to_add(directory, current)
    if not new:
        return
    session.execute(
        update(AgencyVersion)
        .where(AgencyVersion.agency_id.in_(new), AgencyVersion.current)
        .values(current=False)
        .execution_options(synchronize_session=False)
    )
    rows = [{"agency_id": agency_id, "current": True, "since": context.now, **asdict(facts)} for agency_id, facts in sorted(new.items())]
    insert_rows(session, AgencyVersion, rows)
