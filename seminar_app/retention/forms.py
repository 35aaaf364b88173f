"""Forms about requests to erase data."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.web.forms import LINE, BaseForm, one_line


class ErasureForm(BaseForm):
    """One button."""


class KeepForm(BaseForm):
    """Why data are kept although their person asks that they be erased."""

    reason = one_line(_l("Why they are kept"), length=LINE, message=_l("Please write why the data are kept; the person reads it."))
