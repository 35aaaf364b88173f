"""Store the exact text of the privacy notice that was shown with each registration."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.offices.models import OfficeNotice
from seminar_app.registration.models import Notice
from seminar_app.registration.notices import CURRENT_VERSION, LANGUAGES, PRIVACY, notice_text
from seminar_app.seminars.models import Seminar


def ensure_notices(session: Session, context: ChangeContext) -> None:
    """Store the privacy notice in both languages if it is missing. Two transactions at once end with one row each."""
    insert = (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(Notice)
    rows = [
        {"kind": PRIVACY, "language": language, "version": version, "text": notice_text(version, language), "published_at": context.now}
        for language in LANGUAGES
        for version in range(1, CURRENT_VERSION + 1)
    ]
    session.execute(insert.values(rows).on_conflict_do_nothing(index_elements=["kind", "language", "version"]))


_KEPT = select(Notice.id).where(Notice.kind == PRIVACY, Notice.language == bindparam("language"), Notice.version == bindparam("version"))


def find_notice(session: Session, *, version: int, language: str) -> int | None:
    """Return the id of the notice of this version and language, if it is stored; an unpublished version counts as the current one."""
    return session.connection().scalar(_KEPT, _which(version, language))


def _which(version: int, language: str) -> dict[str, str | int]:
    return {
        "version": version if 1 <= version <= CURRENT_VERSION else CURRENT_VERSION,
        "language": language if language in LANGUAGES else LANGUAGES[0],
    }


def notice_shown(session: Session, context: ChangeContext, *, version: int, language: str) -> int:
    """Return the id of the notice of this version and language, as `find_notice`; store it if it is not."""
    found = find_notice(session, version=version, language=language)
    if found is None:
        ensure_notices(session, context)
        found = session.scalars(_KEPT, _which(version, language)).one()
    return found


_OF_OFFICE = (
    select(OfficeNotice.id)
    .join(Seminar, Seminar.office_id == OfficeNotice.office_id)
    .where(Seminar.id == bindparam("seminar_id"), OfficeNotice.id == bindparam("notice_id"))
)


def office_notice_shown(session: Session, *, seminar_id: int, notice_id: int | None) -> int | None:
    """Return the id of the version that the form showed, if it is one of the seminar's office."""
    return None if notice_id is None else session.scalar(_OF_OFFICE, {"seminar_id": seminar_id, "notice_id": notice_id})
