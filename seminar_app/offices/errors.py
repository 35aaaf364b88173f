"""Refusals about offices, each with its sentence."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class CodeTaken(Refusal):
    """Another office has this code."""

    sentence = N_("There is an office with the code %(code)s already.")
    field = "code"


class NoticeInOneLanguage(Refusal):
    """The office's words are written in one language only."""

    sentence = N_("Please write it in both languages: people read the notice in the language of their page.")


class SameNotice(Refusal):
    """The text is the one that people read already."""

    sentence = N_("People read exactly this already, so there is nothing to publish.")
