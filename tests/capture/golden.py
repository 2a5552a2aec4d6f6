"""Compares events of an action with what a real Falco showed for the same action, thread by thread and field by field.

What the conformance data's README says of normalising is done here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trainer.capture.sockets import HOST_IP
from trainer.events import Event

Line = dict[str, Any]
_OWN_KEYS = frozenset(("_order", "_p", "_light", "_alt", "_unstable", "_action"))
_RUNTIME = (
    "proc.pname",
    "proc.pexe",
    "proc.pexepath",
    "proc.pcmdline",
    "proc.aname[",
    "proc.aexe[",
    "proc.aexepath[",
    "proc.acmdline[",
)
_HOST_PIDS = frozenset(("proc.pid", "proc.ppid", "thread.tid", "proc.loginshellid"))
_OWN_PIDS = frozenset(
    "proc.vpid proc.pvpid proc.sid proc.vpgid thread.vtid evt.arg.pid evt.arg.pgid evt.arg.vpgid evt.arg.tid".split()  # noqa: SIM905
)
_PROGRAMS = frozenset(
    "proc.exeline proc.cmdnargs proc.cmdlenargs proc.sid.exe user.homedir user.shell evt.failed".split()  # noqa: SIM905
)
"""Kept in the golden files with the events of programs only."""
_PROGRAMS = frozenset(("execve", "execveat", "clone", "clone3", "vfork"))
_FORKS = {"clone", "clone3", "vfork", "fork", "setsid"}
_RARE = frozenset(
    "mmap munmap mprotect brk futex lseek pread prlimit getdents getdents64 umask poll readlink".split()  # noqa: SIM905
)
_LIBRARY = re.compile(r"/lib(?:64)?/.*\.so(?:\.[\d.]+)?$")
_PORT = re.compile(r"(?<=:)(3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\b")


def flat(event: Event) -> dict[str, Any]:
    """Falco's output_fields of an event."""
    found: dict[str, Any] = {"evt.type": event.type}
    for key, value in event.fields.items():
        if key == "evt.arg" and isinstance(value, dict):
            found |= {f"evt.arg.{name}": text for name, text in value.items()}
        elif key == "proc.args" and isinstance(value, tuple):
            found[key] = " ".join(str(item) for item in value)
        elif key in ("proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline") and isinstance(value, tuple):
            found |= {f"{key}[{index}]": item for index, item in enumerate(value, 1)}
        elif key == "proc.env" and isinstance(value, dict):
            found |= {f"proc.env[{name}]": value.get(name, "") for name in ("MARK", "SECRET_TOKEN")}
        elif isinstance(value, bytes):
            found[key] = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in value)
        else:
            found[key] = value
    return found


def thread_names(events: list[Event]) -> list[str]:
    """``0`` for the first process, ``0.2`` for its second child, ``t1`` for a further thread, as in the golden files."""
    if not events:
        return []
    first = events[0].fields["proc.vpid"]
    names: dict[Any, str] = {first: "0"}
    parents: dict[Any, Any] = {}
    threads: dict[Any, list[Any]] = defaultdict(list)
    for event in events:
        pid, tid = event.fields["proc.vpid"], event.fields["thread.vtid"]
        parents.setdefault(pid, event.fields.get("proc.pvpid"))
        if tid != pid and tid not in threads[pid]:
            threads[pid].append(tid)

    def walk(parent: Any) -> None:
        children = sorted(pid for pid, its in parents.items() if its == parent and pid != first)
        for number, pid in enumerate(children, 1):
            names[pid] = f"{names[parent]}.{number}"
            walk(pid)

    walk(first)
    found = []
    for event in events:
        pid, tid = event.fields["proc.vpid"], event.fields["thread.vtid"]
        found.append(names.get(pid, "1") + (f"t{threads[pid].index(tid) + 1}" if tid != pid else ""))
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    thread: str
    line: Line
    """Falco's event."""
    key: str
    golden: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.thread} {self.line['evt.type']} {self.key}: Falco {self.golden!r:.300}, here {self.ours!r:.300}"


