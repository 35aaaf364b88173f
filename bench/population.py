"""An invented decade of training, of any size and always the same: offices, staff, people, seminars and everything else.

A fifth of the seminars is in the future. Seminars differ in size as real ones do (most have tens of people, a few thousands),
seats come from quotas and the open pool, and registrations are in every state that occurs. With them come the other rows of a
real database: the history, the outbox, the audit log with its chain, and for every twentieth seminar its feedback.
"""

from __future__ import annotations

import json
import random
import uuid
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Any

from bench.bulk import Sink, Tables, moment
from bench.words import GIVEN_NAMES, POSITIONS, STATES, SURNAMES, TOPICS
from seminar_app.audit.chain import ChainKeys
from seminar_app.core.folding import fold, spanish_order
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.people.rules import name_key
from seminar_app.registration.links import ENDPOINT, PURPOSE

SEED = 2014
YEARS = 10
TO_COME = 0.2
OFFICES = 66
STAFF = 250
OWN_OFFICE = 0.3
"""Share of the seminars that the first office holds, so that one organizer's list is long at any size."""
FEEDBACK_EVERY = 20
RESERVED_EVERY = 200
PAST_STATES = (("registered", 82), ("withdrawn", 6), ("removed", 4), ("declined", 3), ("waitlisted", 5))
COMING_STATES = (("registered", 75), ("pending", 8), ("waitlisted", 7), ("nominated", 4), ("withdrawn", 6))
MARKS = (("present", 88), ("late", 4), ("left_early", 2), ("excused", 2), ("absent", 4))
SESSION_MINUTES = 90

TABLES: Tables = {
    "office": ("id", "public_id", "code", "name_es", "name_en", "city", "country", "active"),
    "user_account": ("id", "public_id", "email", "name", "active", "fs_uniquifier", "language", "created_at", "reset_version"),
    "role_grant": ("id", "user_account_id", "role", "office_id", "agency_id", "seminar_id", "granted_at"),
    "person": (
        *("id", "public_id", "given_names", "surname1", "surname2", "certificate_name", "sex", "email", "phone"),
        *("agency_id", "language", "reserved", "reserved_reason", "search_key", "sort_key", "created_at", "version"),
    ),
    "seminar": (
        *("id", "public_id", "slug", "office_id", "state", "archived_from", "title_es", "title_en", "objectives_es", "objectives_en"),
        *("venue", "city", "country", "time_zone", "starts_on", "ends_on", "registration_mode", "approval", "threshold_percent"),
        *("excused_rule", "demo", "search_key", "created_at", "version"),
    ),
    "seminar_host": ("seminar_id", "office_id", "position"),
    "seminar_session": (
        *("id", "public_id", "seminar_id", "title_es", "title_en", "starts_at", "ends_at", "contact_minutes"),
        *("counts_for_completion", "version"),
    ),
    "seat_pool": ("id", "public_id", "seminar_id", "agency_id", "size", "taken"),
    "registration": (
        *("id", "public_id", "seminar_id", "person_id", "agency_id", "agency_version_id", "unit", "position", "state_name"),
        *("state", "removal_reason"),
        *("seat_pool_id", "queue_place", "source", "language", "link_hash", "link_version", "reserved_code", "registered_at", "version"),
    ),
    "registration_history": ("id", "registration_id", "at", "actor", "from_state", "to_state", "seat_pool_id"),
    "observation": (
        *("id", "public_id", "registration_id", "session_id", "kind", "minutes", "follows", "observed_at", "received_at", "method"),
        "recorded_by",
    ),
    "mark": ("id", "registration_id", "session_id", "last", "status", "minutes", "still_in", "conflict"),
    "outbox": (
        *("id", "public_id", "message_id", "kind", "language", "to_address", "to_name", "context", "link_endpoint", "link_purpose"),
        *("link_owner", "link_version", "state", "attempts", "not_before", "created_at", "sent_at"),
    ),
    "audit": ("sequence", "at", "actor", "action", "subject", "seminar", "details", "digest"),
    "feedback_form": ("id", "public_id", "seminar_id", "kind", "opened_at", "closed_at"),
    "feedback_form_version": ("id", "form_id", "number", "created_at"),
    "feedback_question": ("id", "version_id", "position", "key", "kind", "required", "prompt_es", "prompt_en", "options"),
    "response": ("id", "version_id"),
    "answer": ("id", "response_id", "question_id", "number"),
    "response_receipt": ("registration_id", "form_id"),
}


