"""Forms with which staff edit seminars and sessions."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, DateTimeLocalField, FieldList, IntegerField, RadioField, SelectField, TimeField
from wtforms.fields import Field
from wtforms.widgets import TextInput

from seminar_app.offices.models import Office
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import (
    Approval,
    Asked,
    ExcusedRule,
    RegistrationMode,
    SubstitutesBy,
    local_of,
    locked_fields,
    parse_speakers,
)
from seminar_app.seminars.services import SeminarDetails, SessionDetails, missing_texts
from seminar_app.web.filters import long_date, text_of
from seminar_app.web.forms import (
    SHORT,
    BaseForm,
    FormPart,
    ValidationError,
    VersionField,
    one_line,
    optional,
    paragraphs,
    required,
)
from seminar_app.web.labels import choices
from seminar_app.web.places import country_choices, zone_choices

MOST_HOSTS = 12
EMPTY_HOSTS = 2
LONGEST_SLUG = 80
LONGEST_SPEAKER = 200
EMPTY_SPEAKERS = 3

_RULES: dict[str, type[StrEnum]] = {
    "registration_mode": RegistrationMode,
    "approval": Approval,
    "substitutes_by": SubstitutesBy,
    "excused_rule": ExcusedRule,
    "asks_birth": Asked,
    "asks_curp": Asked,
    "asks_passport": Asked,
}


def _id_or_none(value: Any) -> int | None:
    return int(value) if value not in (None, "") else None


def _choice_of_host() -> SelectField:
    return SelectField(_l("Host"), coerce=_id_or_none, validators=[optional()])


MODE_HINTS = {
    RegistrationMode.OPEN: _l(
        "The form stands on the seminar's page. Seats go in the order in which people press the button in their mail."
    ),
    RegistrationMode.CODE: _l("The form asks for the code below, and takes nobody without it."),
    RegistrationMode.INVITATION: _l(
        "No form. You invite people by name: a seat is kept for each until a day that you set, and a link in the mail answers."
    ),
    RegistrationMode.NOMINATION: _l(
        "No form. Liaisons send the names for the seats that you keep for their agency; who is beyond these seats is an alternate."
    ),
}


class SeminarForm(BaseForm):
    """A seminar, to create or to edit. `choose_from` fills the choices of its lists."""

    version = VersionField()
    title_es = one_line(_l("Title in Spanish"), needed=False)
    title_en = one_line(_l("Title in English"), needed=False)
    topic_es = one_line(_l("Topic in Spanish"), needed=False)
    topic_en = one_line(_l("Topic in English"), needed=False)
    objectives_es = paragraphs(_l("Objectives in Spanish"))
    objectives_en = paragraphs(_l("Objectives in English"))
    audience_es = paragraphs(_l("For whom, in Spanish"), length=1_000)
    audience_en = paragraphs(_l("For whom, in English"), length=1_000)

    office_id = SelectField(_l("Office"), coerce=_id_or_none, validators=[required(_l("Please choose the office whose seminar this is."))])
    hosts = FieldList(_choice_of_host(), label=_l("Hosts"), max_entries=MOST_HOSTS)
    funding_source = one_line(_l("Funding source"), needed=False)

    venue = one_line(_l("Venue"), needed=False)
    street = one_line(_l("Street address"), needed=False)
    city = one_line(_l("City"), length=SHORT, message=_l("Please write the city."))
    country = SelectField(_l("Country"), validators=[required(_l("Please choose the country."))])
    time_zone = SelectField(_l("Time zone"), validators=[required(_l("Please choose the time zone."))])
    starts_on = DateField(_l("First day"), validators=[required(_l("Please write the first day."))])
    ends_on = DateField(_l("Last day"), validators=[required(_l("Please write the last day."))])

    registration_mode = RadioField(_l("Who may register"), validators=[required(_l("Please choose who may register."))])
    registration_code = one_line(_l("Registration code"), length=64, needed=False)
    approval = RadioField(_l("Approval"), validators=[required(_l("Please choose how people are approved."))])
    registration_opens = DateTimeLocalField(_l("Registration opens"), validators=[optional()])
    registration_closes = DateTimeLocalField(_l("Registration closes"), validators=[optional()])
    capacity = IntegerField(_l("Seats in all"), validators=[required(_l("Please write how many seats there are."))])

    list_freezes_on = DateField(_l("The list is frozen from"), validators=[optional()])
    substitutes_by = RadioField(_l("Who decides about substitutes"), default=SubstitutesBy.LIAISON.value)

    extra_at_door = IntegerField(
        _l("Extra seats at the door"), default=0, validators=[optional()], widget=TextInput(), render_kw={"inputmode": "numeric"}
    )

    asks_birth = SelectField(_l("Date and place of birth"), default=Asked.NO.value)
    asks_curp = SelectField(_l("CURP"), default=Asked.NO.value)
    asks_passport = SelectField(_l("Passport"), default=Asked.NO.value)
    identity_reason_es = one_line(_l("Why you ask, in Spanish"), length=300, needed=False)
    identity_reason_en = one_line(_l("Why you ask, in English"), length=300, needed=False)

    offers_reserved = BooleanField(_l("People may ask for a reserved identity"))

    threshold_percent = IntegerField(
        _l("Attendance needed to complete, in percent"), validators=[required(_l("Please write a percentage."))]
    )
    excused_rule = RadioField(_l("An excused absence"), validators=[required(_l("Please choose what an excused absence does."))])
    slug = one_line(_l("Address"), length=LONGEST_SLUG, needed=False)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields and, at once with them, what the service would refuse one by one."""
        sound = super().validate(extra_validators)
        for refusal in missing_texts(self.data):
            self.show(refusal)
            sound = False
        return sound

    def choose_from(self, *, own_offices: Iterable[Office], offices: Iterable[Office]) -> None:
        """Fill the lists: the offices the account organizes for, all offices, countries, time zones, and the labels of the rules."""
        if "office_id" in self:
            own = [(office.id, text_of(office.name_es, office.name_en)) for office in own_offices]
            self.office_id.choices = own if len(own) == 1 else [("", _l("Choose an office")), *own]
        names = [("", _l("Nobody else")), *((office.id, text_of(office.name_es, office.name_en)) for office in offices)]
        for entry in self.hosts:
            entry.choices = names
        if "country" in self:
            self.country.choices = country_choices()
        if "time_zone" in self:
            self.time_zone.choices = zone_choices()
        for name, kind in _RULES.items():
            if name in self:
                getattr(self, name).choices = choices(kind)
        if "registration_mode" in self:
            self.registration_mode.choices = [
                (value, word, {"data-hint": MODE_HINTS[RegistrationMode(value)]}) for value, word in choices(RegistrationMode)
            ]

    def offer_hosts(self) -> None:
        """Add two empty fields after the chosen hosts, up to 12 in all."""
        while len(self.hosts.entries) < MOST_HOSTS and (len(self.hosts.entries) < 2 or self.hosts.entries[-EMPTY_HOSTS].data is not None):
            self.hosts.append_entry(None)

    def leave_out(self, seminar: Seminar) -> None:
        """Delete the fields that can no longer be changed, and the seats, which have a page of their own."""
        del self.capacity
        names = {"registration_opens_at": "registration_opens", "registration_closes_at": "registration_closes"}
        for locked in locked_fields(seminar.state):
            del self[names.get(locked, locked)]

    def details(self, *, slug: str, seminar: Seminar | None = None) -> SeminarDetails:
        """Return what was typed; fields that the form does not have keep their value in `seminar`."""
        values = details_of(seminar) if seminar is not None else {}
        for name, field in self._fields.items():
            if name in SeminarDetails.__struct_fields__:
                values[name] = field.data
        values["host_ids"] = tuple(entry.data for entry in self.hosts if entry.data is not None)
        values["slug"] = slug
        values["extra_at_door"] = values.get("extra_at_door") or 0
        for name, kind in _RULES.items():
            values[name] = kind(values[name])
        return SeminarDetails(**values)


