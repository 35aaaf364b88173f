"""What every answer tells a browser; and no header, name, address or extra field gives a stranger more."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Mode
from seminar_app import create_app
from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.accounts.services.reset_links import new_reset_link
from seminar_app.audit.models import AuditRow
from seminar_app.core.clock import now
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.rules import SeminarState
from seminar_app.sign_in.hashing import hash_password
from seminar_app.web.database import db
from seminar_app.web.limits import limiter
from tests.access.sending import Sender, person_to_register
from tests.access.test_matrix import one_line
from tests.access.world import build, link_of
from tests.conftest import TestDatabase, settings_for
from tests.support.checking_client import CheckingClient, FreshClient
from tests.support.context import context
from tests.support.factories import KEY, Make
from tests.support.mailbox import button_of

pytestmark = pytest.mark.sqlite_first

PUBLIC = "https://seminarios.example.org"
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/\t/evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "https://seminarios.example.org@evil.example/",
    " //evil.example",
    "/%0d%0aLocation:%20https://evil.example",
)


@pytest.fixture
def production(database: TestDatabase, app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The app as it is set up for people: under its public name, with HTTPS, behind one proxy."""
    settings = replace(settings_for(database.url, database.folder), mode=Mode.PRODUCTION, public_url=PUBLIC, trusted_proxies=1)
    real = create_app(settings)
    real.test_client_class = FreshClient
    limiter.reset()
    yield real
    limiter.reset()
    limiter.enabled = False
    with real.app_context():
        db.session.remove()
        db.engine.dispose()


def over_https(client: FlaskClient, path: str, method: str = "GET", *, visitor: str = "203.0.113.7", **kwargs: object) -> object:
    headers = {"X-Forwarded-For": visitor, "X-Forwarded-Proto": "https"} | dict(kwargs.pop("headers", {}))  # type: ignore[call-overload]
    return client.open(path, method=method, base_url=kwargs.pop("base_url", "http://seminarios.example.org"), headers=headers, **kwargs)  # type: ignore[arg-type]


def test_every_failure_carries_the_headers(production: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: Exception) -> object:
        def view() -> None:
            raise error

        return view

    production.config["PROPAGATE_EXCEPTIONS"] = False
    answers = {}
    for code, path, method, kwargs in (
        (200, "/", "GET", {}),
        (200, "/login", "GET", {}),
        (200, "/healthz", "GET", {}),
        (303, "/staff/", "GET", {}),
        (400, "/?q=%00", "GET", {}),
        (400, "/", "GET", {"headers": {"Host": "evil.example"}, "base_url": "http://evil.example"}),
        (404, "/none", "GET", {}),
        (404, "/registrations/" + "m" * 32, "GET", {}),
        (405, "/healthz", "POST", {}),
        (413, "/login", "POST", {"data": b"x" * 9_000_000, "content_type": "application/x-www-form-urlencoded"}),
        (422, "/login", "POST", {}),
        (308, "/staff", "GET", {}),
        (200, "/static/js/page.js", "GET", {}),
        (206, "/static/js/page.js", "GET", {"headers": {"Range": "bytes=0-9"}}),
        (416, "/static/js/page.js", "GET", {"headers": {"Range": "bytes=99999999-"}}),
        (405, "/static/js/page.js", "POST", {}),
        (404, "/static/none.js", "GET", {}),
    ):
        answers[code, path] = over_https(production.test_client(), path, method, **kwargs)
    for code, error in ((500, RuntimeError("no")), (503, OperationalError("x", None, Exception()))):
        monkeypatch.setitem(production.view_functions, "sign_in.reset_asked", fail(error))
        production.extensions["access"]["sign_in.reset_asked"] = production.extensions["access"]["healthz"]
        answers[code, "/reset/sent"] = over_https(production.test_client(), "/reset/sent")
    limiter.enabled = True
    for _try in range(6):
        answers[429, "/login"] = attempt(production, "ana@office.example", "not it", forwarded="203.0.113.8")[0]
    limiter.enabled = False
    for (code, path), answer in answers.items():
        headers = answer.headers  # type: ignore[attr-defined]
        assert answer.status_code == code, f"{path}: {answer.status_code}"  # type: ignore[attr-defined]
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "default-src 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"].startswith("max-age=63072000")
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == ("no-referrer" if path.startswith("/registrations/") else "same-origin")
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers, path
        if path == "/static/js/page.js":
            continue
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cache-Control"] == ("no-store" if code >= 400 else "no-cache, private"), path
    for answer in answers.values():
        answer.close()  # type: ignore[attr-defined]
    assert answers[405, "/healthz"].headers["Allow"] == "GET, HEAD, OPTIONS"  # type: ignore[attr-defined]
    assert answers[503, "/reset/sent"].headers["Retry-After"]  # type: ignore[attr-defined]


