"""The program of a seminar as a form: a line for each session, and lines for more."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, HiddenField, IntegerField, SelectField, TextAreaField, TimeField
from wtforms.fields import Field
from wtforms.widgets import TextInput

from seminar_app.core.errors import Refusal
from seminar_app.seminars.forms import SPEAKER, speakers_in
from seminar_app.seminars.services import ProgramLine, SessionDetails
from seminar_app.web.errors import sentence_of
from seminar_app.web.filters import short_date
from seminar_app.web.forms import BaseForm, FormPart, VersionField, one_line, optional
from seminar_app.web.languages import current_language

FIRST_SPEAKERS = 2
"""Fields for speakers in each line; a line has one more than it has speakers."""


def _day_or_none(value: Any) -> date | None:
    return value if isinstance(value, date) else date.fromisoformat(value) if value else None


class LineForm(FormPart):
    """A session. A line without a title and without speakers is no session yet, whatever its day and hours."""

    public_id = HiddenField()
    version = VersionField()
    day = SelectField(_l("Day"), coerce=_day_or_none)
    starts = TimeField(_l("Begins"), validators=[optional()])
    ends = TimeField(_l("Ends"), validators=[optional()])
    contact_minutes = IntegerField(_l("Minutes"), validators=[optional()], widget=TextInput(), render_kw={"inputmode": "numeric"})
    title_es = one_line(_l("Title in Spanish"), needed=False)
    title_en = one_line(_l("Title in English"), needed=False)
    speakers = FieldList(SPEAKER, label=_l("Speakers"), min_entries=FIRST_SPEAKERS)
    counts_for_completion = BooleanField(_l("Counts"), default=True)
    delete = BooleanField(_l("Delete"))

    @property
    def is_blank(self) -> bool:
        """Whether nothing is to be made of this line."""
        typed = (self.title_es.data, self.title_en.data, *(each.data for each in self.speakers))
        return not self.session_id and (bool(self.delete.data) or not any(typed))

    @property
    def session_id(self) -> uuid.UUID | None:
        """The public id of the session that the line is about."""
        try:
            return uuid.UUID(self.public_id.data or "")
        except ValueError:
            return None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields of a line that becomes or stays a session."""
        if self.is_blank or self.delete.data:
            return True
        sound = super().validate(extra_validators)
        for field, missing in (
            (self.starts, _l("Please write when it begins.")),
            (self.ends, _l("Please write when it ends.")),
        ):
            if field.data is None and not field.errors:
                field.errors = [str(missing)]
                sound = False
        return sound

    def line(self) -> ProgramLine:
        """Return what was typed."""
        if self.delete.data:
            return ProgramLine(public_id=self.session_id, version=self.version.data or 0, delete=True)
        assert self.day.data is not None and self.starts.data is not None and self.ends.data is not None  # noqa: PT018, S101  validated
        details = SessionDetails(
            day=self.day.data,
            starts=self.starts.data,
            ends=self.ends.data,
            contact_minutes=self.contact_minutes.data,
            title_es=self.title_es.data or None,
            title_en=self.title_en.data or None,
            counts_for_completion=self.counts_for_completion.data,
            speakers=speakers_in(self.speakers),
        )
        return ProgramLine(details=details, public_id=self.session_id, version=self.version.data or 0)


class ProgramForm(BaseForm):
    """All lines of the program, and what its buttons for more lines need."""

    lines = FieldList(FormField(LineForm))
    copy_from = SelectField(_l("Day to repeat"), coerce=_day_or_none, validators=[optional()])
    copy_to = SelectField(_l("On which day"), coerce=_day_or_none, validators=[optional()])
    pasted = TextAreaField(_l("Program from a spreadsheet"), validators=[optional()])
    paste_at = HiddenField()

    def __init__(self, days: Sequence[date], formdata: MultiDict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        choices = [(day.isoformat(), short_date(day)) for day in days]
        for line in self.lines:
            line.form.day.choices = choices
        self.copy_from.choices = self.copy_to.choices = choices

    def show_at(self, number: int, refusal: Refusal, *, written_in: Sequence[str]) -> None:
        """Show what is wrong with a line at the cell that it names, else at its title.

        Args:
            written_in: languages of the titles that the page shows.
        """
        line = self._sent()[number]
        named = refusal.field or ""
        cell: Field
        if named == "speakers":
            cell = line.speakers[0]
        elif named in line._fields and not named.startswith("title_"):
            cell = line[named]
        else:
            cell = line[f"title_{current_language() if current_language() in written_in else written_in[0]}"]
        cell.errors = [*cell.errors, sentence_of(refusal)]
        self.lines.errors = [entry.errors for entry in self.lines]  # a list of fields notes its errors only when it is validated

    def _sent(self) -> list[LineForm]:
        return [line.form for line in self.lines if not line.form.is_blank]

    def program(self) -> list[ProgramLine]:
        """Return the lines that are sessions, or are to be."""
        return [line.line() for line in self._sent()]

    def see(self, versions: dict[uuid.UUID, int]) -> None:
        """Put the newest versions into the page, after the reader was told of them. Sessions that are gone become new ones."""
        for line in self._sent():
            if line.session_id is not None and line.session_id in versions:
                line.version.show(versions[line.session_id])
            elif line.session_id is not None:
                line.public_id.data = ""


def languages_of(lines: Iterable[tuple[str | None, str | None]]) -> tuple[str, ...]:
    """Return the languages in which the seminar and its sessions have titles, Spanish first.

    Args:
        lines: titles in Spanish and English.
    """
    titles = list(lines)
    found = tuple(language for language, place in (("es", 0), ("en", 1)) if any(each[place] for each in titles))
    return found or ("es",)
