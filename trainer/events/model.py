"""What happened: one flat event, and what is kept of a run. What fields mean is decided in trainer.capture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TypeAlias

from trainer.source import frozen

FieldValue: TypeAlias = "str | int | float | bool | bytes | tuple[FieldValue, ...] | Mapping[str, FieldValue]"
"""Text, number, boolean, BYTEBUF bytes, a list (``proc.args``), a mapping (``evt.arg``, ``proc.env``)."""


@frozen
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


@frozen
class ActionResult:
    """How one action of a scenario ended."""

    id: str
    exit_code: int | None = None
    """As a shell says it: 128 + signal for a killed process. None when the action could not be started."""
    started_ns: int = 0
    ended_ns: int = 0
    error: str | None = None
    """Why the action did not end by itself, such as its time limit."""


@frozen
class RecordingHeader:
    format_version: int = 1
    scenario: str = ""
    seed: int = 0
    origin: str = "cks-trainer"
    """Who made it: ``cks-trainer``, ``falco`` (an alert log), ``map`` (flat maps) or ``k8s-audit`` (an audit log)."""
    engine: str = ""
    """What captured the events, such as ``docker 20.10.24``. Not graded, not compared."""
    start_ns: int = 0
    scenario_digest: str = ""
    """Of the scenario as it was run (`trainer.content.digest`); empty in recordings of before, and where nothing is run."""


@frozen
class Recording:
    """A run of a scenario, or somebody else's capture."""

    header: RecordingHeader
    events: tuple[Event, ...]
    actions: tuple[ActionResult, ...] = ()
