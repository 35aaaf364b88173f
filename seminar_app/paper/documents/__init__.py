"""Write what a document says: one module a document, each for the template of its name in `templates/print`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from seminar_app.paper.documents.attendance import attendance
from seminar_app.paper.documents.badges import badges
from seminar_app.paper.documents.programme import programme
from seminar_app.paper.documents.roster import roster
from seminar_app.paper.documents.sign_in import sign_in
from seminar_app.paper.documents.subject import Made, Subject
from seminar_app.paper.rules import Document

WRITERS: Mapping[Document, Callable[[Subject], Made]] = {
    Document.SIGN_IN: sign_in,
    Document.ROSTER: roster,
    Document.PROGRAMME: programme,
    Document.BADGES: badges,
    Document.ATTENDANCE: attendance,
}

__all__ = ["WRITERS", "Made", "Subject"]
