"""Services that change seminars: create and edit them, their sessions and their state, and copy them."""

from __future__ import annotations

from seminar_app.seminars.services.copying import copy_seminar
from seminar_app.seminars.services.making import SeminarDetails, create_seminar, edit_seminar
from seminar_app.seminars.services.sessions import SessionDetails, add_session, delete_session, edit_session
from seminar_app.seminars.services.states import change_state, when_changing_state

__all__ = [
    "SeminarDetails",
    "SessionDetails",
    "add_session",
    "change_state",
    "copy_seminar",
    "create_seminar",
    "delete_session",
    "edit_seminar",
    "edit_session",
    "when_changing_state",
]
