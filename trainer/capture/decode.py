"""From a system call to the parameters of its event, in Falco's order and text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from trainer.capture import flags, strace
from trainer.capture.call import (
    BUFFER_MAX,
    ERRNO_NAMES,
    Call,
    address_text,
    fd_text,
    printable,
    sanitise,
    socket_address,
)
from trainer.capture.decode_table import PARAMS

Value: TypeAlias = "int | str | bytes"
Param: TypeAlias = tuple[str, Value, str, str]
"""Name, raw value, its text, and what Falco puts in parentheses ("" for nothing)."""
Shown: TypeAlias = tuple[Value, str, str]


KINDS: dict[str, Callable[..., Shown]] = {}
"""By the names of decode_table."""


def _kind(function: Callable[..., Shown]) -> Callable[..., Shown]:
    KINDS[function.__name__[1:]] = function
    return function


def decode(call: Call) -> tuple[Param, ...]:
    return tuple((name, *KINDS[kind](call, *args)) for name, kind, args in PARAMS.get(call.event, ()))


def _plain(value: int) -> Shown:
    return value, str(value), ""


def _errno(value: int) -> str:
    return ERRNO_NAMES.get(-value, "") if value < 0 else ""


@_kind
def _res(call: Call) -> Shown:
    return call.ret, str(call.ret), _errno(call.ret)


@_kind
def _fdret(call: Call) -> Shown:
    return call.ret, str(call.ret), fd_text(call, call.ret)


@_kind
def _fd(call: Call, index: int) -> Shown:
    number = call.fd(index)
    return number, str(number), fd_text(call, number)


@_kind
def _pidret(call: Call) -> Shown:
    return call.ret, str(call.ret), _errno(call.ret)


@_kind
def _hexret(call: Call) -> Shown:
    return (call.ret, f"{call.ret:X}", "") if call.ret >= 0 else _res(call)


@_kind
def _int(call: Call, index: int) -> Shown:
    value = call.num(index)
    return _plain(value - (1 << 32) if 0x80000000 <= value < 1 << 32 else value)


@_kind
def _uint(call: Call, index: int) -> Shown:
    return _plain(call.num(index))


@_kind
def _hex(call: Call, index: int) -> Shown:
    value = call.num(index)
    return value, f"{value:X}", ""


@_kind
def _octal(call: Call, index: int) -> Shown:
    value = call.num(index)
    return value, f"0{value:o}" if value else "0", ""


@_kind
def _openmode(call: Call, index: int, flags_index: int) -> Shown:
    return _octal(call, index) if flags.open_flags(call.num(flags_index)) & (flags.O_CREAT | flags.O_TMPFILE) else (0, "0", "")


def _member(call: Call, index: int, name: str) -> int:
    return strace.number(strace.member(call.arg(index), name) or "0")


@_kind
def _howmode(call: Call, index: int) -> Shown:
    value = _member(call, index, "mode")
    return value, f"0{value:o}" if value else "0", ""


@_kind
def _zero(_: Call) -> Shown:
    return 0, "0", ""


@_kind
def _null(_: Call) -> Shown:
    return b"", "NULL", ""


def _text(value: str | None) -> Shown:
    return ("", "<NA>", "") if value is None else (value, sanitise(value), "")


@_kind
def _str(call: Call, index: int) -> Shown:
    return _text(call.path(index))


@_kind
def _strret(call: Call, index: int) -> Shown:
    return _text(call.path(index) if call.ret >= 0 else None)


@_kind
def _path(call: Call, index: int) -> Shown:
    raw = call.path(index)
    if raw is None:
        return "", "<NA>", ""
    return raw, sanitise(raw), "" if raw.startswith("/") or not raw else sanitise(call.joined(raw) or "")


@_kind
def _rel(call: Call, index: int, dirfd: int) -> Shown:
    raw = call.path(index)
    if raw is None:
        return "", "<NA>", ""
    if raw.startswith("/") or not raw:
        return raw, sanitise(raw), ""
    full = call.joined(raw, call.fd(dirfd))
    return raw, sanitise(raw), sanitise(full if full is not None else raw)


@_kind
def _handlepath(_: Call) -> Shown:
    return "", "<NA>", ""


@_kind
def _flags(call: Call, index: int, table: str) -> Shown:
    value = call.num(index)
    convert = flags.CONVERSIONS.get(table)
    return _flag_shown(convert(value) if convert else value, table)


def _flag_shown(value: int, table: str) -> Shown:
    return value, str(value), flags.flag_names(value, flags.TABLES[table])


def open_flags_of(call: Call, value: int) -> int:
    """Flags of an open: what was asked, and where the file is once it is open."""
    found = flags.open_flags(value)
    info = call.info(call.ret) if call.ret >= 0 else None
    if info is not None:
        found |= (0, flags.UPPER, flags.LOWER)[info.layer]
        if call.name_changed and info.inode == "created":
            found |= flags.O_F_CREATED
    return found


@_kind
def _open(call: Call, index: int) -> Shown:
    return _flag_shown(open_flags_of(call, call.num(index)), "file")


@_kind
def _how(call: Call, index: int) -> Shown:
    return _flag_shown(open_flags_of(call, _member(call, index, "flags")), "file")


@_kind
def _resolve(call: Call, index: int) -> Shown:
    return _flag_shown(flags.CONVERSIONS["resolve"](_member(call, index, "resolve")), "resolve")


@_kind
def _fdflags(call: Call, index: int) -> Shown:
    return _flag_shown(flags.fd_flags(call.num(index)), "file")


@_kind
def _acceptflags(call: Call, index: int) -> Shown:
    value = flags.fd_flags(call.num(index))
    return value, f"{value:X}", ""


@_kind
def _pidfdflags(call: Call, index: int) -> Shown:
    return _flag_shown(1 if call.num(index) & 0o4000 else 0, "pidfd")


@_kind
def _creatflags(call: Call) -> Shown:
    info = call.info(call.ret) if call.ret >= 0 else None
    return _flag_shown((0, 1, 2)[info.layer] if info is not None else 0, "creat")


@_kind
def _enum(call: Call, index: int, table: str) -> Shown:
    value = call.num(index)
    convert = flags.CONVERSIONS.get(table)
    value = convert(value) if convert else value
    return value, str(value), flags.ENUMS[table].get(value, "")


@_kind
def _mode(call: Call, index: int) -> Shown:
    value = call.num(index)
    # A block device is shown as S_IFCHR: only the first type whose bits are there counts.
    kind = next((bit for bit in (0o100000, 0o020000, 0o040000, 0o010000) if value & bit), 0)
    return value, f"0{value:o}" if value else "0", flags.flag_names(value & 0o7777 | kind, flags.TABLES["mode"])


@_kind
def _level(call: Call, index: int) -> Shown:
    value = {1: 1, 6: 2}.get(call.num(index), 0)
    return value, str(value), flags.ENUMS["level"][value]


@_kind
def _optname(call: Call, index: int, level: int) -> Shown:
    value = call.num(index) if call.num(level) == 1 else 0
    value = value if value in flags.ENUMS["sockopt"] else 0
    return value, str(value), flags.ENUMS["sockopt"][value]


@_kind
def _optval(call: Call, index: int, level: int, name: int) -> Shown:
    text = call.arg(index)
    value = strace.number(text.strip("[]") or "0")
    if call.num(level) == 1:
        if call.num(name) == 4 and call.event == "getsockopt":
            return -value, str(-value), ERRNO_NAMES.get(value, "")
        return _plain(value)
    raw = strace.string(text)
    if raw is None:
        raw = (value & 0xFFFFFFFF).to_bytes(4, "little") if text.startswith("[") else b""
    return raw, printable(raw[:BUFFER_MAX]) if raw else "NULL", ""


def _data(raw: bytes | None) -> Shown:
    return (raw, printable(raw), "") if raw else (b"", "NULL", "")


@_kind
def _sent(call: Call, index: int) -> Shown:
    return _data(strace.string(call.arg(index), BUFFER_MAX))


@_kind
def _buffer(call: Call, index: int) -> Shown:
    return _data(strace.string(call.arg(index), min(call.ret, BUFFER_MAX)) if call.ret > 0 else None)


def _vectors(text: str) -> tuple[bytes, int]:
    """First bytes and whole size of a printed iovec array."""
    data, size = b"", 0
    for part in strace.split_args(text[1:-1]) if text.startswith("[") else ():
        if len(data) < BUFFER_MAX:
            data += strace.string(strace.member(part, "iov_base") or "", BUFFER_MAX) or b""
        size += strace.number(strace.member(part, "iov_len") or "0")
    return data[:BUFFER_MAX], size


@_kind
def _iov(call: Call, index: int) -> Shown:
    return _data(_vectors(call.arg(index))[0][: call.ret] if call.ret > 0 else None)


@_kind
def _sentiov(call: Call, index: int) -> Shown:
    return _data(_vectors(call.arg(index))[0])


@_kind
def _iovsize(call: Call, index: int) -> Shown:
    return _plain(call.ret if call.event in ("readv", "preadv") and call.ret >= 0 else _vectors(call.arg(index))[1])


def _message(call: Call, index: int) -> tuple[bytes, int]:
    text = call.arg(index)
    if text.startswith("["):
        first = strace.split_args(text[1:-1])
        text = strace.member(first[0], "msg_hdr") or "" if first else ""
    return _vectors(strace.member(text, "msg_iov") or "")


@_kind
def _msg(call: Call, index: int) -> Shown:
    return _data(_message(call, index)[0])


@_kind
def _rmsg(call: Call, index: int) -> Shown:
    return _data(_message(call, index)[0][: call.ret] if call.ret > 0 else None)


@_kind
def _msgsize(call: Call, index: int) -> Shown:
    return _plain(_message(call, index)[1])


def _mlen(call: Call) -> int | None:
    first = strace.split_args(call.arg(1)[1:-1]) if call.arg(1).startswith("[") else []
    length = strace.member(first[0], "msg_len") if first else None
    return strace.number(length) if length else None


@_kind
def _mres(call: Call) -> Shown:
    """Falco makes an event of each message; its result is the message's length."""
    length = _mlen(call) if call.ret > 0 else None
    return _res(call) if length is None else _plain(length)


