"""Forms with which administrators edit the directory."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form
from wtforms.fields import DateField, IntegerField, SelectField
from wtforms.validators import NumberRange, Regexp, ValidationError

from seminar_app.agencies.forms import AgencyField
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.agencies.services import AgencyFacts, End
from seminar_app.web.forms import SHORT, BaseForm, VersionField, clean_text, one_line, optional, paragraphs, required
from seminar_app.web.labels import choices

CODE = r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$"
RESERVED_CODE = "NEW"
EARLIEST, LATEST = date(1800, 1, 1), date(2199, 12, 31)
MOST_ALIASES = 30


def _plausible(_form: Form, field: DateField) -> None:
    if field.data is not None and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(_("Please write a date between 1800 and 2199."))


class AgencyForm(BaseForm):
    """The data of an agency, with its name in both languages."""

    name_es = one_line(_l("Name in Spanish"), message=_l("Please write the agency's name in Spanish."))
    name_en = one_line(_l("Name in English"), message=_l("Please write the agency's name in English."))
    level = SelectField(_l("Level"), validators=[required(_l("Please choose the level."))])
    country = one_line(
        _l("Country"),
        length=2,
        message=_l("Please write the country's two letters, for example MX."),
        validators=[Regexp(r"^[A-Za-z]{2}$", message=_l("A country has two letters, for example MX."))],
        description=_l("Two letters, for example MX."),
    )
    state = one_line(
        _l("State"), length=60, needed=False, description=_l("For state and municipal agencies, as officials write it: Quintana Roo.")
    )
    parent = AgencyField(_l("Belongs to"), [optional()], description=_l("The agency or group above it. Empty if it is a group of its own."))
    valid_from = DateField(_l("First day"), [optional(), _plausible], description=_l("The day it began to exist, if it is known."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = [("", _("Choose a level")), *choices(AgencyLevel)]

    def facts(self) -> AgencyFacts:
        """Return what was written, once the form is valid."""
        return AgencyFacts(
            name_es=self.name_es.data or "",
            name_en=self.name_en.data or "",
            level=AgencyLevel(self.level.data),
            country=(self.country.data or "").upper(),
            state=self.state.data or None,
            parent_id=self.parent.data,
            valid_from=self.valid_from.data,
        )


class NewAgencyForm(AgencyForm):
    """The fields of AgencyForm, with the code (which is set only once) and the first aliases."""

    code = one_line(
        _l("Agency code"),
        length=32,
        message=_l("Please write a code, for example FGE-ROO."),
        validators=[Regexp(CODE, message=_l("A code takes letters without accents, digits and single hyphens, for example FGE-ROO."))],
        description=_l("As on sheets and in files, for example FGE-ROO. It cannot be changed later."),
    )
    aliases = paragraphs(_l("Also called"), length=2000, description=_l("What people type instead, one on each line: Procuraduría, PGJE."))

    def validate_code(self, field: Any) -> None:
        """Refuse the code «NEW», because `/new` is the URL of a page."""
        if field.data and field.data.upper() == RESERVED_CODE:
            raise ValidationError(_("This word cannot be a code."))

    def validate_aliases(self, _field: Any) -> None:
        """Refuse too many or too long aliases."""
        if any(len(alias) > SHORT for alias in self.alias_list()) or len(self.alias_list()) > MOST_ALIASES:
            raise ValidationError(_("At most %(number)d names, each of at most %(length)d characters.", number=MOST_ALIASES, length=SHORT))

    def alias_list(self) -> list[str]:
        """Return the lines that are not empty, each once."""
        return list(dict.fromkeys(filter(None, (clean_text(line) for line in (self.aliases.data or "").splitlines()))))


class EditAgencyForm(AgencyForm):
    """The fields of AgencyForm with the version that was opened, so that no other user's edit is overwritten unseen."""

    version = VersionField()


class RetireForm(BaseForm):
    """When an agency ended, and its successors."""

    last_day = DateField(_l("Last day"), [optional(), _plausible], description=_l("Its successors begin the day after."))
    year = IntegerField(
        _l("Or only the year"),
        [optional(), NumberRange(1800, 2199, message=_l("Please write a year between 1800 and 2199."))],
        description=_l("If the day is not established. It can then be chosen until the end of that year."),
    )
    successor = AgencyField(_l("Successor"), [optional()])
    successor_2 = AgencyField(_l("Second successor"), [optional()], description=_l("If its work was divided."))
    successor_3 = AgencyField(_l("Third successor"), [optional()], description=_l("If its work was divided."))
    source = one_line(_l("Source"), length=300, needed=False, description=_l("Where the date is published, for whoever doubts it."))

    @property
    def successor_fields(self) -> tuple[AgencyField, ...]:
        """The successor fields, in order."""
        return (self.successor, self.successor_2, self.successor_3)

    def validate_year(self, field: Any) -> None:
        """Refuse a year beside a day."""
        if field.data is not None and self.last_day.data is not None:
            raise ValidationError(_("Please leave the year empty, as the day says it already."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields, and that a day or a year is given."""
        valid = super().validate(extra_validators)
        if valid and self.last_day.data is None and self.year.data is None:
            self.last_day.errors = [_("Please write its last day, or the year in which it ended.")]
            return False
        return valid

    def end(self) -> End:
        """Return when it ended, once the form is valid."""
        return End(last_day=self.last_day.data, year=self.year.data)

    def successor_ids(self) -> list[int]:
        """Return the ids of the chosen successors, in order."""
        return [field.data for field in self.successor_fields if field.data is not None]


class AliasForm(BaseForm):
    """One alias."""

    alias = one_line(_l("Also called"), length=SHORT, message=_l("Please write the name that people use."))
