"""The directory that comes with the program: PGR, PGJ and its state offices, CNS, INM, and their successors."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.events import paths_changed
from seminar_app.agencies.models import Agency, AgencyAlias, AgencySuccession
from seminar_app.agencies.rules import AgencyLevel, alias_key, search_key
from seminar_app.agencies.versions import keep_versions, lock_versions
from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext

DIRECTORY = Path(__file__).with_name("directory.json")


@lru_cache(maxsize=1)
def published_directory() -> dict[str, Any]:
    """Return the directory that comes with the program; each succession names the source of its date."""
    directory: dict[str, Any] = json.loads(DIRECTORY.read_text(encoding="utf-8"))
    return directory


def seed_directory(session: Session, context: ChangeContext) -> int:
    """Add the missing agencies with their aliases and successions. Existing agencies stay as they are.

    Returns:
        How many agencies were added.
    """
    lock_versions(session)
    directory = published_directory()
    known: dict[str, int] = {row.code: row.id for row in session.execute(select(Agency.code, Agency.id))}
    waiting: dict[str, Agency] = {}
    added: list[dict[str, Any]] = [entry for entry in directory["agencies"] if entry["code"] not in known]
    for entry in added:  # the file lists parents before the agencies below them
        if entry.get("parent") in waiting:
            _write(session, waiting, known)
        waiting[entry["code"]] = Agency(
            code=entry["code"],
            name_es=entry["name_es"],
            name_en=entry["name_en"],
            level=AgencyLevel(entry["level"]),
            country=directory["country"],
            state=entry.get("state"),
            parent_id=known[entry["parent"]] if "parent" in entry else None,
            valid_from=_day(entry.get("valid_from")),
            valid_to=_day(entry.get("valid_to")),
            search_key=search_key(code=entry["code"], name_es=entry["name_es"], name_en=entry["name_en"]),
        )
    _write(session, waiting, known)
    session.add_all(
        AgencyAlias(agency_id=known[entry["code"]], alias=alias, search_key=alias_key(alias))
        for entry in added
        for alias in entry["aliases"]
    )
    new = {entry["code"] for entry in added}
    for entry in directory["successions"]:
        if entry["from"] in new or entry["to"] in new:
            session.add(
                AgencySuccession(
                    from_agency_id=known[entry["from"]],
                    to_agency_id=known[entry["to"]],
                    happened_on=_day(entry.get("on")),
                    happened_in=entry.get("year"),
                    source=entry["source"],
                )
            )
    keep_versions(session, context)
    if added:
        paths_changed(session, context)
        record(session, context, action="agencies.seeded", subject="agency:directory", details={"added": len(added)})
    return len(added)


def _write(session: Session, waiting: dict[str, Agency], known: dict[str, int]) -> None:
    """Write the agencies that wait, all at once, and note their ids."""
    session.add_all(waiting.values())
    session.flush()
    known.update((code, agency.id) for code, agency in waiting.items())
    waiting.clear()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
