"""Pages of feedback: the form on a phone, and what staff see and do."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, column, func, select, table, text
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.feedback import queries, services
from seminar_app.feedback.answer_models import Answer, Response
from seminar_app.feedback.models import FeedbackDates, FeedbackForm, Question, ResponseReceipt
from seminar_app.feedback.rules import FormKind
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import NotToBeSent, write
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, Speaker
from seminar_app.seminars.rules import SeminarState
from tests.conftest import StatementCount, TestDatabase
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make
from tests.support.feedback import REQUIRED, Held, actor, address, hold
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

FILLED = {f"q-{key}": value for key, value in REQUIRED.items()}


def pages_in_log(session: Session, log: Path) -> set[int]:
    """Return the numbers of the pages that SQLite's write-ahead log holds (https://sqlite.org/fileformat2.html, section 4.1)."""
    content, page_bytes = log.read_bytes(), session.execute(text("PRAGMA page_size")).scalar_one()
    return {int.from_bytes(content[start : start + 4], "big") for start in range(32, len(content), 24 + page_bytes)}


def token(page: Page) -> dict[str, str]:
    """Return the token for any form of this browser; empty where the page's forms need none."""
    return {"csrf_token": found[0].attrs["value"] or ""} if (found := page.select("[name=csrf_token]")) else {}


def close(held: Held) -> None:
    with unit_of_work(held.session) as session:
        services.close_form(session, context(datetime(2026, 3, 3, tzinfo=UTC), actor()), seminar_id=held.seminar.id)


def form_of(held: Held) -> Select[FeedbackForm]:
    return select(FeedbackForm).where(FeedbackForm.seminar_id == held.seminar.id)


def counts(session: Session) -> tuple[int, int]:
    session.rollback()
    return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Response, ResponseReceipt))  # type: ignore[return-value]


@pytest.fixture
def held(make: Make, now: datetime) -> Held:
    held = hold(make, people=12)
    held.open(now)
    return held


@pytest.fixture
def organizer(client: CheckingClient, sign_in: SignIn, make: Make, held: Held) -> CheckingClient:
    return sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": held.seminar.office_id})))


def staff_address(held: Held, page: str = "") -> str:
    return f"/staff/seminars/{held.seminar.slug}/feedback/{page}"


# --- the official --------------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_an_official_answers_once_and_is_told_that_a_second_form_was_not_taken(
    client: CheckingClient, held: Held, session: Session
) -> None:
    sent_with = token(client.get(address(held)))
    page = client.submit(address(held), FILLED | {"q-change": "Más ejercicios 🎓"})
    thanks = client.follow(page)
    assert "Gracias" in thanks.text or "Thank you" in thanks.text
    assert counts(session) == (1, 1)
    for sent in (FILLED, {}, {"q-change": "\0"}):
        again = client.follow(client.post(address(held), sent | sent_with))
        assert "no se tomaron" in again.text
        assert "Gracias" not in again.text
    assert counts(session) == (1, 1)
    client.headers["Accept-Language"] = "en"
    assert "ya" in client.get(address(held)).text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.response.headers["Referrer-Policy"] == "no-referrer"


def test_thanks_without_an_answer_lead_to_the_form(client: CheckingClient, held: Held) -> None:
    page = client.get(address(held) + "/thanks", status=303)
    assert client.follow(page).one("form#feedback-form")


def test_the_form_speaks_the_persons_language_until_they_choose_and_keeps_what_was_filled_in(client: CheckingClient, held: Held) -> None:
    page = client.get(address(held))
    assert page.one("html").attrs["lang"] == "es"
    assert "¿Se cumplieron los objetivos del seminario?" in page.text
    values = page.fields("form#feedback-form") | {"q-met_objectives": "4", "q-change": "más sol", "page-language": "en"}
    switched = client.post(address(held), values, status=200)
    assert switched.one("html").attrs["lang"] == "en"
    assert (
        switched.one("input[name=q-met_objectives][value='4']").attrs.get("checked") is not None
        or "checked" in switched.one("input[name=q-met_objectives][value='4']").attrs
    )
    assert switched.one("textarea[name=q-change]").to_text().strip() == "más sol"
    assert not switched.select(".error-summary")
    assert client.get(address(held)).one("html").attrs["lang"] == "en"


