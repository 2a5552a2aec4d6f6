"""One order for events of processes that ran at the same time: which of them the kernel let run first is chance.

Within an action each thread's own order stays. A child's events stand after the fork that made it, and all of them before its parent
goes on; of a vfork, whose parent waits until the child has started its program or ended, the parent's event comes after that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias

from trainer.events.model import Event

_FORKS = frozenset({"clone", "clone3", "fork", "vfork"})
_Thread: TypeAlias = tuple[object, object]


def settled(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events in the one order; the moments of an action stay, and go to its events as they now stand."""
    found: list[Event] = []
    for _, group in groupby(events, key=lambda event: event.action):
        segment = list(group)
        ordered = _Segment(segment).ordered()
        moments = sorted(event.time_ns for event in segment)
        moved = {event.time_ns: moment for event, moment in zip(ordered, moments, strict=True)}
        for event, moment in zip(ordered, moments, strict=True):
            started = event.fields.get("proc.pid.ts")
            if isinstance(started, int) and moved.get(started, started) != started:
                event = replace(event, fields={**event.fields, "proc.pid.ts": moved[started]})
            found.append(event if event.time_ns == moment else replace(event, time_ns=moment))
    return tuple(event if event.num == number else replace(event, num=number) for number, event in enumerate(found, 1))


class _Segment:
    def __init__(self, events: Sequence[Event]) -> None:
        self._threads: dict[_Thread, list[Event]] = defaultdict(list)
        for event in events:
            self._threads[_thread(event)].append(event)
        self._done: list[Event] = []

    def ordered(self) -> list[Event]:
        while self._threads:
            # Threads whose fork is not among these events follow in the order of their first one.
            self._run(next(iter(self._threads)))
        return self._done

    def _run(self, first: _Thread) -> None:
        stack = [iter(self._threads.pop(first))]
        while stack:
            event = next(stack[-1], None)
            if event is None:
                stack.pop()
                continue
            child = (event.fields.get("container.id"), event.fields.get("evt.rawres")) if event.type in _FORKS else None
            events = self._threads.pop(child, None) if child is not None else None
            if events is None:
                self._done.append(event)
            elif event.type == "vfork":
                started = next((at for at, own in enumerate(events) if own.type in ("execve", "execveat", "procexit")), -1) + 1
                self._done.extend(events[:started])
                self._done.append(event)
                stack.append(iter(events[started:]))
            else:
                self._done.append(event)
                stack.append(iter(events))


def _thread(event: Event) -> _Thread:
    return (event.fields.get("container.id"), event.fields.get("thread.vtid"))
