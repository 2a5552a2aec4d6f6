"""The value of a field in an event: natural shapes, alert-log names, and the fields that only conditions have (fd.ip, fd.net, ...)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from trainer.events import Event

Getter: TypeAlias = Callable[[Event], Any]
"""Event to value; None where Falco could not extract the field."""

ANCESTORS = {"proc.aname": "proc.name", "proc.aexe": "proc.exe", "proc.aexepath": "proc.exepath", "proc.acmdline": "proc.cmdline", "proc.apid": "proc.pid", "proc.aenv": "proc.env", "proc.aargs": "proc.args"}  # fmt: skip
"""Ancestor fields and the field that holds the same of the process itself (index 0)."""

ANY_ANCESTOR = frozenset({"proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline", "proc.apid", "proc.aenv"})

SIDES: dict[str, tuple[str, ...]] = {
    "fd.ip": ("fd.cip", "fd.sip"),
    "fd.port": ("fd.cport", "fd.sport"),
    "fd.proto": ("fd.cport", "fd.sport"),
    "fd.net": ("fd.cip", "fd.sip"),
    "fd.cnet": ("fd.cip",),
    "fd.snet": ("fd.sip",),
    "fd.lnet": ("fd.lip",),
    "fd.rnet": ("fd.rip",),
}
"""Fields that compare with one or both ends of a connection, and where the ends' values stand."""

_SECOND = 1_000_000_000


def _part_of(name: str, whole: bool) -> Getter:
    """Whole seconds of a time or a span, or the nanoseconds beside them."""

    def get(event: Event) -> Any:
        value = event.time_ns if name == "evt.rawtime" else event.fields.get(name)
        if not isinstance(value, int):
            return None
        return value // _SECOND if whole else value % _SECOND

    return get


def _bytes_of(direction: str, kinds: frozenset[str] | None) -> Getter:
    """Bytes that an event read or wrote, on any descriptor or on those of some kinds (fd.typechar)."""
    wanted = {"in": ("evt.is_io_read",), "out": ("evt.is_io_write",), "": ("evt.is_io_read", "evt.is_io_write")}[direction]

    def get(event: Event) -> Any:
        fields = event.fields
        if kinds is not None and fields.get("fd.typechar") not in kinds:
            return None
        return fields.get("evt.buflen") if any(fields.get(name) in (True, "true") for name in wanted) else None

    return get


_FILE, _NET = frozenset("f"), frozenset("46")
_DERIVED: dict[str, Getter] = {
    **{f"{name}.s": _part_of(name, True) for name in ("evt.rawtime", "evt.reltime", "evt.deltatime")},
    **{f"{name}.ns": _part_of(name, False) for name in ("evt.rawtime", "evt.reltime", "evt.deltatime")},
    **{
        ".".join(part for part in ("evt.buflen", kind, way) if part): _bytes_of(way, {"": None, "file": _FILE, "net": _NET}[kind])
        for kind in ("", "file", "net")
        for way in ("", "in", "out")
        if kind or way
    },
    "evt.count": lambda event: 1,
    "evt.count.error": lambda event: int(event.fields.get("evt.failed") in (True, "true")),
    "evt.is_async": lambda event: event.type == "asyncevent",
}
"""Fields that follow from others: no event has to carry them."""
_CONSTANT = {
    "evt.latency": 0,
    "evt.latency.ns": 0,
    "evt.latency.s": 0,
    "evt.latency.quantized": 0,
    "evt.latency.human": "0ns",
    "evt.wait_latency": 0,
}
_ENTER_ONLY = frozenset(
    {
        "procexit",
        "signaldeliver",
        "switch",
        "page_fault",
        "drop",
        "container",
        "asyncevent",
        "pluginevent",
        "notification",
        "infra",
    }
)
_SUFFIXED = ("evt.arg", "evt.rawarg", "evt.abspath", "thread.cgroup", "proc.env", "evt.type.is")
_LABELS = {"k8s.pod.label": "k8s.pod.labels", "container.label": "container.labels"}


def getter(name: str, argument: str | None) -> Getter:
    """How to read ``name[argument]`` from an event; built once, when the condition is compiled."""
    key = name if argument is None else f"{name}[{argument}]"
    if argument is None:
        return _plain_getter(name)
    if name in ANCESTORS:
        return _ancestor_getter(name, key, argument)
    if name == "proc.args" and _is_index(argument):
        return _argument_getter(key, int(argument))
    if name in ("evt.arg", "evt.rawarg") and _is_index(argument):
        index = int(argument)

        def by_position(event: Event) -> Any:
            fields = event.fields
            if key in fields:
                return fields[key]
            args = fields.get(name)
            if isinstance(args, Mapping) and index < len(args):
                return list(args.values())[index]
            return None

        return by_position
    if name == "fd.types":
        return lambda event: _as_tuple(event.fields.get(key))  # a list of one: the type of that descriptor
    if name == "proc.env":
        return lambda event: _env(event, key, argument)
    if name in _LABELS:
        return lambda event: event.fields.get(key, _label(event, name, argument))

    def by_key(event: Event) -> Any:
        fields = event.fields
        if key in fields:
            return fields[key]
        holder = fields.get(name)
        if isinstance(holder, Mapping):
            return holder.get(argument)
        if isinstance(holder, tuple) and _is_index(argument):
            index = int(argument)
            return holder[index] if index < len(holder) else None
        return None

    return by_key


def _is_index(argument: str) -> bool:
    return argument.isascii() and argument.isdigit() and len(argument) <= 4000  # Python reads no more digits