class Comparison:
    """Of one case: golden lines and our events."""

    def __init__(self, golden: list[Line], events: list[Event], *, trim: bool, full: bool) -> None:
        self.pairs = list(_aligned(golden, events, trim, full))
        self._mapped: dict[tuple[str, Any], Any] = {}
        self._container = str(events[0].fields.get("container.id", "")) if events else ""

    def missing(self) -> list[tuple[str, Line]]:
        return [(thread, line) for thread, line, ours in self.pairs if ours is None and not line.get("_unstable")]

    def values(self) -> Iterator[tuple[Difference, bool]]:
        """Each value that Falco showed beside ours, and whether they are equal."""
        for thread, line, ours in self.pairs:
            if ours is None or line.get("_unstable"):
                continue
            alternatives = line.get("_alt", {})
            for key, value in line.items():
                if key not in _OWN_KEYS and key not in alternatives:
                    yield Difference(thread, line, key, value, ours.get(key)), self._same(key, value, ours.get(key), line)

    def surplus(self, known: dict[str, set[str]]) -> Iterator[Difference]:
        """Values of ours where Falco has none; ``known`` are the fields that it shows for a type of event."""
        for thread, line, ours in self.pairs:
            if ours is None or line.get("_unstable") or line.get("_light"):
                continue
            for key in ours.keys() & known[line["evt.type"]]:
                if (
                    key not in line
                    and key not in line.get("_alt", {})
                    and ours[key] not in (None, False, "")
                    and _told(key, line["evt.type"])
                ):
                    yield Difference(thread, line, key, None, ours[key])

    def _same(self, key: str, golden: Any, ours: Any, line: Line) -> bool:
        if key.startswith(_RUNTIME) and re.match(r"(.*/)?(runc|containerd-shim)", str(golden)):
            # Behind the shim the trainer shows systemd, where Falco knows nothing: design.md, section 6.
            return ours is None or re.match(r"(.*/)?(runc|containerd-shim|systemd|sbin/init)", str(ours)) is not None
        if key == "evt.buffer" and str(golden).startswith("NUL"):
            return True  # stale bytes of older events behind an empty buffer
        if key in _HOST_PIDS:
            return self._one_to_one("host", golden, ours) or (key == "proc.ppid" and _of_runtime(line))
        if key in _OWN_PIDS:
            return self._one_to_one("own", golden, ours) or (key == "proc.pvpid" and _of_runtime(line))
        if key in ("evt.rawres", "evt.arg.res") and line["evt.type"] in _FORKS:
            wanted, got = (re.match(r"-?\d+", str(value)) for value in (golden, ours))
            if wanted is None or got is None:
                return bool(golden == ours)  # the child's name
            return self._one_to_one("own", int(wanted[0]), int(got[0]))
        if key.endswith("port"):
            return self._ports([golden], [ours])
        wanted, got = norm(key, golden, line, "<CID>"), norm(key, ours, line, self._container)
        if isinstance(wanted, str) and isinstance(got, str) and "EPH" in wanted and key != "evt.args":
            ports = [[int(port) for port in _PORT.findall(str(value))] for value in (golden, ours)]
            return wanted == got and self._ports(*ports)
        if key == "evt.args" and wanted != got:
            pattern = re.sub(r"=\\\*(\\\([^)]*\\\))?", r"=[^ ]*", re.escape(str(wanted)))
            return re.fullmatch(pattern, str(got)) is not None
        return bool(wanted == got)

    def _one_to_one(self, space: str, golden: Any, ours: Any) -> bool:
        """Numbers of the moment: each of Falco's stands for the same one of ours wherever it is."""
        try:
            first, second = int(golden), int(ours)
        except (TypeError, ValueError):
            return bool(golden == ours)
        if first <= 1 or second <= 1:
            return first == second
        there = self._mapped.setdefault((space, first), second)
        back = self._mapped.setdefault((f"{space} back", second), first)
        return bool(there == second and back == first)

    def _ports(self, golden: list[Any], ours: list[Any]) -> bool:
        return len(golden) == len(ours) and all(
            self._one_to_one("port", *pair)
            if all(isinstance(port, int) and 32768 <= port <= 60999 for port in pair)
            else pair[0] == pair[1]
            for pair in zip(golden, ours, strict=True)
        )


def _of_runtime(line: Line) -> bool:
    return line.get("proc.pname") in (None, "runc", "containerd-shim") or "proc.pname" in line.get("_alt", {})


def _told(key: str, event: str) -> bool:
    """Whether the golden files would keep such a value."""
    return key.startswith(("evt.", "fd.", "fs.path.")) and (key != "evt.failed" or event in _PROGRAMS)


def norm(key: str, value: Any, line: Line, container: str = "<CID>") -> Any:
    """What is left of a value when numbers of the moment are taken away."""
    if key == "evt.arg.ptid":
        return "PID"
    if key == "fd.types":
        return list(value or ())
    if isinstance(value, str):
        value = value.replace(container, "<CID>") if container else value
        value = value.replace(HOST_IP, "<HOSTIP>")
        value = _PORT.sub("EPH", value)
        value = re.sub(r"\bffff[0-9a-f]{12}\b", "KADDR", value, flags=re.I)
        value = re.sub(r"/proc/\d+(?=/|$|[ )])", "/proc/PID", value)
        value = re.sub(r"<CID>|\b[0-9a-f]{12}\b", "CID", value) if key == "evt.buffer" else value
        if key == "evt.args":
            if line["evt.type"] in _FORKS:
                value = re.sub(r"^res=[1-9]\d*(\([^)]*\))?", "res=PID", value)
            value = re.sub(r"\b(pid|tid|pgid|ptid|vpgid|vtid|vpid)=(\*|\d+)(\([^)]*\))?", r"\1=PID", value)
            value = re.sub(r" env=.*? tty=", " env=ENV tty=", value)
            value = re.sub(r"data=(?!NULL).*? (?=fd=|tuple=)", "data=DATA ", value)
    return value


