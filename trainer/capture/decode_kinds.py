"""The registry of parameter kinds that events.event_table names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Value: TypeAlias = "int | str | bytes"
Param: TypeAlias = tuple[str, Value, str, str]
"""Name, raw value, its text, and what Falco puts in parentheses ("" for nothing)."""
Shown: TypeAlias = tuple[Value, str, str]
"""A parameter without its name."""
KINDS: dict[str, Callable[..., Shown]] = {}


def kind(function: Callable[..., Shown]) -> Callable[..., Shown]:
    """Registers ``_name`` as the kind ``name``; it is called with the Call and the table's arguments."""
    KINDS[function.__name__.lstrip("_")] = function
    return function


def plain(value: int) -> Shown:
    return value, str(value), ""
