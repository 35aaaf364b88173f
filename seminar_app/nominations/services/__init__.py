"""What people do with an agency's list."""

from seminar_app.nominations.services.correcting import Corrected, correct, take_corrections
from seminar_app.nominations.services.forgetting import forget_in_lists, forget_in_proposals
from seminar_app.nominations.services.importing import Imported, Prepared, import_list, prepare_import
from seminar_app.nominations.services.list_changes import Wish
from seminar_app.nominations.services.lists import (
    choose_columns,
    discard,
    forget_files,
    keep_list,
    note_waiting,
    original_of,
    read_again,
    remembered,
    tables_of,
    work_of,
)
from seminar_app.nominations.services.request_ends import forget_requests, void_requests
from seminar_app.nominations.services.requests import Asked, ask, decide, take_back_request
from seminar_app.nominations.services.undoing import held_until, undo_import
from seminar_app.nominations.services.whose import change_agency, say_columns

__all__ = [
    "Asked",
    "Corrected",
    "Imported",
    "Prepared",
    "Wish",
    "ask",
    "change_agency",
    "choose_columns",
    "correct",
    "decide",
    "discard",
    "forget_files",
    "forget_in_lists",
    "forget_in_proposals",
    "forget_requests",
    "held_until",
    "import_list",
    "keep_list",
    "note_waiting",
    "original_of",
    "prepare_import",
    "read_again",
    "remembered",
    "say_columns",
    "tables_of",
    "take_back_request",
    "take_corrections",
    "undo_import",
    "void_requests",
    "work_of",
]