def _plain_getter(name: str) -> Getter:
    if name == "evt.num":
        return lambda event: event.num
    if name == "evt.type":
        return lambda event: event.type
    if name in ("evt.rawtime", "evt.time.ns"):
        return lambda event: event.fields.get(name, event.time_ns)
    if name == "evt.source":
        return lambda event: event.source
    if name == "syscall.type":
        return lambda event: event.fields.get(name, None if event.type in _ENTER_ONLY else event.type)
    if name == "evt.dir":
        return lambda event: event.fields.get(name, ">" if event.type in _ENTER_ONLY else "<")
    if name in _DERIVED:
        derived = _DERIVED[name]
        return lambda event: event.fields[name] if name in event.fields else derived(event)
    if name in _CONSTANT:
        constant = _CONSTANT[name]
        return lambda event: event.fields.get(name, constant)
    for base in _SUFFIXED:
        if name.startswith(base + "."):
            suffix = name[len(base) + 1 :]
            if base == "evt.type.is":
                return lambda event: 0
            return lambda event: _suffixed(event, name, base, suffix)
    if name in ("proc.args", "proc.aargs"):
        return lambda event: _joined(event.fields.get(name))
    if name == "proc.env":
        return lambda event: _env_text(event.fields.get(name))
    if name == "fd.dev":
        return _device
    if name == "fd.types":
        return lambda event: _as_tuple(event.fields.get(name))
    return lambda event: event.fields.get(name)


def _device(event: Event) -> Any:
    """Alert logs have the device number in hexadecimal, which is how Falco prints it."""
    value = event.fields.get("fd.dev")
    if isinstance(value, str):
        try:
            return int(value, 16)
        except ValueError:
            return None
    return value


def _as_tuple(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, (tuple, list)) else None


def _suffixed(event: Event, name: str, base: str, suffix: str) -> Any:
    fields = event.fields
    if name in fields:
        return fields[name]
    holder = fields.get(base)
    return holder.get(suffix) if isinstance(holder, Mapping) else None


def _joined(value: Any) -> Any:
    return " ".join(str(item) for item in value) if isinstance(value, (tuple, list)) else value


def _env_text(value: Any) -> Any:
    return " ".join(f"{name}={text}" for name, text in value.items()) if isinstance(value, Mapping) else value


def _env(event: Event, key: str, variable: str) -> Any:
    fields = event.fields
    if key in fields:
        return fields[key]
    value = fields.get("proc.env")
    if isinstance(value, Mapping):
        return str(value.get(variable, "")).strip()
    return None


def _label(event: Event, name: str, key: str) -> Any:
    own = event.fields.get(name)
    # The one text of all labels is empty in a recording that has the map.
    labels = own if isinstance(own, Mapping) else event.fields.get(_LABELS[name], own)
    if isinstance(labels, Mapping):
        return labels.get(key)
    if isinstance(labels, str):
        for part in labels.split(", "):
            found, colon, value = part.partition(":")
            if colon and found == key:
                return value
    return None


def _argument_getter(key: str, index: int) -> Getter:
    def get(event: Event) -> Any:
        fields = event.fields
        if key in fields:
            return fields[key]
        value = fields.get("proc.args")
        if isinstance(value, (tuple, list)):
            return value[index] if index < len(value) else ""
        return None

    return get


def _ancestor_getter(name: str, key: str, argument: str) -> Getter:
    signed = argument[1:] if argument[:1] in ("-", "+") else argument
    if argument.startswith("-") or not _is_index(signed):
        return lambda event: (ancestors(event, name) or (None,))[0]
    index = int(signed)
    own = ANCESTORS[name]

    def get(event: Event) -> Any:
        fields = event.fields
        if key in fields:
            return fields[key]
        if index == 0:
            return fields.get(own)
        chain = fields.get(name)
        if isinstance(chain, (tuple, list)):
            return chain[index - 1] if index <= len(chain) else None
        return fields.get(_PARENT[name]) if index == 1 and name in _PARENT else None

    return get


_PARENT = {"proc.aname": "proc.pname", "proc.aexe": "proc.pexe", "proc.aexepath": "proc.pexepath", "proc.acmdline": "proc.pcmdline", "proc.apid": "proc.ppid"}  # fmt: skip


def ancestors(event: Event, name: str) -> tuple[Any, ...]:
    """Values of an ancestor field, parent first, without the process itself."""
    fields = event.fields
    chain = fields.get(name)
    if isinstance(chain, (tuple, list)):
        return tuple(chain)
    found: list[Any] = []
    index = 1
    while (value := fields.get(f"{name}[{index}]", fields.get(_PARENT.get(name, "")) if index == 1 else None)) is not None:
        found.append(value)
        index += 1
    return tuple(found)


def sides(event: Event, name: str) -> tuple[Any, ...]:
    """Values of the ends of a connection that ``name`` compares with; empty for what is no internet socket."""
    fields = event.fields
    found = tuple(value for key in SIDES[name] if (value := fields.get(key)) is not None)
    if found:
        return found
    if name == "fd.proto" and (texts := tuple(value for key in ("fd.cproto", "fd.sproto") if (value := fields.get(key)))):
        return texts
    # A socket that is not connected yet holds zeros, though no field shows them.
    if name in ("fd.ip", "fd.net", "fd.port", "fd.proto") and (nothing := _unconnected(fields.get("fd.type"))) is not None:
        return (nothing,) if name in ("fd.ip", "fd.net") else (0,)
    return ()


_UNCONNECTED = {"ipv4": "0.0.0.0", "ipv6": "::"}


def _unconnected(kind: Any) -> str | None:
    """None, too, for the list or map that a foreign file may hold in place of a word."""
    return _UNCONNECTED.get(kind) if isinstance(kind, str) else None


def has_descriptor(event: Event) -> bool:
    """What ``fd.ip exists`` tests: the event has information on a descriptor."""
    fields = event.fields
    return "fd.type" in fields or "fd.sip" in fields or "fd.cip" in fields
