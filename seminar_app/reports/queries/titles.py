"""The titles of seminars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.seminars.models import Seminar


class Titled(Struct, frozen=True):
    """A seminar's titles and last day."""

    title_es: str | None
    title_en: str | None
    ends_on: date


def titles_of(session: Session, slugs: Sequence[str]) -> Mapping[str, Titled]:
    """Return titles and last days by slug."""
    found = select(Seminar.slug, Seminar.title_es, Seminar.title_en, Seminar.ends_on).where(Seminar.slug.in_(slugs))
    return {row.slug: Titled(row.title_es, row.title_en, row.ends_on) for row in session.execute(found)} if slugs else {}
