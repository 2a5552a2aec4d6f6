"""What happened: one flat event. What its fields mean is decided where events are made (trainer.capture)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

FieldValue: TypeAlias = "str | int | float | bool | bytes | tuple[FieldValue, ...] | Mapping[str, FieldValue]"
"""Text, number, boolean, BYTEBUF bytes, a list (``proc.args``, ``proc.aname`` parent first) or a mapping (``evt.arg``, ``proc.env``)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event as Falco's rules see it. A field that Falco could not extract has no key in ``fields``.

    Indexed fields hold their natural shape under the bare name (``proc.aname`` a tuple with the parent first, ``evt.arg`` and
    ``proc.env`` mappings, ``proc.args`` a tuple), or, when the source was an alert log, their own names (``proc.aname[2]``).
    """

    num: int
    """Number in the capture, from 1."""
    time_ns: int
    """Nanoseconds since the epoch."""
    type: str
    """evt.type, such as ``openat``."""
    source: str = "syscall"
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    action: str | None = None
    """Id of the scenario's action that caused the event; None for the background."""
