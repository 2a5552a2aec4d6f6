"""The thread table: who runs what, as whom, from whom, with which descriptors open."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from trainer.capture.model import ContainerInfo
from trainer.events import FieldValue

ARGS_MAX = 4096
COMM_MAX = 15


@dataclass(frozen=True, slots=True)
class FdInfo:
    """What a descriptor leads to. Changed by replacing."""

    kind: str
    """fd.type; "" is Falco's <NA>."""
    char: str
    name: str = ""
    nameraw: str = ""
    layer: int = 0
    """1 upper, 2 lower."""
    protocol: str = ""
    role: str = ""
    """client or server."""
    local: tuple[str, int] | None = None
    """Own address as the kernel has it, before Falco looks for an interface."""
    client: tuple[str, int] | None = None
    server: tuple[str, int] | None = None
    connected: bool = False
    cloexec: bool = False
    socket_type: int = 0
    backlog: int = 0
    inode: str = ""
    ends: tuple[str, str] | None = None
    """Of a socketpair: its own kernel address and the other's."""
    real: str = ""
    """The file itself, links followed."""

    def with_(self, **changes: object) -> FdInfo:
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


@dataclass(slots=True)
class Thread:
    """One thread; ``process`` is its main thread (itself for a main thread)."""

    tid: int
    host_tid: int
    vtid: int
    parent: Thread | None
    container: ContainerInfo | None
    action: str | None
    comm: str = ""
    next_comm: str = ""
    """Name that the next fork passes on: prctl does not change what Falco shows."""
    exe: str = ""
    exepath: str = ""
    args: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    cwd: str = "/"
    uid: int = 0
    gid: int = 0
    ruid: int = 0
    suid: int = 0
    rgid: int = 0
    sgid: int = 0
    permitted: int = 0
    effective: int = 0
    inheritable: int = 0
    bounding: int = 0
    """Most that an execve can give; Falco learns the result at the execve."""
    loginuid: int = -1
    tty: int = 0
    sid: int = 0
    vpgid: int = 0
    real_vpgid: int = 0
    """The kernel's; Falco learns of a setpgid at the next execve."""
    exe_flags: int = 0
    """Writable 1, upper 2, memfd 4, lower 8."""
    start_ns: int = 0
    main: Thread | None = None
    threads: int = 1
    alive: bool = True
    heard_ns: int = 0
    """When its last call began."""
    lingers: bool = False
    """It ended a moment ago and is still shown as parent and leader."""
    ending: bool = False
    """Its exit is being shown: it counts no more."""
    announced: bool = True
    """Its own line of the clone was shown (or never will be)."""
    birth: tuple[str, str] = ("clone", "")
    shown: bool = False
    """After the first execve of the action's own program."""
    fds: dict[int, FdInfo] = field(default_factory=dict)
    fds_version: int = 0
    """Changes of the standard streams, which are fields of every event."""
    env_shown: tuple[tuple[str, ...], dict[str, FieldValue]] | None = None
    cache_key: tuple[int, int, int, int] = (-1, -1, -1, -1)
    cache: dict[str, FieldValue] = field(default_factory=dict)

    @property
    def process(self) -> Thread:
        return self.main or self

    def ancestors(self) -> Iterator[Thread]:
        """Parent first; only processes."""
        seen = 0
        parent = self.process.parent
        while parent is not None and seen < 64:
            yield parent.process
            parent = parent.process.parent
            seen += 1


def cut_args(exe: str, args: list[str]) -> tuple[str, ...]:
    """Arguments as Falco keeps them: with argv[0] they share one page."""
    left = ARGS_MAX - len(exe.encode("utf-8", "surrogateescape")) - 1
    kept: list[str] = []
    for arg in args:
        raw = arg.encode("utf-8", "surrogateescape")
        if len(raw) + 1 > left:
            if left > 1:
                kept.append(raw[: left - 1].decode("utf-8", "surrogateescape"))
            break
        kept.append(arg)
        left -= len(raw) + 1
    return tuple(kept)


def comm_of(path: str) -> str:
    name = path.rsplit("/", 1)[-1].encode("utf-8", "surrogateescape")[:COMM_MAX]
    return name.decode("utf-8", "surrogateescape")


def normalise(path: str) -> str:
    """Path without ``.``, ``..`` and doubled slashes; links stay. An absolute path in, an absolute path out."""
    if "/." not in path and "//" not in path and not path.endswith("/"):
        return path
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def join(folder: str, path: str) -> str:
    if path.startswith("/"):
        return normalise(path)
    return normalise(f"{folder.rstrip('/')}/{path}")


class Users:
    """Names of one container's passwd and group files."""

    def __init__(self, passwd: str, group: str) -> None:
        self.users: dict[int, tuple[str, str, str]] = {}
        self.groups: dict[int, str] = {}
        for line in passwd.splitlines():
            parts = line.split(":")
            if len(parts) >= 7 and parts[2].isdecimal():
                self.users.setdefault(int(parts[2]), (parts[0], parts[5], parts[6]))
        for line in group.splitlines():
            parts = line.split(":")
            if len(parts) >= 3 and parts[2].isdecimal():
                self.groups.setdefault(int(parts[2]), parts[0])

    def forget(self) -> None:
        self.users, self.groups = {}, {}

    def user(self, uid: int) -> tuple[str, str, str]:
        """Name, home and shell."""
        found = self.users.get(uid)
        if found is None:
            return ("root", "/root", "<NA>") if uid == 0 else ("<NA>", "<NA>", "<NA>")
        return found

    def group(self, gid: int) -> str:
        return self.groups.get(gid, "root" if gid == 0 else "<NA>")


class Links:
    """Symbolic links of an image, to find the file that a program's path leads to."""

    def __init__(self, container: ContainerInfo) -> None:
        self.links = dict(container.links)

    def resolve(self, path: str) -> str:
        return resolved(self.links, path)


def resolved(links: Mapping[str, str], path: str) -> str:
    for _ in range(40):
        parts = path.split("/")
        for index in range(2, len(parts) + 1):
            head = "/".join(parts[:index])
            target = links.get(head)
            if target is not None:
                rest = "/".join(parts[index:])
                base = join(head.rsplit("/", 1)[0] or "/", target)
                path = join(base, rest) if rest else base
                break
        else:
            return path
    return path
