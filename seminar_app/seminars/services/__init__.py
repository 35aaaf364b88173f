"""Services that change seminars: create and edit them, their sessions and their state, and copy them."""

from __future__ import annotations

from seminar_app.seminars.services.copying import copy_seminar
from seminar_app.seminars.services.events import SeminarEdit, StateChange, when_announced_changes, when_changing_state, when_editing
from seminar_app.seminars.services.making import SeminarDetails, create_seminar, edit_seminar, missing_texts
from seminar_app.seminars.services.program import ProgramLine, save_program
from seminar_app.seminars.services.sessions import SessionDetails, add_session, delete_session, edit_session
from seminar_app.seminars.services.states import change_state

__all__ = [
    "ProgramLine",
    "SeminarDetails",
    "SeminarEdit",
    "SessionDetails",
    "StateChange",
    "add_session",
    "change_state",
    "copy_seminar",
    "create_seminar",
    "delete_session",
    "edit_seminar",
    "edit_session",
    "missing_texts",
    "save_program",
    "when_announced_changes",
    "when_changing_state",
    "when_editing",
]
