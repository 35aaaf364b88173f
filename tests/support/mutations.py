"""Mutations of the app for the time of a test: one expression of one function is replaced, for all of its callers."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Mutation:
    """What is broken, in words; the function; what stands there once, and what stands there instead."""

    words: str
    of: Callable[..., Any] | property
    before: str
    after: str

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The function's code is exchanged and not the function, so that whoever imported it gets the broken one too."""
        function = cast(FunctionType, inspect.unwrap(cast(Any, self.of.fget if isinstance(self.of, property) else self.of)))
        sound = function.__code__
        function.__code__ = self._broken(function)
        try:
            yield
        finally:
            function.__code__ = sound

    def _broken(self, function: FunctionType) -> Any:
        source = textwrap.dedent(inspect.getsource(function))
        assert source.count(self.before) == 1, f"«{self.before}» stands {source.count(self.before)} times in {function.__qualname__}"
        tree = ast.parse(source.replace(self.before, self.after))
        definition = tree.body[0]
        assert isinstance(definition, ast.FunctionDef)
        definition.decorator_list = []
        future = ast.parse("from __future__ import annotations").body
        tree.body = [*future, definition]
        made: dict[str, Any] = {}
        exec(compile(tree, f"<{self.words}>", "exec", dont_inherit=True), function.__globals__, made)  # noqa: S102
        return cast(FunctionType, made[definition.name]).__code__