def details_of(seminar: Seminar) -> dict[str, Any]:
    """Return the values of a seminar under the names of `SeminarDetails`, without the hosts."""
    names = set(SeminarDetails.__struct_fields__) - {"host_ids", "registration_opens", "registration_closes"}
    opens, closes = seminar.registration_opens_at, seminar.registration_closes_at
    return {name: getattr(seminar, name) for name in names} | {
        "registration_opens": local_of(opens, seminar.time_zone) if opens else None,
        "registration_closes": local_of(closes, seminar.time_zone) if closes else None,
    }


def _named_speakers(form: Any, field: Field) -> None:
    if any(len(part) > LONGEST_SPEAKER for speaker in parse_speakers(field.data or "") for part in speaker if part):
        raise ValidationError(_l("A name or an affiliation is too long: at most 200 characters each."))


SPEAKER = one_line(
    _l("Speaker"),
    length=2 * LONGEST_SPEAKER + 2,
    needed=False,
    validators=[_named_speakers],
    render_kw={"list": "speakers-known"},
)
"""A speaker: name, affiliation. The page offers those of the office's earlier seminars in the list `speakers-known`."""


def speakers_in(fields: Iterable[Any]) -> tuple[tuple[str, str | None], ...]:
    """Return (name, affiliation) of each field that is filled in, in order."""
    return parse_speakers("\n".join(field.data or "" for field in fields))


