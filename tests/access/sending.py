"""Send every request of the access table: build its address and body, and report what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from seminar_app.attendance.models import Mark
from seminar_app.attendance.rules import MarkStatus
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.history.models import Headcount
from seminar_app.history.queries import edition_of
from seminar_app.letters.queries import receivers_now
from seminar_app.letters.rules import Audience
from seminar_app.paper.keyed_forms import as_sent
from seminar_app.paper.models import SheetRow
from seminar_app.paper.rules import Keyed
from seminar_app.people.models import Person
from seminar_app.registration.links import RECEIPT, button_link, invitation_link
from seminar_app.registration.merge_rules import edition_of_records
from seminar_app.registration.models import Registration
from seminar_app.registration.passes import code_with
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.database import db
from tests.access.world import World, link_of
from tests.support.checking_client import FreshClient, Page, fields_of
from tests.support.factories import KEY, THEN
from tests.support.feedback import REQUIRED
from tests.support.nominating import cells
from tools.access.table import Line

Values = dict[str, Any]
SIGN_IN, RESET = "/login", "/reset"
NEW_PASSWORD = "four words nobody joins"
WITHOUT_TOKEN = ("This form was open for too long", "Este formulario estuvo abierto demasiado tiempo")
CHANGES = {
    "publish": SeminarState.DRAFT,
    "unpublish": SeminarState.PUBLISHED,
    "close": SeminarState.PUBLISHED,
    "reopen": SeminarState.CLOSED,
    "complete": SeminarState.PUBLISHED,
    "resume": SeminarState.COMPLETED,
    "cancel": SeminarState.PUBLISHED,
    "archive": SeminarState.COMPLETED,
    "unarchive": SeminarState.ARCHIVED,
}
PAST: dict[str, Values] = {"complete": {"starts_on": date(2026, 1, 5), "ends_on": date(2026, 1, 6)}}
STATES = {
    "approve": RegistrationState.PENDING,
    "decline": RegistrationState.PENDING,
    "restore": RegistrationState.WITHDRAWN,
    "remove": RegistrationState.PENDING,
}
FRESH = {
    "give_seat": World.fresh_asked,
    "give_no_seat": World.fresh_asked,
    "open_seats": World.fresh_alternate,
    "close_seats": World.fresh_opened,
    "take_back": World.fresh_walk_in,
    "split": World.fresh_joined,
    "remind_one": World.fresh_invited,
    "invite_again": World.fresh_invited,
    "take_invitation_back": World.fresh_invited,
    "keep_invitation": World.fresh_taken_back,
}
RESERVING = {"reserve": False, "open_record": True, "show_again": True}
"""Whether the identity must be reserved before."""


@dataclass
class Outcome:
    """The result of one request in the words of the table, and what it wrote."""

    word: str
    response: TestResponse
    writes: list[str] = field(default_factory=list)


@dataclass
class Sender:
    """Sends the requests, each in a new browser that holds only that person's cookie."""

    world: World
    app: Flask = field(init=False)
    statements: list[str] = field(default_factory=list)
    _forms: dict[tuple[str, bool], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = self.world.app
        with self.app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.statements.append(statement)

    def close(self) -> None:
        with self.app.app_context():
            event.remove(db.engine, "before_cursor_execute", self._note)

    def client(self, who: str) -> FlaskClient:
        client = FreshClient(self.app, self.app.response_class, use_cookies=True)
        client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.world.cookies[who])
        return client

    def send(self, line: Line, who: str, *, own: bool) -> Outcome:
        """Send the request of this line as this person, for the person's own object or another's."""
        values = address_values(self.world, line, who, own=own)
        self.prepare(line, values, who, own=own)
        body = self.body(line, values, who, own=own) if line.method == "POST" else None
        return self.send_to(self.url(line.endpoint, values), line.method, who, body)

    def prepare(self, line: Line, values: Values, who: str, *, own: bool) -> None:
        """Send first the request that this one undoes."""
        before = {
            "seminars_staff.sessions_restore": ("seminars_staff.sessions_delete", who),
            "agencies_staff.remove_alias": ("agencies_staff.add_alias", "admin"),
        }
        if line.endpoint == "registration_staff.remind_all":
            self.world.fresh_invited(own=own)
        endpoint, doer = before.get(line.endpoint, (None, who))
        if endpoint is not None:
            more = {"public_id": _public_id(self.world, endpoint, own=own)} if endpoint.endswith("sessions_delete") else {}
            body = {"alias": "Known as", "csrf_token": self.world.form_token}
            self.send_to(self.url(endpoint, values | more), "POST", doer, body)

    def send_to(self, url: str, method: str, who: str, body: Mapping[str, Any] | None = None) -> Outcome:
        client = self.client(who)
        self.statements.clear()
        headers = {"Accept-Language": "en"}
        response = client.open(url, method=method, data=body, headers=headers)
        response.get_data()
        response.close()  # as a server does, with or without a body
        writes = [s for s in self.statements if s.split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE") and "web_session" not in s]
        return Outcome(word(response, writes), response, writes)

    def url(self, endpoint: str, values: Values) -> str:
        with self.app.test_request_context():
            return self.app.url_for(endpoint, **values)

    def body(self, line: Line, values: Values, who: str, *, own: bool) -> dict[str, Any]:
        """Build the body that the page's form sends, with values for empty fields and a valid token."""
        if "token" in values:
            filled = self._form(line.endpoint, values) if line.outcome(who, own=own) == "yes" else {}
        elif (filled := self._forms.get((line.endpoint, own), {})) == {}:
            filled = self._forms[line.endpoint, own] = self._form(line.endpoint, values)
        given = BODIES.get(line.endpoint)
        return {**filled, **(given(self.world, values, own) if given else {}), "csrf_token": self.world.form_token}

    def _form(self, endpoint: str, values: Values) -> dict[str, Any]:
        """Return what the page at the same address would send unchanged; empty if there is no such page."""
        takes_get = any(rule.endpoint == endpoint and "GET" in (rule.methods or ()) for rule in self.app.url_map.iter_rules())
        if not takes_get or endpoint in WITHOUT_PAGE:
            return {}
        url = self.url(endpoint, values)
        shown = self.client("official" if "token" in values else "admin").get(url, headers={"Accept-Language": "en"})
        if shown.status_code != 200:
            return {}
        return _filled(Page(shown), url)


def _filled(page: Page, url: str) -> dict[str, Any]:
    """Return what the page's form for this address would send unchanged."""
    for form in page.select("main form"):
        if (form.attrs.get("method") or "get").lower() == "post" and (form.attrs.get("action") or url) == url:
            return dict(fields_of(form))
    return {}


def word(response: TestResponse, writes: list[str]) -> str:
    """Return the outcome in the words of the table, or the status code if the table has no word for it."""
    if response.status_code in (301, 302, 303):
        path = urlsplit(response.headers["Location"]).path
        if path == SIGN_IN and not writes:
            return "sign-in"
        return "ask" if path == RESET and not writes else "yes"
    if response.status_code == 401 and not writes and f'href="{SIGN_IN}"' in response.get_data(as_text=True):
        return "sign-in"  # the page keeps the form that was sent
    if response.status_code == 422 and any(said in response.get_data(as_text=True) for said in WITHOUT_TOKEN):
        return "no token"
    return {200: "yes", 422: "yes", 403: "no", 404: "404"}.get(response.status_code, str(response.status_code))


def _registration(world: World, name: str, *, own: bool) -> Registration:
    """Return a registration in the state that the endpoint needs."""
    if name == "decide_name":
        asking = world.fresh_registration(RegistrationState.PENDING, own=own)
        world.make.name_request(asking)
        return asking
    if name in ("erase", "keep"):
        asking = world.fresh_registration(RegistrationState.PENDING, own=own)
        world.ask_erasure(asking)
        return asking
    if name == "substitute":
        return world.fresh_nominee(own=own)
    if name in FRESH:
        return FRESH[name](world, own=own)
    if name in RESERVING:
        return world.fresh_coded(reserved=RESERVING[name], own=own)
    return world.fresh_registration(STATES[name], own=own) if name in STATES else world.side(own=own).registration


def _place(world: World, name: str, who: str, *, own: bool) -> Registration:
    """Return a registration whose place a liaison may change, or one that the account has just withdrawn."""
    return world.fresh_withdrawn(who, own=own) if name == "restore" else world.fresh_alternate(own=own)


OPEN_TO_LIAISONS = (
    *("nominations_staff.index", "requests_staff.index"),
    *("agency_staff.seminar", "agency_staff.name", "agency_staff.keep", "agency_staff.give_up"),
    *("certificates_zip.of_agency", "history_staff.reconciliation"),
)
"""Pages of a seminar that every liaison may open, with her own agency's part; of a draft there is none."""


def address_values(world: World, line: Line, who: str, *, own: bool) -> Values:
    """Return the values for the address: objects of the person's own side, or of the other side."""
    side, endpoint = world.side(own=own), line.endpoint
    name = endpoint.partition(".")[2]
    wanted = {a for rule in world.app.url_map.iter_rules() if rule.endpoint == endpoint for a in rule.arguments}
    held = endpoint.startswith(("attendance_staff.", "feedback_staff.", "paper_keyed."))
    seminar = side.held if held else side.seminar
    given: Values = {"part": "work", "pass_code": code_with(KEY, side.registration.public_id), "year": world.own.seminar.starts_on.year}
    values = {name: value for name, value in given.items() if name in wanted}
    if "slug" in wanted:
        if endpoint.startswith("seminars_staff.") and name in CHANGES and (line.method == "POST" or name == "resume"):
            seminar = world.fresh_seminar(CHANGES[name], own=own, **PAST.get(name, {}))
        elif who == "liaison" and not own and (name in ("roster", "search") or endpoint in OPEN_TO_LIAISONS):
            seminar = world.fresh_seminar(SeminarState.DRAFT, own=False)
        elif name in ("open_form", "close_form", "remind"):
            seminar = world.fresh_held(own=own, opened=name != "open_form")
        values["slug"] = seminar.slug
    if "token" in wanted:
        values["token"] = _token(world, name, who, own=own)
    if "form_id" in wanted or "sent" in wanted or name == "confirm":
        form = world.make.form_sent(seminar, side.agency)
        values |= {"form_id": form.public_id} if "form_id" in wanted else {}
        values |= {"sent": form.public_id} if "sent" in wanted else {}
        if "token" in wanted and who == "official" and own:
            link = button_link(form.public_id) if name == "confirm" else SecretLink(RECEIPT, form.public_id, 1)
            values["token"] = link.token(KEY)
    if "registration_id" in wanted:
        place = partial(_place, world, name, who) if endpoint.startswith("agency_staff.") else partial(_registration, world, name)
        registration = side.answered if held and name != "take_back" else place(own=own)
        values["registration_id"] = registration.public_id if held else registration.public_id.hex
    if "session_id" in wanted:
        values["session_id"] = _session_id(world, endpoint, who, own=own)
    if "public_id" in wanted:
        values["public_id"] = _public_id(world, endpoint, own=own)
    if "person_id" in wanted:
        values["person_id"] = side.person.public_id.hex
    values |= _made_anew(world, wanted, name, who, own=own) | _of_the_account(world, wanted, who, own=own)
    values |= _of_history(world, name, wanted, who, own=own) if endpoint.startswith("history_staff.") else {}
    values |= {"rule_id": world.fresh_rule(own=own, ends=name == "hours_rule").public_id.hex} if "rule_id" in wanted else {}
    values |= {"typed": world.fresh_certificate(own=own).code} if "typed" in wanted else {}
    values |= _of_a_certificate(world, name, wanted, own=own) if endpoint.startswith(("certificates_staff.", "closing_kit_staff.")) else {}
    values |= {"snapshot_id": world.make.snapshot(side.office).public_id.hex} if "snapshot_id" in wanted else {}
    values |= {"indicator_id": world.indicator_id} if "indicator_id" in wanted else {}
    if "code" in wanted:
        values["code"] = side.office.code if endpoint.startswith("offices_staff.") else _agency_code(world, name)
    return values


def _of_a_certificate(world: World, name: str, wanted: set[str], *, own: bool) -> Values:
    """Return ids of a completed seminar with a certificate, for what can be done there."""
    if name in ("index", "plan"):
        return {}
    made = world.fresh_certificate(own=own)
    values = {"slug": made.slug, "certificate_id": made.certificate_id, "registration_id": made.earning_id}
    return {key: value for key, value in values.items() if key in wanted}


def _of_history(world: World, name: str, wanted: set[str], who: str, *, own: bool) -> Values:
    """Return a past seminar, one with a headcount, or a report of training."""
    if name == "past":
        return {"slug": world.fresh_past(own=own).slug}
    if name.startswith("headcount"):
        slug, line_id = world.fresh_headcount(own=own)
        return {"slug": slug, "line_id": line_id} if "line_id" in wanted else {"slug": slug}
    return {"training_id": world.fresh_training(who, own=own).public_id.hex} if "training_id" in wanted else {}


def _edition(world: World, values: Values) -> str:
    """Return what the page of a headcount sends of it, so that a later change is noticed."""
    wanted = select(Headcount).where(Headcount.public_id == uuid.UUID(hex=values["line_id"]))
    return edition_of(world.make.session.scalars(wanted).all())


def _of_the_account(world: World, wanted: set[str], who: str, *, own: bool) -> Values:
    """Return ids of what belongs to an account: this one's, or another's."""
    job = {"job_id": world.fresh_job(who, own=own).public_id.hex} if "job_id" in wanted else {}
    view = {"view_id": world.fresh_view(who, own=own).public_id.hex} if "view_id" in wanted else {}
    return job | view | ({"factor_id": _factor_id(world, who, own=own)} if "factor_id" in wanted else {})


def _made_anew(world: World, wanted: set[str], name: str, who: str, *, own: bool) -> Values:
    if "other_id" in wanted:
        one, other = world.fresh_pair(own=own)
        if name == "perhaps_one":
            world.keep_apart(one, other)
        return {"person_id": one.public_id.hex, "other_id": other.public_id.hex}
    if "letter_id" in wanted:
        made_of = world.make.letter(world.side(own=own).seminar, sent=name in ("figures", "take_back"))
        return {"letter_id": made_of.public_id.hex}
    if "request_id" in wanted:
        registration = world.fresh_nominee(own=own)
        asked_by = f"account:{world.accounts[who].public_id.hex}" if name == "take_back" and who in world.accounts else None
        return {"request_id": world.make.list_request(registration, asked_by=asked_by).public_id.hex}
    if "sheet_id" in wanted:
        return {"sheet_id": world.fresh_sheet(own=own).public_id}
    if "merge_id" in wanted:
        made = world.fresh_merge(own=own)
        return {"merge_id": made.public_id.hex}
    if "list_id" in wanted:
        return {"list_id": world.fresh_list(own=own, confirmed=name not in ("columns", "encoding")).public_id.hex}
    if "proposal_id" in wanted:
        return {"proposal_id": world.fresh_proposal(decided=name == "reopen_proposal").public_id.hex}
    return {}


def _pasted(world: World, _values: Values, own: bool) -> dict[str, Any]:
    """Return what the form for a list sends, with cells that were pasted."""
    rosa = ("Rosa", "Ortega", "Luna", f"rosa{world.number()}@pgr.example", "Fiscal")
    return {"submission_id": uuid.uuid4().hex, "agency": world.side(own=own).agency.code, "pasted": cells(rosa)}


def _merge(world: World, values: Values, own: bool) -> dict[str, Any]:
    """Return what the page that compares two records sends: the first one stays."""
    ids = [uuid.UUID(hex=values[name]) for name in ("person_id", "other_id")] if values.keys() >= {"person_id", "other_id"} else []
    with unit_of_work(world.make.session) as session:
        people = session.scalars(select(Person).where(Person.public_id.in_(ids))).all()
        registrations = session.scalars(select(Registration).where(Registration.person_id.in_([each.id for each in people]))).all()
        return {"kept": values.get("person_id", ""), "opened": edition_of_records(people, registrations)}


def _factor_id(world: World, who: str, *, own: bool) -> uuid.UUID:
    return world.factor_of(world.accounts[who] if own and who in world.accounts else world.somebody)


def _token(world: World, name: str, who: str, *, own: bool) -> str:
    if name == "reset_password":
        return world.reset_token() if own and who not in ("stranger", "official") else "m" * 32
    if who != "official" or not own:
        return "m" * 32
    if name == "thanks":
        return link_of(world.own.answered)
    if name == "download":
        return link_of(world.fresh_certificate(own=True).owner)
    if name in ("invitation", "answer_invitation"):
        invited = world.fresh_invited(own=True)
        return invitation_link(invited.public_id, 1).token(KEY) if name == "invitation" else link_of(invited)
    if name == "first_opening":
        return link_of(world.unopened())
    if name == "take_back":
        asks = world.seated(own=True)
        world.make.list_request(asks)
        return link_of(asks)
    return link_of(world.withdrawn() if name == "register_again" else world.seated(own=True, held=name == "answer"))


def _session_id(world: World, endpoint: str, who: str, *, own: bool) -> uuid.UUID:
    if endpoint == "sign_in.end_session":
        return world.fresh_session_of(world.accounts[who] if own and who in world.accounts else world.somebody)
    return world.side(own=own).held_session.public_id


def _public_id(world: World, endpoint: str, *, own: bool) -> uuid.UUID:
    if endpoint.startswith("messages_staff."):
        return world.failed_message().public_id
    if endpoint == "accounts_staff.take_role":
        return world.make.account((RoleName.AUDITOR, {})).public_id
    if endpoint.startswith("invitations_staff."):
        return world.invited(own=own).public_id
    if endpoint.startswith(("accounts_staff.", "sign_in_staff.")):
        return world.somebody.public_id
    side = world.side(own=own)
    return world.make.seminar_session(side.seminar).public_id if endpoint.endswith("sessions_delete") else side.seminar_session.public_id


def _agency_code(world: World, name: str) -> str:
    if name == "undo_retirement":
        return world.make.agency(valid_to=date(2019, 12, 31)).code
    return world.make.agency().code if name in ("retire", "remove_alias") else world.own.agency.code


def _one_day(world: World) -> Values:
    """Return a rule of hours for one day, which no other rule has."""
    day = (date(1800, 1, 1) + timedelta(days=world.number())).isoformat()
    return {"version": "1", "hours": "40", "year": "calendar", "valid_from": day, "valid_to": day}


def person_to_register(world: World, _values: Values, own: bool) -> dict[str, Any]:
    """Return what the public form and the staff's form send for a new person."""
    return {
        "submission_id": uuid.uuid4().hex,
        "notice": "1.en",
        "given_names": "Rosa",
        "surname1": "Ortega",
        "sex": "-",
        "agency": world.side(own=own).agency.code,
        "position": "Fiscal",
        "email": f"rosa{world.number()}@pgr.example",
        "language": "es",
        "notice_read": "y",
    }


def _kept(world: World, *, own: bool) -> dict[str, Any]:
    """Return what the form for kept seats sends, while a seat of the quota is free."""
    side = world.side(own=own)
    world.room_in_quota(own=own)
    day = side.seminar.starts_on - timedelta(days=3)
    return {"submission_id": uuid.uuid4().hex, "agency": side.agency.code, "seats": "1", "last_day": day.isoformat()}


def _seminar(world: World, _values: Values, own: bool) -> dict[str, Any]:
    return {
        "title_en": "Interviewing probes",
        "office_id": str(world.side(own=own).office.id),
        "city": "Mérida",
        "country": "MX",
        "time_zone": "America/Merida",
        "starts_on": "2031-05-05",
        "ends_on": "2031-05-06",
        "registration_mode": "open",
        "approval": "automatic",
        "capacity": "20",
        "threshold_percent": "80",
        "excused_rule": "not_counted",
    }


def _letter() -> dict[str, Any]:
    return {"states": "registered", "subject_en": "Another room", "text_en": "We meet in room B."}


def _as_shown(world: World, _values: Values, own: bool) -> dict[str, Any]:
    """Return what the page of a draft sends: its version, and to how many it goes."""
    audience = Audience(states=(RegistrationState.REGISTERED,))
    return {"version": "1", "seen": str(receivers_now(world.make.session, world.side(own=own).seminar, audience).number)}


def _invited(world: World) -> dict[str, Any]:
    return {"name": "Ana Roe", "email": f"invited{world.number()}@x.example", "language": "es"}


def _grant(role: str) -> Callable[[World, Values, bool], dict[str, Any]]:
    return lambda _world, _values, _own: {"grant": role}


def _kept_by_organizer(world: World, _values: Values, own: bool) -> dict[str, Any]:
    """Return what gives up the seats that are kept for the side's agency until one day."""
    kept = world.fresh_kept(own=own)
    return {"agency": world.side(own=own).agency.code, "last_day": kept.last_day.isoformat()}


def _notice(world: World, _values: Values, own: bool) -> dict[str, Any]:
    waits = world.make.change_notice(world.side(own=own).seminar)
    return {"notice": waits.public_id.hex, "version": str(waits.version)}


def _mark(world: World, _values: Values, own: bool) -> dict[str, Any]:
    person = world.side(own=own).answered.public_id.hex
    return {f"was-{person}": "", f"mark-{person}": ["excused", "present"][world.number() % 2]}


def _at_the_door(world: World, values: Values, own: bool) -> dict[str, Any]:
    """Return what is typed at the door; whoever the page offers first makes way."""
    seated = world.seated(own=own, held=True)
    return person_to_register(world, values, own) | {"paper_notice": "y", "instead_of": seated.public_id.hex}


def _keyed(world: World, _values: Values, own: bool) -> dict[str, Any]:
    """Return what the page of a printed sheet sends, on which the person was excused."""
    key, shown = _shown_on_paper(world, own=own)
    return {f"was-{key}": shown, f"key-{key}": "4"}


def _settled(world: World, _values: Values, own: bool) -> dict[str, Any]:
    """Return what the page of differences sends, where the screen is right."""
    key, shown = _shown_on_paper(world, own=own)
    last = world.make.session.scalars(select(Mark.last).where(Mark.registration_id == world.side(own=own).answered.id)).one()
    return {f"was-{key}": f"{shown}|{last.hex}", "screen": key}


def _shown_on_paper(world: World, *, own: bool) -> tuple[str, str]:
    registration, session = world.side(own=own).answered, world.make.session
    newest = select(SheetRow.said).where(SheetRow.registration_id == registration.id).order_by(SheetRow.sheet_id.desc()).limit(1)
    return registration.public_id.hex, as_sent(Keyed(session.scalars(newest).one() or MarkStatus.PRESENT))


BODIES: dict[str, Callable[[World, Values, bool], Mapping[str, Any]]] = {
    "registration.register": person_to_register,
    "registration.lost_link": lambda world, *_: {"email": f"lost{world.number()}@pgr.example"},
    "registration_staff.decide_many": lambda world, _values, own: {
        "do": "approve",
        "chosen": world.fresh_registration(RegistrationState.PENDING, own=own).public_id.hex,
    },
    "registration_staff.find_form": lambda *_: {"email": "rosa@pgr.example"},
    "registration_staff.find": lambda *_: {"words": "López"},
    "registration_staff.add_new": person_to_register,
    "attendance_staff.walk_in": _at_the_door,
    "attendance_staff.substitute": _at_the_door,
    "registration_staff.add_known": lambda world, _values, own: {"agency": world.side(own=own).agency.code},
    "registration.first_opening": lambda *_: {"surname": "López"},
    "certificates_staff.plan": lambda world, *_: {
        "version": "0",
        "rule": "completion",
        "issuing": "by_hand",
        "language": "both",
        "signatories-0-name": f"Signer {'abcdefghij'[world.number() % 10]}",
    },
    "certificates_staff.revoke": lambda *_: {"reason": "Issued by mistake"},
    "certificates_public.ask_code": lambda *_: {"code": "000001-BCDF-GHJK"},
    "certificates_public.verified": lambda *_: {"surname": "López"},
    "registration.invitation": lambda *_: {"answer": "decline_surely"},
    "registration.answer_invitation": lambda *_: {"answer": "decline_surely"},
    "registration_staff.invite_find": lambda *_: {"words": "López"},
    "registration_staff.invite_new": person_to_register,
    "registration_staff.invite_known": lambda world, _values, own: {"agency": world.side(own=own).agency.code},
    "registration_staff.keep_seats": lambda world, _values, own: {"agency": world.side(own=own).agency.code, "seats": "1"},
    "registration_staff.give_up": _kept_by_organizer,
    "registration.edit_personal": lambda world, *_: {"position": f"Perito {world.number()}"},
    "retention_staff.keep": lambda *_: {"reason": "An audit needs the list."},
    "registration.register_again": lambda *_: {"position": "Perito", "notice_read": "y"},
    "feedback.answer": lambda *_: {f"q-{key}": value for key, value in REQUIRED.items()} | REQUIRED,
    "web.choose_language": lambda *_: {"language": "en", "next": "/"},
    "sign_in.login": lambda *_: {"email": "nobody@x.example", "password": "not the password"},
    "sign_in.ask_for_reset": lambda *_: {"email": "nobody@x.example"},
    "sign_in.reset_password": lambda *_: {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD},
    "sign_in.change_password": lambda *_: {"password": "not it", "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD},
    "sign_in.confirm": lambda *_: {"proof_password": "not it"},
    "sign_in.own": lambda world, *_: {"language": ["es", "en"][world.number() % 2]},
    "seminars_staff.new": _seminar,
    "seminars_staff.settings": lambda world, *_: {"venue": f"Room {world.number()}"},
    "seminars_staff.settings_assign": lambda world, *_: {"account": str(world.doorkeeper.public_id)},
    "seminars_staff.settings_withdraw": lambda world, *_: {"account": str(world.doorkeeper.public_id)},
    "seminars_staff.copy": lambda *_: {"starts_on": "2031-09-01"},
    "seminars_staff.cancel": lambda *_: {"reason": "The hotel has closed."},
    "seminars_staff.resume": lambda *_: {"reason": "A sheet came in late."},
    "seminars_staff.sessions_program": lambda world, *_: {"do": "save", "lines-0-title_en": f"Session {world.number()}"},
    "seminars_staff.sessions_new": lambda *_: {"title_en": "Evidence", "starts": "21:00", "ends": "22:00"},
    "seminars_staff.sessions_edit": lambda world, *_: {"room": f"Room {world.number()}"},
    "attendance_staff.search": lambda *_: {"words": "López"},
    "registration_staff.search": lambda *_: {"words": "López"},
    "registration_staff.remove": lambda *_: {"reason": "administrative"},
    "registration_staff.correct": lambda world, *_: {"given_names": "Luz", "unit": f"Unit {world.number()}"},
    "registration_staff.split": lambda world, *_: {"given_names": "Rosa", "email": f"rosa{world.number()}@pgr.example"},
    "registration_staff.tell_changes": _notice,
    "registration_staff.keep_quiet": _notice,
    "people_staff.merge": _merge,
    "registration_staff.decide_name": lambda *_: {"accept": "1", "asked": THEN.isoformat()},
    "registration_staff.reserve": lambda *_: {"reserve_reason": "agency_request"},
    "registration_staff.show_again": lambda *_: {"end_reason": "mistake"},
    "registration_staff.seats": lambda world, *_: {"capacity": str(400 + world.number())},
    "people_staff.search": lambda *_: {"words": "López"},
    "attendance_staff.save": _mark,
    "paper_keyed.save": _keyed,
    "paper_keyed.settle": _settled,
    "attendance_staff.save_person": lambda world, _values, own: {"clear": world.side(own=own).held_session.public_id.hex},
    "feedback_staff.edit": lambda world, *_: {
        "do": "save",
        "questions-0-prompt_en": f"Did the seminar meet its objectives{'?' * (world.number() % 7 + 1)}",
    },
    "paper_staff.print_document": lambda *_: {"document": "roster"},
    "reports.snapshot_new": lambda world, *_: {"title": f"Figure {world.number()}"},
    "reports.indicator_new": lambda world, *_: {
        "code": f"NEWIND{world.number()}",
        "name_es": "Personas",
        "name_en": "People",
        "valid_from": "2014-01-01",
    },
    "reports.indicator": lambda world, *_: {"name_en": f"People {world.number()}"},
    "reports.indicator_end": lambda *_: {"last": "2031-12-31"},
    "reports.figures_save_view": lambda world, *_: {"name": f"View {world.number()}", "address": "by=group"},
    "reports.figures_view": lambda world, *_: {"name": f"View {world.number()}"},
    "history_staff.new": lambda world, _values, own: {
        "title_en": "Interviewing probes",
        "office_id": str(world.side(own=own).office.id),
        "city": f"Mérida {world.number()}",
        "country": "MX",
        "time_zone": "America/Merida",
        "starts_on": "2012-05-07",
        "ends_on": "2012-05-09",
        "hours": "24",
        "known": "numbers",
    },
    "history_staff.headcount_new": lambda world, *_: {"agency": world.make.agency().code, "men-registered": "3"},
    "history_staff.past": lambda *_: {"lists-0": "", "outcomes-0": "completed"},
    "history_staff.headcount": lambda world, values, _own: {"opened": _edition(world, values), "men-registered": "3"},
    "history_staff.headcount_remove": lambda world, values, _own: {"opened": _edition(world, values)},
    "history_staff.announced": lambda world, *_: {"number": str(world.number()), "source": "Press release"},
    "history_staff.report": lambda *_: {
        "submission_id": uuid.uuid4().hex,
        "title": "Interviews",
        "provider": "UNAM",
        "country": "MX",
        "starts_on": "2013-03-04",
        "ends_on": "2013-03-05",
        "hours": "10",
    },
    "history_staff.training": lambda *_: {"version": "1", "decision": "approve"},
    "reports.ask_for_figures_file": lambda world, *_: {"file": "pdf-a4", "from": f"20{world.number() % 90 + 10}-01-01"},
    "reports.hours_rule_new": lambda world, _values, own: {
        "office": world.side(own=own).office.code,
        "hours": "40",
        "year": "calendar",
        "valid_from": f"{2_000 + world.number()}-01-01",
        "valid_to": "",
    },
    "reports.hours_rule": lambda world, *_: _one_day(world),
    "letters_staff.new": lambda *_: _letter(),
    "letters_staff.edit": lambda world, *_: _letter() | {"text_en": f"We meet in room {world.number()}."},
    "letters_staff.send": _as_shown,
    "agencies_staff.new": lambda world, *_: {
        "code": f"NEWAG{world.number()}",
        "name_es": "Una más",
        "name_en": "One more",
        "level": "federal",
        "country": "MX",
    },
    "agencies_staff.edit": lambda world, *_: {"name_en": f"Name {world.number()}"},
    "agencies_staff.retire": lambda *_: {"year": "2019"},
    "agencies_staff.add_alias": lambda world, *_: {"alias": f"Alias {world.number()}"},
    "agencies_staff.remove_alias": lambda *_: {"alias": "Known as"},
    "offices_staff.new_office": lambda world, *_: {
        "code": f"NEWOFF{world.number()}",
        "name_es": "Otra",
        "name_en": "Another",
        "country": "MX",
    },
    "offices_staff.notice": lambda world, *_: {"text_es": f"Texto {world.number()}", "text_en": "Words", "do": "publish"},
    "offices_staff.office": lambda world, *_: {"city": f"City {world.number()}", "country": "MX"},
    "accounts_staff.find_accounts": lambda *_: {"q": "Staff"},
    "messages_staff.search": lambda *_: {"q": "a@x.example"},
    "accounts_staff.new_account": lambda world, *_: {
        "name": "Ana Roe",
        "email": f"ana{world.number()}@x.example",
        "language": "es",
        "grant": "auditor:",
    },
    "accounts_staff.account": lambda world, *_: {"name": f"Ana {world.number()}", "language": "es"},
    "invitations_staff.invite_liaison": lambda world, _values, own: {
        **_invited(world),
        "agency": world.own.agency.code,
        "office": world.side(own=own).office.code,
    },
    "nominations_staff.index": _pasted,
    "proposals.propose": person_to_register,
    "requests_staff.substitute": lambda world, values, own: (
        person_to_register(world, values, own) | {"agency": world.side(own=own).agency.code}
    ),
    "nominations_staff.correct": lambda *_: {"leave_out": "0.2"},
    "agency_staff.name": person_to_register,
    "agency_staff.exchange": lambda world, _values, own: {"other": world.fresh_alternate(own=own).public_id.hex},
    "agency_staff.keep": lambda world, _values, own: _kept(world, own=own),
    "agency_staff.give_up": lambda world, _values, own: {"hold": world.fresh_hold(own=own).public_id.hex},
    "nominations_staff.encoding": lambda *_: {"encoding": "cp1252"},
    "nominations_staff.bring": lambda *_: {"version": "1"},
    "invitations_staff.take_role": lambda world, values, _own: {"role": str(world.role_of(values["public_id"]))},
    "seminars_staff.settings_invite": lambda world, *_: _invited(world),
    "accounts_staff.give_role": _grant("auditor:"),
    "accounts_staff.take_role": _grant("auditor:"),
}
WITHOUT_PAGE = {
    *(f"seminars_staff.{change}" for change in CHANGES if change not in ("cancel", "resume")),
    "sign_in.login",
    "sign_in.ask_for_reset",
    "sign_in.reset_password",
    "sign_in.change_password",
    "people_staff.search",
}
