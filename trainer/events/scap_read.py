"""A .scap file, as sysdig, Falco and Wireshark's family write it, read as a recording.

An event of a recording is a call's return; what only its entry says in an older file is taken over from there. The processes and descriptors
come from the lists at the file's start and from the events since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trainer.events import event_table, scap_blocks, scap_table
from trainer.events.errnos import ERRNO_NAMES
from trainer.events.model import Event, FieldValue, Recording, RecordingHeader
from trainer.events.scap_blocks import Process, RawEvent, bad
from trainer.events.scap_lives import HOST_NUMBERS, OF_PROCESSES
from trainer.events.scap_state import OPENS, Fields, State, shown_pid
from trainer.events.scap_table import Layout
from trainer.events.scap_texts import Texts
from trainer.events.scap_values import decode

_O_CREATED, _O_CREAT, _O_TMPFILE = 16384, 4, 8192
_READS = frozenset("read pread readv preadv recv recvfrom recvmsg recvmmsg".split())  # noqa: SIM905
_WRITES = frozenset("write pwrite writev pwritev send sendto sendmsg sendmmsg".split())  # noqa: SIM905
_KINDS = {"f": "file", "d": "file", "4": "net", "6": "net", "u": "ipc", "p": "ipc", "e": "ipc", "s": "ipc"}
_COUNTS = {layout.number: len(layout.params) for layout in scap_table.LAYOUTS} | {
    layout.number - 1: len(layout.entry) for layout in scap_table.LAYOUTS if layout.entry is not None
}
_PATHS = {
    kind: dict(
        zip(
            ("name",) if len(names) == 1 else ("source", "target"),
            (tuple((name + ":").split(":")[:2]) for name in names),
            strict=True,
        )
    )
    for kind, *names in (
        line.split()
        for line in """open name
        openat name:dirfd
        openat2 name:dirfd
        mkdir path
        mkdirat path:dirfd
        rmdir path
        unlink path
        unlinkat name:dirfd
        chmod filename
        fchmodat filename:dirfd
        chown path
        lchown path
        fchownat pathname:dirfd
        umount name
        umount2 name
        rename oldpath newpath
        renameat oldpath:olddirfd newpath:newdirfd
        renameat2 oldpath:olddirfd newpath:newdirfd
        link newpath oldpath
        linkat newpath:newdir oldpath:olddir
        symlink linkpath target
        symlinkat linkpath:linkdirfd target
        mount dev dir""".splitlines()
    )
}
"""Event to its fs.path fields, and which parameter each is of which folder."""
_BY_FD = frozenset(("fchmod", "fchown"))
"""Their fs.path.name is their descriptor's."""
_EPERM = -1
_PLAIN = {"pread64": "pread", "pwrite64": "pwrite", "prlimit64": "prlimit"}


def read_scap(data: bytes, name: str) -> Recording:
    """Raises RecordingError with the place in the file."""
    hostname, threads, raw = "", [], []
    by_tid: dict[int, Process] = {}
    users: scap_blocks.Users = {}
    groups: dict[int, str] = {}
    for offset, kind, body in scap_blocks.blocks(data, name):
        if kind == scap_blocks.MACHINE:
            hostname = body[20:148].split(b"\0", 1)[0].decode("utf-8", "replace")
        elif scap_blocks.is_processes(kind):
            threads += scap_blocks.read_processes(kind, body, offset, name)
            by_tid = {item.tid: item for item in threads}
        elif kind == scap_blocks.FDS:
            tid, fds = scap_blocks.read_descriptors(body, offset, name)
            if tid in by_tid:
                by_tid[tid].fds.update(fds)
        elif kind == scap_blocks.USERS:
            more, more_groups = scap_blocks.read_users(body, offset, name)
            users |= more
            groups |= more_groups
        elif scap_blocks.is_event(kind):
            raw.append(scap_blocks.read_event(kind, body, offset, name, _COUNTS))
    state = State(threads)
    state.users, state.groups = users, groups
    events = tuple(_Inspector(state, hostname, name).events(raw))
    return Recording(RecordingHeader(origin="scap", start_ns=events[0].time_ns if events else 0), events)


