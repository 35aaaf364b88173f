"""Forms of past seminars, headcounts and announced numbers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, IntegerField, RadioField
from wtforms.validators import NumberRange
from wtforms.widgets import TextInput

from seminar_app.agencies.forms import AgencyField
from seminar_app.history import errors
from seminar_app.history.hours import hours_field, minutes_in
from seminar_app.history.queries import SEXES, AgencyHeadcount, PastList
from seminar_app.history.rules import LONGEST_SOURCE, MOST_PEOPLE, ListOutcome, Numbers
from seminar_app.history.services.headcounts import refusal_of
from seminar_app.people.rules import Sex
from seminar_app.seminars.forms import SeminarForm
from seminar_app.seminars.rules import ExcusedRule, RegistrationMode
from seminar_app.seminars.services import SeminarDetails
from seminar_app.web.errors import sentence_of
from seminar_app.web.forms import BaseForm, FormPart, VersionField, choices_of, one_line, optional, required
from seminar_app.web.ids import id_in
from seminar_app.web.labels import choices

KEPT = (
    *("title_es", "title_en", "topic_es", "topic_en", "office_id", "hosts", "funding_source", "venue", "city", "country"),
    *("time_zone", "starts_on", "ends_on", "hours", "known"),
)
"""Fields of the form of a past seminar, in their order."""
WORDS = {Sex.FEMALE: "women", Sex.MALE: "men", Sex.OTHER: "other", None: "unknown"}
"""Names of the lines of a headcount's form."""
_NUMBER = _l("Please write a whole number of people.")


class Known(StrEnum):
    """What is known of the people of a past seminar."""

    NAMES = "names"
    NUMBERS = "numbers"