def test_files_are_read_as_what_they_are_and_by_our_own_pages(client: CheckingClient) -> None:
    with client.flask.get("/static/js/page.js") as response:
        headers = response.headers
    assert (headers["X-Content-Type-Options"], headers["Cross-Origin-Resource-Policy"]) == ("nosniff", "same-origin")


def test_personal_pages_and_pages_of_staff_are_kept_by_no_cache(sender: Sender) -> None:
    personal = sender.send_to(f"/registrations/{link_of(sender.world.own.registration)}", "GET", "official").response
    assert (personal.headers["Cache-Control"], personal.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    for url in ("/staff/people/", "/staff/account/", "/staff/accounts/", "/staff/none"):
        assert sender.send_to(url, "GET", "organizer").response.headers["Cache-Control"] == "no-store", url


def test_htmx_takes_nothing_but_our_own_pages(sender: Sender) -> None:
    page = sender.send_to("/staff/people/", "GET", "organizer").response.get_data(as_text=True)
    for setting in ('"allowEval":false', '"allowScriptTags":false', '"historyCacheSize":0', '"selfRequestsOnly":true'):
        assert setting in page
    assert '"includeIndicatorStyles":false' in page


def test_another_name_is_refused_and_links_never_follow_it(production: Flask) -> None:
    client = production.test_client()
    for name in ("evil.example", "seminarios.example.org.evil.example", "127.0.0.1:8000", "", "a b"):
        assert over_https(client, "/", base_url="http://x", headers={"Host": name}).status_code == 400, name  # type: ignore[attr-defined]
    assert over_https(client, "/healthz", base_url="http://10.0.0.7").status_code == 200  # type: ignore[attr-defined]
    assert over_https(client, "/", base_url="http://SEMINARIOS.example.org:443").status_code == 200  # type: ignore[attr-defined]
    told = over_https(client, "/login", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})
    assert "evil" not in told.get_data(as_text=True)  # type: ignore[attr-defined]


