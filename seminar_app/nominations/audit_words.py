"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.audit.words import register


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "nominations.uploaded": _l("uploaded an agency's list"),
            "nominations.columns_placed": _l("said what the columns of an agency's list are for"),
            "nominations.agency_changed": _l("said that an agency's list is another agency's"),
            "nominations.corrected": _l("corrected an agency's list"),
            "nominations.discarded": _l("discarded an agency's list"),
            "nominations.imported": _l("nominated the people of an agency's list"),
            "nominations.undone": _l("undid an import of an agency's list"),
            "nominations.viewed": _l("looked at an agency's list"),
            "nominations.exported": _l("took an agency's list as a file"),
            "request.made": _l("asked for a change of the list"),
            "request.accepted": _l("accepted a change of the list"),
            "request.declined": _l("declined a change of the list"),
            "request.taken_back": _l("took back a request to change the list"),
            "requests.viewed": _l("looked at requests to change the list"),
        },
        kinds={"nomination_list": _l("agency's list"), "list_request": _l("request to change the list")},
    )
