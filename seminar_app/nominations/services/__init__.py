"""What people do with an agency's list."""

from seminar_app.nominations.services.correcting import Corrected, correct, take_corrections
from seminar_app.nominations.services.importing import Imported, import_list
from seminar_app.nominations.services.lists import (
    choose_columns,
    discard,
    forget_files,
    keep_list,
    original_of,
    read_again,
    remembered,
    tables_of,
    work_of,
)

__all__ = [
    "Corrected",
    "Imported",
    "choose_columns",
    "correct",
    "discard",
    "forget_files",
    "import_list",
    "keep_list",
    "original_of",
    "read_again",
    "remembered",
    "tables_of",
    "take_corrections",
    "work_of",
]
