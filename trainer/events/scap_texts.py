"""Parameters of a .scap file's events as Falco shows them: evt.arg, evt.args and what is in parentheses there."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from trainer.events.model import FieldValue
from trainer.events.scap_blocks import Process
from trainer.events.scap_state import AT_FDCWD, FORKS, State, shown_pid

_PRINTABLE = bytes(code if 32 <= code < 127 else 46 for code in range(256))
_BUFFER_MAX = 80
_FLAGS = {"open": "file", "how": "file", "fdflags": "file", "resolve": "resolve", "creatflags": "creat", "pidfdflags": "pidfd"}
_OCTAL = frozenset(("octal", "openmode", "howmode", "mode", "permissions"))
_HEX = frozenset(("hex", "hexret", "cap", "acceptflags", "pairend", "ptraceaddr"))
_CAPS = frozenset(("cap_inheritable", "cap_permitted", "cap_effective"))
_PIDS = frozenset(("tid", "pid", "ptid", "pgid", "dpid"))


class Texts:
    """Names of flags and errors are the capture's; who reads a .scap file needs them, who reads a recording does not."""

    def __init__(self, state: State) -> None:
        self._state = state
        flags: Any = import_module("trainer.capture.flags")
        table: Any = import_module("trainer.capture.decode_table")
        self._tables: Mapping[str, tuple[tuple[str, int], ...]] = flags.TABLES
        self._enums: Mapping[str, Mapping[int, str]] = flags.ENUMS
        self._names = flags.flag_names
        self.capabilities = flags.capability_names
        self.errors: Mapping[int, str] = import_module("trainer.capture.errnos").ERRNO_NAMES
        self._signals: Mapping[int, str] = import_module("trainer.capture.strace").SIGNALS
        self._kinds = {(event, name): (kind, args) for event, params in table.PARAMS.items() for name, kind, args in params}
        self.categories: Mapping[str, str] = table.CATEGORY

    def shown(self, event: str, name: str, of: str, thread: Process, values: Mapping[str, FieldValue]) -> tuple[str, str]:
        """Text, and what is in parentheses behind it ("" for nothing)."""
        value = values[name]
        kind, args = self._kinds.get((event, name), ("", ()))
        if isinstance(value, bytes):
            # Lists of arguments and variables are shown whole.
            data = value if name in ("args", "env", "cgroups") else value[:_BUFFER_MAX]
            return (data.translate(_PRINTABLE).decode("ascii") if value else "NULL"), ""
        if isinstance(value, str):
            return value or "<NA>", self._path(kind or name, name, value, thread, values)
        if not isinstance(value, int):
            return str(value), ""
        if name in _PIDS and not kind:
            other = self._state.threads.get(value)
            return str(shown_pid(value)), other.comm if other is not None else ""
        if name in _CAPS or (kind in _HEX and value >= 0):
            return f"{value:X}", ""
        if kind in _OCTAL:
            resolved = self._names(value, self._tables["mode"]) if kind in ("mode", "permissions") else ""
            return (f"0{value:o}" if value else "0"), resolved
        return str(value), self._number(event, name, kind, args, of, value, thread)

    def _number(self, event: str, name: str, kind: str, args: tuple[int | str, ...], of: str, value: int, thread: Process) -> str:
        if kind in ("fd", "fdret", "pairfd") or of == "fd":
            return self._fd(value, thread)
        if kind in ("res", "pidret", "mres", "hexret") or name == "res" or (kind == "optval" and value < 0):
            return self.errors.get(-value, "") if value < 0 else ""
        if kind in _FLAGS or kind == "flags":
            return str(self._names(value, self._tables[_FLAGS.get(kind) or str(args[-1])]))
        if kind in ("enum", "enumhex", "level", "optname"):
            table = {"level": "level", "optname": "sockopt"}.get(kind) or str(args[-1])
            return self._enums[table].get(value, "")
        if name == "flags" and not kind:
            return str(self._names(value, self._tables["clone" if event in FORKS else "execve"]))
        if name == "sig":
            return self._signals.get(value, "")
        if name == "loginuid" or (of == "id" and value < 0):
            return "<NONE>" if value < 0 else ""
        if of == "id":
            return self._state.groups.get(value, "") if name.endswith("gid") else self._state.users.get(value, ("",))[0]
        if kind == "timespec":
            return f"{value / 1e9:g}s"
        if kind == "pid":
            return "<NA>" if value == 1 else ""
        return ""

    def _fd(self, number: int, thread: Process) -> str:
        if number == AT_FDCWD:
            return "AT_FDCWD"
        if number < 0:
            return self.errors.get(-number, "")
        info = self._state.table(thread).get(number)
        return f"<{info.char}{info.protocol[:1]}>{info.name}" if info is not None else ""

    def _path(self, kind: str, name: str, value: str, thread: Process, values: Mapping[str, FieldValue]) -> str:
        if not value or value.startswith("/"):
            return ""
        if kind in ("path", "filename"):
            return self._state.resolve(thread, value)
        if kind == "rel":
            folder = {"oldpath": ("olddirfd", "olddir"), "newpath": ("newdirfd", "newdir"), "linkpath": ("linkdirfd",)}.get(name)
            for candidate in folder or ("dirfd",):
                dirfd = values.get(candidate)
                if isinstance(dirfd, int):
                    return self._state.resolve(thread, value, dirfd)
        return ""