def test_the_cookie_is_only_ours(production: Flask) -> None:
    cookie = over_https(production.test_client(), "/login").headers["Set-Cookie"]  # type: ignore[attr-defined]
    assert cookie.startswith("__Host-session=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_a_form_behind_a_personal_link_can_be_sent_under_https(production: Flask, make: Make, session: Session) -> None:
    """Such a page sends no Referer, which Flask-WTF would require under HTTPS."""
    world = build(production, make, session)
    registration = world.seated(own=True)
    client = production.test_client()
    client.set_cookie("__Host-session", world.cookies["official"], domain="seminarios.example.org", secure=True)
    url = f"/registrations/{link_of(registration)}/withdraw"
    answer = over_https(client, url, "POST", data={"csrf_token": world.form_token}, base_url=PUBLIC)
    assert answer.status_code == 303  # type: ignore[attr-defined]
    for site in ("cross-site", "same-site"):
        refused = over_https(client, url, "POST", data={"csrf_token": world.form_token}, base_url=PUBLIC, headers={"Sec-Fetch-Site": site})
        assert refused.status_code == 422  # type: ignore[attr-defined]


def test_nobody_is_sent_elsewhere(sender: Sender) -> None:
    world = sender.world
    sign_in = {"email": world.accounts["auditor"].email, "password": "three words never joined", "csrf_token": world.form_token}
    for target in ELSEWHERE:
        language = sender.send_to("/language", "POST", "stranger", {"language": "en", "next": target}).response
        assert language.headers["Location"] == "/" or language.headers["Location"].startswith("/%0d%0a"), target
        for url, body in ((f"/login?next={target}", sign_in), ("/login", sign_in | {"next": target})):
            went = sender.send_to(url.replace("\t", "%09").replace("\\", "%5C"), "POST", "stranger", body).response
            assert went.status_code == 303, target
            assert went.headers["Location"].startswith("/"), target
            assert not went.headers["Location"].startswith(("//", "/\\")), target
            assert "evil" not in went.headers["Location"] or went.headers["Location"].startswith("/%"), target
        timed_out = sender.client("stranger").post("/staff/account/", headers={"Referer": target}).headers["Location"]
        assert timed_out == "/login?next=/staff/" or timed_out.startswith("/login"), target
        assert "evil" not in timed_out, target


EXTRA = {
    "role": "admin",
    "roles": "admin",
    "state": "registered",
    "seat_pool_id": "1",
    "queue_place": "1",
    "person_id": "1",
    "public_id": "0" * 32,
    "office_id": "2",
    "active": "1",
    "reserved": "1",
    "link_hash": "x",
    "source": "staff",
    "email_verified": "1",
    "fs_uniquifier": "x",
    "is_admin": "1",
    "grant": "admin:",
    "completed": "1",
}


def test_fields_that_no_form_has_change_nothing(sender: Sender, make: Make, session: Session) -> None:
    """Registering, correcting, changing one's name: state, seat, office, role and the rest cannot be set by the form."""
    world = sender.world
    full = make.seminar(
        office=world.own.office, seats=1, slug="full", starts_on=world.own.seminar.starts_on, ends_on=world.own.seminar.ends_on
    )
    for seminar in (full, full):
        body = person_to_register(world, {}, True) | EXTRA | {"csrf_token": world.form_token}
        assert sender.send_to(f"/seminars/{seminar.slug}/register", "POST", "stranger", body).response.status_code == 303
        pressed = EXTRA | {"csrf_token": world.form_token}
        assert sender.send_to(button_of(session), "POST", "stranger", pressed).response.status_code == 303
        session.rollback()
    states = session.execute(select(Registration).where(Registration.seminar_id == full.id).order_by(Registration.id)).scalars().all()
    assert [row.state for row in states] == [RegistrationState.REGISTERED, RegistrationState.WAITLISTED]
    assert {row.source.value for row in states} == {"form"}
    before = session.scalar(select(func.count()).select_from(RoleGrant))
    token = {"csrf_token": world.form_token}
    sender.send_to("/staff/account/", "POST", "auditor", EXTRA | token | {"language": "en"})
    settings = one_line("seminars_staff.settings", "POST")
    values = {"slug": world.own.seminar.slug}
    changed = sender.body(settings, values, "organizer", own=True) | EXTRA | {"state": "cancelled", "office_id": str(world.other.office.id)}
    sender.send_to(sender.url("seminars_staff.settings", values), "POST", "organizer", changed)
    new = sender.body(one_line("seminars_staff.new", "POST"), {}, "organizer", own=True) | {"office_id": str(world.other.office.id)}
    assert sender.send_to("/staff/seminars/new", "POST", "organizer", new).response.status_code == 422
    session.expire_all()
    session.rollback()
    assert (world.own.seminar.state, world.own.seminar.office_id) == (SeminarState.PUBLISHED, world.own.office.id)
    assert session.scalar(select(func.count()).select_from(RoleGrant)) == before


def attempt(app: Flask, email: str, password: str, *, forwarded: str, known: str = "", peer: str = "10.0.0.2") -> tuple[TestResponse, str]:
    """Try to sign in with a new browser that holds only a visitor's cookie and `known`. Return the answer and the new mark."""
    token = str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps("0" * 40))
    with app.test_request_context():
        cookie = str(app.session_interface.get_signing_serializer(app).dumps({"csrf_token": "0" * 40}))  # type: ignore[attr-defined]
    client = app.test_client()
    client.set_cookie("__Host-session", cookie, domain="seminarios.example.org", secure=True)
    if known:
        client.set_cookie("__Host-known", known, domain="seminarios.example.org", secure=True)
    answer = client.post(
        "/login",
        base_url=PUBLIC,
        headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"},
        environ_overrides={"REMOTE_ADDR": peer},
        data={"email": email, "password": password, "csrf_token": token},
    )
    left = client.get_cookie("__Host-known", domain="seminarios.example.org")
    return answer, left.value if left is not None else ""