class PastForm(SeminarForm):
    """A seminar that was held before it is entered: what a seminar's form asks for that its past still tells."""

    hours = hours_field(_l("Contact hours"), _l("Please write how many contact hours it had in all."))
    known = RadioField(
        _l("What you know of the people"),
        choices=choices_of((Known.NAMES.value, _l("Their names")), (Known.NUMBERS.value, _l("Only how many there were"))),
        validators=[required(_l("Please choose what you know of the people."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [each for each in self._fields if each not in KEPT and each != "csrf_token"]:
            del self[name]

    @property
    def minutes(self) -> int:
        """Contact minutes in all."""
        return minutes_in(self.hours.data)

    @property
    def named(self) -> bool:
        """Whether lists of names follow."""
        return bool(self.known.data == Known.NAMES.value)

    def details(self, *, slug: str, seminar: Any = None) -> SeminarDetails:
        """Return what was typed. Nobody can register for it, and 80 percent completes it."""
        values: dict[str, Any] = {name: field.data for name, field in self._fields.items() if name in SeminarDetails.__struct_fields__}
        hosts = tuple(entry.data for entry in self.hosts if entry.data is not None)
        values |= {"registration_mode": RegistrationMode.NOMINATION, "excused_rule": ExcusedRule.NOT_COUNTED}
        return SeminarDetails(**values, host_ids=hosts, slug=slug)


class SettleForm(BaseForm):
    """What each list of a past seminar says of its people."""

    outcomes = FieldList(RadioField(choices=[], validators=[required(_l("Please choose what this list says of its people."))]))
    lists = FieldList(HiddenField())

    def offer(self, found: Iterable[PastList]) -> None:
        """Ask one question for each list. An answer belongs to the list that the page showed, whatever came since."""
        said = {entry.data: self.outcomes[place].data for place, entry in enumerate(self.lists) if place < len(self.outcomes)}
        for entries in (self.lists, self.outcomes):
            while entries.entries:
                entries.pop_entry()
        for each in found:
            key = each.list_id.hex if each.list_id is not None else ""
            self.lists.append_entry(key)
            answer = self.outcomes.append_entry(said.get(key) or None)
            answer.raw_data = [answer.data] if answer.data else []
        for entry in self.outcomes:
            entry.choices = choices(ListOutcome)

    def decided(self) -> dict[uuid.UUID | None, ListOutcome]:
        """Return the outcome of each list, after `accepts`."""
        answers = zip(self.lists, self.outcomes, strict=True)
        return {id_in(key.data) if key.data else None: ListOutcome(answer.data) for key, answer in answers}


def _number(label: Any) -> IntegerField:
    return IntegerField(
        label,
        validators=[optional(), NumberRange(0, MOST_PEOPLE, message=_NUMBER)],
        widget=TextInput(),
        render_kw={"inputmode": "numeric", "maxlength": "7", "autocomplete": "off"},
    )


class NumbersPart(FormPart):
    """How many people of one sex."""

    registered = _number(_l("Registered"))
    attended = _number(_l("Attended"))
    completed = _number(_l("Completed it"))

    @property
    def numbers(self) -> Numbers:
        """What was typed; an empty field is nobody."""
        return Numbers(self.registered.data or 0, self.attended.data or 0, self.completed.data or 0)


class HeadcountForm(BaseForm):
    """The headcount of one agency: a line for each sex."""

    opened = HiddenField()
    agency = AgencyField(_l("Agency"), [optional()])
    no_agency = BooleanField(_l("The source does not name the agency"))
    women = FormField(NumbersPart, label=_l("Women"))
    men = FormField(NumbersPart, label=_l("Men"))
    other = FormField(NumbersPart, label=_l("Other"))
    unknown = FormField(NumbersPart, label=_l("Sex not known"))
    source = one_line(_l("Where the numbers stand"), length=LONGEST_SOURCE, needed=False)

    @property
    def lines(self) -> Iterator[tuple[Sex | None, Any]]:
        """The lines by sex."""
        for sex in SEXES:
            yield sex, self[WORDS[sex]]

    def keep_agency(self) -> None:
        """Leave the agency as it is: it names a headcount that is changed."""
        del self.agency
        del self.no_agency

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check the fields, and say at each line what cannot be right in it."""
        sound = super().validate(extra_validators)
        if "agency" in self and self.agency.data is None and not self.no_agency.data:
            self.agency.errors = [*self.agency.errors, _l("Please choose the agency, or say that the source does not name it.")]
            sound = False
        if not sound:
            return False
        for _sex, line in self.lines:
            said = line.form.numbers
            if said.fault is not None:
                where = line.form.attended if isinstance(refusal_of(said, said.fault), errors.MoreAttended) else line.form.completed
                where.errors = [sentence_of(refusal_of(said, said.fault))]
                sound = False
        return sound

    @property
    def numbers(self) -> dict[Sex | None, Numbers]:
        """What was typed, by sex."""
        return {sex: line.form.numbers for sex, line in self.lines}

    @staticmethod
    def values_of(found: AgencyHeadcount) -> dict[str, Any]:
        """Return the form's first values for a headcount that is there."""
        return {
            "opened": found.edition,
            "source": found.source,
            **{
                WORDS[sex]: {"registered": line.registered, "attended": line.attended, "completed": line.completed}
                for sex, line in found.lines.items()
            },
        }


class RemoveForm(BaseForm):
    """The headcount that the page showed when it was removed."""

    opened = HiddenField()


class AnnouncedForm(BaseForm):
    """How many people a source said were trained."""

    version = VersionField()
    number = IntegerField(
        _l("Number of people"),
        validators=[required(_l("Please write the number.")), NumberRange(1, MOST_PEOPLE, message=_NUMBER)],
        widget=TextInput(),
        render_kw={"inputmode": "numeric", "maxlength": "7", "autocomplete": "off"},
    )
    more_than = BooleanField(_l("The source says «more than»"))
    source = one_line(_l("Where it stands"), length=LONGEST_SOURCE, message=_l("Please say where this number stands."))
