"""Numbers, flags, ids and paths of a call as Falco shows them."""

from __future__ import annotations

from trainer.capture import strace
from trainer.capture.call import Call, fd_text, pid_name, sanitise
from trainer.capture.decode_kinds import KINDS, Shown, kind, plain
from trainer.events import flags
from trainer.events.errnos import ERRNO_NAMES
from trainer.events.signals import SIGNALS


def _errno(value: int) -> str:
    return ERRNO_NAMES.get(-value, "") if value < 0 else ""


@kind
def res(call: Call) -> Shown:
    return call.ret, str(call.ret), _errno(call.ret)


@kind
def _fdret(call: Call) -> Shown:
    return call.ret, str(call.ret), fd_text(call, call.ret)


@kind
def _fd(call: Call, index: int) -> Shown:
    number = call.fd(index)
    return number, str(number), fd_text(call, number)


@kind
def _pidret(call: Call) -> Shown:
    return call.ret, str(call.ret), _errno(call.ret)


@kind
def _hexret(call: Call) -> Shown:
    return (call.ret, f"{call.ret:X}", "") if call.ret >= 0 else res(call)


@kind
def _int(call: Call, index: int) -> Shown:
    value = call.num(index)
    return plain(value - (1 << 32) if 0x80000000 <= value < 1 << 32 else value)


def _pid(call: Call, index: int) -> Shown:
    value, text, _ = _int(call, index)
    return value, text, pid_name(int(value))


@kind
def _uint(call: Call, index: int) -> Shown:
    return plain(call.num(index))


@kind
def _hex(call: Call, index: int) -> Shown:
    value = call.num(index)
    return value, f"{value:X}", ""


@kind
def _octal(call: Call, index: int) -> Shown:
    value = call.num(index)
    return value, f"0{value:o}" if value else "0", ""


@kind
def _openmode(call: Call, index: int, flags_index: int) -> Shown:
    return _octal(call, index) if flags.open_flags(call.num(flags_index)) & (flags.O_CREAT | flags.O_TMPFILE) else (0, "0", "")


def member_number(call: Call, index: int, name: str) -> int:
    return strace.number(strace.member(call.arg(index), name) or "0")


@kind
def _howmode(call: Call, index: int) -> Shown:
    value = member_number(call, index, "mode")
    return value, f"0{value:o}" if value else "0", ""


@kind
def _zero(_: Call) -> Shown:
    return 0, "0", ""


@kind
def _null(_: Call) -> Shown:
    return b"", "NULL", ""


def _text(value: str | None) -> Shown:
    return ("", "<NA>", "") if value is None else (value, sanitise(value), "")


@kind
def _str(call: Call, index: int) -> Shown:
    return _text(call.path(index))


@kind
def _strret(call: Call, index: int) -> Shown:
    return _text(call.path(index) if call.ret >= 0 else None)


@kind
def _path(call: Call, index: int) -> Shown:
    raw = call.path(index)
    if raw is None:
        return "", "<NA>", ""
    return raw, sanitise(raw), "" if raw.startswith("/") or not raw else sanitise(call.joined(raw) or "")


@kind
def _rel(call: Call, index: int, dirfd: int) -> Shown:
    raw = call.path(index)
    if raw is None:
        return "", "<NA>", ""
    if raw.startswith("/") or not raw:
        return raw, sanitise(raw), ""
    full = call.joined(raw, call.fd(dirfd))
    return raw, sanitise(raw), sanitise(full if full is not None else raw)


@kind
def _handlepath(_: Call) -> Shown:
    return "", "<NA>", ""


@kind
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


@kind
def _open(call: Call, index: int) -> Shown:
    return _flag_shown(open_flags_of(call, call.num(index)), "file")


@kind
def _how(call: Call, index: int) -> Shown:
    return _flag_shown(open_flags_of(call, member_number(call, index, "flags")), "file")


@kind
def _resolve(call: Call, index: int) -> Shown:
    return _flag_shown(flags.CONVERSIONS["resolve"](member_number(call, index, "resolve")), "resolve")


@kind
def _fdflags(call: Call, index: int) -> Shown:
    return _flag_shown(flags.fd_flags(call.num(index)), "file")


