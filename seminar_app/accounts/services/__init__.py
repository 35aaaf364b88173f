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
from seminar_app.accounts.services.administrators import tell_admins
from seminar_app.accounts.services.coordinators import assign_coordinator, withdraw_coordinator
from seminar_app.accounts.services.invitations import invite, invite_again, take_back

__all__ = [
    "assign_coordinator",
    "choose_language",
    "create_account",
    "disable_account",
    "edit_account",
    "enable_account",
    "give_role",
    "invite",
    "invite_again",
    "send_way_in",
    "take_back",
    "take_role",
    "tell_admins",
    "when_disabled",
    "withdraw_coordinator",
]
