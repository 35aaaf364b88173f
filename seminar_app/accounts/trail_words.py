"""The trail in words. What is not worded yet is shown by its name, never hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from seminar_app.accounts.trail_details import SHORT

ACTIONS: dict[str, Any] = {
    "account.signed_in": _l("signed in"),
    "account.sign_in_refused": _l("was refused at sign-in"),
    "account.signed_out": _l("signed out"),
    "account.reset_asked": _l("asked for a new password"),
    "account.reset_sent": _l("sent a link for choosing a password"),
    "account.password_reset": _l("chose a new password by a link"),
    "account.password_changed": _l("changed the password"),
    "account.sessions_ended": _l("signed the account out"),
    "account.factor_added": _l("added a second step for signing in"),
    "account.factor_removed": _l("removed a second step for signing in"),
    "account.factor_reset": _l("removed an account's second step"),
    "account.proof_refused": _l("was refused a code, a passkey or a password after signing in had begun"),
    "account.recovery_codes_made": _l("made new recovery codes"),
    "account.recovery_code_used": _l("used a recovery code"),
    "account.created": _l("made an account"),
    "account.edited": _l("changed an account"),
    "account.disabled": _l("disabled an account"),
    "account.enabled": _l("enabled an account"),
    "account.role_given": _l("gave a role"),
    "account.role_taken": _l("took a role away"),
    "coordinator.assigned": _l("assigned a coordinator"),
    "coordinator.withdrawn": _l("withdrew a coordinator"),
    "office.created": _l("added an office"),
    "office.edited": _l("changed an office"),
    "office.retired": _l("retired an office"),
    "office.restored": _l("took an office into use again"),
    "database.backed_up": _l("backed up the database"),
    "database.restored": _l("restored the database from a backup"),
    "agencies.seeded": _l("loaded the directory of agencies"),
    "agency.added": _l("added an agency"),
    "agency.edited": _l("changed an agency"),
    "agency.retired": _l("recorded that an agency has ended"),
    "agency.retirement_undone": _l("took an agency's end back"),
    "agency.alias_added": _l("added a name that an agency is found by"),
    "agency.alias_removed": _l("removed a name that an agency was found by"),
    "seminar.created": _l("created the seminar"),
    "seminar.copied": _l("copied a seminar"),
    "seminar.edited": _l("changed the seminar"),
    "seminar.published": _l("published the seminar"),
    "seminar.unpublished": _l("withdrew the seminar from the calendar"),
    "seminar.closed": _l("closed registration"),
    "seminar.reopened": _l("reopened registration"),
    "seminar.resumed": _l("resumed the seminar"),
    "seminar.completed": _l("completed the seminar"),
    "seminar.cancelled": _l("cancelled the seminar"),
    "seminar.archived": _l("archived the seminar"),
    "seminar.unarchived": _l("took the seminar out of the archive"),
    "session.added": _l("added a session"),
    "session.edited": _l("changed a session"),
    "session.deleted": _l("deleted a session"),
    "seats.changed": _l("changed the seats"),
    "quota.released": _l("released a quota"),
    "registration.registered": _l("registered for the seminar"),
    "registration.repeated": _l("registered again"),
    "registration.edited": _l("changed a registration"),
    "registration.withdrawn": _l("withdrew a registration"),
    "registration.removed": _l("removed a registration"),
    "registration.restored": _l("restored a registration"),
    "registration.approved": _l("approved a registration"),
    "registration.declined": _l("declined a registration"),
    "registration.promoted": _l("gave a seat to somebody waiting"),
    "registration.waitlisted": _l("joined the waiting list"),
    "registration.viewed": _l("looked at a registration"),
    "roster.viewed": _l("looked at the roster"),
    "roster.exported": _l("exported the roster"),
    "person.edited": _l("changed a person's record"),
    "person.viewed": _l("looked at a person's record"),
    "person.erased": _l("erased a person"),
    "retention.applied": _l("took away data whose time was over"),
    "retention.swept": _l("removed what deleted data leave behind in the files"),
    "people.searched": _l("looked for people"),
    "attendance.marked": _l("marked attendance"),
    "attendance.cleared": _l("cleared attendance"),
    "attendance.viewed": _l("looked at attendance"),
    "attendance.exported": _l("exported attendance"),
    "feedback.made": _l("made a feedback form"),
    "feedback.questions_changed": _l("changed the questions"),
    "feedback.opened": _l("opened feedback"),
    "feedback.closed": _l("closed feedback"),
    "feedback.reopened": _l("reopened feedback"),
    "feedback.reminded": _l("reminded of feedback"),
    "feedback.results_viewed": _l("looked at feedback"),
    "feedback.results_exported": _l("exported feedback"),
    "identity.kept": _l("changed birth data, CURP or passport"),
    "identity.viewed": _l("opened birth data, CURP or passport"),
    "keys.rotated": _l("sealed rows again with a new key"),
    "looks.alerted": _l("told the administrators of unusually many looks"),
    "message.sent_again": _l("sent a message again"),
    "messages.viewed": _l("looked at the list of messages"),
    "message.viewed": _l("looked at a message"),
    "demo.loaded": _l("loaded the demonstration"),
}

KINDS: dict[str, Any] = {
    "user_account": _l("account"),
    "office": _l("office"),
    "agency": _l("agency"),
    "seminar": _l("seminar"),
    "seminar_session": _l("session"),
    "seat_pool": _l("seats"),
    "registration": _l("registration"),
    "person": _l("person"),
    "mark": _l("mark"),
    "feedback_form": _l("feedback form"),
    "outbox": _l("message"),
}

STRANGERS = ("public", "registration", "command", "rule")


def action_words(action: str) -> str:
    """«signed in»."""
    return str(ACTIONS.get(action, action))


def actor_words(actor: str, names: Mapping[str, str]) -> str:
    """Staff by name; an official by the short code of their registration."""
    kind, _colon, code = actor.partition(":")
    match kind:
        case "account":
            return names.get(actor) or str(_("account %(code)s", code=code[:SHORT].upper()))
        case "registration" if code:
            return str(_("an official, registration %(code)s", code=code[:SHORT].upper()))
        case "registration":
            return str(_("officials, by their links"))
        case "public":
            return str(_("somebody not signed in"))
        case "command":
            return str(_("the command line"))
        case "rule":
            return str(_("the program itself"))
    return actor


def subject_words(subject: str, names: Mapping[str, str]) -> str:
    """Which row: staff by name, anything else by its kind and the beginning of its id."""
    kind, _colon, code = subject.partition(":")
    if subject in names:
        return names[subject]
    if subject == "user_account:unknown":
        return str(_("an address without an account"))
    if subject in ("outbox:list", "person:many"):
        return ""  # what was done says it
    shown = code[:SHORT].upper() if len(code) == 32 else code
    return f"{KINDS.get(kind, kind)} {shown}".strip()
