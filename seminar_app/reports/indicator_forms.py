"""Forms about indicators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, SelectMultipleField
from wtforms.validators import NumberRange, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from seminar_app.agencies.rules import AgencyLevel
from seminar_app.reports.models import Indicator
from seminar_app.reports.rules import Count, Definition, Dimension, Status, one_of, read_definition, values_of
from seminar_app.reports.services import IndicatorFacts
from seminar_app.web import labels
from seminar_app.web.forms import BaseForm, VersionField, choices_of, one_line, optional, required

CODE = r"^[A-Za-z0-9][A-Za-z0-9-]*$"
MOST_HOURS = 999
CHOSEN = {"topics": Dimension.TOPIC, "groups": Dimension.GROUP, "levels": Dimension.LEVEL}


def _boxes(label: Any, **kwargs: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validators=[optional()], **kwargs
    )


class IndicatorForm(BaseForm):
    """A version of an indicator: its names, what it counts, and from when on."""

    version = VersionField()
    name_es = one_line(_l("Name in Spanish"), length=200, message=_l("Please write the name in Spanish."))
    name_en = one_line(_l("Name in English"), length=200, message=_l("Please write the name in English."))
    count = RadioField(_l("Count"), default=Count.PEOPLE.value, validators=[required(_l("Please choose what is counted."))])
    status = RadioField(_l("Of those who"), default=Status.COMPLETED.value, validators=[required(_l("Please choose who is counted."))])
    topics = _boxes(_l("Topics"), description=_l("None chosen: seminars of all topics."))
    groups = _boxes(_l("Agency groups"), description=_l("As of the day of each registration. None chosen: all."))
    levels = _boxes(_l("Levels of government"), description=_l("None chosen: all. Reserved identities are of no level."))
    least_hours = IntegerField(
        _l("Least contact hours"),
        validators=[optional(), NumberRange(0, MOST_HOURS, message=_l("Please write a number of hours from 0 to 999."))],
        description=_l("Credited in one seminar. Empty: any."),
    )
    source = one_line(_l("Source"), length=300, needed=False, description=_l("Who asks for it, and where its definition is published."))
    valid_from = DateField(_l("Valid from"), validators=[required(_l("Please write the first day."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count.choices = choices_of(*labels.choices(Count))
        self.status.choices = choices_of(*labels.choices(Status))

    def offer(self, topics: Sequence[str], groups: Sequence[tuple[str, str]], *, kept: Definition | None = None) -> None:
        """Fill the choices; what the definition holds already stays a choice, even if no seminar has it any more.

        Args:
            topics: of seminars.
            groups: codes, and codes with names.
            kept: what is chosen now.
        """
        already = {name: _chosen(kept, dimension) for name, dimension in CHOSEN.items()}
        self.topics.choices = choices_of(*((topic, topic) for topic in dict.fromkeys((*topics, *already["topics"]))))
        self.groups.choices = choices_of(*({code: code for code in already["groups"]} | dict(groups)).items())
        self.levels.choices = choices_of(*labels.choices(AgencyLevel))

    def facts(self) -> IndicatorFacts:
        """Return what was chosen, after `accepts`."""
        only = {dimension: one_of(self[name].data or ()) for name, dimension in CHOSEN.items()}
        definition = Definition(
            Count(self.count.data),
            Status(self.status.data),
            only={dimension: value for dimension, value in only.items() if value},
            least_minutes=60 * (self.least_hours.data or 0),
        )
        return IndicatorFacts(self.name_es.data or "", self.name_en.data or "", definition, self.source.data or None)


class NewIndicatorForm(IndicatorForm):
    """An indicator that there was not before."""

    code = one_line(
        _l("Code"),
        length=32,
        message=_l("Please write a code."),
        validators=[Regexp(CODE, message=_l("A code has letters, digits and hyphens only."))],
        description=_l("Short, in capitals. It stays the same in all versions."),
        render_kw={"autocapitalize": "characters", "spellcheck": "false"},
    )


class EndForm(BaseForm):
    """The last day of an indicator."""

    version = VersionField()
    last = DateField(_l("Last day"), validators=[required(_l("Please write the last day."))])


def definition_of(indicator: Indicator) -> Definition:
    """Return what an indicator counts, without a period."""
    return read_definition(dict(parse_qsl(indicator.definition)))


def data_of(indicator: Indicator) -> dict[str, Any]:
    """Return the values of the form that shows an indicator."""
    definition = definition_of(indicator)
    return {
        "version": indicator.version,
        "name_es": indicator.name_es,
        "name_en": indicator.name_en,
        "count": definition.count.value,
        "status": definition.status.value,
        "least_hours": definition.least_minutes // 60 or None,
        "source": indicator.source,
        "valid_from": indicator.valid_from,
        **{name: _chosen(definition, dimension) for name, dimension in CHOSEN.items()},
    }


def _chosen(definition: Definition | None, dimension: Dimension) -> list[str]:
    return values_of(definition.only.get(dimension, "")) if definition else []