def speaker_line(speaker: Any) -> str:
    """Return a speaker, who has a name and an affiliation, as it is typed."""
    return f"{speaker.name}, {speaker.affiliation}" if speaker.affiliation else str(speaker.name)


class SessionForm(BaseForm):
    """A session of a seminar, in the seminar's local time."""

    version = VersionField()
    title_es = one_line(_l("Title in Spanish"), needed=False)
    title_en = one_line(_l("Title in English"), needed=False)
    day = DateField(_l("Day"), validators=[required(_l("Please choose the day."))])
    starts = TimeField(_l("Begins"), validators=[required(_l("Please write when it begins."))])
    ends = TimeField(_l("Ends"), validators=[required(_l("Please write when it ends."))])
    contact_minutes = IntegerField(_l("Contact minutes"), validators=[optional()])
    room = one_line(_l("Room"), length=SHORT, needed=False)
    speakers = FieldList(SPEAKER, label=_l("Speakers"))
    counts_for_completion = BooleanField(_l("Counts for completion"), default=True)

    def details(self) -> SessionDetails:
        """Return what was typed."""
        values = {name: field.data for name, field in self._fields.items() if name in SessionDetails.__struct_fields__}
        return SessionDetails(**values | {"speakers": speakers_in(self.speakers)})

    def offer_speakers(self) -> None:
        """Add empty fields after the speakers."""
        for _number in range(EMPTY_SPEAKERS):
            if not self.speakers.entries or self.speakers.entries[-1].data or len(self.speakers.entries) < EMPTY_SPEAKERS:
                self.speakers.append_entry(None)

    @staticmethod
    def values_of(seminar_session: SeminarSession, speakers: Iterable[Any], time_zone: str) -> dict[str, Any]:
        """Return the form's first values for an existing session."""
        starts, ends = local_of(seminar_session.starts_at, time_zone), local_of(seminar_session.ends_at, time_zone)
        return {
            "version": seminar_session.version,
            "title_es": seminar_session.title_es,
            "title_en": seminar_session.title_en,
            "day": starts.date(),
            "starts": starts.time(),
            "ends": ends.time(),
            "contact_minutes": seminar_session.contact_minutes,
            "room": seminar_session.room,
            "speakers": [speaker_line(speaker) for speaker in speakers],
            "counts_for_completion": seminar_session.counts_for_completion,
        }


class LikeForm(FormPart):
    """The choice of an earlier seminar that a new one is to be like."""

    like = SelectField(_l("Like an earlier one"))

    def __init__(self, seminars: Iterable[Any], language: str) -> None:
        super().__init__()
        names = [(each.slug, f"{each.title(language)}, {each.city}, {long_date(each.starts_on)}") for each in seminars]
        self.like.choices = [("", _l("Choose a seminar")), *names]


class CopyForm(BaseForm):
    """The first day and the slug of the copy."""

    starts_on = DateField(_l("First day"), validators=[required(_l("Please write the first day."))])
    slug = one_line(_l("Address"), length=LONGEST_SLUG, needed=False)


class CancelForm(BaseForm):
    """The reason of a cancellation."""

    reason = paragraphs(
        _l("Why it is cancelled"), length=300, needed=True, message=_l("Please say why: the people registered will read it.")
    )


class ResumeForm(BaseForm):
    """The reason why a completed seminar is reopened."""

    reason = paragraphs(
        _l("Why it is reopened"),
        length=300,
        needed=True,
        message=_l("Please say why the seminar is reopened. The audit log keeps your reason."),
    )
