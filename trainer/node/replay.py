"""The events that the node's Falco sees: the recording of the exercise's scenario, at its own pace or fitted into some seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from trainer.events import Event, read_recording
from trainer.node.place import Place
from trainer.node.workloads import gone_containers

_SHARE = 0.9
"""Of the seconds of -M within which everything has happened, so that the last alert is out before the end."""


def node_events(place: Place) -> tuple[Event, ...]:
    """In order; without those of containers whose workload was scaled to 0: they do nothing any more. Raises RecordingError."""
    events = read_recording(Path(str(place.facts["recording"]))).events
    gone = gone_containers(place)
    return tuple(event for event in events if event.fields.get("container.id") not in gone) if gone else events


def delays(events: Sequence[Event], seconds: float) -> list[float]:
    """Seconds from the start to each event: as recorded, and quicker where the whole would not fit into ``seconds`` (0: no limit)."""
    if not events:
        return []
    first = events[0].time_ns
    after = [max(0, event.time_ns - first) / 1e9 for event in events]
    span = max(after)
    factor = min(1.0, seconds * _SHARE / span) if seconds and span else 1.0
    return [delay * factor for delay in after]


def paced(events: Sequence[Event], seconds: float, started: float) -> Iterator[Event]:
    """The events, each when its time has come; ``started`` is a reading of time.monotonic."""
    for event, delay in zip(events, delays(events, seconds), strict=True):
        wait = started + delay - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        yield event
