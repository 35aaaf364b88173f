"""Forms about the second factor: proving it and setting it up."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired

from seminar_app.sign_in.password_forms import MOST
from seminar_app.web.forms import BaseForm, at_most, clean_text, one_line, optional, readable

APP_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
PAPER_CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
PROOF = "proof_"
"""Prefix of the proof's fields. It keeps them apart when the proof is asked inside another form."""


class ProofForm(BaseForm):
    """Proof of identity: a code or a passkey, or the password where the account has no second factor."""

    proof_code = StringField(_l("Code from your app"), filters=[clean_text], validators=[optional(), readable, at_most(60)])
    proof_password = PasswordField(
        _l("Password"), validators=[optional(), readable, at_most(MOST)], render_kw={"autocomplete": "current-password"}
    )
    proof_passkey = HiddenField()

    def __init__(self, *, paper: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.proof_code.render_kw = PAPER_CODE if paper else APP_CODE
        if paper:
            self.proof_code.label.text = _l("Recovery code")
        for field in (self.proof_code, self.proof_password):
            field.flags.required = True

    @classmethod
    def sent(cls) -> bool:
        """Whether this request carries a proof."""
        return request.method == "POST" and any(name.startswith(PROOF) for name in request.form)


class AppForm(BaseForm):
    """The first code of an app, and the owner's name for the app."""

    code = one_line(_l("Code that the app shows now"), length=20, message=_l("Please write the code."), render_kw=APP_CODE)
    name = one_line(_l("Name"), length=60, needed=False, description=_l("So that you know it in the list, for example «Phone»."))


class PasskeyForm(BaseForm):
    """A passkey that the browser has made."""

    name = one_line(_l("Name"), length=60, needed=False, description=_l("So that you know it in the list, for example «Office computer»."))
    passkey = HiddenField(
        validators=[InputRequired(_l("The browser has made no passkey. Use the button below, in a browser with JavaScript."))]
    )
