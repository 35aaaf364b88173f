"""Services that change registrations and seats. Each locks the seminar's seats (`lock_seats`) before it changes a registration."""

from seminar_app.registration.services.alternates import close_seats, open_seats
from seminar_app.registration.services.answering import answer_by_link
from seminar_app.registration.services.asked_seats import give_no_seat, give_seat
from seminar_app.registration.services.correcting import StaffCorrection, correct
from seminar_app.registration.services.dividing import resize
from seminar_app.registration.services.door import Entered, Way, enter_walk_in, extra_seats_used, substitute
from seminar_app.registration.services.door_undo import take_back
from seminar_app.registration.services.elsewhere import end_own_reserve
from seminar_app.registration.services.exchanging import exchange
from seminar_app.registration.services.first_opening import Tried, open_page
from seminar_app.registration.services.forms_sent import (
    FormRead,
    confirm,
    confirmed,
    empty_erased_forms,
    erase_forms_of,
    forget_forms,
    read_form,
    send_again,
    send_form,
    void_form,
)
from seminar_app.registration.services.holds import give_up, keep_seats
from seminar_app.registration.services.invitations import accept, invite, invite_again, remind
from seminar_app.registration.services.invitations import decline as decline_invitation
from seminar_app.registration.services.links import ask_for_links, send_link
from seminar_app.registration.services.locked_seats import LockedSeats, lock_seats
from seminar_app.registration.services.many import decide_many, undo_many
from seminar_app.registration.services.name_requests import decide_request
from seminar_app.registration.services.notices import ensure_notices
from seminar_app.registration.services.personal import Correction, edit, register_again, withdraw
from seminar_app.registration.services.registering import add_by_hand, register
from seminar_app.registration.services.reserving import end_reserve, give_codes, reserve
from seminar_app.registration.services.sealed_forms import Typed, address_indexes, opened
from seminar_app.registration.services.seats import release_due_quotas, settle
from seminar_app.registration.services.staff import approve, decline, remove, restore, withdraw_named
from seminar_app.registration.services.taking import (
    Comer,
    Entry,
    find_comer,
    is_sent_again,
    mail_of,
    settle_due,
    submission_of,
    take_place,
)
from seminar_app.registration.services.taking_many import Newcomer, take_places

__all__ = [
    "Comer",
    "Correction",
    "Entered",
    "Entry",
    "FormRead",
    "LockedSeats",
    "Newcomer",
    "StaffCorrection",
    "Tried",
    "Typed",
    "Way",
    "accept",
    "add_by_hand",
    "address_indexes",
    "answer_by_link",
    "approve",
    "ask_for_links",
    "close_seats",
    "confirm",
    "confirmed",
    "correct",
    "decide_many",
    "decide_request",
    "decline",
    "decline_invitation",
    "edit",
    "empty_erased_forms",
    "end_own_reserve",
    "end_reserve",
    "ensure_notices",
    "enter_walk_in",
    "erase_forms_of",
    "exchange",
    "extra_seats_used",
    "find_comer",
    "forget_forms",
    "give_codes",
    "give_no_seat",
    "give_seat",
    "give_up",
    "invite",
    "invite_again",
    "is_sent_again",
    "keep_seats",
    "lock_seats",
    "mail_of",
    "open_page",
    "open_seats",
    "opened",
    "read_form",
    "register",
    "register_again",
    "release_due_quotas",
    "remind",
    "remove",
    "reserve",
    "resize",
    "restore",
    "send_again",
    "send_form",
    "send_link",
    "settle",
    "settle_due",
    "submission_of",
    "substitute",
    "take_back",
    "take_place",
    "take_places",
    "undo_many",
    "void_form",
    "withdraw",
    "withdraw_named",
]
