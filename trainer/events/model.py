"""What happened: one flat event, and what is kept of a run. What fields mean is decided in trainer.capture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

FieldValue: TypeAlias = "str | int | float | bool | bytes | tuple[FieldValue, ...] | Mapping[str, FieldValue]"
"""Text, number, boolean, BYTEBUF bytes, a list (``proc.args``), a mapping (``evt.arg``, ``proc.env``)."""


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


@dataclass(frozen=True, slots=True)
class ActionResult:
    """How one action of a scenario ended."""

    id: str
    exit_code: int | None = None
    """As a shell says it: 128 + signal for a killed process. None when the action could not be started."""
    started_ns: int = 0
    ended_ns: int = 0
    error: str | None = None
    """Why the action did not end by itself, such as its time limit."""


@dataclass(frozen=True, slots=True)
class RecordingHeader:
    format_version: int = 1
    scenario: str = ""
    seed: int = 0
    origin: str = "cks-trainer"
    """Who made it: ``cks-trainer``, ``falco`` (an alert log) or ``map`` (flat maps)."""
    engine: str = ""
    """What captured the events, such as ``docker 20.10.24``. Not graded, not compared."""
    start_ns: int = 0


NORMAL_START_NS = 1_767_225_600_000_000_000
"""2026-01-01T00:00:00Z, where the times of a written recording begin."""
_STEP_NS = 100_000
_PAUSE_NS = 100_000_000
_ABSOLUTE_TIMES = frozenset({"proc.pid.ts", "proc.ppid.ts", "container.start_ts", "evt.rawtime"})


@dataclass(frozen=True, slots=True)
class Recording:
    """A run of a scenario, or somebody else's capture."""

    header: RecordingHeader
    events: tuple[Event, ...]
    actions: tuple[ActionResult, ...] = ()

    def normalised(self) -> Recording:
        """The same with a fixed start and even steps, so that two recordings of one scenario hardly differ.

        Each event comes 0.1 ms after the one before. A pause stays, rounded to 0.1 s. Foreign recordings keep their times.
        """
        if self.header.origin != "cks-trainer" or self.header.start_ns == NORMAL_START_NS:
            return self
        moments = {event.time_ns for event in self.events}
        for action in self.actions:
            moments |= {action.started_ns, action.ended_ns}
        moved: dict[int, int] = {}
        before, now = min(moments, default=0), NORMAL_START_NS
        for moment in sorted(moments):
            pause = (moment - before + _PAUSE_NS // 2) // _PAUSE_NS * _PAUSE_NS
            now += pause or (_STEP_NS if moved else 0)
            moved[moment], before = now, moment
        first = min(moved, default=0)

        def move(value: FieldValue) -> FieldValue:
            if not isinstance(value, int):
                return value
            return moved.get(value, NORMAL_START_NS + (value - first) // 1_000_000_000 * 1_000_000_000)

        events = tuple(
            replace(
                event,
                time_ns=moved[event.time_ns],
                fields={key: move(value) if key in _ABSOLUTE_TIMES else value for key, value in event.fields.items()},
            )
            for event in self.events
        )
        actions = tuple(
            replace(action, started_ns=moved[action.started_ns], ended_ns=moved[action.ended_ns]) for action in self.actions
        )
        return Recording(replace(self.header, start_ns=NORMAL_START_NS), events, actions)