@_kind
def _mmsgsize(call: Call, index: int) -> Shown:
    length = _mlen(call) if call.ret > 0 else None
    return _plain(_message(call, index)[1] if length is None else length)


@_kind
def _ressize(call: Call) -> Shown:
    return _plain(max(call.ret, 0))


@_kind
def _sockaddr(call: Call, index: int) -> Shown:
    family, address, path = socket_address(call.arg(index))
    if address is not None:
        text = address_text(address)
        return text, text, ""
    if family == 1:
        return path, sanitise(path), ""
    return ("", "<NA>", "") if family >= 0 else ("", "NULL", "")


@_kind
def _tuple(call: Call) -> Shown:
    info = call.info(call.number) if call.number is not None else None
    failed = call.ret < 0 and not (call.event == "connect" and call.ret == -115)
    if info is None or failed or not info.char:
        return b"", "NULL", ""
    if info.char == "u":
        return (info.name, sanitise(info.name), "") if "->" in info.name else (b"", "NULL", "")
    if info.client is None or info.server is None:
        return b"", "NULL", ""
    own, peer = (info.server, info.client) if info.role == "server" and call.event[:4] == "send" else (info.client, info.server)
    if info.local is not None and call.event.startswith("send"):
        own = info.local
    text = f"{address_text(own)}->{address_text(peer)}"
    return text, text, ""


