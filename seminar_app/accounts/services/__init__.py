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
    give_role,
    send_way_in,
    take_role,
)
from seminar_app.accounts.services.coordinators import assign_coordinator, withdraw_coordinator
from seminar_app.accounts.services.offices import create_office, edit_office, restore_office, retire_office
from seminar_app.accounts.services.restored import end_everything_issued

__all__ = [
    "assign_coordinator",
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
    "give_role",
    "restore_office",
    "retire_office",
    "send_way_in",
    "take_role",
    "withdraw_coordinator",
]
