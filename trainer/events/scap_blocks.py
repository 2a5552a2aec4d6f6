"""Blocks of .scap files: framing, events, and the lists of machine, processes, descriptors and users that stand before them.

Every block is ``type length body padding length``, its length a multiple of four. All numbers are little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trainer.errors import RecordingError
from trainer.events.scap_values import address_text

SECTION = 0x0A0D0D0A
BYTE_ORDER = 0x1A2B3C4D
MAGIC = SECTION.to_bytes(4, "little")
MACHINE = 0x201
PROCESSES = 0x215
FDS = 0x218
EVENT = 0x216
USERS = 0x220
"""The kinds that are written; of the others only the event kinds below are told apart."""
_EVENTS = {0x204: (2, False), 0x216: (2, True), 0x221: (2, True), 0x208: (6, False), 0x217: (6, True), 0x222: (6, True)}
"""Kind of an event block: what stands before the event, and whether the event tells how many parameters it has."""
_LARGE = frozenset((0x221, 0x222))
"""Parameters' lengths have 32 bits."""
_PROCESSES = frozenset((0x202, 0x207, 0x209, *range(0x210, 0x216)))
_HELP = "copy the file again, or make it again with: sysdig -w FILE, or cks-trainer record SCENARIO -o FILE --format scap"
_MOST_NAME = 1024


def bad(name: str, offset: int, text: str) -> RecordingError:
    return RecordingError(f"{name} is corrupt at byte {offset}: {text}", _HELP)


def block(kind: int, body: bytes) -> bytes:
    padded = body + bytes(-len(body) % 4)
    length = struct.pack("<I", len(padded) + 12)
    return struct.pack("<I", kind) + length + padded + length


def section() -> bytes:
    return block(SECTION, struct.pack("<IHHq", BYTE_ORDER, 1, 2, -1))


def machine(hostname: str, cpus: int = 1) -> bytes:
    name = hostname.encode("utf-8", "replace")[:127]
    # Top bytes of the flags: x86-64, Linux.
    return block(MACHINE, struct.pack("<IQQ128sQQQQ", cpus, 0, 4194304, name, 0, 2 << 56 | 1 << 48, 0, 0))