class _Inspector:
    def __init__(self, state: State, hostname: str, name: str) -> None:
        self._state = state
        self._texts = Texts(state)
        self._hostname = hostname
        self._name = name
        self._entered: dict[int, RawEvent] = {}
        self._first = self._before = 0

    def events(self, raw: list[RawEvent]) -> Iterator[Event]:
        number = 0
        for item in raw:
            if item.number % 2 == 0 and item.number not in scap_table.ONCE:
                self._entered[item.tid] = item
                continue
            if item.number == scap_table.CONTAINER or (item.number % 2 and item.number - 1 in scap_table.ONCE):
                continue
            number += 1
            yield self._event(number, item)

    def _event(self, number: int, item: RawEvent) -> Event:
        entered = self._entered.pop(item.tid, None)
        kind, layout, values = self._values(item, entered if entered is not None and entered.number == item.number - 1 else None)
        thread = self._state.thread(item.tid)
        about = self._state.before(kind, thread, values)
        thread = self._state.thread(item.tid)
        fd = self._state.fd_fields(kind, thread, about, values)
        self._first = self._first or item.time_ns
        fields: Fields = {
            **self._state.process_fields(thread),
            **fd,
            **self._arguments(kind, layout, values, thread),
            **self._special(kind, layout, values, fd, thread),
            "evt.hostname": self._hostname,
            "evt.cpu": item.cpu,
            "evt.dir": ">" if item.number in scap_table.ONCE else "<",
            "evt.reltime": item.time_ns - self._first,
            "evt.deltatime": item.time_ns - (self._before or item.time_ns),
        }
        if item.number not in scap_table.ONCE:
            fields["syscall.type"] = kind
        self._before = item.time_ns
        self._state.after(kind, thread, values)
        return Event(number, item.time_ns, kind, "syscall", fields)

    def _values(self, item: RawEvent, entered: RawEvent | None) -> tuple[str, Layout | None, dict[str, FieldValue]]:
        if item.number == scap_table.GENERIC:
            return self._call_name(item), None, {}
        layout = scap_table.layout_of(item.number, len(item.params))
        if layout is None:
            kind = scap_table.OLD.get(item.number, f"event{item.number}")
            return kind, None, {"res": decode("errno", item.params[0])} if item.params and len(item.params[0]) == 8 else {}
        values: dict[str, FieldValue] = {}
        early = {} if entered is None or layout.entry is None else self._decoded(entered, layout.entry)
        late = self._decoded(item, layout.params)
        for name, _ in layout.params:
            if name in late:
                values[name] = late[name]
            elif name in early:
                values[name] = early[name]
        return layout.name, layout, values

    def _decoded(self, item: RawEvent, params: tuple[tuple[str, str], ...]) -> dict[str, FieldValue]:
        found: dict[str, FieldValue] = {}
        for (name, kind), data in zip(params, item.params, strict=False):
            if not data and kind not in ("bytes", "tuple", "addr", "fds"):
                continue
            try:
                found[name] = decode(kind, data)
            except ValueError as error:
                raise bad(self._name, item.offset, f"{name} of event {item.number}: {error}") from None
        return found

    def _call_name(self, item: RawEvent) -> str:
        numbers = [int.from_bytes(data[:2], "little") for data in item.params[:2]]
        name = scap_table.CALLS[numbers[0]] if numbers and numbers[0] < len(scap_table.CALLS) else "-"
        if name == "-" and len(numbers) > 1:
            name = scap_table.NATIVE_NAMES.get(numbers[1], "-")
        return _PLAIN.get(name, name) if name != "-" else "<unknown>"

    def _arguments(self, kind: str, layout: Layout | None, values: Mapping[str, FieldValue], thread: Process) -> Fields:
        texts: Fields = {}
        raw: Fields = {}
        shown = []
        for name, of in layout.params if layout is not None else ():
            if name not in values:
                continue
            text, resolved = self._texts.shown(kind, name, of, thread, values)
            value = values[name]
            if of == "fds" and isinstance(value, str):
                value = text = self._state.lettered(thread, value)
                text = text or "<NA>"
            hosted = kind in OF_PROCESSES and name in HOST_NUMBERS
            raw[name] = shown_pid(value) if hosted and isinstance(value, int) else value
            texts[name] = resolved or text
            shown.append(f"{name}={text}({resolved})" if resolved else f"{name}={text}")
        line = " ".join(shown)
        return {"evt.arg": texts, "evt.rawarg": raw, "evt.args": line, "evt.info": line}

    def _special(
        self, kind: str, layout: Layout | None, values: Mapping[str, FieldValue], fd: Mapping[str, FieldValue], thread: Process
    ) -> Fields:
        category = event_table.CATEGORY.get(kind, "other")
        if category in ("read", "write", "io"):
            category = _KINDS.get(str(fd.get("fd.typechar")), "unknown")
        fields: Fields = {"evt.category": category}
        result = values.get(layout.params[0][0]) if layout is not None and layout.params else None
        if kind in ("procexit", "signaldeliver") or layout is None:
            return fields
        if isinstance(result, int):
            fields["evt.rawres"], fields["evt.failed"] = result, result < 0
            fields["evt.res"] = "SUCCESS" if result >= 0 else ERRNO_NAMES.get(-result, str(result))
        reads, writes = kind in _READS, kind in _WRITES
        fields |= {"evt.is_io": reads or writes, "evt.is_io_read": reads, "evt.is_io_write": writes}
        if reads or writes:
            fields["evt.io_dir"] = "write" if writes else "read"
            data = values.get("data")
            if isinstance(data, bytes) and data:
                fields["evt.buffer"] = data
            if isinstance(result, int) and result >= 0:
                fields["evt.buflen"] = result
        by_descriptor = {}
        if kind in _BY_FD and result == 0 and "fd.name" in fd:
            by_descriptor = {"fs.path.name": fd["fd.name"], "fs.path.nameraw": fd.get("fd.nameraw", fd["fd.name"])}
        return fields | _open_fields(kind, values) | by_descriptor | self._paths(kind, values, thread)

    def _paths(self, kind: str, values: Mapping[str, FieldValue], thread: Process) -> Fields:
        """fs.path.*: of what succeeded, and of opens. Falco takes the result -1 (EPERM) for no result."""
        result = values.get("fd" if kind in OPENS else "res")
        if not isinstance(result, int) or (result < 0 and (kind not in OPENS or result == _EPERM)):
            return {}
        fields: Fields = {}
        for suffix, (name, folder) in _PATHS.get(kind, {}).items():
            raw, dirfd = values.get(name), values.get(folder)
            if isinstance(raw, str) and raw:
                known = result >= 0 or raw.startswith("/")
                full = self._state.resolve(thread, raw, dirfd if isinstance(dirfd, int) else None)
                if kind == "symlinkat" and suffix == "target" and not raw.startswith("/"):
                    full = f"<UNKNOWN>{raw}"  # Falco knows no folder for what a link points to
                fields[f"fs.path.{suffix}"] = full if known else "<UNKNOWN>"
                fields[f"fs.path.{suffix}raw"] = raw
        return fields


def _open_fields(kind: str, values: Mapping[str, FieldValue]) -> Fields:
    flags, mode, result = (value if isinstance(value := values.get(name), int) else 0 for name in ("flags", "mode", "fd"))
    opens = kind in OPENS
    plain = opens and kind != "creat"
    makes = kind == "creat" or bool(flags & (_O_CREAT | _O_TMPFILE))
    created = bool(flags & _O_CREATED) or (bool(flags & _O_TMPFILE) and result >= 0)
    return {
        "evt.is_open_read": plain and bool(flags & 1),
        "evt.is_open_write": plain and bool(flags & 2),
        "evt.is_open_exec": opens and makes and bool(mode & 0o111),
        "evt.is_open_create": plain and created,
    }