@dataclass(frozen=True, slots=True)
class Size:
    """The number of rows of each kind."""

    people: int
    seminars: int
    registrations: int
    marks: int

    def part(self, share: float) -> Size:
        """Return the same proportions at a smaller size."""
        return Size(*(max(1, round(count * share)) for count in (self.people, self.seminars, self.registrations, self.marks)))


@dataclass(frozen=True, slots=True)
class Base:
    """What exists before: the agencies with their groups, the first office, and the app's key.

    Attributes:
        versions: the current version of each agency.
        first: the first free id of each table.
        trail: number and digest of the audit log's last row.
    """

    agencies: Mapping[int, int]
    versions: Mapping[int, int]
    office_id: int
    key: str
    first: Mapping[str, int]
    trail: tuple[int, bytes]


@dataclass(slots=True)
class _AuditValues:
    """The fields of an audit row that `digest` reads."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    seminar: str | None
    details: dict[str, Any]
    request_id: None = None


class Population:
    """Writes all rows to a sink; afterwards `trail` is the end of the audit log's chain."""

    def __init__(self, sink: Sink, base: Base, size: Size, *, keys: ChainKeys, now: datetime, seed: int = SEED) -> None:
        self.keys = keys
        self.sink, self.base, self.size = sink, base, size
        self.random = random.Random(seed)
        self.now = now.replace(microsecond=0)
        self.ids = dict(base.first)
        self.agencies = list(base.agencies)
        self.agency_weights = list(accumulate(self.random.choice((1, 1, 2, 3, 8)) for _ in self.agencies))
        self.quotas = self.random.sample(sorted(set(base.agencies.values())), 2)
        self.offices = [base.office_id]
        self.staff: list[str] = []
        self.people_agency: array[int] = array("i")
        self.people_name: list[str] = []
        self.trail = base.trail

    def write(self) -> None:
        """Write all rows."""
        self._offices_and_staff()
        self._people()
        sizes = self._sizes()
        sessions = self._sessions_of_each(sizes)
        for number, people in enumerate(sizes):
            self._seminar(number, people, sessions)

    def _next(self, table: str) -> int:
        number = self.ids[table]
        self.ids[table] = number + 1
        return number

    def _hex(self) -> str:
        return f"{self.random.getrandbits(128):032x}"

    def _offices_and_staff(self) -> None:
        made = moment(self.now - timedelta(days=365 * YEARS))
        for n in range(OFFICES):
            self.offices.append(self._next("office"))
            place = STATES[n % len(STATES)]
            row = (self.offices[-1], self._hex(), f"OF{n:02}", f"Oficina en {place}", f"Office in {place}", place, "MX", 1)
            self.sink.add("office", row)
        for n in range(STAFF):
            account, public_id, name = self._next("user_account"), self._hex(), f"{GIVEN_NAMES[n % 40]} {SURNAMES[n % len(SURNAMES)]}"
            self.staff.append(f"account:{public_id}")
            self.sink.add("user_account", (account, public_id, f"staff{n}@bench.example", name, 1, self._hex(), "es", made, 0))
            role = ("organizer", "coordinator", "liaison")[n % 3]
            office = self.offices[n % len(self.offices)] if role == "organizer" else None
            agency = self.agencies[n % len(self.agencies)] if role == "liaison" else None
            self.sink.add("role_grant", (self._next("role_grant"), account, role, office, agency, None, made))

    def _people(self) -> None:
        count, pick = self.size.people, self.random
        given = pick.choices(
            range(len(GIVEN_NAMES)), cum_weights=list(accumulate(1000 // (n + 5) + 1 for n in range(len(GIVEN_NAMES)))), k=count
        )
        weights = list(accumulate(1000 // (n + 5) + 1 for n in range(len(SURNAMES))))
        first, second = (pick.choices(range(len(SURNAMES)), cum_weights=weights, k=count) for _ in range(2))
        given_keys, surname_keys = [name_key(name) for name in GIVEN_NAMES], [name_key(name) for name in SURNAMES]
        self.people_agency = array("i", pick.choices(self.agencies, cum_weights=self.agency_weights, k=count))
        given_order, surname_order = [spanish_order(name) for name in GIVEN_NAMES], [spanish_order(name) for name in SURNAMES]
        made = moment(self.now - timedelta(days=365 * YEARS))
        for n in range(count):
            names, surname1, surname2 = GIVEN_NAMES[given[n]], SURNAMES[first[n]], SURNAMES[second[n]] if n % 17 else None
            whole = f"{names} {surname1} {surname2}" if surname2 else f"{names} {surname1}"
            key = f"{given_keys[given[n]]} {surname_keys[first[n]]}" + (f" {surname_keys[second[n]]}" if surname2 else "")
            order = "\x1f".join((surname_order[first[n]], surname_order[second[n]] if surname2 else "", given_order[given[n]]))
            email = f"{key.replace(' ', '.')}.{n}@bench.example" if n % 9 else None
            phone = f"+5255{10_000_000 + n}" if n % 3 else None
            row = (
                *(self._next("person"), self._hex(), names, surname1, surname2, whole, "FMM"[n % 3], email, phone),
                *(
                    self.people_agency[n],
                    "es" if n % 7 else "en",
                    int(n % RESERVED_EVERY == 0),
                    None if n % RESERVED_EVERY else "own_request",
                    key,
                    order,
                    made,
                    1,
                ),
            )
            self.sink.add("person", row)
            self.people_name.append(whole)

    def _sizes(self) -> list[int]:
        """Return the number of registrations of each seminar."""
        weights = [self.random.lognormvariate(0, 0.7) for _ in range(self.size.seminars)]
        scale = self.size.registrations / sum(weights)
        most = min(5_000, self.size.people)
        return [min(most, max(1, round(weight * scale))) for weight in weights]

    def _sessions_of_each(self, sizes: list[int]) -> tuple[int, float]:
        """Return the average number of sessions, and the share of each sheet to mark, so that the total of marks is as asked."""
        seated = sum(sizes[: round(len(sizes) * (1 - TO_COME))]) * PAST_STATES[0][1] / 100
        average = max(3, round(self.size.marks / seated / 0.93))
        return average, min(1.0, self.size.marks / seated / average)

    def _seminar(self, number: int, people: int, sessions: tuple[int, float]) -> None:
        share = number / self.size.seminars
        past = share < 1 - TO_COME
        days = 365 * YEARS
        made = self.now - timedelta(days=days * (1 - share))
        if past:
            starts = (self.now - timedelta(days=days * (1 - share / (1 - TO_COME)) + 5)).date()
        else:
            starts = (self.now + timedelta(days=2 + 363 * (share - 1 + TO_COME) / TO_COME)).date()
        state = "draft" if number % 10 == 0 else "published"
        if past:
            (state,) = self.random.choices(("completed", "cancelled", "archived"), (85, 5, 10))
        seminar_id, slug, city = self._next("seminar"), f"seminar-{number}", STATES[number % len(STATES)]
        topic_es, topic_en = TOPICS[number % len(TOPICS)]
        office = self.base.office_id if self.random.random() < OWN_OFFICE else self.random.choice(self.offices)
        row = (
            *(seminar_id, self._hex(), slug, office, state, "completed" if state == "archived" else None, topic_es, topic_en),
            *(f"{topic_es}: reconocer indicios, entrevistar y armar un caso.", f"{topic_en}: signs, interviews and building a case."),
            *("Centro de Convenciones", city, "MX", "America/Mexico_City", str(starts), str(starts + timedelta(days=2))),
            *("open", "automatic", 80, "not_counted", 0, fold(f"{topic_es} {topic_en} {city} {slug}"), moment(made), 1),
        )
        self.sink.add("seminar", row)
        self.sink.add("seminar_host", (seminar_id, office, 1))
        average, marked = sessions
        count = max(1, average + self.random.randint(-2, 2))
        seminar_sessions = self._sessions(seminar_id, starts, count, made)
        seated = self._registrations(seminar_id, slug, people, made, past=past, number=number)
        self._marks(seated, seminar_sessions, marked if past else 0.0)
        if past and number % FEEDBACK_EVERY == 0:
            feedback(self, seminar_id, seated[: len(seated) * 2 // 3], made)

    def _sessions(self, seminar_id: int, starts: date, count: int, made: datetime) -> list[tuple[int, str]]:
        seminar_sessions = []
        for n in range(count):
            begins = datetime.combine(starts + timedelta(days=n * 3 // count), time(14), UTC)
            begins += timedelta(minutes=100 * (n % -(-count // 3)))
            ends = begins + timedelta(minutes=SESSION_MINUTES)
            session_id = self._next("seminar_session")
            titles, times = (f"Sesión {n + 1}", f"Session {n + 1}"), (moment(begins), moment(ends))
            self.sink.add("seminar_session", (session_id, self._hex(), seminar_id, *titles, *times, SESSION_MINUTES, 1, 1))
            seminar_sessions.append((session_id, moment(ends)))
        return seminar_sessions

    def _registrations(self, seminar_id: int, slug: str, people: int, made: datetime, *, past: bool, number: int) -> list[int]:
        """Write registrations in all states and the rows that follow from each; return those that hold a seat."""
        pick, base = self.random, self.base
        kinds = PAST_STATES if past else COMING_STATES
        states = pick.choices([kind for kind, _weight in kinds], [weight for _kind, weight in kinds], k=people)
        pools = {agency: self._next("seat_pool") for agency in (*(self.quotas if number % 2 else ()), 0)}
        room = dict.fromkeys(pools, max(2, people // 8)) | {0: people}
        taken = dict.fromkeys(pools, 0)
        step = timedelta(seconds=365 * YEARS * 86_400 / self.size.seminars / (people + 6))
        queue, seated = 0, []
        for n, person in enumerate(pick.sample(range(self.size.people), people)):
            registration_id, public_id, state = self._next("registration"), self._hex(), states[n]
            agency = self.people_agency[person] if pick.random() < 0.9 else pick.choice(self.agencies)
            pool = None
            if state == "registered":
                group = base.agencies[agency]
                pool = group if group in pools and taken[group] < room[group] else 0
                taken[pool] += 1
                seated.append(registration_id)
            queue += state == "waitlisted"
            at = made + step * n
            link = token_hash(SecretLink(PURPOSE, uuid.UUID(public_id), 1).token(base.key))
            row = (
                *(registration_id, public_id, seminar_id, base.first["person"] + person, agency, base.versions[agency]),
                *(None, POSITIONS[person % len(POSITIONS)]),
                *(STATES[person % len(STATES)], state, "no_show" if state == "removed" else None),
                *(None if pool is None else pools[pool], queue if state == "waitlisted" else None),
                *("form", "es", link, 1, None if person % RESERVED_EVERY else _code(registration_id), moment(at), 1),
            )
            self.sink.add("registration", row)
            self._history(registration_id, public_id, slug, state, None if pool is None else pools[pool], at)
            self._mail(public_id, slug, person, state, at)
        for agency_id, pool_id in pools.items():
            size = room[agency_id] if agency_id else taken[0] + people // 5 + 2
            self.sink.add("seat_pool", (pool_id, self._hex(), seminar_id, agency_id or None, size, 0))  # taken is counted at the end
        for n, action in enumerate(("seminar.created", "seminar.published", "roster.viewed", "attendance.viewed", "attendance.exported")):
            self._told(made + step * (people + n), pick.choice(self.staff), action, f"seminar:{slug}", slug, {})
        return seated

    def _history(self, registration_id: int, public_id: str, slug: str, state: str, pool: int | None, at: datetime) -> None:
        first = state if state in {"registered", "waitlisted", "pending", "nominated"} else "pending"
        steps = [("public", None, first, pool)] + ([("rule", first, state, None)] if first != state else [])
        for actor, before, after, seat in steps:
            row = (self._next("registration_history"), registration_id, moment(at), actor, before, after, seat)
            self.sink.add("registration_history", row)
            self._told(at, actor, f"registration.{after}", f"registration:{public_id}", slug, {"state": after})

    def _mail(self, public_id: str, slug: str, person: int, state: str, at: datetime) -> None:
        number, mail, when = self._next("outbox"), self._hex(), moment(at)
        waits = at > self.now - timedelta(hours=12) and number % 50 == 0
        sent = "waiting" if waits else "failed" if number % 1_000 == 0 else "sent"
        kind = state if state in {"registered", "waitlisted", "withdrawn", "removed", "declined"} else "pending"
        context = json.dumps({"seminar": {"title_es": slug, "title_en": slug, "slug": slug}})
        row = (
            *(number, mail, f"<{mail}@constancia>", kind, "es", f"persona{person}@bench.example", self.people_name[person], context),
            *(ENDPOINT, PURPOSE, public_id, 1, sent, int(sent != "waiting"), when, when, when if sent == "sent" else None),
        )
        self.sink.add("outbox", row)

    def _told(self, at: datetime, actor: str, action: str, subject: str, slug: str, details: dict[str, Any]) -> None:
        sequence, before = self.trail
        row: Any = _AuditValues(sequence + 1, at, actor, action, subject, slug, details)
        self.trail = (sequence + 1, self.keys.digest(row, before=before, key=self.keys.newest))
        self.sink.add("audit", (sequence + 1, moment(at), actor, action, subject, slug, json.dumps(details), self.trail[1]))

    def _marks(self, seated: list[int], seminar_sessions: list[tuple[int, str]], marked: float) -> None:
        if not marked or not seated:
            return
        statuses = self.random.choices(
            [kind for kind, _w in MARKS], [weight for _kind, weight in MARKS], k=len(seated) * len(seminar_sessions)
        )
        by = self.random.choice(self.staff)
        chance, add, number = self.random.random, self.sink.add, self.ids["mark"]
        for registration_id in seated:
            for session_id, at in seminar_sessions:
                status = statuses.pop()
                if marked < 1 and chance() >= marked:
                    continue
                minutes = 60 if status in {"late", "left_early"} else None
                last: str | None = None
                for kind in ("absent", status) if number % 100 == 0 else (status,):
                    before, last = last, self._hex()
                    values = (registration_id, session_id, kind, minutes if kind == status else None, before, at, at, "list", by)
                    add("observation", (self._next("observation"), last, *values))
                add("mark", (number, registration_id, session_id, last, status, minutes, 0, 0))
                number += 1
        self.ids["mark"] = number


def feedback(population: Population, seminar_id: int, registrations: list[int], made: datetime) -> None:
    """Write a form of ten scale questions that these registrations have answered."""
    self, at = population, moment(made)
    form_id, version_id = self._next("feedback_form"), self._next("feedback_form_version")
    self.sink.add("feedback_form", (form_id, self._hex(), seminar_id, "reaction", at, None))
    self.sink.add("feedback_form_version", (version_id, form_id, 1, at))
    questions = [self._next("feedback_question") for _ in range(10)]
    options = json.dumps([{"value": "1", "es": "Nada", "en": "Not at all"}, {"value": "5", "es": "Por completo", "en": "Completely"}])
    for position, question in enumerate(questions):
        words = (f"¿Qué tan útil fue la parte {position + 1}?", f"How useful was part {position + 1}?")
        self.sink.add("feedback_question", (question, version_id, position, f"own:{position}", "scale", 0, *words, options))
    for registration_id in registrations:
        self.sink.add("response_receipt", (registration_id, form_id))
        response = self._hex()
        self.sink.add("response", (response, version_id))
        for question in questions:
            self.sink.add("answer", (self._hex(), response, question, self.random.randint(1, 5)))


def _code(number: int) -> str:
    """Return five letters for a reserved identity, different for up to 100,000 neighbours."""
    return "".join("BCDFGHJKLM"[int(digit)] for digit in f"{number % 100_000:05}")
