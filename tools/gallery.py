"""Every layout and macro on sample pages, in both languages: to view, to photograph, and to check with axe.

  python -m tools.gallery serve                 view the pages in a browser
  python -m tools.gallery shoot FOLDER [NAME…]  pictures at 360 and 1280 px
  python -m tools.gallery axe [NAME…]           findings of axe-core, and sideways scrolling at 320 px; exit code 1 if any

The sample pages are in `tools/gallery_pages`; no database is used.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, flash, g, redirect, render_template, request, send_from_directory
from flask_babel import Babel, get_locale
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from seminar_app.web import in_place, page_parts
from seminar_app.web.headers import content_security_policy
from tools.gallery_samples import STATE_WORDS, RegistrationSample, SeminarSample, agencies, roster
from tools.translations import compile_catalogues

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "seminar_app" / "static"
PAGES = ROOT / "tools" / "gallery_pages"
AXE = ROOT / "tests" / "browser" / "vendor" / "axe.min.js"
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET = ["--disable-component-update", "--disable-sync"]
LANGUAGES = (("es", "Español"), ("en", "English"))
WIDTHS = (360, 1280)


def names() -> list[str]:
    """Return the names of the sample pages."""
    return sorted(path.stem for path in PAGES.glob("*.html") if not path.stem.startswith("_"))


def create_gallery() -> Flask:
    """Return an app that gives the templates the same context as the real one, with sample values."""
    app = Flask(__name__, static_folder=None)
    app.config.update(SECRET_KEY=secrets.token_hex(), BABEL_DEFAULT_LOCALE="es", WTF_CSRF_CHECK_DEFAULT=False)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "seminar_app" / "translations")
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), FileSystemLoader(PAGES)])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=lambda: request.view_args and request.view_args.get("language"))
    CSRFProtect(app)
    app.jinja_env.filters["label"] = lambda state: _say(*STATE_WORDS[state])
    app.context_processor(_context)
    in_place.init_app(app)
    page_parts.init_app(app)
    app.jinja_env.globals["form_needs_token"] = lambda: True
    app.add_url_rule("/static/<path:path>", "static", lambda path: send_from_directory(STATIC, path))
    app.add_url_rule("/staff/account/", "sign_in.own", lambda: "")
    app.add_url_rule("/language", "web.choose_language", _choose_language, methods=["POST"])
    app.add_url_rule("/<language>/<name>", "page", _page, methods=["GET", "POST"])
    app.after_request(_policy)
    return app


def _static_url(path: str) -> str:
    return f"/static/{path}?v={hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]}"


def _say(spanish: str, english: str) -> str:
    return spanish if str(get_locale()) == "es" else english


def _lines(*labels: str, current: int) -> list[SimpleNamespace]:
    return [SimpleNamespace(label=label, url="#", current=index == current) for index, label in enumerate(labels)]


def _context() -> dict[str, Any]:
    s = _say
    staff = (s("Seminarios", "Seminars"), s("Personas", "People"), s("Dependencias", "Agencies"), s("Cuentas", "Accounts"))
    inside = (s("Resumen", "Overview"), s("Lista", "Roster"), s("Sesiones", "Sessions"), s("Asistencia", "Attendance"))
    after = (s("Evaluación", "Feedback"), s("Mensajes", "Messages"), s("Configuración", "Settings"))
    return {
        "csp_nonce": _nonce(),
        "demo_loaded": True,
        "current_language": str(get_locale()),
        "languages": LANGUAGES,
        "staff_navigation": _lines(*staff, s("Mensajes", "Messages"), s("Bitácora", "Trail"), current=0),
        "current_actor": SimpleNamespace(name="María de los Ángeles Peña"),
        "static_url": _static_url,
        "seminar_header": SimpleNamespace(
            slug="cancun-2014",
            name=s("Investigación y persecución de la trata de personas", "Investigating and prosecuting human trafficking"),
            dates=s("3 al 5 de junio de 2014", "June 3–5, 2014"),
            place="Cancún, Quintana Roo",
            url="#",
            state=None,
        ),
        "seminar_navigation": lambda slug: _lines(*inside, *after, current=1),
        "s": s,
        "page_url": lambda number: f"?page={number}",
        "roster": roster(),
        "agencies": agencies(),
    }


def _nonce() -> str:
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = content_security_policy(_nonce())
    return response


def _choose_language() -> Any:
    there = request.form["next"].rsplit("/", 1)[-1]
    return redirect(f"/{request.form['language']}/{there}", 303)


def _page(language: str, name: str) -> Any:
    if name not in names():
        return "", 404
    form: Any = SeminarSample() if name.startswith("staff") else RegistrationSample()
    if "errors" in name:
        form = type(form)(data={"curp": "GOMC850312MDFMRL0"})
        form.validate()
        form.form_errors.append(_say("Ya no quedan lugares para su dependencia.", "No seats are left for your agency."))
    if "alerts" in name:
        flash(_say("Se guardaron los cambios.", "The changes are saved."), "success")
    return render_template(f"{name}.html", form=form)


@contextmanager
def served() -> Iterator[str]:
    """Serve the gallery on a local address, and yield it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@contextmanager
def browsing() -> Iterator[Browser]:
    """Yield the system's Chromium, with a temporary profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + QUIET)
        try:
            yield browser
        finally:
            browser.close()


def shoot(folder: Path, wanted: list[str]) -> None:
    """Take pictures of whole pages: `NAME-LANGUAGE-WIDTH.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, browsing() as browser:
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 800})
            for name in wanted:
                for language, _name in LANGUAGES:
                    page.goto(f"{address}/{language}/{name}")
                    page.evaluate("document.fonts.ready")
                    page.screenshot(path=folder / f"{name}-{language}-{width}.png", full_page=True)


def faults(wanted: list[str]) -> list[str]:
    """Return findings of axe (WCAG 2.2 AA and good practice), scripts blocked by the policy, and sideways scrolling at 320 px."""
    found: list[str] = []
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    with served() as address, browsing() as browser:
        for width in (320, *WIDTHS):
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
            for name in wanted:
                for language, _name in LANGUAGES:
                    where = f"{name} {language} {width}"
                    page.goto(f"{address}/{language}/{name}")
                    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                        found.append(f"{where}: scrolls sideways")
                    page.evaluate(AXE.read_text(encoding="utf-8"))
                    report = page.evaluate("options => axe.run(document, options)", rules)
                    found.extend(
                        f"{where}: {violation['id']}: {node['target']} {node['failureSummary']}"
                        for violation in report["violations"]
                        for node in violation["nodes"][:3]
                    )
    return found


def main(arguments: list[str]) -> int:
    """Run a command; return the exit code."""
    compile_catalogues()
    match arguments:
        case ["serve"]:
            print("\n".join(f"http://127.0.0.1:5001/es/{name}" for name in names()))
            create_gallery().run(port=5001)
        case ["shoot", folder, *wanted]:
            shoot(Path(folder), wanted or names())
        case ["axe", *wanted]:
            found = faults(wanted or names())
            print("\n".join(found) or "Nothing found.")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
