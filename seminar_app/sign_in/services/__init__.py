"""Services that prove an owner's identity: second factors, their codes, and the sessions that follow."""

from __future__ import annotations

from seminar_app.sign_in.services.proofs import check_code, check_passkey, check_password
from seminar_app.sign_in.services.restored import end_everything_issued
from seminar_app.sign_in.services.second_factors import (
    add_app,
    add_passkey,
    make_recovery_codes,
    remove_factor,
    reset_second_factor,
)
from seminar_app.sign_in.services.sessions import end_all_sessions, end_one_session, end_other_sessions

__all__ = [
    "add_app",
    "add_passkey",
    "check_code",
    "check_passkey",
    "check_password",
    "end_all_sessions",
    "end_everything_issued",
    "end_one_session",
    "end_other_sessions",
    "make_recovery_codes",
    "remove_factor",
    "reset_second_factor",
]
