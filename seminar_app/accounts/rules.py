"""What an account may do, decided from its roles and their scopes. No database."""

from __future__ import annotations

from collections.abc import Iterable

from seminar_app.core.actor import Actor


def may_organize(actor: Actor, *, office_id: int) -> bool:
    """Whether the actor may create, edit and publish seminars of this office, and manage their people."""
    return actor.is_admin or office_id in actor.office_ids


def may_coordinate(actor: Actor, *, office_id: int, seminar_id: int) -> bool:
    """Whether the actor may run the door of this seminar: see its roster, take and export attendance, open feedback."""
    return may_organize(actor, office_id=office_id) or seminar_id in actor.seminar_ids


def may_see_agency(actor: Actor, *, agency_path: Iterable[int]) -> bool:
    """Whether the actor may see people of an agency as its liaison. `agency_path`: ids of the agency and its parents."""
    return bool(actor.agency_ids & frozenset(agency_path))
