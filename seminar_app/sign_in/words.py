"""Words for the kinds of second factor."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.sign_in.rules import FactorKind

FACTOR_KINDS = {FactorKind.APP: _l("Authenticator app"), FactorKind.PASSKEY: _l("Passkey")}