def test_a_form_with_faults_comes_back_with_its_input_and_links_to_them(client: CheckingClient, held: Held, session: Session) -> None:
    client.get(address(held))
    page = client.submit(address(held), {"q-relevance": "5", "q-change": "más sol"}, status=422, form="form#feedback-form")
    assert "checked" in page.one("input[name=q-relevance][value='5']").attrs
    assert page.one("textarea[name=q-change]").to_text().strip() == "más sol"
    links = {link.attrs["href"] for link in page.select(".error-summary a")}
    assert "#q-met_objectives-0" in links
    assert all(page.select(link) for link in links)
    assert counts(session) == (0, 0)


@pytest.mark.parametrize(
    "sent",
    [
        {"q-met_objectives": "9"},
        {"q-met_objectives": "1" * 21},
        {"q-met_objectives": ["1", "x"]},
        {"q-met_objectives": "\0"},
        {"q-change": "x" * 5000},
        {"q-change": "a\0b"},
        {"q-change": b"\xed\xa0\x80"},
        {"version": "1" * 21, "q-level": "nothing"},
        {"version": "-1", "q-relevance": "🎓"},
        {"version": "77"},
    ],
)
def test_hostile_answers_get_a_sentence(client: CheckingClient, held: Held, session: Session, sent: dict[str, object]) -> None:
    response = client.flask.post(address(held), data=FILLED | sent | token(client.get(address(held))))
    assert response.status_code in (303, 422)
    assert "demasiado tiempo" not in response.get_data(as_text=True)
    assert counts(session)[0] == (1 if response.status_code == 303 else 0)


def test_somebody_elses_or_no_link_opens_nothing(client: CheckingClient, held: Held) -> None:
    for token in ("x", "A" * 32, "%F0%9F%8E%93", "../staff", "1" * 5000):
        client.get(f"/registrations/{token}/feedback", status=404)
        client.get(f"/registrations/{token}/feedback/thanks", status=404)


def test_each_state_says_what_is_and_what_to_do(client: CheckingClient, make: Make, now: datetime) -> None:
    held = hold(make, people=2)
    client.language = "en"
    held.session.rollback()

    def text() -> str:
        return client.get(address(held)).text

    assert "no está abierta" in text()
    held.open(now)
    sent_with = token(client.get(address(held)))
    close(held)
    assert "cerrada" in text()
    page = client.post(address(held), FILLED | sent_with, status=422)
    assert "checked" in page.one("input[name=q-relevance][value='5']").attrs, "what was filled in while it was closed is not lost"
    with unit_of_work(held.session) as session:
        registration = session.get_one(Registration, held.people[0].id)
        registration.state, registration.seat_pool_id = RegistrationState.WITHDRAWN, None
    assert "lugar" in text()


@pytest.mark.parametrize("state", [SeminarState.CANCELLED, SeminarState.ARCHIVED])
def test_a_form_left_open_in_a_seminar_that_is_not_held_says_that_it_is_closed(
    client: CheckingClient, held: Held, session: Session, sign_in: SignIn, make: Make, state: SeminarState
) -> None:
    held.answer(1)
    sent_with = token(client.get(address(held)))
    with unit_of_work(held.session) as work:
        work.get_one(Seminar, held.seminar.id).state = state
    assert "cerrada" in client.get(address(held)).text
    client.post(address(held), FILLED | sent_with, status=422)
    assert counts(session) == (1, 1)
    assert not client.get(address(held).removesuffix("/feedback")).select(f"a[href='{address(held)}']")
    organizer = sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": held.seminar.office_id})))
    page = organizer.get(staff_address(held))
    assert "Send a reminder" not in page.text
    assert "No longer taking answers" in page.text
    never = hold(make, people=1)
    with unit_of_work(held.session) as work:
        work.get_one(Seminar, never.seminar.id).state = state
    assert "Feedback is closed" in client.get(address(never)).text


