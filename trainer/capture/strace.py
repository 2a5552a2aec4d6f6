"""Reads strace's text: lines to records, arguments to numbers, bytes and descriptors. Knows nothing of Falco.

Expected is the output of STRACE_OPTIONS: numbers instead of symbolic names, so that no constant of a newer kernel is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from trainer.events.signals import signal_number

STRACE_OPTIONS = (
    "-f",
    "-yy",
    "-q",
    "-s",
    "4096",
    "--absolute-timestamps=format:unix,precision:ns",
    "-X",
    "raw",
    "-e",
    "abbrev=!execve,execveat",
)
"""What the tracer passes, besides ``-p PID`` and ``-o FILE`` (with -o every line begins with the PID)."""


@dataclass(slots=True)
class Syscall:
    """A finished system call. ``ret`` is None for one that never returned (exit, a killed caller)."""

    pid: int
    time_ns: int
    name: str
    text: str
    """Arguments as printed, without the parentheses."""
    ret: int | None
    errno: str
    ret_text: str
    started_ns: int


@dataclass(slots=True)
class Signal:
    pid: int
    time_ns: int
    name: str
    number: int
    sender: int


@dataclass(slots=True)
class Exit:
    pid: int
    time_ns: int
    code: int
    signal: str
    core: bool = False
    superseded_by: int = 0
    """The thread of this process whose execve goes on under this, the leader's, number."""


@dataclass(slots=True)
class Started:
    """A call that has begun (``<unfinished ...>``); its thread waits for the kernel."""

    pid: int
    time_ns: int
    name: str
    text: str


Record = Syscall | Signal | Exit | Started

_HEAD = re.compile(r"(?:\[pid\s+(\d+)\] |(\d+) +)?(\d{1,12})\.(\d{1,9}) (.*)", re.S)
_CALL = re.compile(r"(\w+)\((.*)\) *= (0x[0-9a-f]+|-?\d+|\?)(.*)", re.S)
_OPEN = re.compile(r"(\w+)\((.*)", re.S)
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)", re.S)
_SIGNAL = re.compile(r"--- (\w+) (?:\{(.*)\} )?---")
_SIGNO = re.compile(r"si_signo=(\w+)")
_SENDER = re.compile(r"si_pid=(\d+)")
_EXITED = re.compile(r"\+\+\+ (?:exited with (\d+)|killed by (\w+)( \(core dumped\))?|superseded by execve in pid (\d+)) \+\+\+")
_ERRNO = re.compile(r"\s*([A-Z][A-Z0-9_]*) ?")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"(?:\.\.\.)?|<(?:->|[^<>]|<[^<>]*>)*>|[\[\]{}(),]|[^"<\[\]{}(),]+|[<"]', re.S)
_FD = re.compile(r"(-?\d+)(?:<(.*)>)?(?:\(deleted\))?$", re.S)
_UNFINISHED = " <unfinished ...>"
_MOVED = re.compile(r" <pid changed to \d+ \.\.\.>$")
"""The execve of a thread that is not its process's first: it goes on under the first one's number."""
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.S)
_SIMPLE = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"f": b"\f", b"a": b"\a", b"b": b"\b", b"e": b"\x1b"}


class StraceParser:
    """Joins ``<unfinished ...>`` halves; one parser reads the whole output of one tracer."""

    def __init__(self) -> None:
        self.unfinished: dict[int, Started] = {}
        """Calls in progress by PID."""

    def feed(self, line: str) -> Record | None:
        """The record that a line completes; None for narration and for what is not strace's."""
        head = _HEAD.match(line)
        if head is None:
            return None
        bracketed, plain, seconds, fraction, body = head.groups()
        pid = int(bracketed or plain or 0)
        time_ns = int(seconds) * 1_000_000_000 + int(fraction.ljust(9, "0"))
        body = body.rstrip()
        first = body[:1]
        if first == "<":
            return self._resumed(pid, time_ns, body)
        if first == "-":
            return _signal(pid, time_ns, body)
        if first == "+":
            return self._exit(pid, time_ns, body)
        moved = _MOVED.search(body) if body.endswith(" ...>") else None
        if moved is not None or body.endswith(_UNFINISHED):
            opened = _OPEN.match(body[: moved.start() if moved is not None else -len(_UNFINISHED)])
            if opened is None:
                return None
            started = Started(pid, time_ns, opened[1], opened[2])
            self.unfinished[pid] = started
            return started
        return _finished(pid, time_ns, time_ns, body)

    def _resumed(self, pid: int, time_ns: int, body: str) -> Record | None:
        resumed = _RESUMED.match(body)
        started = self.unfinished.pop(pid, None)
        if resumed is None or resumed[2].startswith(_UNFINISHED):
            return None
        text = started.text if started is not None and started.name == resumed[1] else ""
        return _finished(pid, time_ns, started.time_ns if started else time_ns, f"{resumed[1]}({text}{resumed[2]}")

    def _exit(self, pid: int, time_ns: int, body: str) -> Record | None:
        exited = _EXITED.match(body)
        if exited is None:
            return None
        code, signal, core, caller = exited.groups()
        self.unfinished.pop(pid, None)
        if caller:
            other = self.unfinished.pop(int(caller), None)
            if other is not None:
                self.unfinished[pid] = other
            return Exit(pid, time_ns, 0, "", superseded_by=int(caller))
        return Exit(pid, time_ns, int(code or 0), signal or "", bool(core))