@kind
def _pidfdflags(call: Call, index: int) -> Shown:
    return _flag_shown(1 if call.num(index) & 0o4000 else 0, "pidfd")


@kind
def _creatflags(call: Call) -> Shown:
    info = call.info(call.ret) if call.ret >= 0 else None
    return _flag_shown((0, 1, 2)[info.layer] if info is not None else 0, "creat")


@kind
def _enum(call: Call, index: int, table: str) -> Shown:
    value = call.num(index)
    convert = flags.CONVERSIONS.get(table)
    value = convert(value) if convert else value
    return value, str(value), flags.ENUMS[table].get(value, "")


@kind
def _mode(call: Call, index: int) -> Shown:
    value = call.num(index)
    # A block device is shown as S_IFCHR: only the first type whose bits are there counts.
    kind = next((bit for bit in (0o100000, 0o020000, 0o040000, 0o010000) if value & bit), 0)
    return value, f"0{value:o}" if value else "0", flags.flag_names(value & 0o7777 | kind, flags.TABLES["mode"])


@kind
def _permissions(call: Call, index: int) -> Shown:
    """chmod's: Falco does not look at the type of file that may be there too."""
    value = call.num(index) & 0o7777
    return value, f"0{value:o}" if value else "0", flags.flag_names(value, flags.TABLES["mode"])


def _uid_shown(call: Call, value: int) -> Shown:
    value = -1 if value in (-1, 0xFFFFFFFF) else value
    return value, str(value), "<NONE>" if value == -1 else call.users.user(value)[0]


def _gid_shown(call: Call, value: int) -> Shown:
    value = -1 if value in (-1, 0xFFFFFFFF) else value
    return value, str(value), "<NONE>" if value == -1 else call.users.group(value)


def _listed(call: Call, index: int) -> int:
    return strace.number(call.arg(index).strip("[]") or "0")


@kind
def _signal(call: Call, index: int) -> Shown:
    value = call.num(index)
    return value, str(value), SIGNALS.get(value, "")


@kind
def _cap(call: Call, index: int, name: str) -> Shown:
    value = member_number(call, index, name)
    return value, f"{value:X}", ""


@kind
def _ptraceaddr(call: Call, index: int) -> Shown:
    text = call.arg(index)
    return _hex(call, index) if text.startswith(("0x", "NULL")) or text.isdecimal() else (0, "0", "")


@kind
def _prctlstr(call: Call, index: int, option: int) -> Shown:
    return _str(call, index) if call.num(option) in (15, 16) else ("", "<NA>", "")


@kind
def _prctlint(call: Call, index: int, option: int) -> Shown:
    return plain(0) if call.num(option) in (15, 3, 16) else plain(call.num(index))


@kind
def _offset(call: Call, index: int) -> Shown:
    parts = call.arg(index).strip("[]").split(" => ")
    value = strace.number(parts[-1].strip("[]") or "0")
    return plain(value)


@kind
def _uring(call: Call, index: int, name: str) -> Shown:
    return plain(member_number(call, index, name))


@kind
def _uringflags(call: Call, index: int, name: str, table: str) -> Shown:
    value = member_number(call, index, name) & (0xFF if table == "io_setup" else 0x6FF)
    return _flag_shown(value, table)


@kind
def _timespec(call: Call, index: int) -> Shown:
    text = call.arg(index)
    value = strace.number(strace.member(text, "tv_sec") or "0") * 1_000_000_000 + strace.number(
        strace.member(text, "tv_nsec") or "0"
    )
    return value, str(value), f"{value / 1e9:g}s"


@kind
def _limit(call: Call, index: int, name: str) -> Shown:
    value = member_number(call, index, name)
    return plain(-1 if value >= 1 << 63 else value)


KINDS |= {
    "uidret": lambda call: _uid_shown(call, call.ret),
    "gidret": lambda call: _gid_shown(call, call.ret),
    "uid": lambda call, index: _uid_shown(call, call.num(index)),
    "gid": lambda call, index: _gid_shown(call, call.num(index)),
    "uidlist": lambda call, index: _uid_shown(call, _listed(call, index)),
    "gidlist": lambda call, index: _gid_shown(call, _listed(call, index)),
    "pid": _pid,
    "listed": lambda call, index: plain(_listed(call, index)),
    "dev": _zero,
    "enumhex": _enum,
}
