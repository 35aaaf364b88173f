"""The form by which a document is printed. What a press elsewhere leaves out has its usual value."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import NumberRange

from seminar_app.attendance.queries import SheetSession
from seminar_app.core.pdf import Paper, usual_paper
from seminar_app.paper.asked import Asked
from seminar_app.paper.rules import BADGES_A_PAGE, BLANK_ROWS, MOST_BLANK_ROWS, Document
from seminar_app.seminars.models import Seminar
from seminar_app.web.filters import text_of
from seminar_app.web.forms import BaseForm, choices_of, optional
from seminar_app.web.ids import id_in
from seminar_app.web.labels import label
from seminar_app.web.languages import LANGUAGES, current_language


class PrintForm(BaseForm):
    """What is printed, and how."""

    document = StringField()
    registration = StringField()
    session = SelectField(_l("Session"), choices=[], validators=[optional()])
    blank_rows = IntegerField(
        _l("Blank rows"),
        default=BLANK_ROWS,
        validators=[
            optional(),
            NumberRange(0, MOST_BLANK_ROWS, message=_l("Blank rows are a number from 0 to %(most)d.", most=MOST_BLANK_ROWS)),
        ],
    )
    badges_a_page = SelectField(_l("Badges a page"), choices=[], validators=[optional()])
    language = SelectField(_l("Language"), choices=[], validators=[optional()])
    paper = SelectField(_l("Paper"), choices=[], validators=[optional()])

    def offer(self, seminar: Seminar, sessions: Sequence[SheetSession]) -> None:
        """Set the choices, and what is usual for the seminar."""
        named = [(each.public_id.hex, f"{each.number}. {text_of(each.title_es, each.title_en)}") for each in sessions]
        self.session.choices = choices_of(("", _("All sessions")), *named)
        self.badges_a_page.choices = choices_of(*((str(each), str(each)) for each in BADGES_A_PAGE))
        self.language.choices = choices_of(*LANGUAGES)
        self.paper.choices = choices_of(*((each.value, label(each)) for each in Paper))
        self.language.data = self.language.data or current_language()
        self.paper.data = self.paper.data or usual_paper(seminar.country).value
        self.badges_a_page.data = self.badges_a_page.data or str(BADGES_A_PAGE[0])
        self.session.data = self.session.data or ""

    def asked(self) -> Asked | None:
        """Return what is to be printed; None where the form names no document of ours."""
        if self.document.data not in set(Document):
            return None
        blank: Any = self.blank_rows.data
        return Asked(
            Document(self.document.data),
            self.language.data,
            Paper(self.paper.data),
            session=_id(self.session.data),
            blank_rows=BLANK_ROWS if blank is None else blank,
            badges_a_page=int(self.badges_a_page.data),
            registration=_id(self.registration.data),
        )


def _id(text: str | None) -> uuid.UUID | None:
    return id_in(text) if text else None
