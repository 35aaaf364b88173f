"""The form of a letter: the words in both languages side by side, and to whom it goes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from seminar_app.letters.models import Letter
from seminar_app.letters.queries import BegunSession, Offer
from seminar_app.letters.rules import LONGEST_SUBJECT, LONGEST_TEXT, Audience, Presence, Words
from seminar_app.letters.services import Typed
from seminar_app.registration.rules import RegistrationState
from seminar_app.web import labels
from seminar_app.web.filters import local_instant, text_of
from seminar_app.web.forms import BaseForm, VersionField, choices_of, one_line, optional, paragraphs, required
from seminar_app.web.ids import id_in
from seminar_app.web.languages import current_language


def _boxes(label: Any, **kwargs: Any) -> SelectMultipleField:
    return SelectMultipleField(label, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), **kwargs)


class LetterForm(BaseForm):
    """A letter. `offer` fills the choices; a letter may hold others (a state that nobody is in any more), which stay choices."""

    submission_id = HiddenField(default=lambda: uuid.uuid4().hex, render_kw={"data-kept": ""})  # static/js/page.js
    version = VersionField()
    states = _boxes(_l("State of the registration"), validators=[required(_l("Please choose at least one state."))])
    groups = _boxes(_l("Agency groups"), validators=[optional()])
    presence = SelectField(_l("Attendance"), choices=[], default=Presence.ANY.value)
    session = SelectField(_l("At"), choices=[], validators=[optional()], default="")
    unanswered = BooleanField(_l("Only those who have not answered the feedback form"))
    subject_es = one_line(_l("Subject in Spanish"), length=LONGEST_SUBJECT, needed=False)
    text_es = paragraphs(_l("Text in Spanish"), length=LONGEST_TEXT)
    subject_en = one_line(_l("Subject in English"), length=LONGEST_SUBJECT, needed=False)
    text_en = paragraphs(_l("Text in English"), length=LONGEST_TEXT)

    def choose_from(self, offer: Offer, time_zone: str, *, also: Audience | None = None) -> None:
        """Fill the choices, and take the fields away that choose by what has not happened yet.

        Args:
            offer: what occurs in the seminar.
            time_zone: of the seminar.
            also: what the letter goes by already.
        """
        language, kept = current_language(), also or Audience(states=())
        states = [each for each in RegistrationState if each in offer.states or each in kept.states or each is RegistrationState.REGISTERED]
        self.states.choices = choices_of(*((each.value, _counted(each, offer)) for each in states))
        groups = {each.key: each.code or each.name(language) for each in offer.groups} | {
            key: key for key in kept.groups if key not in {each.key for each in offer.groups}
        }
        self.groups.choices = choices_of(*groups.items())
        if len(groups) < 2 and not kept.groups:
            del self.groups
        self.presence.choices = choices_of(*labels.choices(Presence))
        sessions = [(each.public_id.hex, session_name(each, time_zone)) for each in offer.sessions]
        self.session.choices = choices_of(("", _("The whole seminar")), *sessions)
        if not sessions and kept.presence is Presence.ANY:
            del self.presence
            del self.session
        if not offer.evaluation_open and not kept.unanswered:
            del self.unanswered

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check the fields, and that at least one language is whole and none is half written."""
        fine = super().validate(extra_validators)
        for language, words in self._words().items():
            if words.half:
                lacking = self[f"text_{language}"] if words.subject else self[f"subject_{language}"]
                lacking.errors = [*lacking.errors, _("Please write this too, or leave both empty.")]
                fine = False
        if not any(words.subject or words.text for words in self._words().values()):
            self.subject_es.errors = [*self.subject_es.errors, _("Please write subject and text, in one language at least.")]
            fine = False
        return fine

    def _words(self) -> dict[str, Words]:
        return {language: Words(self[f"subject_{language}"].data or "", self[f"text_{language}"].data or "") for language in ("es", "en")}

    def typed(self) -> Typed:
        """Return what was typed, after `accepts`."""
        groups, presence, session, unanswered = (
            self._fields[name].data if name in self._fields else None for name in ("groups", "presence", "session", "unanswered")
        )
        audience = Audience(
            states=tuple(RegistrationState(value) for value in self.states.data or ()),
            groups=tuple(groups or ()),
            presence=Presence(presence or Presence.ANY),
            session=id_in(session) if presence and presence != Presence.ANY.value else None,
            unanswered=bool(unanswered),
        )
        lines = {language: Words(words.subject, words.text.replace("\r\n", "\n")) for language, words in self._words().items()}
        return Typed(lines, audience)


def data_of(letter: Letter) -> dict[str, Any]:
    """Return the values of the form that shows a letter."""
    audience = letter.goes_to
    return {
        "version": letter.version,
        "states": [state.value for state in audience.states],
        "groups": list(audience.groups),
        "presence": audience.presence.value,
        "session": audience.session.hex if audience.session else "",
        "unanswered": audience.unanswered,
        "subject_es": letter.subject_es,
        "text_es": letter.text_es,
        "subject_en": letter.subject_en,
        "text_en": letter.text_en,
    }


def session_name(each: BegunSession, time_zone: str) -> str:
    """Return the title of a session with its day and time."""
    return f"{text_of(each.title_es, each.title_en)}, {local_instant(each.starts_at, time_zone)}"


def _counted(state: RegistrationState, offer: Offer) -> str:
    return f"{labels.label(state)} ({offer.states.get(state, 0)})"
