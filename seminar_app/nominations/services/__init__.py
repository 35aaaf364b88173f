"""What people do with an agency's list."""

from seminar_app.nominations.services.importing import Imported, import_list
from seminar_app.nominations.services.lists import (
    choose_columns,
    correct,
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
from seminar_app.nominations.services.whose import change_agency

__all__ = [
    "Imported",
    "change_agency",
    "choose_columns",
    "correct",
    "discard",
    "forget_files",
    "import_list",
    "keep_list",
    "note_waiting",
    "original_of",
    "read_again",
    "remembered",
    "tables_of",
    "work_of",
]
