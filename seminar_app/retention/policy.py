"""Classification of every text and binary column by the person it describes. New columns must be added here.

`tests/integration/retention/` compares this with the schema, and checks that an erasure empties the `PERSON` columns.
"""

from __future__ import annotations

from enum import StrEnum


class Says(StrEnum):
    """The kind of person that a column describes."""

    PERSON = "person"
    """A participant: the value is removed at erasure."""
    STAFF = "staff"
    """An account holder, or a speaker named on the seminar page."""
    NOBODY = "nobody"
    """No person: texts of the office, codes, ids, hashes, settings."""
    WORDS = "words"
    """Free text without an owner that may mention any person; erasure cannot find it."""


_COLUMNS = {
    Says.PERSON: (
        "person.given_names person.surname1 person.surname2 person.certificate_name person.email person.phone person.search_key "
        "person_identity.curp person_identity.birth_date person_identity.birth_place person_identity.passport "
        "person_identity.curp_index person_identity.passport_index person_identity.key_id "
        "registration.unit registration.rank registration.position registration.state_name registration.link_hash "
        "registration_history.note "
        "outbox.to_address outbox.to_name outbox.context outbox.last_error outbox.dedupe_key outbox.message_id outbox.kind "
        "outbox.language outbox.link_endpoint outbox.link_purpose"
    ),
    Says.STAFF: (
        "user_account.email user_account.name user_account.password user_account.fs_uniquifier user_account.language "
        "user_account.reset_hash web_session.id_hash web_session.values web_session.browser "
        "second_factor.name second_factor.sealed_secret second_factor.credential_id second_factor.credential recovery_code.code_hash "
        "speaker.name speaker.affiliation"
    ),
    Says.WORDS: "answer.text feedback_shown.sealed",
    Says.NOBODY: (
        "agency.code agency.name_es agency.name_en agency.country agency.state agency.search_key agency_alias.alias "
        "agency_alias.search_key agency_succession.source "
        "audit.actor audit.action audit.subject audit.seminar audit.details audit.request_id audit.digest "
        "audit_head.digest audit_head.seal "
        "look_alert.actor look_count.actor look_count.subject notice.kind notice.language notice.text "
        "office.code office.name_es office.name_en office.city office.country "
        "seminar.slug seminar.title_es seminar.title_en seminar.topic_es seminar.topic_en seminar.objectives_es seminar.objectives_en "
        "seminar.audience_es seminar.audience_en seminar.funding_source seminar.venue seminar.city seminar.country seminar.time_zone "
        "seminar.registration_code seminar.identity_reason_es seminar.identity_reason_en seminar.state_reason seminar.search_key "
        "seminar_session.title_es seminar_session.title_en seminar_session.room "
        "feedback_question.key feedback_question.prompt_es feedback_question.prompt_en feedback_question.options "
        "mark.recorded_by mark_history.recorded_by mark_history.replaced_by registration_history.actor "
        "person.language registration.language"
    ),
}

POLICY: dict[str, Says] = {column: says for says, columns in _COLUMNS.items() for column in columns.split()}
"""Classification by `table.column`."""