def _exact(line: Line) -> tuple[Any, ...]:
    """What two lines of the same call have in common; numbers of the moment are left out."""
    args = norm("evt.args", str(line.get("evt.args", "")), line)
    args = re.sub(r"=(\*|-?[0-9A-F]+)(?=[ (]|$)", "=N", re.sub(r"data=.*? (?=fd=|tuple=|size=)|data=.*$", "", args))
    return (line["evt.type"], line.get("evt.res"), args)


def _loose(line: Line) -> tuple[Any, ...]:
    number = line.get("evt.rawres") if line["evt.type"] not in _FORKS else None
    number = number if number is not None and number < 1000 else None
    return (line["evt.type"], line.get("evt.res"), number, norm("fd.name", line.get("fd.name", ""), line)[:80])


def _aligned(golden: list[Line], events: list[Event], trim: bool, full: bool) -> Iterator[tuple[str, Line, Line | None]]:
    """Thread, Falco's event, ours."""
    ours: dict[str, list[Line]] = defaultdict(list)
    begun = not trim
    for event, thread in zip(events, thread_names(events), strict=True):
        if not begun and thread == "0" and event.num > 1:
            begun = event.type == "access" and "name=/mark " in str(event.fields["evt.args"])
            continue
        line = flat(event)
        if full or not _left_out(line):
            ours[thread].append(line)
    threads: dict[str, list[Line]] = defaultdict(list)
    for line in golden:
        threads[line["_p"]].append(line)
    for thread, wanted in threads.items():
        got = ours.get(thread, [])
        pairs = _matched(wanted, got)
        for index, line in enumerate(wanted):
            yield thread, line, got[pairs[index]] if index in pairs else None


def _left_out(line: Line) -> bool:
    """Whether the golden files of cases that are not full leave the event out."""
    kind, name = line["evt.type"], str(line.get("fd.name", ""))
    if kind in _RARE or (kind == "access" and "/etc/ld.so.preload" in line["evt.args"]):
        return True
    if kind == "newfstatat" and "path= " in line["evt.args"]:
        return True
    return kind in ("read", "pread", "close", "fstat") and (name.endswith("/ld.so.cache") or _LIBRARY.search(name) is not None)


def _matched(wanted: list[Line], got: list[Line]) -> dict[int, int]:
    """The best alignment of two threads: the same call first, else the same result on the same file, else the same type."""
    left, right = [(_exact(line), _loose(line)) for line in wanted], [(_exact(line), _loose(line)) for line in got]
    start = 0
    while start < min(len(left), len(right)) and left[start][0] == right[start][0]:
        start += 1
    pairs = {index: index for index in range(start)}
    rows = [[0] * (len(right) - start + 1)]
    for first in left[start:]:
        above, row = rows[-1], [0]
        for at, second in enumerate(right[start:]):
            best = max(above[at + 1], row[at])
            if first[0][0] == second[0][0]:
                best = max(best, above[at] + _likeness(first, second))
            row.append(best)
        rows.append(row)
    index, other = len(left), len(right)
    while index > start and other > start:
        score = rows[index - start][other - start]
        if score == rows[index - start - 1][other - start]:
            index -= 1
        elif score == rows[index - start][other - start - 1]:
            other -= 1
        else:
            index, other = index - 1, other - 1
            pairs[index] = other
    # A folder's entries come in an order of the folder's own.
    used = set(pairs.values())
    left_over = defaultdict(list)
    for index, (exact, _) in enumerate(right):
        if index not in used:
            left_over[exact].append(index)
    for index, (exact, _) in enumerate(left):
        if index not in pairs and left_over[exact]:
            pairs[index] = left_over[exact].pop(0)
    return pairs


def _likeness(first: tuple[Any, Any], second: tuple[Any, Any]) -> int:
    return 10 if first[0] == second[0] else 6 if first[1] == second[1] else 3


def differences(golden: list[Line], events: list[Event], *, trim: bool, full: bool) -> Iterator[str]:
    """One line for each golden event that is missing and each value that differs."""
    comparison = Comparison(golden, events, trim=trim, full=full)
    for thread, line in comparison.missing():
        yield f"{thread} missing: {line['evt.type']} {line['evt.args'][:200]}"
    for found, equal in comparison.values():
        if not equal:
            yield str(found)