@pytest.mark.parametrize("kind", [services.OPENED, services.REMINDER])
def test_what_waited_in_the_outbox_is_sent_only_while_it_is_true(client: CheckingClient, held: Held, app: Flask, kind: str) -> None:
    with unit_of_work(held.session) as session:
        services.remind(session, context(datetime(2026, 3, 2, 12, tzinfo=UTC), actor()), seminar_id=held.seminar.id)
    waiting = select(Message).where(Message.kind == kind).order_by(Message.id)
    first, second, third, *_others = held.session.scalars(waiting).all()
    held.session.expunge_all()
    assert address(held) in write(app, first).text
    held.answer(0)
    with unit_of_work(held.session) as session:
        registration = session.get_one(Registration, held.people[1].id)
        registration.state, registration.seat_pool_id = RegistrationState.WITHDRAWN, None
    for stale in (first, second):
        with pytest.raises(NotToBeSent):
            write(app, stale)
    assert write(app, third).subject
    with unit_of_work(held.session) as session:
        session.get_one(Seminar, held.seminar.id).state = SeminarState.CANCELLED
    with pytest.raises(NotToBeSent):
        write(app, third)


def test_answering_writes_nothing_but_answers(client: CheckingClient, held: Held, session: Session, database: TestDatabase) -> None:
    before = session.scalars(select(AuditRow.sequence)).all()
    mails = session.scalars(select(Message.id)).all()
    session.rollback()
    client.submit(address(held), FILLED | {"q-change": "more cases from practice"})
    session.rollback()
    assert session.scalars(select(AuditRow.sequence)).all() == before
    assert session.scalars(select(Message.id)).all() == mails
    due: Select[Any] = select(column("rootpage")).select_from(table("sqlite_master")).where(column("tbl_name") == "log_to_empty")
    for log in database.folder.glob("*-wal"):
        assert pages_in_log(session, log) <= set(session.scalars(due)), "no page's earlier state either"


def test_the_form_asks_the_database_as_often_for_many_speakers_as_for_one(
    client: CheckingClient, make: Make, now: datetime, statements: StatementCount
) -> None:
    numbers = []
    for speakers in (1, 8):
        held = hold(make, people=1, speakers=tuple(f"Ponente {n}" for n in range(speakers)))
        held.open(now)
        url = address(held)
        statements.statements.clear()
        client.get(url)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 6


# --- staff ---------------------------------------------------------------------------------------------------------


def figures_of(held: Held, people: range, **answers: str) -> None:
    for person in people:
        held.answer(person, **answers)


def test_below_five_the_results_say_no_number(organizer: CheckingClient, held: Held) -> None:
    figures_of(held, range(4), change="La sala 12")
    page = organizer.get(staff_address(held))
    said = page.text.split("Fewer than five people have answered")[1]
    assert not re.search(r"\d", said.split("Constancia")[0])
    assert "sala" not in page.text


@pytest.mark.both_engines
def test_results_show_distributions_means_comments_and_the_shift(organizer: CheckingClient, held: Held) -> None:
    figures_of(held, range(6), change="Más ejercicios")
    figures_of(held, range(6, 8), confidence_now="5")
    page = organizer.get(staff_address(held))
    for words in (
        "response rate 67%",
        "Did the seminar meet its objectives? (8 answers)",
        "8 (100%)",
        "Mean: 4.0 of 5",
        "Confidence rose by 2.3 points.",
        "What would you change? (6 answers)",
        "How worthwhile was the contribution of Luis Ortega? Fewer than five answers",
    ):
        assert words in page.text or words.replace("response rate 67%", "67% response rate") in page.text, words
    assert len(page.select(".comments li")) == 6
    assert page.select(".chart table"), "the same numbers stand in a table"


def test_a_look_leaves_a_row_and_one_more_answer_does_not_show(organizer: CheckingClient, held: Held, session: Session) -> None:
    figures_of(held, range(5))
    first = organizer.get(staff_address(held))
    figures_of(held, range(5, 6), met_objectives="1", recommend="0")
    second = organizer.get(staff_address(held))
    assert [chart.to_text() for chart in first.select(".chart")] == [chart.to_text() for chart in second.select(".chart")]
    session.rollback()
    assert (
        session.scalars(select(AuditRow.action).where(AuditRow.action == "feedback.results_viewed")).all()
        == ["feedback.results_viewed"] * 2
    )


