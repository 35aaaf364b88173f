"""The access table is true: every address, every role, the person's own object and another's."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from seminar_app.seminars.queries import find_seminar
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.access import Audience, Policy, accesses_of_endpoint, policy_of
from seminar_app.web.database import db
from tests.access.sending import Sender, address_values
from tests.access.world import STAFF
from tests.support.factories import Make
from tools.access.table import PAGE, WHO, Line, addresses, lines, page

pytestmark = pytest.mark.sqlite_first
"""Doors and 404 are not the database's; every page and form is sent to PostgreSQL by `tests/fuzz`."""

CHANGES_NOTHING = {
    "sign_in.second_step",  # for whoever is half signed in; the others are led on
    "sign_in.set_up_app",
    "sign_in.set_up_passkey",
    "sign_in.add_app",  # sent without the code that an app would show
    "sign_in.add_passkey",  # sent without a passkey
    "sign_in.recovery_codes",  # nobody here has a second factor that they could stand in for
    "sign_in.recovery_codes_kept",  # the session's own row
    "sign_in.end_other_sessions",  # nobody is signed in elsewhere
    "web.choose_language",  # a cookie
    "certificates_public.ask_code",  # leads to the answer
    "sign_in.change_password",  # sent with a wrong password, so that whoever sends it stays signed in
    "accounts_staff.find_accounts",  # looks at staff only
    "registration_staff.undo_many",  # nothing was decided before
    "nominations_staff.undo",  # nobody was brought before
    "attendance_staff.ask_for_file",  # leads to the file of a small seminar
    "attendance_staff.search",  # leads to the page that shows people
    "people_staff.search",
    "registration_staff.search",
    "registration_staff.find",
    "registration_staff.find_form",
    "registration_staff.invite_find",
    "seminars_staff.sessions_restore",  # asks for a session deleted in the same browser
}


def test_every_address_is_in_the_table_once(app: Flask) -> None:
    told = [(line.endpoint, line.method) for line in lines()]
    assert sorted(told) == sorted(addresses(app))


def test_the_printed_table_is_current(app: Flask) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(app), "run `python -m tools.access`"


AT_THE_DOOR = ("no", "sign-in")


def cells_of(sender: Sender, line: Line, *, all_of_them: bool) -> list[tuple[str, bool, str]]:
    """Return who sends the request, for an own object or not, and the outcome in the table.

    Requests that would be equal to the last byte are sent once. `all_of_them` also asks for another's object where the role alone
    is refused.
    """
    arguments = {argument for rule in addresses(sender.app).values() if rule.endpoint == line.endpoint for argument in rule.arguments}
    cells = []
    for who in WHO:
        if who == "official" and "token" not in arguments:
            continue  # has no cookie, as a stranger
        cells.append((who, True, line.outcome(who, own=True)))
        other = line.outcome(who, own=False)
        if arguments and (all_of_them or other not in AT_THE_DOOR):
            cells.append((who, False, other))
    return cells


def faults_of(sender: Sender, line: Line, *, all_of_them: bool = False) -> list[str]:
    """Return the differences from the table. Requests to be refused are sent first, before anything has changed."""
    cells = cells_of(sender, line, all_of_them=all_of_them)
    cells.sort(key=lambda cell: cell[2] == "yes")
    faults, changed = [], False
    for who, own, expected in cells:
        got = sender.send(line, who, own=own)
        if line.endpoint == "sign_in.logout":
            sender.world.begin_again(who)
        where = f"{line.method} {line.endpoint} as {who}, {'own' if own else 'other'}"
        if got.word != expected:
            faults.append(f"{where}: {got.word}, not {expected}")
        if expected != "yes" and got.writes and line.endpoint not in ("sign_in.reset_password",):
            faults.append(f"{where}: refused, and yet {got.writes[0][:80]}")
        changed = changed or bool(got.writes)
    allowed = any(outcome == "yes" for _who, _own, outcome in cells)
    if line.method == "POST" and allowed and not changed and line.endpoint not in CHANGES_NOTHING:
        faults.append(f"{line.method} {line.endpoint}: nobody's request did anything, so the refusals prove nothing")
    return faults


