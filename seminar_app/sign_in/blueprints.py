"""The blueprint that the pages around signing in hang on."""

from __future__ import annotations

from flask import Blueprint

own_blueprint = Blueprint("sign_in", __name__)
