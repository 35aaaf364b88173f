"""Services that change accounts and their roles."""

from __future__ import annotations

from seminar_app.accounts.services.accounts import (
    choose_language,
    create_account,
    disable_account,
    edit_account,
    enable_account,
    give_role,
    send_way_in,
    take_role,
    when_disabled,
)
from seminar_app.accounts.services.coordinators import assign_coordinator, withdraw_coordinator

__all__ = [
    "assign_coordinator",
    "choose_language",
    "create_account",
    "disable_account",
    "edit_account",
    "enable_account",
    "give_role",
    "send_way_in",
    "take_role",
    "when_disabled",
    "withdraw_coordinator",
]
