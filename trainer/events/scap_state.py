"""Threads and descriptors of a .scap file, followed from event to event."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, replace

from trainer.events.descriptors import unknown_fd_fields
from trainer.events.model import FieldValue
from trainer.events.scap_blocks import Process, Users
from trainer.events.scap_lives import PID_BITS

Fields = dict[str, FieldValue]
AT_FDCWD = -100
FORKS = frozenset(("clone", "clone3", "fork", "vfork"))
OPENS = frozenset(("open", "openat", "openat2", "creat", "open_by_handle_at"))
_NEW = {"eventfd": "event", "eventfd2": "event", "signalfd": "signalfd", "signalfd4": "signalfd", "timerfd_create": "timerfd"}
_NEW |= {"inotify_init": "inotify", "inotify_init1": "inotify", "epoll_create": "eventpoll", "epoll_create1": "eventpoll"}
_NEW |= {"userfaultfd": "userfaultfd", "memfd_create": "memfd", "pidfd_open": "pidfd", "io_uring_setup": "iouring"}
_CHARS = {"file": "f", "directory": "d", "ipv4": "4", "ipv6": "6", "unix": "u", "pipe": "p", "event": "e", "signalfd": "s"}
_CHARS |= {"eventpoll": "l", "inotify": "i", "timerfd": "t", "netlink": "n", "memfd": "m", "userfaultfd": "u", "pidfd": "P"}
_FAMILIES = {1: "unix", 2: "ipv4", 10: "ipv6", 16: "netlink"}
_O_DIRECTORY, _O_CLOEXEC, _SOCK_CLOEXEC = 1024, 4096, 0o2000000
_CLONE_FILES, _CLONE_THREAD = 1, 1 << 13
_F_DUPFD, _F_SETFD, _F_DUPFD_CLOEXEC = 1, 3, 26
_EINPROGRESS = -115
_MOST_ANCESTORS = 100


@dataclass(frozen=True, slots=True)
class Fd:
    kind: str
    name: str
    protocol: str = ""
    server: bool = False
    cloexec: bool = False
    wanted: str = ""
    """Protocol that a socket will have once it is bound or connected."""

    @property
    def char(self) -> str:
        return _CHARS.get(self.kind, "o")


def join(folder: str, path: str) -> str:
    full = posixpath.normpath(posixpath.join(folder or "/", path))
    return full[1:] if full.startswith("//") else full


def _int(values: Mapping[str, FieldValue], *names: str) -> int | None:
    for name in names:
        value = values.get(name)
        if isinstance(value, int):
            return value
    return None


def _text(values: Mapping[str, FieldValue], *names: str) -> str:
    return next((value for name in names if isinstance(value := values.get(name), str) and value), "")


class State:
    def __init__(self, threads: list[Process]) -> None:
        self.threads = {item.tid: item for item in threads}
        self.fds: dict[int, dict[int, Fd]] = {}
        self.users: Users = {}
        self.groups: dict[int, str] = {}
        for item in threads:
            self.fds[item.tid] = {number: Fd(kind, name) for number, (kind, name) in item.fds.items()}

    def thread(self, tid: int) -> Process:
        found = self.threads.get(tid)
        if found is None:
            found = self.threads[tid] = Process(tid, tid, ptid=0, vtid=tid, vpid=tid)
        return found

    def table(self, thread: Process) -> dict[int, Fd]:
        return self.fds.setdefault(thread.pid if thread.pid in self.threads else thread.tid, {})

    def resolve(self, thread: Process, path: str, dirfd: int | None = None) -> str:
        """Absolute path."""
        if path.startswith("/") or dirfd in (None, AT_FDCWD):
            return join(self._process(thread).cwd, path)
        folder = self.table(thread).get(dirfd or 0)
        return join(folder.name, path) if folder is not None and folder.kind in ("file", "directory") else f"<UNKNOWN>/{path}"

    def _process(self, thread: Process) -> Process:
        return self.threads.get(thread.pid, thread)

    def before(self, event: str, thread: Process, values: Mapping[str, FieldValue]) -> int | None:
        """What the event changes; returns the descriptor that the event is about."""
        table = self.table(thread)
        result = _int(values, "res", "fd")
        number = _int(values, "fd", "oldfd", "dirfd")
        if event in OPENS:
            opened = _int(values, "fd")
            flags = _int(values, "flags") or 0
            if opened is not None and opened >= 0:
                name = self.resolve(thread, _text(values, "name", "path"), _int(values, "dirfd"))
                kind = "directory" if flags & _O_DIRECTORY else "file"
                table[opened] = Fd(kind, name, cloexec=bool(flags & _O_CLOEXEC))
            return opened
        if event == "socket" and number is not None:
            if number >= 0:
                type_ = _int(values, "type") or 0
                protocol = {1: "tcp", 2: "udp"}.get(type_ & 15, "")
                family = _FAMILIES.get(_int(values, "domain") or 0, "")
                wanted = protocol if family[:2] == "ip" else ""
                table[number] = Fd(family, "", wanted=wanted, cloexec=bool(type_ & _SOCK_CLOEXEC))
        elif event in ("connect", "bind", "accept", "accept4"):
            self._socket(event, table, values, number, result)
        elif event == "copy_file_range":
            return _int(values, "fdout")
        elif event in ("dup", "dup2", "dup3") and result is not None:
            source = table.get(_int(values, "oldfd", "fd") or 0)
            if result >= 0 and source is not None:
                table[result] = replace(source, cloexec=bool((_int(values, "flags") or 0) & _O_CLOEXEC))
            return result
        elif event == "fcntl" and result is not None and number in table:
            command = _int(values, "cmd")
            if command in (_F_DUPFD, _F_DUPFD_CLOEXEC) and result >= 0:
                table[result] = replace(table[number], cloexec=command == _F_DUPFD_CLOEXEC)
            elif command == _F_SETFD:
                table[number] = replace(table[number], cloexec=bool((_int(values, "arg") or 0) & 1))
        elif event in ("pipe", "pipe2", "socketpair"):
            for name in ("fd1", "fd2"):
                end = _int(values, name)
                if end is not None and end >= 0 and result == 0:
                    cloexec = bool((_int(values, "flags") or 0) & _O_CLOEXEC)
                    table[end] = Fd("unix" if event == "socketpair" else "pipe", "", cloexec=cloexec)
            return _int(values, "fd2")
        elif event in _NEW:
            created = _int(values, "res", "fd")
            if created is not None and created >= 0:
                table[created] = Fd(_NEW[event], _text(values, "name"))
            return created
        elif event in FORKS:
            self._fork(thread, values)
        elif event in ("execve", "execveat"):
            self._execve(thread, values)
        else:
            self._process_call(event, thread, values)
        return number

    def _socket(
        self, event: str, table: dict[int, Fd], values: Mapping[str, FieldValue], number: int | None, result: int | None
    ) -> None:
        pair, address = _text(values, "tuple"), _text(values, "addr")
        old = table.get(number if number is not None else -1)
        if number is None or number < 0:
            return
        if event.startswith("accept"):
            kind = "unix" if "." not in pair and "::" not in pair else "ipv6" if pair.count(":") > 2 else "ipv4"
            table[number] = Fd(kind, pair, "" if kind == "unix" else "tcp", server=True)
        elif old is not None and event == "connect" and result is not None and (result >= 0 or result == _EINPROGRESS) and pair:
            table[number] = replace(old, name=pair, protocol=old.wanted)
        elif old is not None and event == "bind" and result == 0 and address:
            table[number] = replace(old, name=address, protocol=old.wanted, server=True)

    def _fork(self, thread: Process, values: Mapping[str, FieldValue]) -> None:
        if _int(values, "res") != 0:
            return
        ptid = _int(values, "ptid") or 0
        flags = _int(values, "flags") or 0
        maker = self.threads.get(ptid)
        if maker is None:
            maker = thread
        pid = _int(values, "pid") or thread.tid
        leader = self.threads.get(pid) if flags & _CLONE_THREAD and pid != thread.tid else None
        child = replace(
            leader or maker,
            tid=thread.tid,
            pid=pid,
            ptid=leader.ptid if leader is not None else ptid,
            comm=_text(values, "comm") or maker.comm,
            exe=_text(values, "exe") or maker.exe,
            args=_strings(values.get("args")) or maker.args,
            uid=value if (value := _int(values, "uid")) is not None else maker.uid,
            gid=value if (value := _int(values, "gid")) is not None else maker.gid,
            vtid=_int(values, "vtid") or thread.tid,
            vpid=_int(values, "vpid") or pid,
            fds={},
        )
        self.threads[thread.tid] = child
        if leader is None:
            table = self.table(maker) if maker is not thread else {}
            self.fds[child.tid] = table if flags & _CLONE_FILES else dict(table)

    def _execve(self, thread: Process, values: Mapping[str, FieldValue]) -> None:
        if _int(values, "res") != 0:
            return
        filename = _text(values, "filename")
        path = _text(values, "trusted_exepath") or (self.resolve(thread, filename) if filename else "")
        self.threads[thread.tid] = replace(
            thread,
            comm=_text(values, "comm") or thread.comm,
            exe=_text(values, "exe"),
            exepath=path or thread.exepath,
            args=_strings(values.get("args")),
            env=dict(item.split("=", 1) for item in _strings(values.get("env")) if "=" in item),
            cgroups=value if isinstance(value := values.get("cgroups"), bytes) and value else thread.cgroups,
            tty=value if (value := _int(values, "tty")) is not None else thread.tty,
            vpgid=_int(values, "vpgid") or thread.vpgid,
            loginuid=value if (value := _int(values, "loginuid")) is not None else thread.loginuid,
            uid=value if (value := _int(values, "uid")) is not None else thread.uid,
            gid=value if (value := _int(values, "gid")) is not None else thread.gid,
            ptid=_int(values, "ptid") or thread.ptid,
            exe_flags=value if (value := _int(values, "flags")) is not None else thread.exe_flags,
        )
        table = self.table(thread)
        for number in [number for number, item in table.items() if item.cloexec]:
            del table[number]

    def _process_call(self, event: str, thread: Process, values: Mapping[str, FieldValue]) -> None:
        result = _int(values, "res")
        if result is None or result < 0:
            return
        process = self._process(thread)
        if event == "chdir":
            process.cwd = self.resolve(thread, _text(values, "path"))
        elif event == "fchdir" and (folder := self.table(thread).get(_int(values, "fd") or 0)) is not None:
            process.cwd = folder.name
        elif event in ("setuid", "setresuid", "setreuid") and (value := _int(values, "euid", "uid")) is not None and value >= 0:
            thread.uid = value
        elif event in ("setgid", "setresgid", "setregid") and (value := _int(values, "egid", "gid")) is not None and value >= 0:
            thread.gid = value
        elif event == "setsid":
            process.sid = result

    def after(self, event: str, thread: Process, values: Mapping[str, FieldValue]) -> None:
        """What is gone once the event has been shown."""
        if event == "close" and _int(values, "res") == 0:
            self.table(thread).pop(_int(values, "fd") or 0, None)
        elif event == "procexit":
            self.threads.pop(thread.tid, None)
            self.fds.pop(thread.tid, None)

    def fd_fields(self, event: str, thread: Process, number: int | None, values: Mapping[str, FieldValue]) -> Fields:
        if number is None:
            return {}
        info = self.table(thread).get(number)
        if info is None:
            return unknown_fd_fields(number, event, *self._tried(event, thread, values))
        name = info.name
        fields: Fields = {"fd.num": number, "fd.type": info.kind, "fd.typechar": info.char, "fd.name": name, "fd.nameraw": name}
        fields |= {"fd.l4proto": info.protocol or "<NA>", "fd.is_server": info.server and "->" not in name}
        if info.char == "f":
            folder, _, filename = name.rpartition("/")
            fields |= {"fd.directory": folder or "/", "fd.filename": filename or "/"}
        elif info.char == "d":
            fields["fd.directory"] = name
        elif info.kind == "unix":
            fields["fd.sockfamily"] = "unix"
        elif info.kind in ("ipv4", "ipv6"):
            fields["fd.sockfamily"] = "ip"
            fields |= _addresses(name)
        return fields

    def _tried(self, event: str, thread: Process, values: Mapping[str, FieldValue]) -> tuple[str, str]:
        """The name, whole and as given, that an event without a descriptor is shown with."""
        if event in OPENS:
            raw = _text(values, "name", "path")
            return self.resolve(thread, raw, _int(values, "dirfd")) if raw else "", raw
        return ("NULL", "NULL") if event in ("accept", "accept4", "connect") else ("", "")

    def lettered(self, thread: Process, text: str) -> str:
        """A list of descriptors with the letters of their kinds."""
        table = self.table(thread)
        pairs = (item.split(":", 1) for item in text.split())
        return " ".join(f"{number}:{info.char if (info := table.get(int(number))) else ''}{flags}" for number, flags in pairs)

    def process_fields(self, thread: Process) -> Fields:
        process = self._process(thread)
        ancestors = self._ancestors(process)
        fields: Fields = {
            "proc.name": process.comm,
            "proc.exe": process.exe,
            "proc.exepath": process.exepath,
            "proc.args": process.args,
            "proc.cmdline": _line(process),
            "proc.exeline": " ".join((process.exe, *process.args)),
            "proc.cmdnargs": len(process.args),
            "proc.cmdlenargs": sum(len(item.encode("utf-8", "surrogateescape")) for item in process.args),
            "proc.env": dict(process.env),
            "proc.cwd": process.cwd if process.cwd.endswith("/") else process.cwd + "/",
            "proc.pid": shown_pid(process.pid),
            "proc.vpid": process.vpid,
            "proc.sid": process.sid,
            "proc.vpgid": process.vpgid,
            "proc.tty": process.tty,
            "proc.is_sid_leader": process.sid == process.vpid,
            "proc.is_vpgid_leader": process.vpgid == process.vpid,
            "proc.is_exe_writable": bool(process.exe_flags & 1),
            "proc.is_exe_upper_layer": bool(process.exe_flags & 2),
            "proc.is_exe_from_memfd": bool(process.exe_flags & 4),
            "proc.is_exe_lower_layer": bool(process.exe_flags & 8),
            "proc.fdopencount": len(self.table(thread)),
            "thread.tid": shown_pid(thread.tid),
            "thread.vtid": thread.vtid,
            "thread.ismain": thread.tid == thread.pid,
            "user.uid": thread.uid,
            "user.loginuid": thread.loginuid,
            "group.gid": thread.gid,
        }
        if thread.uid in self.users:
            fields["user.name"], fields["user.homedir"], fields["user.shell"] = self.users[thread.uid]
        if thread.gid in self.groups:
            fields["group.name"] = self.groups[thread.gid]
        table = self.table(thread)
        for number, stream in enumerate(("stdin", "stdout", "stderr")):
            if (info := table.get(number)) is not None:
                fields[f"proc.{stream}.type"], fields[f"proc.{stream}.name"] = info.kind or "<NA>", info.name
        if ancestors:
            parent = ancestors[0]
            fields |= {
                "proc.ppid": shown_pid(parent.pid),
                "proc.pvpid": parent.vpid,
                "proc.pname": parent.comm,
                "proc.pexe": parent.exe,
                "proc.pexepath": parent.exepath,
                "proc.pcmdline": _line(parent),
                "proc.aname": tuple(item.comm for item in ancestors),
                "proc.aexe": tuple(item.exe for item in ancestors),
                "proc.aexepath": tuple(item.exepath for item in ancestors),
                "proc.acmdline": tuple(_line(item) for item in ancestors),
                "proc.aargs": tuple(" ".join(item.args) for item in ancestors),
                "proc.apid": tuple(shown_pid(item.pid) for item in ancestors),
            }
        return fields

    def _ancestors(self, process: Process) -> list[Process]:
        found: list[Process] = []
        parent = self.threads.get(process.ptid)
        while parent is not None and len(found) < _MOST_ANCESTORS:
            parent = self._process(parent)
            found.append(parent)
            parent = self.threads.get(parent.ptid) if parent.ptid != parent.tid else None
        return found


def _strings(data: FieldValue | None) -> tuple[str, ...]:
    if not isinstance(data, bytes) or not data:
        return ()
    items = data.decode("utf-8", "surrogateescape").split("\0")
    return tuple(items[:-1] if data.endswith(b"\0") else items)


def _line(process: Process) -> str:
    return " ".join((process.comm, *process.args))


def shown_pid(number: int) -> int:
    """Without the count of lives that `scap_lives` puts above the kernel's bits."""
    return number & (1 << PID_BITS) - 1 if number > 0 else number


def _addresses(name: str) -> Fields:
    client, arrow, server = name.partition("->")
    fields: Fields = {}
    for prefix, text in (("c", client if arrow else ""), ("s", server or client)):
        address, colon, port = text.rpartition(":")
        if colon and port.isdecimal():
            fields |= {f"fd.{prefix}ip": address, f"fd.{prefix}port": int(port), f"fd.{prefix}proto": port}
            if arrow:
                other = {"c": "r", "s": "l"}[prefix]
                fields |= {f"fd.{other}ip": address, f"fd.{other}port": int(port), f"fd.{other}proto": port}
    return fields