def tries(app: Flask, email: str, times: int, *, forwarded: str, known: str = "", typed: str = "not it") -> list[int]:
    """Return the statuses of `times` attempts, each with a new browser."""
    return [attempt(app, email, typed, forwarded=forwarded.format(number), known=known)[0].status_code for number in range(times)]


def test_limits_hold_for_an_account_whatever_addresses_ask(production: Flask) -> None:
    limiter.enabled = True
    assert tries(production, "ana@office.example", 8, forwarded="203.0.113.{}") == [422] * 5 + [429] * 3


FULL_WIDTH = str.maketrans("abcdefghijklmnopqrstuvwxyz.", "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ。")


def spellings(address: str, times: int) -> list[str]:
    """The same address, each time with other letters of its domain in full width."""
    local, _at, domain = address.partition("@")
    return [f"{local}@{domain[:number].translate(FULL_WIDTH)}{domain[number:]}" for number in range(times)]


@pytest.mark.parametrize("there_is_one", [True, False])
def test_another_spelling_of_an_address_has_no_attempts_of_its_own(production: Flask, make: Make, there_is_one: bool) -> None:
    if there_is_one:
        make.account(email="ana@office.example")
    limiter.enabled = True
    spelled = enumerate(spellings("ana@office.example", 8))
    answers = [attempt(production, email, "not it", forwarded=f"203.0.113.{number}")[0].status_code for number, email in spelled]
    assert answers == [422] * 5 + [429] * 3


def guesses_at_one_moment(production: Flask) -> list[int]:
    limiter.enabled = True
    limiter.reset()
    with ThreadPoolExecutor(12) as pool:
        sent = [pool.submit(tries, production, "ana@office.example", 1, forwarded=f"203.0.113.{number}") for number in range(12)]
        return sorted(status for one in sent for status in one.result())


def test_guesses_at_one_moment_are_no_more_than_guesses_one_by_one(production: Flask) -> None:
    assert guesses_at_one_moment(production) == [422] * 5 + [429] * 7


def test_strangers_who_guess_do_not_keep_an_owner_out(production: Flask, make: Make) -> None:
    """A browser that signed in before has attempts of its own. A forged mark, or another account's, counts as a stranger's."""
    password = "three words never joined"
    with production.app_context():
        made = hash_password(password)
    ana, eva = (make.account(email=f"{name}@office.example", password=made).email for name in ("ana", "eva"))
    limiter.enabled = True
    answer, known = attempt(production, ana, password, forwarded="203.0.113.1")
    assert answer.status_code == 303
    mark = next(cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("__Host-known="))
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in mark
    _answer, others = attempt(production, eva, password, forwarded="203.0.113.2")
    assert tries(production, ana, 8, forwarded="198.51.100.{}") == [422] * 4 + [429] * 4, "the right password counts too"
    for forged in ("", others, "A" * 22 + "." + "0" * 64, known[:-1] + ("0" if known[-1] != "0" else "1"), "x"):
        assert tries(production, ana, 1, forwarded="203.0.113.4", known=forged, typed=password) == [429], forged
    assert tries(production, ana, 1, forwarded="203.0.113.5", known=known, typed=password) == [303]
    guessed = tries(production, ana, 7, forwarded="203.0.113.6", known=known)
    assert guessed == [422] * 4 + [429] * 3, "a known browser may not guess without end either"


