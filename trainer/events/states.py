"""What many events share, found while a recording is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from trainer.events.model import Event, FieldValue

_DESCRIPTOR = ("fd.", "fs.")
_OF_TYPE = frozenset(
    [
        "evt.category",
        "evt.cpu",
        "evt.dir",
        "evt.failed",
        "evt.hostname",
        "evt.io_dir",
        "evt.is_io",
        "evt.is_io_read",
        "evt.is_io_write",
        "evt.is_open_create",
        "evt.is_open_exec",
        "evt.is_open_read",
        "evt.is_open_write",
        "evt.is_wait",
        "evt.res",
        "syscall.type",
    ]
)
"""What events of one type mostly share."""
_OF_PROCESS = frozenset({"fd.types"})
_OWN = frozenset({"proc.duration"})
_FEW = 2
NewState = tuple[str, str | None, dict[str, FieldValue], set[str]]
"""Name, the state it is like, fields that differ, names of fields that the other one has and this one has not."""


@dataclass(slots=True)
class _Group:
    """The states of one kind: processes, or descriptors."""

    names: dict[str, str] = field(default_factory=dict)
    """Canonical text of the fields to the state's name."""
    fields: dict[str, Mapping[str, FieldValue]] = field(default_factory=dict)

    def find(self, key: str) -> str | None:
        return self.names.get(key)

    def add(self, key: str, name: str, fields: Mapping[str, FieldValue]) -> None:
        self.names[key] = name
        self.fields[name] = fields


class StateTable:
    """Splits each event's fields into states and what is its own. The same events always give the same states."""

    def __init__(self) -> None:
        self._processes = _Group()
        self._descriptors = _Group()
        self._types = _Group()
        self._counts: dict[str, int] = {}
        self._latest: dict[FieldValue | None, str] = {}

    def split(self, event: Event) -> tuple[list[NewState], list[str], dict[str, FieldValue]]:
        process: dict[str, FieldValue] = {}
        descriptor: dict[str, FieldValue] = {}
        own: dict[str, FieldValue] = {}
        of_type: dict[str, FieldValue] = {}
        for key, value in event.fields.items():
            if key in _OF_TYPE:
                of_type[key] = value
            elif key.startswith("evt.") or key in _OWN:
                own[key] = value
            elif key.startswith(_DESCRIPTOR) and key not in _OF_PROCESS:
                descriptor[key] = value
            else:
                process[key] = value
        new: list[NewState] = []
        names: list[str] = []
        if process:
            names.append(self._process(process, new))
        if len(of_type) > _FEW:
            names.append(self._plain(self._types, event.type, of_type, new))
        else:
            own |= of_type
        if len(descriptor) > _FEW:
            stem = str(descriptor.get("fd.name") or descriptor.get("fd.type") or "")
            names.append(self._plain(self._descriptors, f"fd {stem}", descriptor, new))
        else:
            own |= descriptor
        return new, names, own

    def _process(self, fields: dict[str, FieldValue], new: list[NewState]) -> str:
        key = _canonical(fields)
        thread = _identity(fields, "thread.tid", "proc.pid")
        name = self._processes.find(key)
        if name is None:
            like = self._latest.get(thread) or self._latest.get(_identity(fields, "proc.ppid")) or self._latest.get(None)
            name = self._new_name(str(fields.get("proc.name", "process")))
            self._processes.add(key, name, fields)
            new.append(_differing(name, fields, like, self._processes))
        self._latest[thread] = self._latest[None] = name
        return name

    def _plain(self, group: _Group, stem: str, fields: dict[str, FieldValue], new: list[NewState]) -> str:
        key = _canonical(fields)
        name = group.find(key)
        if name is None:
            name = self._new_name(stem)
            group.add(key, name, fields)
            new.append((name, None, fields, set()))
        return name

    def _new_name(self, stem: str) -> str:
        count = self._counts[stem] = self._counts.get(stem, 0) + 1
        return f"{stem}.{count}"


def _identity(fields: Mapping[str, FieldValue], *names: str) -> FieldValue | None:
    found = next((fields[name] for name in names if name in fields), None)
    return None if found is None else (str(fields.get("container.id", "")), str(found))


def _canonical(fields: Mapping[str, FieldValue]) -> str:
    # The order inside a mapping counts (proc.env keeps the environment's), the order of the fields does not.
    return json.dumps([(key, repr(fields[key])) for key in sorted(fields)])


def _differing(name: str, fields: dict[str, FieldValue], like: str | None, group: _Group) -> NewState:
    if like is not None:
        base = group.fields[like]
        changed = {key: value for key, value in fields.items() if key not in base or not _same(base[key], value)}
        gone = base.keys() - fields.keys()
        if 2 * (len(changed) + len(gone)) < len(fields):
            return name, like, changed, gone
    return name, None, fields, set()


def _same(one: FieldValue, other: FieldValue) -> bool:
    # 1, 1.0 and True are equal for Python and different in a recording.
    return one is other or repr(one) == repr(other)
