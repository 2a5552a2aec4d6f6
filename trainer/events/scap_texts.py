"""Parameters of a .scap file's events as Falco shows them: evt.arg, evt.args and what is in parentheses there."""

from __future__ import annotations

from collections.abc import Mapping

from trainer.events import event_table, flags
from trainer.events.errnos import ERRNO_NAMES
from trainer.events.model import FieldValue
from trainer.events.scap_blocks import Process
from trainer.events.scap_state import AT_FDCWD, FORKS, State, shown_pid
from trainer.events.signals import SIGNALS

_PRINTABLE = bytes(code if 32 <= code < 127 else 46 for code in range(256))
_BUFFER_MAX = 80
_FLAGS = {"open": "file", "how": "file", "fdflags": "file", "resolve": "resolve", "creatflags": "creat", "pidfdflags": "pidfd"}
_OCTAL = frozenset(("octal", "openmode", "howmode", "mode", "permissions"))
_HEX = frozenset(("hex", "hexret", "cap", "acceptflags", "pairend", "ptraceaddr"))
_CAPS = frozenset(("cap_inheritable", "cap_permitted", "cap_effective"))
_PIDS = frozenset(("tid", "pid", "ptid", "pgid", "dpid"))


class Texts:
    """What a parameter's text says besides its value: names of flags, errors, signals, processes."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._kinds = {(event, name): (kind, args) for event, params in event_table.PARAMS.items() for name, kind, args in params}

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
            resolved = flags.flag_names(value, flags.TABLES["mode"]) if kind in ("mode", "permissions") else ""
            return (f"0{value:o}" if value else "0"), resolved
        return str(value), self._number(event, name, kind, args, of, value, thread)

    def _number(self, event: str, name: str, kind: str, args: tuple[int | str, ...], of: str, value: int, thread: Process) -> str:
        if kind in ("fd", "fdret", "pairfd") or of == "fd":
            return self._fd(value, thread)
        if kind in ("res", "pidret", "mres", "hexret") or name == "res" or (kind == "optval" and value < 0):
            return ERRNO_NAMES.get(-value, "") if value < 0 else ""
        if kind in _FLAGS or kind == "flags":
            return str(flags.flag_names(value, flags.TABLES[_FLAGS.get(kind) or str(args[-1])]))
        if kind in ("enum", "enumhex", "level", "optname"):
            table = {"level": "level", "optname": "sockopt"}.get(kind) or str(args[-1])
            return flags.ENUMS[table].get(value, "")
        if name == "flags" and not kind:
            return str(flags.flag_names(value, flags.TABLES["clone" if event in FORKS else "execve"]))
        if name == "sig":
            return SIGNALS.get(value, "")
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
            return ERRNO_NAMES.get(-number, "")
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