def test_the_files_say_what_the_page_says_and_nothing_below_five(organizer: CheckingClient, held: Held, session: Session) -> None:
    figures_of(held, range(4), change="=1+1")
    for ending in ("csv", "xlsx"):
        assert organizer.get(staff_address(held, f"export?format={ending}"), status=303).response.headers["Location"] == staff_address(held)
    figures_of(held, range(4, 5), change="=1+1")
    figures_of(held, range(5, 6), change="=1+1", met_objectives="5")
    written = organizer.get(staff_address(held, "export?format=csv")).response.get_data().decode("utf-8-sig")
    assert "Did the seminar meet its objectives?,6,4,5,83.3,4.2" in written
    assert written.count("What would you change?,6,'=1+1,1,,") == 6
    assert 'How were the materials?,,"Fewer than five answers, so nothing is shown.",,,' in written
    book = organizer.get(staff_address(held, "export?format=xlsx")).response
    sheet = zipfile.ZipFile(io.BytesIO(book.get_data())).read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r'<c r="D5"[^>]*><v>5</v></c><c r="E5"[^>]*><v>0.833</v></c><c r="F5"[^>]*><v>4.2</v></c>', sheet), (
        "numbers are numbers"
    )
    assert "attachment" in book.headers["Content-Disposition"]
    session.rollback()
    assert (
        session.scalars(select(AuditRow.action).where(AuditRow.action == "feedback.results_exported")).all()
        == ["feedback.results_exported"] * 2
    )


def test_the_personal_page_leads_to_the_form_until_it_is_answered(client: CheckingClient, held: Held) -> None:
    page = address(held).removesuffix("/feedback")
    assert client.get(page).select(f"a[href='{address(held)}']")
    held.answer(0)
    assert not client.get(page).select(f"a[href='{address(held)}']")


def test_opening_closing_undoing_and_reminding(organizer: CheckingClient, make: Make, held: Held, session: Session) -> None:
    def press(words: str, url: str = staff_address(held)) -> str:
        page = organizer.get(url)
        form = next(form for form in page.select("main form") if words in form.to_text())
        values = {field.attrs["name"]: field.attrs.get("value", "") for field in form.query("input")}
        answer = organizer.post(form.attrs["action"], values)
        return str(answer.response.headers["Location"])

    undo = press("Close feedback")
    assert "Nobody can answer any more" in organizer.get(undo).text
    again = organizer.get(press("Undo", undo))
    assert "Nobody is written to again" in again.text
    never = hold(make, people=2, office=session.get_one(Office, held.seminar.office_id))
    opened = press("Open it now and tell 2 people", staff_address(never))
    assert "leave in two minutes" in organizer.get(opened).text
    press("Undo", opened)
    session.rollback()
    assert session.scalars(form_of(never)).one().opened_at is None, "nobody had answered: as if never opened"
    assert not session.scalars(select(Message).where(Message.link_owner.in_([each.public_id for each in never.people]))).all()
    held.answer(0)
    with unit_of_work(held.session) as work:
        work.get_one(Person, held.people[1].person_id).email = None
    assert "1 person who is asked has no e-mail address and gets none." in organizer.get(staff_address(held)).text
    assert len(organizer.get(organizer.get(staff_address(held)).one("main a[href*='mail=none']").attrs["href"]).select("tbody tr")) == 2
    reminded = organizer.get(press("Send a reminder"))
    assert "on their way" in reminded.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Message).where(Message.kind == services.REMINDER)) == 10
    assert "already gone out today" in organizer.get(press("Send a reminder")).text


def test_a_form_is_opened_from_nothing_and_refused_before_its_day(
    client: CheckingClient, sign_in: SignIn, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = hold(make, people=1)
    account = make.account((RoleName.COORDINATOR, {"seminar_id": held.seminar.id}))
    coordinator = sign_in(client, account)
    page = coordinator.get(staff_address(held))
    assert "No results yet" in page.text
    assert "14 questions" in page.text or "13 questions" in page.text
    assert coordinator.get(staff_address(held, "preview")).select("fieldset[disabled]")
    early = datetime(2026, 2, 1, tzinfo=UTC)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: early)
        before = coordinator.get(staff_address(held)).text
        assert "from the first day" in before
        assert "Open it now" not in before
        refused = coordinator.post(staff_address(held, "open"), token(page))
        assert "from the first day" in coordinator.follow(refused).text
    opened = sign_in(client, account).post(staff_address(held, "open"), token(page))
    assert "Feedback is open" in coordinator.follow(opened).text
    coordinator.get(staff_address(held, "questions"), status=403)


