"""Every exported file is read back: each cell as it was typed in a form, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import select

from seminar_app.core import table_writer
from seminar_app.core.table_writer import read_text
from seminar_app.feedback.answer_models import Answer
from seminar_app.feedback.models import Question
from seminar_app.feedback.rules import QuestionKind
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.web.database import db
from tests.fuzz.hostile import FORMULAS, MARKUP, SIGNS
from tests.fuzz.pair import Pair, Side
from tests.support.workbook import head_row

Table = list[list[str]]
BEGINS_A_FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
TELEPHONE = re.compile(r"\+[0-9 ]*[0-9][0-9 ]*")
IN_XML = re.compile(r"_x([0-9A-F]{4})_")
LETTERS = st.text(st.characters(categories=("L", "M", "Pd")) | st.sampled_from("'’. -\u200b\u202e"), max_size=15)
BEGINNINGS = st.sampled_from(("", "-", "'", "''", "－", "\u200b-", "=", "+", "@", "\t=", "_x"))
NAME = st.builds("{}{}{}".format, BEGINNINGS, st.characters(categories=["L"]), LETTERS)
LINE = (
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
    | st.sampled_from([*FORMULAS, *MARKUP, "+52 998 123 4567", "_x0041_", "a;=1", "\ufffe", "\uffff"])
    | st.sampled_from(SIGNS)
)
PEOPLE = st.lists(st.tuples(NAME, NAME, NAME | st.just(""), LINE), min_size=12, max_size=12)
PROGRAMME = st.lists(st.tuples(LINE, LINE, LINE), min_size=4, max_size=4)
COMMENTS = st.lists(st.tuples(LINE, st.lists(LINE, max_size=4).map("\r\n".join)), min_size=5, max_size=5)
INPUTS = [pytest.param(2, id="short"), pytest.param(150, id="full", marks=pytest.mark.full)]
COMMENTED = ("What was most useful?", "What would you change?")
FUZZED = {"deadline": None, "database": None, "phases": [Phase.generate], "suppress_health_check": list(HealthCheck)}


def of_csv(content: bytes) -> Table:
    """Return the rows of a CSV file as another program reads them, each cell converted back to its original text."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    dangerous = [cell for row in rows for cell in row if BEGINS_A_FORMULA.match(cell) and not TELEPHONE.fullmatch(cell)]
    assert dangerous == [], "a spreadsheet would run these"
    return [[read_text(cell) for cell in row] for row in rows]


def of_xlsx(content: bytes, sheet: str) -> Table:
    """Return the headings and rows of a sheet. None may be a formula, nor anything above them."""
    read = openpyxl.load_workbook(io.BytesIO(content))[sheet]
    rows = list(read.iter_rows())
    assert [cell.value for row in rows for cell in row if cell.data_type in ("f", "e")] == [], "a spreadsheet would run these"
    unlike = [cell.value for row in rows for cell in row if str(cell.value or "")[:1] in tuple("=+-@") and cell.data_type == "s"]
    quoted = [cell.value for row in rows for cell in row if cell.quotePrefix]
    assert set(unlike) <= set(quoted), "editing these would make formulas of them"
    return [
        [IN_XML.sub(lambda found: chr(int(found[1], 16)), str("" if cell.value is None else cell.value)) for cell in row]
        for row in rows[head_row(read) - 1 :]
    ]


def columns(table: Iterable[list[str]], *places: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(row[place] for place in places) for row in list(table)[1:])


def people_of(side: Side, slug: str) -> Counter[tuple[str, ...]]:
    """Return surnames, given names and positions of people with a seat, from the database."""
    with side.app.app_context():
        of_seminar = (
            select(Registration.id)
            .join(Seminar, Seminar.id == Registration.seminar_id)
            .where(Seminar.slug == slug, Registration.state == RegistrationState.REGISTERED)
        )
        wanted = select(Person.surname1, Person.surname2, Person.given_names, Registration.position)
        rows = db.session.execute(
            wanted.join(Registration, Registration.person_id == Person.id).where(Registration.id.in_(of_seminar))
        ).all()
        db.session.remove()
    return Counter(tuple(value or "" for value in row) for row in rows)


