"""One order for events of processes that ran at the same time: which of them the kernel let run first is chance.

The events of an action stand together, also where it ran on in the background of later ones. Within an action each thread's own
order stays. A child's events stand after the fork that made it, and all of them before its parent goes on; of a vfork, whose
parent waits until the child has started its program or ended, the parent's event comes after that. The signal of a child's end stands
after the wait for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from trainer.events.model import Event

_FORKS = frozenset({"clone", "clone3", "fork", "vfork"})
_WAITS = frozenset({"wait4", "waitid"})
_IN_HANDLER = _WAITS | {"rt_sigreturn"}
_STARTS = ("proc.pid.ts", "proc.ppid.ts")
_Thread: TypeAlias = tuple[object, object]


def settled(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events in the one order, numbered from 1; the moments of an action stay, and go to its events as they now stand."""
    found: list[Event] = []
    actions: dict[str | None, list[Event]] = {}
    for event in events:
        actions.setdefault(event.action, []).append(event)
    for segment in actions.values():
        ordered = _Segment(segment).ordered()
        moments = sorted(event.time_ns for event in segment)
        for at in range(1, len(moments)):  # no two are the same: a moment says which event it is
            moments[at] = max(moments[at], moments[at - 1] + 1)
        starts = _starts(ordered, moments)
        for event, moment in zip(ordered, moments, strict=True):
            fields = event.fields
            for key in _STARTS:
                started = fields.get(key)
                if isinstance(started, int) and starts.get(started, started) != started:
                    fields = {**fields, key: starts[started]}
            found.append(replace(event, num=len(found) + 1, time_ns=moment, fields=fields))
    return tuple(found)


def _starts(ordered: Sequence[Event], moments: Sequence[int]) -> dict[int, int]:
    """When processes started: with their own first event. Heard first may have been their parent's."""
    moved = {event.time_ns: moment for event, moment in zip(ordered, moments, strict=True)}
    heard: set[_Thread] = set()
    for event, moment in zip(ordered, moments, strict=True):
        fields = event.fields
        started, thread = fields.get("proc.pid.ts"), _thread(event)
        if thread not in heard and event.type in _FORKS and fields.get("evt.rawres") == 0:
            if isinstance(started, int) and fields.get("proc.vpid") == fields.get("thread.vtid"):
                moved[started] = moment
        heard.add(thread)
    return moved


class _Segment:
    def __init__(self, events: Sequence[Event]) -> None:
        self._threads: dict[_Thread, list[Event]] = defaultdict(list)
        for event in events:
            self._threads[_thread(event)].append(event)
        for own in self._threads.values():
            _signals_after_waits(own)
        self._done: list[Event] = []

    def ordered(self) -> list[Event]:
        while self._threads:
            # Threads whose fork is not among these events follow in the order of their first one.
            self._run(next(iter(self._threads)))
        return self._done

    def _run(self, first: _Thread) -> None:
        stack = [iter(self._threads.pop(first))]
        families: dict[_Thread, object] = {}
        while stack:
            event = next(stack[-1], None)
            if event is None:
                stack.pop()
                continue
            above = event.fields.get("proc.apid")
            if len(stack) > 1 and families.setdefault(_thread(event), above) != above:
                # One of its ancestors has ended meanwhile: that comes first.
                self._threads[_thread(event)] = [event, *stack.pop()]
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


def _signals_after_waits(events: list[Event]) -> None:
    """A thread's SIGCHLD, with the return from its handler, and the wait that follows at once change places.

    A handler that waits itself is left alone.
    """
    for at in range(len(events) - 1):
        signal, after = events[at], at + 1
        if signal.type != "signaldeliver" or "SIGCHLD" not in str(signal.fields.get("evt.args")):
            continue
        handled = events[after].type == "rt_sigreturn"
        after += handled
        if after >= len(events) or events[after].type not in _WAITS:
            continue
        if handled or after + 1 == len(events) or events[after + 1].type not in _IN_HANDLER:
            events.insert(at, events.pop(after))