@dataclass(slots=True)
class Process:
    """A thread of the process list."""

    tid: int
    pid: int
    ptid: int = 1
    sid: int = 0
    vpgid: int = 0
    comm: str = ""
    exe: str = ""
    exepath: str = ""
    args: tuple[str, ...] = ()
    cwd: str = "/"
    uid: int = 0
    gid: int = 0
    env: Mapping[str, str] = field(default_factory=dict)
    vtid: int = 0
    vpid: int = 0
    cgroups: bytes = b""
    tty: int = 0
    loginuid: int = -1
    fds: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Number to kind (Falco's fd.type) and name."""
    exe_flags: int = 0
    """As an execve tells them: writable 1, upper layer 2, memfd 4, lower layer 8."""


def _texts(*items: str) -> bytes:
    return b"".join(_sized(item.encode("utf-8", "surrogateescape")[:_MOST_NAME]) for item in items)


def _sized(data: bytes) -> bytes:
    return struct.pack("<H", len(data)) + data


def _list(items: Sequence[str]) -> bytes:
    return _sized(b"".join(item.encode("utf-8", "surrogateescape") + b"\0" for item in items)[:4096])


def processes(threads: Sequence[Process]) -> bytes:
    body = b""
    for item in threads:
        entry = struct.pack("<qqqqq", item.tid, item.pid, item.ptid, item.sid, item.vpgid)
        entry += _texts(item.comm, item.exe, item.exepath) + _list(item.args) + _texts(item.cwd)
        entry += struct.pack("<qIIIIIIQQ", 1048576, 0, item.uid & 0xFFFFFFFF, item.gid & 0xFFFFFFFF, 0, 0, 0, 0, 0)
        entry += _list([f"{name}={value}" for name, value in item.env.items()])
        entry += struct.pack("<qq", item.vtid, item.vpid) + _sized(item.cgroups) + _texts("/")
        entry += struct.pack("<QiiBQQQBQQQ", 0, item.tty, item.loginuid, 0, 0, 0, 0, 0, 0, 0, 0)
        body += struct.pack("<I", len(entry) + 4) + entry
    return block(PROCESSES, body)


_FD_KINDS = {"file": 1, "directory": 2, "pipe": 7, "event": 9, "signalfd": 11, "eventpoll": 12, "inotify": 13, "timerfd": 14}
_FD_KINDS |= {"netlink": 15, "bpf": 17, "userfaultfd": 18, "iouring": 19}
_FD_NAMES = {number: name for name, number in _FD_KINDS.items()} | {16: "file"}


def descriptors(item: Process) -> bytes:
    body = struct.pack("<q", item.tid)
    for number, (kind, name) in item.fds.items():
        entry = struct.pack("<qQB", number, 0, _FD_KINDS.get(kind, 10)) + _texts(name)
        body += struct.pack("<I", len(entry) + 4) + entry
    return block(FDS, body)


Users = dict[int, tuple[str, str, str]]
"""User's number to name, home and shell."""


def users(found: Users, groups: Mapping[int, str]) -> bytes:
    body = b""
    for uid, texts in found.items():
        entry = struct.pack("<BII", 0, uid & 0xFFFFFFFF, uid & 0xFFFFFFFF) + _texts(*texts)
        body += struct.pack("<I", len(entry) + 4) + entry
    for gid, name in groups.items():
        entry = struct.pack("<BI", 1, gid & 0xFFFFFFFF) + _texts(name)
        body += struct.pack("<I", len(entry) + 4) + entry
    return block(USERS, body)


def event(time_ns: int, tid: int, number: int, params: Sequence[bytes], cpu: int = 0) -> bytes:
    lengths = struct.pack(f"<{len(params)}H", *(len(param) for param in params))
    data = b"".join(params)
    head = struct.pack("<QQIHI", time_ns, tid & (1 << 64) - 1, 26 + len(lengths) + len(data), number, len(params))
    return block(EVENT, struct.pack("<H", cpu) + head + lengths + data)


@dataclass(frozen=True, slots=True)
class RawEvent:
    offset: int
    time_ns: int
    tid: int
    number: int
    cpu: int
    params: tuple[bytes, ...]


def blocks(data: bytes, name: str) -> Iterator[tuple[int, int, bytes]]:
    """Offset, kind and body (with its padding) of each block."""
    if data[:4] != MAGIC or len(data) < 28:
        raise bad(name, 0, "no section header")
    order = int.from_bytes(data[8:12], "little")
    if order != BYTE_ORDER:
        swapped = int.from_bytes(data[8:12], "big") == BYTE_ORDER
        raise bad(name, 8, "it is of a machine with big-endian numbers" if swapped else "the byte order mark is wrong")
    offset = 0
    while offset < len(data):
        if offset + 12 > len(data):
            raise bad(name, offset, "it is cut off inside a block's head")
        kind, length = struct.unpack_from("<II", data, offset)
        if length < 12 or length % 4:
            raise bad(name, offset + 4, f"a block cannot have {length} bytes")
        if offset + length > len(data):
            raise bad(name, offset, f"it is cut off: a block of {length} bytes has {len(data) - offset}")
        (trailer,) = struct.unpack_from("<I", data, offset + length - 4)
        if trailer != length:
            raise bad(name, offset + length - 4, f"a block of {length} bytes ends with the length {trailer}")
        yield offset, kind, data[offset + 8 : offset + length - 4]
        offset += length


def is_event(kind: int) -> bool:
    return kind in _EVENTS


def is_processes(kind: int) -> bool:
    return kind in _PROCESSES


def read_event(kind: int, body: bytes, offset: int, name: str, counts: Mapping[int, int]) -> RawEvent:
    """``counts``: how many parameters an event of an old file has, where it does not say so."""
    before, counted = _EVENTS[kind]
    head = before + (26 if counted else 22)
    if len(body) < head:
        raise bad(name, offset, "an event's head is cut off")
    (cpu,) = struct.unpack_from("<H", body)
    time_ns, tid, length, number = struct.unpack_from("<QqIH", body, before)
    if not head - before <= length <= len(body) - before:
        raise bad(name, offset + 8 + before + 16, f"an event cannot have {length} bytes")
    count = struct.unpack_from("<I", body, before + 22)[0] if counted else counts.get(number, 0)
    width = 4 if kind in _LARGE else 2
    end = before + length
    if head + count * width > end:
        raise bad(name, offset + 8 + before, f"event {number} cannot have {count} parameters")
    lengths = struct.unpack_from(f"<{count}{'I' if width == 4 else 'H'}", body, head)
    place = head + count * width
    if place + sum(lengths) > end:
        raise bad(name, offset + 8 + head, f"the parameters of event {number} are longer than the event")
    params = []
    for size in lengths:
        params.append(body[place : place + size])
        place += size
    return RawEvent(offset, time_ns, tid, number, cpu, tuple(params))


class _Reader:
    """Goes through one entry; what a newer or older file leaves out is empty or zero."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def numbers(self, layout: str) -> tuple[int, ...]:
        size = struct.calcsize("<" + layout)
        data = self._data[self._place : self._place + size].ljust(size, b"\0")
        self._place += size
        return struct.unpack("<" + layout, data)

    def sized(self) -> bytes:
        (size,) = self.numbers("H")
        data = self._data[self._place : self._place + size]
        if len(data) < size:
            raise ValueError("a text is cut off")
        self._place += size
        return data

    def text(self) -> str:
        return self.sized().decode("utf-8", "surrogateescape")

    def texts(self) -> tuple[str, ...]:
        data = self.sized()
        items = data.decode("utf-8", "surrogateescape").split("\0")
        return tuple(items[:-1] if data.endswith(b"\0") else items if data else ())


def _entries(body: bytes, place: int) -> Iterator[bytes]:
    while place + 4 <= len(body):
        (length,) = struct.unpack_from("<I", body, place)
        if length < 4 or place + length > len(body):
            if len(body) - place < 4 or not any(body[place:]):
                return
            raise ValueError(f"an entry cannot have {length} bytes")
        yield body[place + 4 : place + length]
        place += length


def read_processes(kind: int, body: bytes, offset: int, name: str) -> list[Process]:
    """Lists of before 2018 have no lengths of their own: they are left out."""
    found = []
    try:
        for entry in _entries(body, 0) if kind == PROCESSES else ():
            reader = _Reader(entry)
            tid, pid, ptid, sid, vpgid = reader.numbers("qqqqq")
            comm, exe, exepath, args, cwd = reader.text(), reader.text(), reader.text(), reader.texts(), reader.text()
            _, _, uid, gid, *_ = reader.numbers("qIIIIIIQQ")
            env = dict(item.split("=", 1) for item in reader.texts() if "=" in item)
            vtid, vpid = reader.numbers("qq")
            cgroups, _ = reader.sized(), reader.sized()
            _, tty, loginuid = reader.numbers("Qii")
            found.append(
                Process(
                    tid, pid, ptid, sid, vpgid, comm, exe, exepath, args, cwd, uid, gid, env, vtid, vpid, cgroups, tty, loginuid
                )
            )
    except (ValueError, struct.error) as error:
        raise bad(name, offset, f"the process list: {error}") from None
    return found


def read_users(body: bytes, offset: int, name: str) -> tuple[Users, dict[int, str]]:
    found: Users = {}
    groups: dict[int, str] = {}
    try:
        for entry in _entries(body, 0):
            reader = _Reader(entry)
            kind, number = reader.numbers("BI")
            if kind == 0:
                reader.numbers("I")
                found[number] = (reader.text(), reader.text(), reader.text())
            else:
                groups[number] = reader.text()
    except (ValueError, struct.error) as error:
        raise bad(name, offset, f"the list of users: {error}") from None
    return found, groups


def read_descriptors(body: bytes, offset: int, name: str) -> tuple[int, dict[int, tuple[str, str]]]:
    """Thread, and its descriptors' kinds and names. Sockets are shown as Falco names them."""
    if len(body) < 8:
        raise bad(name, offset, "a list of descriptors is cut off")
    (tid,) = struct.unpack_from("<q", body)
    found: dict[int, tuple[str, str]] = {}
    try:
        for entry in _entries(body, 8):
            reader = _Reader(entry)
            number, _, kind = reader.numbers("qQB")
            found[number] = _described(kind, reader)
    except (ValueError, struct.error) as error:
        raise bad(name, offset, f"the descriptors of thread {tid}: {error}") from None
    return tid, found


def _described(kind: int, reader: _Reader) -> tuple[str, str]:
    if kind == 8:
        source, destination = reader.numbers("QQ")
        return "unix", f"{source:x}->{destination:x} {reader.text()}"
    if kind in (3, 4, 5, 6):
        size = 4 if kind in (3, 5) else 16
        ends = [bytes(reader.numbers(f"{size}B")) for _ in range(2 if kind < 5 else 1)]
        ports = reader.numbers("H" * len(ends))
        texts = [f"{address_text(end)}:{port}" for end, port in zip(ends, ports, strict=True)]
        return ("ipv4" if size == 4 else "ipv6"), "->".join(texts)
    if kind == 16:
        reader.numbers("I")
    return _FD_NAMES.get(kind, ""), reader.text()
