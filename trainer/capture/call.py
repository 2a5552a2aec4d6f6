"""One finished system call on its way to an event: arguments, result, and the thread that made it."""

from __future__ import annotations

import re
from functools import lru_cache

from trainer.capture import strace
from trainer.capture.threads import FdInfo, Thread, Users, join
from trainer.events.errnos import ERRNO_NAMES, ERRNOS, KERNEL_ERRNOS

AT_FDCWD = -100
BUFFER_MAX = 80
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\udc80-\udcff]")
_DOUBLED = re.compile("//+")
_PRINTABLE = bytes(code if 32 <= code < 127 else 46 for code in range(256))


@lru_cache(maxsize=256)
def sanitise(text: str) -> str:
    """Text as Falco shows it: control characters and bytes that are no UTF-8 become U+FFFD."""
    return text if text.isascii() and text.isprintable() else _CONTROL.sub("�", text)


def printable(data: bytes) -> str:
    """Byte buffer as Falco prints it."""
    return data.translate(_PRINTABLE).decode("ascii")


def result_of(record: strace.Syscall) -> int | None:
    """The kernel's result, negative for an error; None when the call did not return."""
    if record.ret is None:
        return -KERNEL_ERRNOS[record.errno] if record.errno in KERNEL_ERRNOS else None
    return -ERRNOS.get(record.errno, 1) if record.ret == -1 and record.errno else record.ret


@lru_cache(maxsize=256)
def _descriptor(text: str) -> int:
    try:
        value = int(text.split("<", 1)[0])
    except ValueError:
        value = strace.number(text)
    # A descriptor is an int; raw numbers come as 32 unsigned bits from some calls.
    return value - (1 << 32) if 0x80000000 <= value < 1 << 32 else value


class Call:
    __slots__ = ("_args", "event", "message", "name_changed", "number", "ret", "ret_text", "text", "thread", "time_ns", "users")

    def __init__(self, thread: Thread, event: str, text: str, ret: int, time_ns: int, users: Users) -> None:
        self.thread = thread
        self.event = event
        self.text = text
        self.ret = ret
        self.time_ns = time_ns
        self.users = users
        self.ret_text = ""
        self._args: list[str] | None = None
        self.name_changed = False
        self.message = 0
        """Which one of a call with several the event is about."""
        self.number: int | None = None
        """Descriptor that the event is about; None when it is about none."""

    @property
    def args(self) -> list[str]:
        if self._args is None:
            self._args = strace.split_args(self.text)
        return self._args

    def arg(self, index: int) -> str:
        args = self._args
        if args is None:
            args = self._args = strace.split_args(self.text)
        return args[index] if index < len(args) else ""

    def num(self, index: int) -> int:
        return strace.number(self.arg(index))

    def fd(self, index: int) -> int:
        return _descriptor(self.arg(index))

    def info(self, number: int) -> FdInfo | None:
        return self.thread.fds.get(number)

    def path(self, index: int) -> str | None:
        return strace.path(self.arg(index))

    def folder(self, number: int) -> str | None:
        """Path of a directory descriptor; None when unknown."""
        if number == AT_FDCWD:
            return self.thread.process.cwd
        info = self.info(number)
        return info.name if info is not None and info.kind in ("file", "directory") else None

    def absolute(self, index: int, dirfd: int | None = None) -> str | None:
        """Absolute, normalised path; None for NULL and below an unknown directory."""
        raw = self.path(index)
        if raw is None:
            return None
        return self.joined(raw, dirfd)

    def joined(self, raw: str, dirfd: int | None = None) -> str | None:
        if raw.startswith("/"):
            return join("/", raw)
        folder = self.thread.process.cwd if dirfd is None else self.folder(dirfd)
        return None if folder is None else join(folder, raw)


def single_slashes(path: str) -> str:
    return _DOUBLED.sub("/", path) if "//" in path else path


def fd_text(call: Call, number: int) -> str:
    """What Falco puts in parentheses behind a descriptor."""
    if number == AT_FDCWD:
        return "AT_FDCWD"
    if number < 0:
        return ERRNO_NAMES.get(-number, "")
    info = call.thread.fds.get(number)
    if info is None:
        return ""
    return f"<{info.char}{info.protocol[:1]}>{sanitise(info.name)}"


def pid_name(number: int) -> str:
    """What Falco puts in parentheses behind a process number of a container: it takes it for the host's, where it knows only init."""
    return "<NA>" if number == 1 else ""


def address_text(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"


def socket_address(text: str) -> tuple[int, tuple[str, int] | None, str]:
    """Family, IP address and port, unix path of a printed sockaddr."""
    if not text.startswith("{"):
        return (-1, None, "")
    family = strace.number(strace.member(text, "sa_family") or "")
    if family == 1:
        raw = strace.string(strace.member(text, "sun_path") or "") or b""
        return (family, None, raw.lstrip(b"\0").split(b"\0", 1)[0].decode("utf-8", "surrogateescape"))
    if family == 2:
        port = _port(strace.member(text, "sin_port"))
        raw = strace.string(strace.member(text, "sin_addr") or "") or _dotted(strace.member(text, "sin_addr"))
        return (family, (".".join(str(byte) for byte in raw[:4].ljust(4, b"\0")), port), "")
    if family == 10:
        port = _port(strace.member(text, "sin6_port"))
        raw = (strace.string(strace.member(text, "sin6_addr") or "") or b"").ljust(16, b"\0")[:16]
        return (family, (ipv6_text(raw), port), "")
    return (family, None, "")


def _port(text: str | None) -> int:
    raw = strace.string(text or "")
    if raw is None:
        found = re.search(r"\d+", text or "")
        return int(found[0]) if found else 0
    return int.from_bytes(raw[:2], "big")


def _dotted(text: str | None) -> bytes:
    found = re.search(r"(\d+)\.(\d+)\.(\d+)\.(\d+)", text or "")
    return bytes(int(part) & 255 for part in found.groups()) if found else b""


def ipv6_text(raw: bytes) -> str:
    groups = [f"{raw[index] << 8 | raw[index + 1]:x}" for index in range(0, 16, 2)]
    # The longest run of zero groups is left out, as inet_ntop does.
    best, length, index = -1, 1, 0
    while index < 8:
        run = 0
        while index + run < 8 and groups[index + run] == "0":
            run += 1
        if run > length:
            best, length = index, run
        index += max(run, 1)
    if raw[:12] == bytes(10) + b"\xff\xff":
        return "::ffff:" + ".".join(str(byte) for byte in raw[12:])
    if best < 0:
        return ":".join(groups)
    return ":".join(groups[:best]) + "::" + ":".join(groups[best + length :])
