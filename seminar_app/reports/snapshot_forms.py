"""The form that freezes a figure."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.web.forms import LINE, BaseForm, one_line


class FreezeForm(BaseForm):
    """What the frozen figure is called."""

    title = one_line(
        _l("Title"),
        length=LINE,
        message=_l("Please write a title."),
        description=_l("For example, what it was reported for. It names no person."),
    )
