"""Compares events made of recorded strace text with what a real Falco showed for the same action."""

from __future__ import annotations

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trainer.capture.inspector import Inspector
from trainer.capture.model import ActionStart, ContainerInfo
from trainer.events import Event

TRACES = Path(__file__).parent / "traces"
CONTAINER_ID = "c0ffee123456"
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
_PIDS = {
    "proc.pid",
    "proc.ppid",
    "proc.vpid",
    "proc.pvpid",
    "proc.sid",
    "proc.vpgid",
    "thread.tid",
    "thread.vtid",
    "proc.loginshellid",
}
_FORKS = {"clone", "clone3", "vfork", "fork", "setsid"}
_PORT = re.compile(r"(?<=:)(3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\b")


def load(name: str) -> tuple[dict[str, Any], list[Event]]:
    """Head and events of a recorded trace."""
    head_text, *lines = (TRACES / f"{name}.strace").read_text(encoding="utf-8").splitlines()
    head: dict[str, Any] = json.loads(head_text)
    container = ContainerInfo(
        CONTAINER_ID,
        CONTAINER_ID + "0" * 52,
        "box",
        "base:1",
        "a" * 12,
        passwd=(TRACES / "passwd").read_text(encoding="utf-8"),
        group=(TRACES / "group").read_text(encoding="utf-8"),
        links=head["links"],
        shebangs=head["shebangs"],
        files=frozenset(head["files"]),
        setuid={path: (ids[0], ids[1]) for path, ids in head["setuid"].items()},
        owners=head["owners"],
        ip="172.31.77.2" if head["network"] else "172.17.0.2",
        bridge_ip="172.31.77.1" if head["network"] else None,
        mounts=("/dev/shm", "/data", "/t"),
        no_new_privileges=head["no_new_privileges"],
        bounding=head["bounding"],
        main=tuple(head["main"]),
    )
    inspector = Inspector()
    inspector.start(
        ActionStart(
            "a",
            container,
            tuple(head["argv"]),
            head["user"],
            head["uid"],
            head["gid"],
            False,
            head["cwd"],
            dict(item.split("=", 1) for item in head["env"]),
            0,
            head["vpid"],
            head["caps"],
            streams=("pipe:", "pipe:", "pipe:") if head["stdin"] else (),
        )
    )
    events = [event for line in lines for event in inspector.feed(line)]
    return head, events + inspector.finish_action("a")


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


def norm(key: str, value: Any, line: dict[str, Any]) -> Any:
    """What is left of a value when numbers of the moment are taken away."""
    if key in _PIDS or key in ("evt.arg.pid", "evt.arg.pgid", "evt.arg.vpgid", "evt.arg.ptid", "evt.arg.tid"):
        return "PID"
    if key in ("evt.rawres", "evt.arg.res") and line["evt.type"] in _FORKS and re.fullmatch(r"[1-9].*", str(value)):
        return "PID"
    if key.endswith("port") and isinstance(value, int) and 32768 <= value <= 60999:
        return "EPHEMERAL"
    if key == "fd.types":
        return sorted(value or ())
    if isinstance(value, str):
        value = value.replace(CONTAINER_ID, "<CID>")
        value = _PORT.sub("EPH", value)
        value = re.sub(r"\bffff[0-9a-f]{12}\b", "KADDR", value, flags=re.I)
        value = re.sub(r"/proc/\d+/", "/proc/PID/", value)
        value = re.sub(r"<CID>|\b[0-9a-f]{12}\b", "CID", value) if key == "evt.buffer" else value
        if key == "evt.args":
            if line["evt.type"] in _FORKS:
                value = re.sub(r"^res=[1-9]\d*(\([^)]*\))?", "res=PID", value)
            value = re.sub(r"\b(pid|tid|pgid|ptid|vpgid|vtid|vpid)=(\*|\d+)(\([^)]*\))?", r"\1=PID", value)
            value = re.sub(r" env=.*? tty=", " env=ENV tty=", value)
            value = re.sub(r"data=(?!NULL).*? (?=fd=|tuple=)", "data=DATA ", value)
    return value


def same(key: str, golden: Any, ours: Any, line: dict[str, Any]) -> bool:
    if key.startswith(_RUNTIME) and (golden is None or re.match(r"(.*/)?(runc|containerd-shim)", str(golden))):
        return True
    if key == "evt.buffer" and str(golden).startswith("NUL"):
        return True  # stale bytes of older events behind an empty buffer
    wanted, got = norm(key, golden, line), norm(key, ours, line)
    if key == "evt.args" and wanted != got:
        pattern = re.sub(r"=\\\*(\\\([^)]*\\\))?", r"=[^ ]*", re.escape(str(wanted)))
        return re.fullmatch(pattern, str(got)) is not None
    return bool(wanted == got)


def _signature(line: dict[str, Any]) -> tuple[Any, ...]:
    what = str(line.get("evt.arg.path") or line.get("evt.arg.name") or line.get("evt.arg.filename") or "")
    number = line.get("evt.rawres") if line["evt.type"] not in _FORKS else None
    number = number if number is not None and number < 1000 else None
    return (line["evt.type"], line.get("evt.res"), number, norm("fd.name", line.get("fd.name", ""), line)[:80], what[:80])


def differences(name: str, golden_file: Path) -> Iterator[str]:
    """One line for each golden event that is missing and each field that differs."""
    head, events = load(name)
    ours: dict[str, list[dict[str, Any]]] = defaultdict(list)
    begun = not head["trim"]
    for event, thread in zip(events, thread_names(events), strict=True):
        if not begun and thread == "0" and event.num > 1:
            begun = event.type == "access" and "name=/mark " in str(event.fields["evt.args"])
            continue
        ours[thread].append(flat(event))
    golden: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with golden_file.open(encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            golden[line["_p"]].append(line)
    for thread, wanted in golden.items():
        got = ours.get(thread, [])
        matcher = difflib.SequenceMatcher(
            None, [_signature(line) for line in wanted], [_signature(line) for line in got], autojunk=False
        )
        pairs = {a + step: b + step for a, b, size in matcher.get_matching_blocks() for step in range(size)}
        used = set(pairs.values())
        for index, line in enumerate(wanted):
            if index not in pairs:
                low = max((pairs[other] for other in pairs if other < index), default=-1)
                high = min((pairs[other] for other in pairs if other > index), default=len(got))
                found = [at for at in range(low + 1, high) if at not in used and got[at]["evt.type"] == line["evt.type"]]
                if not found:
                    if not line.get("_unstable"):
                        yield f"{thread} missing: {line['evt.type']} {line['evt.args'][:200]}"
                    continue
                pairs[index] = found[0]
                used.add(found[0])
            if line.get("_unstable"):
                continue
            mine = got[pairs[index]]
            for key, value in line.items():
                if key not in _OWN_KEYS and key not in line.get("_alt", {}) and not same(key, value, mine.get(key), line):
                    yield f"{thread} {line['evt.type']} {key}: Falco {value!r:.300}, here {mine.get(key)!r:.300}"