def _finished(pid: int, time_ns: int, started_ns: int, body: str) -> Syscall | None:
    call = _CALL.match(body)
    if call is None:
        return None
    name, text, result, rest = call.groups()
    errno = ""
    ret: int | None
    if result == "?":
        ret = None
        found = _ERRNO.match(rest)
        errno = found[1] if found else ""
    else:
        ret = int(result, 16) if result.startswith("0x") else int(result)
        if ret == -1:
            found = _ERRNO.match(rest)
            errno = found[1] if found else ""
    return Syscall(pid, time_ns, name, text, ret, errno, result + rest, started_ns)


def _signal(pid: int, time_ns: int, body: str) -> Signal | None:
    found = _SIGNAL.match(body)
    if found is None:
        return None
    info = found[2] or ""
    number = _SIGNO.search(info)
    sender = _SENDER.search(info)
    signo = signal_number(number[1]) if number else 0
    return Signal(pid, time_ns, found[1], signo or signal_number(found[1]), int(sender[1]) if sender else 0)


def split_args(text: str) -> list[str]:
    """Top-level arguments as printed."""
    args: list[str] = []
    depth = 0
    start = 0
    for token in _TOKEN.finditer(text):
        char = token[0]
        if char == ",":
            if depth == 0:
                args.append(text[start : token.start()].strip(" "))
                start = token.end()
        elif char in "[{(":
            depth += 1
        elif char in "]})":
            depth = max(0, depth - 1)
    last = text[start:].strip(" ")
    if last or args:
        args.append(last)
    return args


@lru_cache(maxsize=1024)
def number(text: str) -> int:
    """Value of a printed number: decimal, hexadecimal, octal, NULL, ``a|b``; 0 when it is none."""
    try:
        if text.startswith("0"):
            if "|" not in text:
                return int(text, 16 if text[1:2] in ("x", "X") else 8)
        else:
            return int(text)
    except ValueError:
        pass
    total = 0
    if text.startswith("htons("):
        value = number(text[6:-1]) & 0xFFFF
        return value >> 8 | (value & 0xFF) << 8
    for part in text.split("|"):
        digits = part.strip().split("<", 1)[0].split(" ", 1)[0]
        try:
            total |= int(digits, 16 if digits[:2] in ("0x", "0X") else 8 if digits.startswith("0") and len(digits) > 1 else 10)
        except ValueError:
            continue
    return total


def unescape(text: str) -> bytes:
    """Bytes of a C string's inside."""
    raw = text.encode("utf-8", "surrogateescape" if text.isprintable() else "surrogatepass")
    return _ESCAPE.sub(_escape, raw) if b"\\" in raw else raw


def _escape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1] == b"x" and len(code) == 3:
        return bytes((int(code[1:], 16),))
    if code[:1].isdigit() and code[:1] < b"8":
        return bytes((int(code, 8) & 255,))
    return _SIMPLE.get(code, code)


def string(text: str, limit: int | None = None) -> bytes | None:
    """Bytes of a printed string (its first ``limit``), or None for NULL and pointers."""
    abstract = text.startswith("@")
    body = text[1:] if abstract else text
    if not body.startswith('"'):
        return None
    end = body.rfind('"')
    inside = body[1:end] if end > 0 else body[1:]
    if limit is not None:
        # Four characters of text are the most that one byte takes.
        inside = inside[: limit * 4]
        inside = inside[:-1] if inside.endswith("\\") and not inside.endswith("\\\\") else inside
        value = unescape(inside)[:limit]
    else:
        value = unescape(inside)
    return b"\0" + value if abstract else value


@lru_cache(maxsize=256)
def path(text: str) -> str | None:
    """A printed path; None for NULL. One call's is asked for several times, and programs open the same files again."""
    value = string(text)
    return None if value is None else value.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def strings(text: str) -> list[str] | None:
    """Items of a printed array of strings; None when the array could not be read."""
    if not text.startswith("["):
        return None
    found: list[str] = []
    for token in _TOKEN.finditer(text[1:-1] if text.endswith("]") else text[1:]):
        if token[0].startswith('"') and len(token[0]) > 1:
            found.append((string(token[0].removesuffix("...")) or b"").decode("utf-8", "surrogateescape"))
    return found


@dataclass(frozen=True)
class FdText:
    """A printed descriptor: ``3</etc/passwd>``, ``4<TCP:[1.2.3.4:5->6.7.8.9:80]>``."""

    number: int
    detail: str

    @cached_property
    def path(self) -> str | None:
        """A file's resolved path."""
        if not self.detail.startswith("/"):
            return None
        value = self.detail.split("<", 1)[0]
        return unescape(value).decode("utf-8", "surrogateescape")

    @cached_property
    def addresses(self) -> tuple[str, int, str, int] | None:
        """Own and peer's address and port of a connected socket; the peer's are ("", 0) for one that is only bound."""
        found = _ADDRESSES.match(self.detail)
        if found is None:
            return None
        return (found[1] or found[2], int(found[3]), found[4] or found[5] or "", int(found[6] or 0))


_ADDRESSES = re.compile(
    r"(?:TCP|UDP|TCPv6|UDPv6|UDPLITE|RAW|RAWv6|PING):\[(?:\[([0-9a-fA-F:.]+)\]|([\d.]+)):(\d+)"
    r"(?:->(?:\[([0-9a-fA-F:.]+)\]|([\d.]+)):(\d+))?\]"
)


@lru_cache(maxsize=1024)
def fd(text: str) -> FdText:
    found = _FD.match(text)
    return FdText(int(found[1]), found[2] or "") if found else FdText(number(text), "")


def member(text: str, name: str) -> str | None:
    """Text of a structure's member: ``member("{a=1, b=[2]}", "b")`` is ``[2]``."""
    inside = text[1:-1] if text.startswith("{") and text.endswith("}") else text
    prefix = name + "="
    for part in split_args(inside):
        if part.startswith(prefix):
            return part[len(prefix) :]
    return None
