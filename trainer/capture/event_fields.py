"""evt.* and fs.path.* of a system call's event."""

from __future__ import annotations

from collections.abc import Sequence

from trainer.capture.call import Call, sanitise, single_slashes
from trainer.capture.decode_kinds import Param
from trainer.capture.fields import Fields, fd_fields, fd_types
from trainer.events.descriptors import unknown_fd_fields
from trainer.events.errnos import ERRNO_NAMES
from trainer.events.event_table import CATEGORY
from trainer.events.flags import O_F_CREATED, O_TMPFILE

_OPENS = frozenset(("open", "openat", "openat2", "open_by_handle_at"))
_NEW_FILES = frozenset(("open", "openat", "openat2", "creat"))
_READS = frozenset("read pread readv preadv recv recvfrom recvmsg recvmmsg copy_file_range".split())  # noqa: SIM905
_WRITES = frozenset("write pwrite writev pwritev send sendto sendmsg sendmmsg sendfile copy_file_range".split())  # noqa: SIM905
_BUFFERED = (_READS | _WRITES) - {"copy_file_range", "sendfile"}
_KINDS = {"f": "file", "d": "file", "4": "net", "6": "net", "u": "ipc", "p": "ipc", "e": "ipc", "s": "ipc"}
_PATHS = {
    "mkdir": (0, None), "mkdirat": (1, 0), "rmdir": (0, None), "unlink": (0, None), "unlinkat": (1, 0), "open": (0, None),
    "openat": (1, 0), "openat2": (1, 0), "chmod": (0, None), "fchmodat": (1, 0), "chown": (0, None), "lchown": (0, None),
    "fchownat": (1, 0), "umount": (0, None), "umount2": (0, None), "quotactl": (1, None),
}  # fmt: skip
_TWO_PATHS = {
    "rename": ((0, None), (1, None)), "renameat": ((1, 0), (3, 2)), "renameat2": ((1, 0), (3, 2)),
    "link": ((1, None), (0, None)), "linkat": ((3, 2), (1, 0)), "symlink": ((1, None), (0, None)),
    "symlinkat": ((2, 1), (0, None)), "mount": ((0, None), (1, None)),
}  # fmt: skip
_BY_FD = frozenset(("fchmod", "fchown"))
_STRICT = frozenset(("mkdirat", "unlinkat", "fchmodat", "fchownat", "symlinkat"))
"""Falco finds the folder of these only when it was opened as one."""
_ABSOLUTE = {"open": (0, None), "openat": (1, 0), "openat2": (1, 0), "creat": (0, None)} | {
    name: _PATHS[name] for name in ("mkdirat", "unlinkat", "fchmodat", "fchownat")
}
_ABSOLUTE["symlinkat"] = (2, 1)


def fields_of_fd(call: Call) -> Fields:
    number = call.number
    if number is None:
        return {}
    info = call.info(number)
    if info is not None:
        fields = fd_fields(number, info, call.thread, name_changed=call.name_changed)
    else:
        name = raw = ""
        if call.event in _NEW_FILES:
            first = 0 if call.event in ("open", "creat") else 1
            raw = call.path(first) or ""
            full = call.joined(raw, call.fd(0) if first else None) if raw else ""
            name = full if full is not None else f"<UNKNOWN>{raw}"
        elif call.event == "open_by_handle_at":
            name = raw = "<NA>"
        elif call.event in ("accept", "accept4", "connect"):
            name = raw = "NULL"
        fields = unknown_fd_fields(number, call.event, sanitise(name), sanitise(raw))
    fields["fd.types"] = fd_types(call.thread.process)
    return fields


def event_fields(call: Call, params: Sequence[Param], fd: Fields) -> Fields:
    event = call.event
    category = CATEGORY.get(event, "other")
    if category in ("read", "write", "io"):
        category = _KINDS.get(str(fd.get("fd.typechar", "")), "unknown") if fd.get("fd.type") is not None else "unknown"
    elif category == "syscall":
        category = "unknown"
    fields: Fields = {"evt.category": category, **fd}
    if params:
        value = params[0][1]
        result = value if isinstance(value, int) else call.ret
        fields["evt.rawres"] = result
        fields["evt.res"] = "SUCCESS" if result >= 0 else ERRNO_NAMES.get(-result, str(result))
        fields["evt.failed"] = result < 0
    reads, writes = event in _READS, event in _WRITES
    fields["evt.is_io"] = reads or writes
    fields["evt.is_io_read"] = reads
    fields["evt.is_io_write"] = writes
    if reads or writes:
        fields["evt.io_dir"] = "write" if writes else "read"
    fields["evt.is_wait"] = CATEGORY.get(event) in ("wait", "sleep") and event not in ("epoll_create", "epoll_create1")
    if event in _BUFFERED:
        for name, value, _, _ in params:
            if name == "data" and isinstance(value, bytes) and value:
                fields["evt.buffer"] = value
        if call.ret >= 0:
            fields["evt.buflen"] = call.ret
    _open_fields(call, params, fields)
    _path_fields(call, fields)
    return fields


