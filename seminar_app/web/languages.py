"""Spanish and English: select the language of a request, and let people choose the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from babel import Locale
from flask import Blueprint, Flask, g, has_request_context, redirect, request, session
from flask_babel import Babel, get_locale, get_translations, refresh
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from config import Settings
from seminar_app.web.access import needs_no_token, public

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LANGUAGES = (("es", "Español"), ("en", "English"))
CODES = tuple(code for code, _ in LANGUAGES)
LONGEST_REMEMBERED = 200
"""Letters of a header whose language is remembered; no browser sends more, and longer ones would fill the memory."""
SWITCH = "page-language"
"""Name of the button that sends a form only to get it back in the other language, with all that was typed."""

babel = Babel()
_kept: list[Callable[[str], None]] = []
blueprint = Blueprint("web", __name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Select each request's language. Outside a request the default language is used."""
    app.config["BABEL_DEFAULT_LOCALE"] = settings.default_language
    babel.init_app(app, locale_selector=_selected, default_translation_directories="translations")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # comes with the extension that Babel adds
        gettext=lambda text: _catalogue(get_locale()).ugettext(text),
        ngettext=lambda one, many, n: _catalogue(get_locale()).ungettext(one, many, n),
        newstyle=True,
    )
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"languages": LANGUAGES, "current_language": current_language()})
    app.before_request(_switch)
    app.after_request(_not_refused)


def current_language() -> str:
    """Return `es` or `en`, the language of the text being written now."""
    locale = get_locale()
    return locale.language if locale is not None else "es"


@cache
def _catalogue(_locale: Locale | None) -> Any:
    """Return the catalogue of the current locale; flask-babel looks for it again for each text."""
    return get_translations()


def _selected() -> str | None:
    """Return the link's choice, else the person's own, else the browser's."""
    return language_of(g.get("language") or session.get("language"), request.environ) if has_request_context() else None


def language_of(chosen: str | None, environ: WSGIEnvironment) -> str | None:
    """Return the language that was chosen, else the one that the browser prefers; None where it names neither of ours."""
    if chosen in CODES:
        return chosen
    header: str = environ.get("HTTP_ACCEPT_LANGUAGE", "")
    return _preferred(header) if len(header) <= LONGEST_REMEMBERED else _preferred.__wrapped__(header)


@lru_cache(maxsize=256)
def _preferred(header: str) -> str | None:
    return parse_accept_header(header, LanguageAccept).best_match(CODES)


def only_switches_language() -> bool:
    """Whether this request's form was sent to be shown in another language: nothing is checked or done then."""
    return bool(g.get("only_switches_language"))


def _switch() -> None:
    if request.method == "POST" and (language := request.form.get(SWITCH)) in CODES:
        _choose(language)
        g.language, g.only_switches_language = language, True
        refresh()


def _not_refused(response: Response) -> Response:
    """Answer 200 in place of the 422 with which views show a form again."""
    if only_switches_language() and response.status_code == 422:
        response.status_code = 200
    return response


def when_chosen(keep: Callable[[str], None]) -> None:
    """Call `keep(language)` whenever somebody chooses a language, to keep it beyond the browser."""
    if keep not in _kept:
        _kept.append(keep)


def _choose(language: str) -> None:
    session["language"] = language
    session.permanent = True
    for keep in _kept:
        keep(language)


def local_path(target: str | None) -> str:
    """Return `target` if it is a path of this site, else the front page. So a redirect never leaves the site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or any(ord(c) < 32 or c == "\\" for c in target):
        return "/"
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else "/"


@blueprint.post("/language")
@needs_no_token
@public
def choose_language() -> Response:
    """Store the chosen language in the browser's session and go back to the same page."""
    if (language := request.form.get("language")) in CODES:
        _choose(language)
    return redirect(local_path(request.form.get("next")), code=303)
