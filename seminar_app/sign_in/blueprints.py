"""The blueprint that all sign-in pages register on."""

from __future__ import annotations

from flask import Blueprint

own_blueprint = Blueprint("sign_in", __name__)