@pytest.mark.parametrize("all_of_them", [pytest.param(False, id="short"), pytest.param(True, id="full", marks=pytest.mark.full)])
def test_everybody_gets_what_the_table_says(sender: Sender, *, all_of_them: bool) -> None:
    faults = [fault for line in lines() for fault in faults_of(sender, line, all_of_them=all_of_them)]
    assert not faults, "\n".join(faults)


def one_line(endpoint: str, method: str = "GET") -> Line:
    return next(line for line in lines() if (line.endpoint, line.method) == (endpoint, method))


def test_a_scope_that_is_dropped_is_noticed(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: the query that finds a seminar does not check its office."""
    monkeypatch.setattr(
        "seminar_app.attendance.export_routes.seminar_to_coordinate", lambda session, _actor, slug: find_seminar(session, slug)
    )
    found = faults_of(sender, one_line("attendance_staff.export"))
    assert {f"GET attendance_staff.export as {who}, other: yes, not 404" for who in ("coordinator", "organizer")} <= set(found)


def test_a_door_left_open_is_noticed(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: a page for administrators is declared for all staff."""
    monkeypatch.setitem(sender.app.extensions["access"], "accounts_staff.accounts", Policy(Audience.STAFF))
    assert len(faults_of(sender, one_line("accounts_staff.accounts"))) == len(STAFF) - 1


def test_an_id_of_one_seminar_under_the_address_of_another_is_nobodys(sender: Sender) -> None:
    own, other = sender.world.own, sender.world.other
    ids: dict[str, dict[str, Any]] = {
        "registration_id": {"registration_staff": other.registration.public_id.hex, "attendance_staff": other.answered.public_id}
        | dict.fromkeys(("retention_staff", "agency_staff", "requests_staff", "certificates_staff"), other.registration.public_id.hex),
        "session_id": {"attendance_staff": other.held_session.public_id},
        "sheet_id": {"paper_keyed": sender.world.fresh_sheet(own=False).public_id},
        "list_id": {"nominations_staff": sender.world.fresh_list(own=False).public_id.hex},
        "request_id": {"requests_staff": sender.world.make.list_request(sender.world.fresh_nominee(own=False)).public_id.hex},
        "certificate_id": {"certificates_staff": sender.world.fresh_certificate(own=False).certificate_id},
        "letter_id": {"letters_staff": sender.world.make.letter(other.seminar).public_id.hex},
        "public_id": {"seminars_staff": other.seminar_session.public_id},
    }
    sent = 0
    for (endpoint, method), rule in addresses(sender.app).items():
        child = next((name for name in ids if name in rule.arguments and "slug" in rule.arguments), None)
        if child is None:
            continue
        room = endpoint.partition(".")[0]
        slug = own.held.slug if room in ("attendance_staff", "paper_keyed") else own.seminar.slug
        values = {"slug": slug, child: ids[child][room]}
        if "session_id" in rule.arguments:
            values.setdefault("session_id", own.held_session.public_id)
        url = sender.url(endpoint, values)
        line = one_line(endpoint, method)
        body = sender.body(line, values, "admin", own=False) if method == "POST" else None
        for who in STAFF:
            if line.outcome(who, own=True) == "yes":
                got = sender.send_to(url, method, who, body)
                assert (got.word, got.writes) == ("404", []), f"{method} {endpoint} as {who}"
                sent += 1
    assert sent > 20


def test_a_liaison_sees_own_people_only_where_others_are_too(sender: Sender, make: Make) -> None:
    """In the same seminar: the other agency's people are on no page, and their ids are not found."""
    world = sender.world
    stranger = make.person("Xochitl", "Zaragoza", None, agency_id=world.other.agency.id)
    theirs = make.registration(world.own.seminar, stranger, agency=world.other.agency)
    roster = sender.url("registration_staff.roster", {"slug": world.own.seminar.slug})
    assert "Xochitl" not in sender.send_to(roster, "GET", "liaison").response.get_data(as_text=True)
    assert "Xochitl" in sender.send_to(roster, "GET", "organizer").response.get_data(as_text=True)
    assert sender.send_to(f"{roster}{theirs.public_id.hex}", "GET", "liaison").word == "404"
    search = {"words": "Xochitl", "csrf_token": world.form_token}
    assert "Zaragoza" not in sender.send_to("/staff/people/", "POST", "liaison", search).response.get_data(as_text=True)
    assert sender.send_to(f"/staff/people/{stranger.public_id.hex}", "GET", "liaison").word == "404"


NEED_NO_TOKEN = {
    "web.choose_language",
    "registration.register",
    "registration.lost_link",
    "registration.sent",
    "registration.confirm",
    "registration.first_opening",
    "registration.edit_personal",
    "registration.register_again",
    "registration.withdraw",
    "registration.invitation",
    "registration.answer_invitation",
    "certificates_public.ask_code",
    "certificates_public.verified",
    "training_record.print_own",
    "retention.ask_erasure",
    "feedback.answer",
    "proposals.propose",
    "proposals.take_back",
}
"""Forms that anybody could send from anywhere, and those behind a secret link."""


def test_no_form_is_taken_without_its_token(sender: Sender) -> None:
    """Every POST of the table, sent by a person who may send it, by a browser that does not say where it comes from."""
    tokenless = set()
    for line in lines():
        if line.method == "POST":
            policy = policy_of(sender.app, line.endpoint)
            if policy is not None and not policy.token and line.endpoint != "sign_in.logout":
                tokenless.add(line.endpoint)
                continue
            who = next(who for who in (*STAFF, "official") if line.outcome(who, own=True) != "no")
            url = sender.url(line.endpoint, address_values(sender.world, line, who, own=True))
            got = sender.send_to(url, "POST", who, {"name": "without"})
            assert (got.word, got.writes) == ("no token", []), f"{line.endpoint} as {who}"
    assert tokenless == NEED_NO_TOKEN


def test_asking_for_the_head_changes_nothing_and_goes_through_the_same_door(sender: Sender) -> None:
    """At every address: HEAD writes nothing but records of access, and only where people are shown."""
    for line in lines():
        if line.method != "GET":
            continue
        for who in ("stranger", "official", "liaison", "organizer"):
            values = address_values(sender.world, line, who, own=True)
            got = sender.send_to(sender.url(line.endpoint, values), "HEAD", who)
            assert got.word == line.outcome(who, own=True), f"HEAD {line.endpoint} as {who}"
            tables = {statement.split()[2 if statement.startswith(("INSERT", "DELETE")) else 1] for statement in got.writes}
            looks = {"audit", "audit_head", "access_count", "feedback_shown"} if accesses_of_endpoint(sender.app, line.endpoint) else set()
            assert tables <= looks, f"HEAD {line.endpoint} as {who} wrote {tables}"


def test_a_method_cannot_be_smuggled_in(sender: Sender) -> None:
    """No header, field or parameter turns a GET into a POST or a POST into another method."""
    world = sender.world
    url = sender.url("seminars_staff.close", {"slug": world.own.seminar.slug})
    client = sender.client("organizer")
    for headers in ({"X-HTTP-Method-Override": "POST"}, {"X-HTTP-Method": "POST"}, {"X-Method-Override": "POST"}):
        assert client.get(f"{url}?_method=POST&csrf_token={world.form_token}", headers=headers).status_code == 405
    with sender.app.app_context():
        assert find_seminar(db.session(), world.own.seminar.slug).state is SeminarState.PUBLISHED  # type: ignore[union-attr]
