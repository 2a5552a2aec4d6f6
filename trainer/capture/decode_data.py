"""Buffers, socket addresses and tuples of a call as Falco shows them."""

from __future__ import annotations

from trainer.capture import strace
from trainer.capture.call import BUFFER_MAX, Call, address_text, fd_text, printable, sanitise, socket_address
from trainer.capture.decode_kinds import KINDS, Shown, kind, plain
from trainer.capture.decode_values import res
from trainer.capture.sockets import HOST_IP, NOBODY
from trainer.events import flags
from trainer.events.errnos import ERRNO_NAMES


@kind
def _acceptflags(call: Call, index: int) -> Shown:
    value = flags.fd_flags(call.num(index))
    return value, f"{value:X}", ""


@kind
def _level(call: Call, index: int) -> Shown:
    value = {1: 1, 6: 2}.get(call.num(index), 0)
    return value, str(value), flags.ENUMS["level"][value]


@kind
def _optname(call: Call, index: int, level: int) -> Shown:
    value = call.num(index) if call.num(level) == 1 else 0
    value = value if value in flags.ENUMS["sockopt"] else 0
    return value, str(value), flags.ENUMS["sockopt"][value]


@kind
def _optval(call: Call, index: int, level: int, name: int) -> Shown:
    text = call.arg(index)
    value = strace.number(text.strip("[]") or "0")
    if call.num(level) == 1:
        if call.num(name) == 4 and call.event == "getsockopt":
            return -value, str(-value), ERRNO_NAMES.get(value, "")
        return plain(value)
    raw = strace.string(text)
    if raw is None:
        raw = (value & 0xFFFFFFFF).to_bytes(4, "little") if text.startswith("[") else b""
    return raw, printable(raw[:BUFFER_MAX]) if raw else "NULL", ""


def _data(raw: bytes | None) -> Shown:
    return (raw, printable(raw), "") if raw else (b"", "NULL", "")


@kind
def _sent(call: Call, index: int) -> Shown:
    return _data(strace.string(call.arg(index), BUFFER_MAX))


@kind
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


@kind
def _iov(call: Call, index: int) -> Shown:
    return _data(_vectors(call.arg(index))[0][: call.ret] if call.ret > 0 else None)


@kind
def _sentiov(call: Call, index: int) -> Shown:
    return _data(_vectors(call.arg(index))[0])


@kind
def _iovsize(call: Call, index: int) -> Shown:
    return plain(call.ret if call.event in ("readv", "preadv") and call.ret >= 0 else _vectors(call.arg(index))[1])


def _message(call: Call, index: int) -> tuple[bytes, int]:
    text = call.arg(index)
    if text.startswith("["):
        found = strace.split_args(text[1:-1])
        text = strace.member(found[call.message], "msg_hdr") or "" if call.message < len(found) else ""
    return _vectors(strace.member(text, "msg_iov") or "")


@kind
def _msg(call: Call, index: int) -> Shown:
    return _data(_message(call, index)[0])


@kind
def _rmsg(call: Call, index: int) -> Shown:
    return _data(_message(call, index)[0][: call.ret] if call.ret > 0 else None)


@kind
def _msgsize(call: Call, index: int) -> Shown:
    return plain(_message(call, index)[1])


def _mlen(call: Call) -> int | None:
    found = strace.split_args(call.arg(1)[1:-1]) if call.arg(1).startswith("[") else []
    length = strace.member(found[call.message], "msg_len") if call.message < len(found) else None
    return strace.number(length) if length else None


@kind
def _mres(call: Call) -> Shown:
    """Falco makes an event of each message; its result is the message's length."""
    length = _mlen(call) if call.ret > 0 else None
    return res(call) if length is None else plain(length)


@kind
def _mmsgsize(call: Call, index: int) -> Shown:
    length = _mlen(call) if call.ret > 0 else None
    return plain(_message(call, index)[1] if length is None else length)


@kind
def _ressize(call: Call) -> Shown:
    return plain(max(call.ret, 0))


@kind
def _sockaddr(call: Call, index: int) -> Shown:
    family, address, path = socket_address(call.arg(index))
    if address is not None:
        text = address_text(address)
        return text, text, ""
    if family == 1:
        return path, sanitise(path), ""
    return ("", "<NA>", "") if family >= 0 else ("", "NULL", "")


@kind
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


@kind
def _rtuple(call: Call) -> Shown:
    info = call.info(call.number) if call.number is not None else None
    if info is None or call.ret < 0 or info.client is None or info.server is None or info.char not in "46":
        return b"", "NULL", ""
    own, peer = (info.server, info.client) if info.role == "server" else (info.client, info.server)
    text = f"{address_text(NOBODY if peer == (HOST_IP, 0) else peer)}->{address_text(info.local or own)}"
    return text, text, ""


@kind
def _backlog(call: Call) -> Shown:
    listener = call.info(call.fd(0)) if call.ret >= 0 else None
    return plain(listener.backlog if listener is not None else 0)


@kind
def _pairfd(call: Call, index: int, which: int) -> Shown:
    pair = strace.split_args(call.arg(index).strip("[]")) if call.ret >= 0 else []
    number = strace.fd(pair[which]).number if which < len(pair) else -1
    return number, str(number), fd_text(call, number)


@kind
def _pairend(call: Call, which: int) -> Shown:
    info = call.info(call.number) if call.ret >= 0 and call.number is not None else None
    # The event is about the second descriptor.
    value = info.ends[1 - which] if info is not None and info.ends is not None else "0"
    return int(value, 16), value.upper(), ""


@kind
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
        shown.append(f"{number}:{char}{flags.poll_events(strace.number(happened.get(number, '0'))):X}")
    value = " ".join(shown)
    return value, value or "<NA>", ""


KINDS["mmsg"] = _msg