def _open_fields(call: Call, params: Sequence[Param], fields: Fields) -> None:
    read = write = execute = create = False
    if call.event in _OPENS or call.event == "creat":
        values = {name: value for name, value, _, _ in params}
        asked = values.get("flags", 0)
        mode = values.get("mode", 0)
        asked = asked if isinstance(asked, int) else 0
        if call.event != "creat":
            read, write = bool(asked & 1), bool(asked & 2)
            create = bool(asked & O_F_CREATED) or (bool(asked & O_TMPFILE) and call.ret >= 0)
        makes = call.event == "creat" or bool(asked & (4 | O_TMPFILE))
        execute = makes and isinstance(mode, int) and bool(mode & 0o111)
    fields["evt.is_open_read"] = read
    fields["evt.is_open_write"] = write
    fields["evt.is_open_exec"] = execute
    fields["evt.is_open_create"] = create


def _full(call: Call, raw: str, dirfd: int | None) -> str:
    if raw.startswith("/"):
        return call.joined(raw) or raw
    if dirfd is not None and dirfd != -100 and call.event in _STRICT:
        info = call.info(dirfd)
        if info is None or info.kind != "directory":
            return f"<UNKNOWN>{raw}"
    if call.event == "symlinkat" and dirfd is None:
        return f"<UNKNOWN>{raw}"
    return call.joined(raw, dirfd) or f"<UNKNOWN>{raw}"


def _path_fields(call: Call, fields: Fields) -> None:
    event = call.event
    absolute = _ABSOLUTE.get(event)
    if absolute is not None:
        raw = call.path(absolute[0])
        if raw is not None:
            dirfd = call.fd(absolute[1]) if absolute[1] is not None else None
            fields["evt.abspath"] = sanitise(call.joined(raw, dirfd) or f"<UNKNOWN>/{raw}")
    one = _PATHS.get(event)
    if one is not None:
        opened = event in _OPENS
        # Falco takes the result -1 (EPERM) for no result.
        if call.ret >= 0 or (opened and call.ret != -1):
            raw = call.path(one[0])
            if raw is not None:
                if opened and call.ret < 0:
                    name = call.joined(raw) or raw if raw.startswith("/") else "<UNKNOWN>"
                else:
                    name = _full(call, raw, call.fd(one[1]) if one[1] is not None else None)
                fields["fs.path.name"] = sanitise(name)
                fields["fs.path.nameraw"] = sanitise(single_slashes(raw))
        return
    if event in _BY_FD and call.ret >= 0:
        info = call.info(call.fd(0))
        if info is not None:
            fields["fs.path.name"] = sanitise(info.name)
            fields["fs.path.nameraw"] = sanitise(info.nameraw)
        return
    two = _TWO_PATHS.get(event)
    if two is None:
        return
    for suffix, which in (("src", two[0]), ("dst", two[1])):
        if event in ("renameat", "renameat2", "linkat"):
            which = (1, 0) if suffix == "src" else (3, 2)
            raw = call.path(which[0])
            if raw is not None:
                full = sanitise(call.joined(raw, call.fd(which[1] or 0)) or f"<UNKNOWN>{raw}")
                fields[f"evt.abspath.{suffix}"] = full
                if suffix == "src":
                    fields["evt.abspath"] = full
    if call.ret < 0:
        return
    for key, (index, dirfd_index) in (("source", two[0]), ("target", two[1])):
        raw = call.path(index)
        if raw is None:
            continue
        if event == "mount" and key == "source" and not raw.startswith("/"):
            full = call.joined(raw) or raw
        else:
            full = _full(call, raw, call.fd(dirfd_index) if dirfd_index is not None else None)
        fields[f"fs.path.{key}"] = sanitise(full)
        fields[f"fs.path.{key}raw"] = sanitise(single_slashes(raw))
