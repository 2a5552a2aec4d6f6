"""Which threads a recording has, and what was there before its first event: the process list of a .scap file.

A file has one entry for each number, and every container of a recording begins its numbers anew. A process whose number was another's
before gets the number of its life above the number: the kernel's have 22 bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from trainer.events.model import Event, FieldValue
from trainer.events.scap_blocks import Process

PID_BITS = 22
HOST_NUMBERS = frozenset(("tid", "pid", "ptid", "pgid", "dpid"))
"""Parameters that hold the node's process numbers, in the events of processes."""
OF_PROCESSES = frozenset(("execve", "execveat", "clone", "clone3", "fork", "vfork", "signaldeliver"))
_FORKS = frozenset(("clone", "clone3", "fork", "vfork"))
_CREATES = frozenset(
    """open openat openat2 creat open_by_handle_at socket accept accept4 eventfd eventfd2 signalfd signalfd4 timerfd_create
    inotify_init inotify_init1 memfd_create pidfd_open pidfd_getfd userfaultfd epoll_create epoll_create1 io_uring_setup
    pipe pipe2 socketpair dup dup2 dup3""".split()  # noqa: SIM905
)
_STREAMS = ("stdin", "stdout", "stderr")


class Lives:
    """Follows the events in order."""

    def __init__(self) -> None:
        self._now: dict[int, int] = {}
        self._ended: set[int] = set()
        self._container: dict[int, FieldValue | None] = {}
        self.again = 0

    def follow(self, event: Event) -> dict[int, int]:
        """The node's numbers that the event has, and what the file has for them."""
        fields = event.fields
        tid = number_of(fields, "thread.tid", "proc.pid") or 0
        container = fields.get("container.id")
        if tid in self._ended or self._container.get(tid, container) != container:
            self._ended.discard(tid)
            self._now[tid] = self._now.get(tid, 0) + 1
            self.again += 1
        self._container[tid] = container
        if event.type == "procexit":
            self._ended.add(tid)
        parents = fields.get("proc.apid")
        numbers = {tid, number_of(fields, "proc.pid") or tid, number_of(fields, "proc.ppid") or 0}
        if isinstance(parents, tuple):
            numbers |= {item for item in parents if isinstance(item, int)}
        raw = fields.get("evt.rawarg")
        if event.type in OF_PROCESSES and isinstance(raw, Mapping):
            numbers |= {value for name in HOST_NUMBERS if isinstance(value := raw.get(name), int)}
        return {item: item | self._now[item] << PID_BITS for item in numbers if item in self._now}


def threads_before(events: Sequence[tuple[Event, Mapping[int, int]]]) -> list[Process]:
    """Threads that no event of the recording begins, and their ancestors."""
    found: dict[int, Process] = {}
    known: set[int] = set()
    opened: set[tuple[int, int]] = set()
    for event, numbers in events:
        number = number_of(event.fields, "thread.tid", "proc.pid") or 0
        tid = numbers.get(number, number)
        if tid not in known:
            known.add(tid)
            if not is_birth(event):
                found[tid] = _process(tid, event.fields, numbers)
                _streams(found[tid], event.fields)
        pid = number_of(event.fields, "proc.pid") or number
        _first_use(event, numbers.get(pid, pid), found, opened)
    for event, numbers in events:
        _ancestors(event.fields, numbers, found, known)
    return list(found.values())


def is_birth(event: Event) -> bool:
    """A new thread's own line of the call that made it."""
    return event.type in _FORKS and event.fields.get("evt.rawres") == 0


def _first_use(event: Event, pid: int, found: Mapping[int, Process], opened: set[tuple[int, int]]) -> None:
    """A descriptor that is used and was not opened was open before."""
    number = number_of(event.fields, "fd.num")
    if number is None or number < 0 or (pid, number) in opened:
        return
    opened.add((pid, number))
    owner = found.get(pid)
    if owner is not None and event.type not in _CREATES and event.fields.get("fd.type") is not None:
        owner.fds.setdefault(number, (str(event.fields["fd.type"]), str(event.fields.get("fd.name", ""))))


def _process(tid: int, fields: Mapping[str, FieldValue], numbers: Mapping[int, int]) -> Process:
    pid, parent = number_of(fields, "proc.pid") or tid, number_of(fields, "proc.ppid") or 0
    env = fields.get("proc.env")
    args = fields.get("proc.args")
    cwd = str(fields.get("proc.cwd", "/"))
    return Process(
        tid=tid,
        pid=numbers.get(pid, pid),
        ptid=numbers.get(parent, parent),
        sid=number_of(fields, "proc.sid") or 0,
        vpgid=number_of(fields, "proc.vpgid") or 0,
        comm=str(fields.get("proc.name", "")),
        exe=str(fields.get("proc.exe", "")),
        exepath=str(fields.get("proc.exepath", "")),
        args=tuple(str(item) for item in args) if isinstance(args, tuple) else (),
        cwd=cwd if len(cwd) == 1 else cwd.rstrip("/"),
        uid=number_of(fields, "user.uid") or 0,
        gid=number_of(fields, "group.gid") or 0,
        env={name: str(value) for name, value in env.items()} if isinstance(env, Mapping) else {},
        vtid=number_of(fields, "thread.vtid") or tid,
        vpid=number_of(fields, "proc.vpid") or tid,
        tty=number_of(fields, "proc.tty") or 0,
        loginuid=value if (value := number_of(fields, "user.loginuid")) is not None else -1,
    )


def _streams(process: Process, fields: Mapping[str, FieldValue]) -> None:
    for number, name in enumerate(_STREAMS):
        kind = fields.get(f"proc.{name}.type")
        if isinstance(kind, str):
            process.fds[number] = (kind, str(fields.get(f"proc.{name}.name", "")))


def _ancestors(fields: Mapping[str, FieldValue], numbers: Mapping[int, int], found: dict[int, Process], known: set[int]) -> None:
    """The process's parents, as far as none of them has events of its own."""
    pids, names, exes = fields.get("proc.apid"), fields.get("proc.aname"), fields.get("proc.aexe")
    paths, args = fields.get("proc.aexepath"), fields.get("proc.aargs")
    lists = (pids, names, exes, paths, args)
    if not all(isinstance(item, tuple) for item in lists):
        return
    rows = list(zip(*cast("tuple[tuple[FieldValue, ...], ...]", lists), strict=False))
    for index, (pid, name, exe, path, arguments) in enumerate(rows):
        if not isinstance(pid, int) or numbers.get(pid, pid) in known:
            continue
        pid = numbers.get(pid, pid)
        known.add(pid)
        parent = rows[index + 1][0] if index + 1 < len(rows) else 0
        found[pid] = Process(
            tid=pid,
            pid=pid,
            ptid=numbers.get(parent, parent) if isinstance(parent, int) else 0,
            comm=str(name),
            exe=str(exe),
            exepath=str(path),
            args=tuple(str(arguments).split()),
            vtid=pid,
            vpid=pid,
        )


def number_of(fields: Mapping[str, FieldValue], *names: str) -> int | None:
    """The first of the fields that holds a number."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None