def test_a_new_password_by_mail_lets_an_owner_in_whom_strangers_keep_out(app: Flask, make: Make, session: Session) -> None:
    with app.app_context():
        account = make.account(password=hash_password("three words never joined"), email="ana@office.example")
    with unit_of_work(session) as database:
        token = new_reset_link(database, context(now()), database.get_one(UserAccount, account.id)).token(KEY)
    stranger, owner = CheckingClient(app.test_client()), CheckingClient(app.test_client())
    limiter.enabled = True
    limiter.reset()
    for status in (422, 422, 422, 422, 422, 429):
        stranger.submit("/login", {"email": account.email, "password": "not it"}, status=status)
    new = "four words nobody joins"
    owner.submit(f"/reset/{token}", {"password": new, "password_confirm": new})
    assert owner.submit("/login", {"email": account.email, "password": new}).response.headers["Location"] == "/staff/"
    limiter.reset()


def test_limits_hold_for_an_address_whatever_it_says_of_itself(production: Flask) -> None:
    """Only the address that our proxy adds to X-Forwarded-For counts, not what a visitor writes before it; private addresses count too."""
    limiter.enabled = True
    got = []
    for number in range(36):
        got += tries(production, f"a{number}@office.example", 1, forwarded=f"198.51.100.{number}, 10.1.2.3")
    assert got == [422] * 30 + [429] * 6
    limiter.reset()
    got = []
    for number in range(36):
        got += tries(production, f"b{number}@office.example", 1, forwarded=f"2001:db8:1:2::{number:x}")
    assert got == [422] * 30 + [429] * 6


def test_without_a_proxy_of_ours_nobody_is_believed(app: Flask) -> None:
    limiter.enabled = True
    limiter.reset()
    client = CheckingClient(app.test_client())
    form = client.get("/login").fields("main form")
    codes = [
        client.flask.post(
            "/login", data=form | {"email": f"c{n}@x.example", "password": "no"}, headers={"X-Forwarded-For": f"203.0.113.{n}"}
        ).status_code
        for n in range(36)
    ]
    limiter.reset()
    assert codes == [422] * 30 + [429] * 6


def test_how_long_to_wait_is_said_as_it_is(app: Flask, client: CheckingClient) -> None:
    limiter.enabled = True
    limiter.reset()
    for _turn in range(4):
        client.submit("/reset", {"email": "ana@office.example"})
    page = client.submit("/reset", {"email": "ana@office.example"}, status=429)
    limiter.reset()
    assert "Wait 1 hour and try again." in page.text, (page.text[60:300], page.response.headers["Retry-After"])
    assert 3_500 <= int(page.response.headers["Retry-After"]) <= 3_600


def test_a_refused_sign_in_is_in_the_trail_and_names_no_address(app: Flask, client: CheckingClient, make: Make, session: Session) -> None:
    account = make.account(email="ana@office.example")
    off = make.account(email="off@office.example", active=False)
    for email in ("ana@office.example", "off@office.example", "nobody@office.example"):
        client.submit("/login", {"email": email, "password": "not the one"}, status=422)
    rows = session.scalars(select(AuditRow).order_by(AuditRow.sequence)).all()
    assert [(row.actor, row.action, row.subject) for row in rows] == [
        ("public", "account.sign_in_refused", f"user_account:{account.public_id.hex}"),
        ("public", "account.sign_in_refused", f"user_account:{off.public_id.hex}"),
        ("public", "account.sign_in_refused", "user_account:unknown"),
    ]
    assert "@" not in repr([row.details for row in rows])
    assert session.scalar(select(func.count()).select_from(UserAccount)) == 2


@pytest.mark.parametrize(("url", "status"), [("/staff/accounts/", 403), ("/staff/seminars/none/", 404)])
def test_staff_who_are_refused_stay_among_their_own_pages(sender: Sender, url: str, status: int) -> None:
    client = CheckingClient(sender.client("organizer"))
    page = client.get(url, status=status)
    assert page.one("body").attrs["class"] == "staff"
    assert page.select("nav a[href='/staff/seminars/']")
    assert page.select("main a[href='/staff/']")
    stranger = CheckingClient(sender.client("stranger"))
    assert stranger.get("/none", status=404).one("body").attrs["class"] == "public"