def attendance_faults(pair: Pair, inputs: int) -> list[str]:
    """Register people, export the attendance in each format, and return the differences."""
    slug, form, faults = pair.sqlite.world.own.seminar.slug, pair.form("registration_staff.add_new", "organizer"), list[str]()
    url = f"/staff/seminars/{slug}/roster/add/new"
    accepted = 0

    @seed(2)
    @settings(max_examples=inputs, **FUZZED)  # type: ignore[arg-type]
    @given(PEOPLE)
    def export(people: list[tuple[str, str, str, str]]) -> None:
        nonlocal accepted
        for number, (given_names, surname1, surname2, position) in enumerate(people):
            typed = {"given_names": given_names, "surname1": surname1, "surname2": surname2, "position": position, "certificate_name": ""}
            who = {"submission_id": f"{number:032x}", "email": f"export{number}@pgr.example", "agency": "PGR", "another": "1"}
            faults.extend(pair.post("organizer", url, dict(form.filled) | typed | who))
        expected = people_of(pair.sqlite, slug)
        accepted += expected.total()
        if people_of(pair.postgresql, slug) != expected:
            faults.append("the engines hold other people")
        files = {side: {kind: side.file("organizer", _attendance(slug, kind)) for kind in ("csv", "xlsx", "json")} for side in pair.sides}
        if files[pair.sqlite]["csv"] != files[pair.postgresql]["csv"] or files[pair.sqlite]["json"] != files[pair.postgresql]["json"]:
            faults.append("the engines give other files")
        pair.restore()
        for made in files.values():
            rows = [
                [str(row[key] or "") for key in ("surname1", "surname2", "given_names", "position")]
                for row in json.loads(made["json"])["rows"]
            ]
            read = {
                "csv": lambda made=made: columns(of_csv(made["csv"]), 2, 3, 4, 5),
                "xlsx": lambda made=made: columns(of_xlsx(made["xlsx"], "People"), 1, 2, 3, 4),
                "json": lambda rows=rows: Counter(map(tuple, rows)),
            }
            faults.extend(found for kind, reading in read.items() if (found := difference(kind, reading, expected)))

    export()
    assert accepted > inputs * 4, "so few came through the form that nothing was tried"
    return faults


def _attendance(slug: str, kind: str) -> str:
    return f"/staff/seminars/{slug}/attendance/export?format={kind}&lang={'keys' if kind == 'csv' else 'en'}"


def difference(kind: str, reading: Callable[[], Counter[tuple[str, ...]]], expected: Counter[tuple[str, ...]]) -> str:
    """Describe how the file differs, or why it cannot be read; empty if it is right."""
    try:
        found = reading()
    except (AssertionError, ValueError, KeyError, csv.Error) as error:
        return f"{kind}: {error}"
    return "" if found == expected else f"{kind}: {list(found - expected)[:3]} for {list(expected - found)[:3]}"


@pytest.mark.parametrize("inputs", INPUTS)
def test_attendance_is_read_back_as_it_was_typed(pair: Pair, inputs: int) -> None:
    assert attendance_faults(pair, inputs) == []