@_kind
def _rtuple(call: Call) -> Shown:
    info = call.info(call.number) if call.number is not None else None
    if info is None or call.ret < 0 or info.client is None or info.server is None or info.char not in "46":
        return b"", "NULL", ""
    own, peer = (info.server, info.client) if info.role == "server" else (info.client, info.server)
    text = f"{address_text(peer)}->{address_text(info.local or own)}"
    return text, text, ""


@_kind
def _backlog(call: Call) -> Shown:
    listener = call.info(call.fd(0)) if call.ret >= 0 else None
    return _plain(listener.backlog if listener is not None else 0)


@_kind
def _pairfd(call: Call, index: int, which: int) -> Shown:
    pair = strace.split_args(call.arg(index).strip("[]")) if call.ret >= 0 else []
    number = strace.fd(pair[which]).number if which < len(pair) else -1
    return number, str(number), fd_text(call, number)


def _uid_shown(call: Call, value: int) -> Shown:
    value = -1 if value in (-1, 0xFFFFFFFF) else value
    return value, str(value), "<NONE>" if value == -1 else call.users.user(value)[0]


def _gid_shown(call: Call, value: int) -> Shown:
    value = -1 if value in (-1, 0xFFFFFFFF) else value
    return value, str(value), "<NONE>" if value == -1 else call.users.group(value)


