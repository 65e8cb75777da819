"""The command line in a test: what it prints and what it says of errors, by every version of click."""

from __future__ import annotations

from inspect import signature
from typing import Any

from click.testing import CliRunner, Result

# Before click 8.2 both were one text, unless they were asked for apart.
APART: dict[str, Any] = (
    {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
)


class Both(Result):
    """A result whose `output` is what was printed, and what was said of errors."""

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


class Runner(CliRunner):
    """A runner that keeps what is printed apart from what is said of errors."""

    def __init__(self) -> None:
        super().__init__(**APART)

    def invoke(self, *arguments: Any, **more: Any) -> Result:
        done = super().invoke(*arguments, **more)
        if APART:
            done.__class__ = Both
        return done