def test_dates_are_proposed_saved_refused_and_taken_away(
    client: CheckingClient, sign_in: SignIn, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    held = hold(make, people=3)
    coordinator = sign_in(client, make.account((RoleName.COORDINATOR, {"seminar_id": held.seminar.id})))
    page, form = coordinator.get(staff_address(held)), "form[action$='/dates']"
    fields = page.fields(form)
    assert (fields["opens"], fields["closes"]) == (["2026-03-02 12:00:00"], ["2026-03-16 12:00:00"]), (
        "the end of the last session, and two weeks"
    )
    assert "by itself on" not in page.text
    wrong = coordinator.post(staff_address(held, "dates"), fields | {"closes": "2026-03-01T20:00"}, status=422)
    assert "would close before it opens" in wrong.text
    assert wrong.fields(form)["closes"] == ["2026-03-01T20:00"]
    coordinator.post(staff_address(held, "dates"), fields | {"opens": "soon"}, status=422)
    saved = coordinator.follow(coordinator.post(staff_address(held, "dates"), fields))
    assert "It opens by itself on March 2, 2026, 12:00, and closes on March 16, 2026, 12:00, Cancún time." in saved.text
    assert "3 people are then told by mail" in saved.text
    stale = coordinator.post(staff_address(held, "dates"), fields, status=422)
    assert "Somebody else has changed this" in stale.text
    assert coordinator.post(staff_address(held, "dates"), stale.fields(form)).response.status_code == 303
    overview = sign_in(client, make.account((RoleName.ADMIN, {}))).get(f"/staff/seminars/{held.seminar.slug}/")
    assert "Feedback opens" in overview.text
    link = client.get(address(held))
    assert "It opens on March 2, 2026, 12:00, Cancún time." in link.text
    page = client.get(staff_address(held))
    gone = client.follow(client.post(staff_address(held, "dates"), page.fields(form) | {"do": "forget"}))
    assert "only by hand" in gone.text
    assert "by itself on" not in gone.text


def test_mail_and_form_say_until_when_answers_are_taken(client: CheckingClient, held: Held, app: Flask) -> None:
    message = held.session.scalars(select(Message).order_by(Message.id)).first()
    assert message is not None
    assert "Puede responder" not in write(app, message).text
    with unit_of_work(held.session) as work:
        work.add(FeedbackDates(seminar_id=held.seminar.id, kind=FormKind.REACTION, closes_at=datetime(2026, 3, 16, 22, 30, tzinfo=UTC)))
    text = write(app, message).text
    until = "Puede responder hasta el 16 de marzo de 2026, 17:30, hora de Cancún."
    assert until in text
    assert address(held) in text
    assert until in client.get(address(held)).text


def test_somebody_elses_seminar_is_not_found(sign_in: SignIn, make: Make, held: Held, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    accounts: list[UserAccount] = [
        make.account((RoleName.ORGANIZER, {"office_id": make.office().id})),
        make.account((RoleName.COORDINATOR, {"seminar_id": make.seminar().id})),
    ]
    for account in accounts:
        stranger = sign_in(CheckingClient(app.test_client()), account)
        stranger.get(staff_address(held), status=404)
        stranger.get(staff_address(held, "preview"), status=404)
        for action in ("open", "close", "dates", "remind"):
            stranger.post(staff_address(held, action), {}, status=404)
    auditor = sign_in(CheckingClient(app.test_client()), make.account((RoleName.AUDITOR, {})))
    auditor.get(staff_address(held), status=403)


# --- the editor ----------------------------------------------------------------------------------------------------


def edited(client: CheckingClient, held: Held, data: Mapping[str, str | None] | None = None, *, do: str = "save", status: int = 303):  # type: ignore[no-untyped-def]
    url = staff_address(held, "questions")
    values: dict[str, object] = dict(client.get(url).fields("main form"))
    for name, value in (data or {}).items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    return client.post(url, values | {"do": do}, status=status)


def prompts(held: Held) -> Iterator[str]:
    held.session.rollback()
    return (question.prompt_en for question in queries.get_version(held.session, held.form_id).questions)


def test_the_editor_moves_takes_out_and_adds_without_keeping_anything_until_it_is_saved(organizer: CheckingClient, held: Held) -> None:
    before = list(prompts(held))
    page = edited(organizer, held, {"questions-0-prompt_en": "Changed"}, do="down:0", status=200)
    assert page.one("input[name=questions-1-prompt_en]").attrs["value"] == "Changed"
    assert "autofocus" in page.one("#question-1").attrs
    assert "checked" in page.one("input[name=questions-1-required]").attrs
    page = edited(organizer, held, do="add:choice", status=200)
    last = len(before)
    assert page.one(f"textarea[name=questions-{last}-options_es]")
    page = edited(organizer, held, do="remove:0", status=200)
    assert page.one("input[name=questions-0-prompt_en]").attrs["value"] == before[1]
    for nothing in ("up:0", "down:99", "remove:-1", "remove:" + "9" * 30, "add:poem", "dance"):
        page = edited(organizer, held, do=nothing, status=200)
        assert len(page.select("fieldset.edited")) == len(before)
    assert list(prompts(held)) == before


def test_saving_keeps_the_questions_or_says_what_is_wrong(organizer: CheckingClient, held: Held) -> None:
    number = len(list(prompts(held)))
    new = f"questions-{number}-"
    choice = {new + "key": "", new + "kind": "choice", new + "prompt_es": "¿Sede?", new + "prompt_en": "Venue?"}
    wrong = edited(organizer, held, choice | {new + "options_es": "Buena\nMala", new + "options_en": "Good"}, status=422)
    assert "as many in one language as in the other" in wrong.text
    assert wrong.one(f"input[name={new}prompt_es]").attrs["value"] == "¿Sede?"
    wrong = edited(organizer, held, {"questions-0-prompt_es": "", "questions-1-high_en": "", "questions-2-kind": "poem"}, status=422)
    for sentence in ("Please write the question in Spanish.", "what 1 and 5 mean", "has no kind"):
        assert sentence in wrong.text
    saved = edited(organizer, held, choice | {new + "options_es": "Buena\nMala", new + "options_en": "Good\nBad"})
    assert "The questions are saved." in organizer.follow(saved).text
    assert list(prompts(held))[-1] == "Venue?"
    assert "Venue?" in organizer.get(staff_address(held, "preview")).text


def test_while_answers_come_in_the_editor_offers_corrections_of_spelling_only(
    organizer: CheckingClient, held: Held, client: CheckingClient
) -> None:
    client.submit(address(held), FILLED)
    page = organizer.get(staff_address(held, "questions"))
    assert "only spelling can be corrected now" in page.text
    assert [button.attrs["value"] for button in page.select("main button[name=do]") if ":" in str(button.attrs["value"])] == []
    refused = edited(organizer, held, {"questions-0-prompt_en": "What is your name?"}, status=422)
    assert "has been answered" in refused.text
    right = next(prompts(held)) + "!"
    assert "The questions are saved." in organizer.follow(edited(organizer, held, {"questions-0-prompt_en": right})).text
    assert next(prompts(held)) == right


def test_a_form_of_a_seminar_with_very_many_speakers_can_be_edited_and_made_shorter(
    client: CheckingClient, sign_in: SignIn, make: Make, now: datetime
) -> None:
    held = hold(make, people=1, speakers=tuple(f"Ponente {number}" for number in range(135)))
    held.open(now)
    organizer = sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": held.seminar.office_id})))
    page = organizer.get(staff_address(held, "questions"))
    assert len(page.select("fieldset.edited")) == 60
    assert "at most 60 questions" in page.text
    assert "87 speakers of the programme are not asked about" in page.text
    assert not page.select("button[value=speakers]")
    shorter = edited(organizer, held, do="remove:0", status=200)
    assert len(shorter.select("fieldset.edited")) == 59
    filled = organizer.post(staff_address(held, "questions"), shorter.fields("main form") | {"do": "speakers"}, status=200)
    assert len(filled.select("fieldset.edited")) == 60
    with unit_of_work(held.session) as session:  # a form of before, with a question for each of them
        version = queries.get_version(session, held.form_id)
        for number in range(90):
            values = {"kind": "text", "required": False, "prompt_es": "¿?", "prompt_en": "?", "options": []}
            session.add(Question(version_id=version.id, position=100 + number, key=f"own:{number}", **values))
    page = edited(organizer, held, do="remove:149", status=200)
    assert len(page.select("fieldset.edited")) == 149
    organizer.post(staff_address(held, "questions"), page.fields("main form") | {"do": "save"})
    assert len(list(prompts(held))) == 149


def test_a_corrected_name_of_a_speaker_is_put_right_in_the_editor(organizer: CheckingClient, held: Held) -> None:
    with unit_of_work(held.session) as session:
        session.scalars(select(Speaker)).one().name = "Luís Ortega"
    page = organizer.get(staff_address(held, "questions"))
    assert "spells a speaker’s name in another way" in page.text
    assert not page.select("button[value=speakers]")
    edited(organizer, held)
    assert "How worthwhile was the contribution of Luís Ortega?" in list(prompts(held))
    assert "spells a speaker" not in organizer.get(staff_address(held, "questions")).text


@pytest.mark.both_engines
def test_a_second_editor_is_told_that_somebody_was_faster(organizer: CheckingClient, held: Held) -> None:
    url = staff_address(held, "questions")
    values = organizer.get(url).fields("main form")
    edited(organizer, held, {"questions-0-prompt_en": "Faster"})
    page = organizer.post(url, values | {"do": "save", "questions-0-prompt_en": "Slower"}, status=422)
    assert "Somebody else has changed this" in page.text
    assert next(prompts(held)) == "Faster"
    organizer.post(url, page.fields("main form") | {"do": "save"})
    assert next(prompts(held)) == "Slower"


def test_a_question_that_was_taken_out_and_comes_back_is_the_same(organizer: CheckingClient, held: Held) -> None:
    url = staff_address(held, "questions")
    before = organizer.get(url).fields("main form")
    key = before["questions-0-key"]
    without = {name: value for name, value in before.items() if not name.startswith("questions-0-")}
    organizer.post(url, without | {"do": "save"})
    now = organizer.get(url).fields("main form")
    assert key not in [value for name, value in now.items() if name.endswith("-key")]
    organizer.post(url, before | {"seen": now["seen"], "do": "save"})
    assert organizer.get(url).fields("main form")["questions-0-key"] == key


def test_hostile_edits_get_a_sentence(organizer: CheckingClient, held: Held) -> None:
    url = staff_address(held, "questions")
    row = {"kind": "text", "prompt_es": "¿?", "prompt_en": "?"}
    for name, values in {
        "no questions": {},
        "made up and doubled keys": {f"questions-{n}-{k}": v for n in (1, 2) for k, v in (row | {"key": "speaker:<b>"}).items()},
        "too long": {f"questions-0-{k}": v for k, v in (row | {"prompt_es": "x" * 5000}).items()},
        "unreadable": {f"questions-0-{k}": v for k, v in (row | {"prompt_es": "a\0b"}).items()},
        "a number of twenty digits": {f"questions-{10**20}-{k}": v for k, v in row.items()},
    }.items():
        page = organizer.get(url)
        answer = organizer.flask.post(url, data={"seen": page.fields("main form")["seen"], "do": "save"} | values | token(page))
        assert answer.status_code in (303, 422), name
        assert "open for too long" not in answer.get_data(as_text=True)
    flood = {f"questions-{n}-kind": "text" for n in range(500)}
    assert organizer.flask.post(url, data=flood | {"do": "save"} | token(organizer.get(url))).status_code == 413


def test_every_answer_is_kept_under_a_question_of_the_form(held: Held, app: Flask, session: Session, client: CheckingClient) -> None:
    client.submit(address(held), FILLED | {"q-level": "right", "q-met_counterpart": "0"})
    session.rollback()
    rows = session.execute(select(Answer.number, Answer.text)).all()
    assert sorted(row.number for row in rows if row.number is not None) == [0, 1, 2, 4, 4, 5]
    assert [row.text for row in rows if row.text is not None] == ["right"]