def _listed(call: Call, index: int) -> int:
    return strace.number(call.arg(index).strip("[]") or "0")


@_kind
def _signal(call: Call, index: int) -> Shown:
    value = call.num(index)
    return value, str(value), strace.SIGNALS.get(value, "")


@_kind
def _cap(call: Call, index: int, name: str) -> Shown:
    value = _member(call, index, name)
    return value, f"{value:X}", ""


@_kind
def _ptraceaddr(call: Call, index: int) -> Shown:
    text = call.arg(index)
    return _hex(call, index) if text.startswith(("0x", "NULL")) or text.isdecimal() else (0, "0", "")


@_kind
def _prctlstr(call: Call, index: int, option: int) -> Shown:
    return _str(call, index) if call.num(option) == 15 else ("", "<NA>", "")


@_kind
def _prctlint(call: Call, index: int, option: int) -> Shown:
    return _plain(0) if call.num(option) in (15, 3, 16) else _plain(call.num(index))


@_kind
def _offset(call: Call, index: int) -> Shown:
    parts = call.arg(index).strip("[]").split(" => ")
    value = strace.number(parts[-1].strip("[]") or "0")
    return _plain(value)


@_kind
def _uring(call: Call, index: int, name: str) -> Shown:
    return _plain(_member(call, index, name))


@_kind
def _uringflags(call: Call, index: int, name: str, table: str) -> Shown:
    value = _member(call, index, name) & (0xFF if table == "io_setup" else 0x6FF)
    return _flag_shown(value, table)


@_kind
def _fdlist(call: Call, index: int) -> Shown:
    shown = []
    text = call.arg(index)
    happened: dict[int, str] = {}
    _, _, after = call.ret_text.partition("([")
    for part in strace.split_args(after.rpartition("]")[0]):
        happened[strace.fd(strace.member(part, "fd") or "-1").number] = strace.member(part, "revents") or "0"
    for part in strace.split_args(text[1:-1]) if text.startswith("[") else ():
        number = strace.fd(strace.member(part, "fd") or "-1").number
        info = call.info(number)
        char = info.char if info is not None else ""
        shown.append(f"{number}:{char}{strace.number(happened.get(number, '0')):X}")
    value = " ".join(shown)
    return value, value or "<NA>", ""


@_kind
def _timespec(call: Call, index: int) -> Shown:
    text = call.arg(index)
    value = strace.number(strace.member(text, "tv_sec") or "0") * 1_000_000_000 + strace.number(
        strace.member(text, "tv_nsec") or "0"
    )
    return value, str(value), f"{value / 1e9:g}s"


@_kind
def _limit(call: Call, index: int, name: str) -> Shown:
    value = _member(call, index, name)
    return _plain(-1 if value >= 1 << 63 else value)


KINDS |= {
    "uidret": lambda call: _uid_shown(call, call.ret),
    "gidret": lambda call: _gid_shown(call, call.ret),
    "uid": lambda call, index: _uid_shown(call, call.num(index)),
    "gid": lambda call, index: _gid_shown(call, call.num(index)),
    "uidlist": lambda call, index: _uid_shown(call, _listed(call, index)),
    "gidlist": lambda call, index: _gid_shown(call, _listed(call, index)),
    "pid": _int,
    "listed": lambda call, index: _plain(_listed(call, index)),
    "dev": _zero,
    "mmsg": _msg,
    "enumhex": _enum,
}