def test_cells_without_the_guard_are_noticed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: texts are written to the file unchanged."""
    monkeypatch.setattr(table_writer, "safe_text", lambda text: text)
    assert any(fault.startswith("csv") for fault in attendance_faults(pair, 2))


@pytest.mark.parametrize("inputs", INPUTS)
def test_a_programme_is_read_back_from_its_calendar_and_its_sheets(pair: Pair, inputs: int) -> None:
    seminar, form, faults = pair.sqlite.world.own.seminar, pair.form("seminars_staff.sessions_new", "organizer"), list[str]()
    url, day = f"/staff/seminars/{seminar.slug}/sessions/new", dict(form.filled)["day"]

    @seed(3)
    @settings(max_examples=inputs, **FUZZED)  # type: ignore[arg-type]
    @given(PROGRAMME)
    def export(programme: list[tuple[str, str, str]]) -> None:
        for number, (title, room, speaker) in enumerate(programme):
            typed = {"title_es": title, "title_en": title, "room": room, "speakers": speaker.replace(",", " ")}
            times = {"day": day, "starts": f"{16 + number}:00", "ends": f"{16 + number}:50", "contact_minutes": "50"}
            faults.extend(pair.post("organizer", url, dict(form.filled) | typed | times))
        calendars, books = [], []
        for side in pair.sides:
            with side.app.app_context():
                wanted = select(SeminarSession).where(SeminarSession.seminar_id == seminar.id)
                expected = Counter((row.title_en or row.title_es or "", row.room or "") for row in db.session.scalars(wanted))
                db.session.remove()
            content = side.file("stranger", f"/seminars/{seminar.slug}/calendar.ics?language=en")
            events = list(Calendar.from_ical(content.decode()).walk("VEVENT"))
            place = f"{seminar.city}, Mexico"
            found = Counter((str(event["SUMMARY"]), str(event["LOCATION"]).removesuffix(place).removesuffix(", ")) for event in events)
            if found != expected:
                faults.append(f"ics: {list(found - expected)} for {list(expected - found)}")
            calendars.append(content)
            books.append(side.file("organizer", _attendance(seminar.slug, "xlsx")))
            names = openpyxl.load_workbook(io.BytesIO(books[-1])).sheetnames
            if len(names) != 2 + len(events) or any(len(name.encode("utf-16-le")) > 62 or set(name) & set("[]:*?/\\") for name in names):
                faults.append(f"sheets: {names}")
            of_xlsx(books[-1], "People")
        if calendars[0] != calendars[1]:
            faults.append("the engines give other calendars")
        pair.restore()

    export()
    assert faults == []


@pytest.mark.parametrize("inputs", INPUTS)
def test_comments_are_read_back_as_they_were_typed(pair: Pair, inputs: int) -> None:
    form, faults, slug = pair.form("feedback.answer", "official"), list[str](), pair.sqlite.heard

    @seed(4)
    @settings(max_examples=inputs, **FUZZED)  # type: ignore[arg-type]
    @given(COMMENTS)
    def export(comments: list[tuple[str, str]]) -> None:
        for link, (useful, change) in zip(pair.sqlite.hearers, comments, strict=True):
            typed = {name: {"q-most_useful": useful, "q-change": change}.get(name, value) for name, value in form.filled}
            faults.extend(pair.post("official", f"/registrations/{link}/feedback", typed))
        for side in pair.sides:
            with side.app.app_context():
                wanted = select(Question.prompt_en, Answer.text).join(Answer).where(Question.kind == QuestionKind.TEXT)
                texts = Counter((str(prompt), str(said)) for prompt, said in db.session.execute(wanted).all())
                db.session.remove()
            page = side.client("organizer").get(f"/staff/seminars/{slug}/feedback/export?format=csv", headers={"Accept-Language": "en"})
            if page.status_code != 200:  # fewer than five forms were accepted
                continue
            book = side.file("organizer", f"/staff/seminars/{slug}/feedback/export?format=xlsx")
            for kind, table in {"csv": of_csv(page.get_data()), "xlsx": of_xlsx(book, "Feedback")}.items():
                shown = Counter((row[0], row[2]) for row in table if row[0] in COMMENTED and row[3])
                hidden = {row[0] for row in table if row[0] in COMMENTED and not row[3]}
                expected = Counter({found: number for found, number in texts.items() if found[0] not in hidden})
                if shown != expected:
                    faults.append(f"{kind}: {list(shown - expected)[:3]} for {list(expected - shown)[:3]}")
                tried.append(shown.total())
        pair.restore()

    tried: list[int] = []
    export()
    assert faults == []
    assert sum(tried) > inputs, "no comment was shown"
