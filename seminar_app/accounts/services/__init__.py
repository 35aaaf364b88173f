"""Changing accounts, what they may do, and offices."""

from __future__ import annotations

from seminar_app.accounts.services.accounts import (
    choose_language,
    create_account,
    disable_account,
    edit_account,
    enable_account,
    end_all_sessions,
    end_one_session,
    end_other_sessions,
    give_role,
    send_way_in,
    take_role,
)
from seminar_app.accounts.services.coordinators import assign_coordinator, withdraw_coordinator
from seminar_app.accounts.services.offices import create_office, edit_office, restore_office, retire_office
from seminar_app.accounts.services.proofs import check_code, check_passkey, check_password
from seminar_app.accounts.services.restored import end_everything_issued
from seminar_app.accounts.services.second_factors import (
    add_app,
    add_passkey,
    make_recovery_codes,
    remove_factor,
    reset_second_factor,
)

__all__ = [
    "add_app",
    "add_passkey",
    "assign_coordinator",
    "check_code",
    "check_passkey",
    "check_password",
    "choose_language",
    "create_account",
    "create_office",
    "disable_account",
    "edit_account",
    "edit_office",
    "enable_account",
    "end_all_sessions",
    "end_everything_issued",
    "end_one_session",
    "end_other_sessions",
    "give_role",
    "make_recovery_codes",
    "remove_factor",
    "reset_second_factor",
    "restore_office",
    "retire_office",
    "send_way_in",
    "take_role",
    "withdraw_coordinator",
]
