"""A recording as a .scap file, for sysdig and Falco.

Each event becomes the two of its system call, entry and return, because sysdig follows descriptors and processes by the pair. What the file cannot hold is
counted: `Dropped`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trainer.errors import RecordingError
from trainer.events import scap_blocks, scap_table
from trainer.events.model import Event, FieldValue, Recording
from trainer.events.scap_lives import HOST_NUMBERS, OF_PROCESSES, Lives, is_birth, number_of, threads_before
from trainer.events.scap_values import encode

_LEFT_OUT = ("container.", "k8s.", "ka.", "jevt.")
"""Fields that sysdig and Falco ask a container engine or Kubernetes for: a file does not hold them."""


@dataclass(slots=True)
class Dropped:
    """What a file does not hold of a recording, each with how often."""

    events: Counter[str] = field(default_factory=Counter)
    """Types of events that are not of system calls."""
    args: Counter[str] = field(default_factory=Counter)
    """Types of events that keep only their name."""
    renamed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Types that sysdig 0.29 shows under another name."""
    values: Counter[str] = field(default_factory=Counter)
    """``type.parameter`` whose value has no bytes of its kind."""
    again: int = 0
    """Processes that have the number of one before them; in the file they have other numbers."""
    fields: Counter[str] = field(default_factory=Counter)
    """Fields of containers and pods, and the scenario's actions."""

    def lines(self) -> list[str]:
        found = [f"{count} events {name}: not of a system call" for name, count in sorted(self.events.items())]
        found += [f"{count} events {name}: without their arguments" for name, count in sorted(self.args.items())]
        found += [f"{count} events {name}: as {other}" for (name, other), count in sorted(self.renamed.items())]
        found += [f"{count} values {name}: no value of its kind" for name, count in sorted(self.values.items())]
        if self.again:
            found.append(f"{self.again} processes: another number, theirs was one's before them")
        return found + [f"{count} events: without {name}" for name, count in sorted(self.fields.items())]


def write_scap(recording: Recording, path: Path) -> Dropped:
    data, dropped = format_scap(recording)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise RecordingError(f"cannot write {path}: {error.strerror}", "free space there, or choose another place") from None
    return dropped


def format_scap(recording: Recording) -> tuple[bytes, Dropped]:
    dropped = Dropped()
    events = []
    for event in recording.events:
        if event.source == "syscall" and number_of(event.fields, "thread.tid", "proc.pid") is not None:
            events.append(event)
        else:
            dropped.events[event.type] += 1
    hostname = next((str(event.fields["evt.hostname"]) for event in events if "evt.hostname" in event.fields), "cks-node")
    lives = Lives()
    numbered = [(event, lives.follow(event)) for event in events]
    threads = threads_before(numbered)
    if lives.again:
        dropped.again = lives.again
    parts = [scap_blocks.section(), scap_blocks.machine(hostname), _users(events), scap_blocks.processes(threads)]
    parts += [scap_blocks.descriptors(item) for item in threads if item.fds]
    before = 0
    for event, numbers in numbered:
        # The entry stands between the event before and its own.
        entered = max(before, event.time_ns - 1)
        before = event.time_ns
        parts.extend(_event(event, numbers, entered, dropped))
        _count_fields(event, dropped)
    return b"".join(parts), dropped


def _users(events: list[Event]) -> bytes:
    """One name for each number: of two containers' users the first one's."""
    users: scap_blocks.Users = {}
    groups: dict[int, str] = {}
    for event in events:
        fields = event.fields
        uid, gid = number_of(fields, "user.uid"), number_of(fields, "group.gid")
        if uid is not None and fields.get("user.name"):
            home, shell = (str(fields.get(f"user.{name}", "")) for name in ("homedir", "shell"))
            users.setdefault(uid, (str(fields["user.name"]), home, shell))
        if gid is not None and fields.get("group.name"):
            groups.setdefault(gid, str(fields["group.name"]))
    return scap_blocks.users(users, groups)


def _count_fields(event: Event, dropped: Dropped) -> None:
    for prefix in {name[: name.index(".") + 1] for name in event.fields if name.startswith(_LEFT_OUT)}:
        dropped.fields[prefix + "*"] += 1
    if event.action is not None:
        dropped.fields["the action that caused it"] += 1


def _event(event: Event, numbers: Mapping[int, int], entered: int, dropped: Dropped) -> list[bytes]:
    number = number_of(event.fields, "thread.tid", "proc.pid") or 0
    tid = numbers.get(number, number)
    cpu = number_of(event.fields, "evt.cpu") or 0
    raw = event.fields.get("evt.rawarg")
    values: Mapping[str, FieldValue] = raw if isinstance(raw, Mapping) else {}
    if event.type in OF_PROCESSES:
        values = {
            name: numbers.get(value, value) if name in HOST_NUMBERS and isinstance(value, int) else value
            for name, value in values.items()
        }
    layout = scap_table.BY_NAME.get(event.type)
    if layout is None:
        if values:
            dropped.args[event.type] += 1
        return _generic(event, entered, tid, cpu, dropped)
    if layout.name in SHOWN_AS:
        dropped.renamed[layout.name, SHOWN_AS[layout.name]] += 1
    found = []
    # A new thread's first event is its return from the call that its parent entered.
    if layout.entry is not None and not is_birth(event):
        params = _params(event.type, layout.entry, values, Dropped())
        found.append(scap_blocks.event(entered, tid, layout.number - 1, params, cpu))
    params = _params(event.type, layout.params, values, dropped)
    return [*found, scap_blocks.event(event.time_ns, tid, layout.number, params, cpu)]


def _generic(event: Event, entered: int, tid: int, cpu: int, dropped: Dropped) -> list[bytes]:
    """Only the name is kept, as a number."""
    name = _ALIASES.get(event.type, event.type)
    number = scap_table.CALL_NUMBERS.get(name, 0)
    native = scap_table.NATIVE.get(name, 0)
    if number >= scap_table.OLD_CALLS:
        number = 0
    if not number:
        dropped.renamed[event.type, "<unknown>"] += 1
    params = [number.to_bytes(2, "little"), native.to_bytes(2, "little")]
    return [
        scap_blocks.event(entered, tid, scap_table.GENERIC - 1, params, cpu),
        scap_blocks.event(event.time_ns, tid, scap_table.GENERIC, params, cpu),
    ]


_ALIASES = {"pread": "pread64", "pwrite": "pwrite64", "prlimit": "prlimit64"}
SHOWN_AS = {"dup2": "dup", "dup3": "dup", "pipe2": "pipe", "accept4": "accept", "umount2": "umount"}
"""Events that share the number of an older one; today's Falco and `scap_read` tell them apart."""


def _params(kind: str, layout: tuple[tuple[str, str], ...], values: Mapping[str, FieldValue], dropped: Dropped) -> list[bytes]:
    optname = values.get("optname", 0)
    found = []
    for name, of in layout:
        value = values.get(name)
        try:
            # A value that is not there has no bytes.
            found.append(b"" if value is None else encode(of, value, optname if isinstance(optname, int) else 0))
        except (ValueError, OverflowError):
            dropped.values[f"{kind}.{name}"] += 1
            found.append(b"")
    return found
