"""The form of an account's own page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.fields import RadioField

from seminar_app.web.forms import BaseForm, required
from seminar_app.web.languages import LANGUAGES


class OwnLanguageForm(BaseForm):
    """The language of the account's own pages and mail."""

    language = RadioField(
        _l("Language of your pages and mail"), choices=dict(LANGUAGES), validators=[required(_l("Please choose a language."))]
    )
