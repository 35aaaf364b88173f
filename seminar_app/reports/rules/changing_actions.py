"""Which rows of the audit log can change a seminar's figures. A test asks it of every action that a room registers."""

from __future__ import annotations

OF_SEMINAR = frozenset(
    {
        *("attendance.marked", "attendance.cleared", "attendance.rebuilt"),
        *("registration.registered", "registration.withdrawn", "registration.removed", "registration.restored", "registration.approved"),
        *("registration.declined", "registration.promoted", "registration.waitlisted", "registration.nominated"),
        *("registration.substituted", "registration.invited", "registration.exchanged", "registration.edited", "registration.split"),
        *("nominations.imported", "nominations.undone", "nominations.agency_changed", "form.confirmed"),
        *("paper.keyed", "paper.settled", "paper.unsettled"),
        *("seminar.edited", "seminar.published", "seminar.unpublished", "seminar.closed", "seminar.reopened", "seminar.resumed"),
        *("seminar.completed", "seminar.cancelled", "seminar.archived", "seminar.unarchived"),
        *("session.added", "session.edited", "session.deleted"),
        *("headcount.recorded", "headcount.changed", "headcount.removed", "history.settled"),
    }
)
"""They change the seminar that stands in their row: marks, places, states, days, threshold, sessions, headcounts."""
OF_PEOPLE = frozenset({"person.edited", "person.reserved", "person.shown_again", "person.merged", "person.separated", "person.erased"})
"""They change every seminar that the person takes part in: who counts as one, and of which sex or as reserved."""
OF_AGENCIES = frozenset({"agency.edited", "agency.retired", "agency.retirement_undone"})
"""They change what people of the agency are counted under, with the names of now."""
OF_EVERYTHING = frozenset({"database.restored", "demo.loaded", "retention.applied", "agencies.seeded"})
"""They may change any figure."""
CHANGING = OF_SEMINAR | OF_PEOPLE | OF_AGENCIES | OF_EVERYTHING

NOT_CHANGING = frozenset(
    {
        *("access.alerted", "looks.alerted"),
        *("account.created", "account.disabled", "account.edited", "account.enabled", "account.factor_added", "account.factor_removed"),
        *("account.factor_reset", "account.password_changed", "account.password_reset", "account.proof_refused", "account.reset_asked"),
        *("account.recovery_code_used", "account.recovery_codes_made", "account.reset_sent", "account.role_given", "account.role_taken"),
        *("account.sessions_ended", "account.sign_in_refused", "account.signed_in", "account.signed_out"),
        *("agency.added", "agency.alias_added", "agency.alias_removed"),
        *("attendance.exported", "attendance.viewed"),
        *("certificate.name_shown", "certificate.reissued", "certificate.revoked", "certificate.taken", "certificates.issued"),
        *("certificates.planned", "certificates.taken", "certificates.viewed", "closing_kit.taken"),
        *("changes.kept_quiet", "changes.told", "coordinator.assigned", "coordinator.withdrawn"),
        *("database.backed_up", "keys.rotated"),
        *("erasure.asked", "erasure.declined", "erasure.taken_back"),
        *("feedback.closed", "feedback.dates_changed", "feedback.made", "feedback.opened", "feedback.questions_changed"),
        *("feedback.reminded", "feedback.reopened", "feedback.results_exported", "feedback.results_viewed"),
        *("figure.changes_exported", "figure.exported", "figure.frozen", "figure.rows_exported"),
        *("form.sent", "forms.searched"),
        "history.announced",
        *("hold.declined", "hold.expired", "hold.given_up", "hold.kept", "hold.released", "hold.used"),
        *("identity.kept", "identity.viewed", "invitation.reminded", "job.begun", "job.cancelled"),
        *("indicator.added", "indicator.changed", "indicator.corrected", "indicator.ended"),
        *("letter.changed", "letter.discarded", "letter.sent", "letter.taken_back", "letter.viewed", "letter.written"),
        *("links.asked", "match.proposed", "match.rejected", "match.reopened", "message.sent_again", "message.viewed", "messages.viewed"),
        *("nominations.columns_placed", "nominations.corrected", "nominations.discarded", "nominations.exported"),
        *("nominations.uploaded", "nominations.viewed"),
        *("office.created", "office.edited", "office.notice_published", "office.notice_withdrawn", "office.restored", "office.retired"),
        *("outside_training.approved", "outside_training.declined", "outside_training.reported", "outside_training.viewed"),
        "outside_training.withdrawn",
        *("paper.printed", "paper.sheet_viewed"),
        *("people.searched", "person.name_accepted", "person.name_asked", "person.name_declined", "person.record_taken", "person.viewed"),
        *("proposals.viewed", "quota.release_told", "quota.released"),
        *("registration.link_ended", "registration.link_replaced", "registration.link_sent", "registration.no_seat"),
        *("registration.page_opened", "registration.repeated", "registration.seat_asked", "registration.seats_closed"),
        *("registration.seats_opened", "registration.viewed"),
        *("request.accepted", "request.declined", "request.made", "request.taken_back", "requests.viewed", "reserved.opened"),
        *("retention.swept", "roster.exported", "roster.viewed"),
        *("seats.changed", "seats.grown", "seats.shrunk", "seminar.copied", "seminar.created", "seminar_messages.viewed"),
        *("view.deleted", "view.renamed", "view.saved"),
    }
)
"""What they change is no figure: looks, files, mail, accounts, seats of nobody. A new action must be named here or above."""
