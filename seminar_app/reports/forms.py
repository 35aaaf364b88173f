"""Forms of reports."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from seminar_app.web.forms import SHORT, BaseForm, one_line


class ViewForm(BaseForm):
    """The name of a view, and the address that it keeps."""

    name = one_line(_l("Name"), length=SHORT)
    address = HiddenField()
