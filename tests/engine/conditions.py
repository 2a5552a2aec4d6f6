"""What the tests of the evaluation share: conditions from text, events from the flat maps of the conformance data."""

from __future__ import annotations

from typing import Any

from trainer.engine.evaluate import Compiled, CompileError, compile_condition
from trainer.engine.filter import ParseError, parse_condition
from trainer.engine.filter.ast import Expr
from trainer.events import Event
from trainer.source import MappedText


def parsed(condition: str) -> Expr:
    found = parse_condition(MappedText.plain(condition))
    assert not isinstance(found, ParseError), found
    return found


def compiled(condition: str) -> Compiled:
    found = compile_condition(parsed(condition))
    assert isinstance(found, Compiled), found
    return found


def refused(condition: str) -> str | None:
    """Falco's message, or None for a condition that loads."""
    found = parse_condition(MappedText.plain(condition))
    problem = found if isinstance(found, ParseError) else compile_condition(found)
    return problem.message if isinstance(problem, ParseError | CompileError) else None


def typed(value: Any) -> Any:
    """The data's notation: buffers are written ``hex:...``, lists are arrays."""
    if isinstance(value, str) and value.startswith("hex:"):
        return bytes.fromhex(value[4:])
    return tuple(value) if isinstance(value, list) else value


def event(fields: dict[str, Any] | None = None, type: str = "openat", **more: Any) -> Event:
    """An event of the fields that are not null; keyword ``proc_name`` stands for ``proc.name``."""
    given = {**(fields or {}), **{name.replace("_", ".", 1): value for name, value in more.items()}}
    present = {name: typed(value) for name, value in given.items() if value is not None}
    return Event(present.get("evt.num", 1), 0, present.get("evt.type", type), "syscall", present)
