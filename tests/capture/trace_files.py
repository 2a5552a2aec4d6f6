"""Recorded strace text of real containers: read as events, and written from a live run.

The first line of a trace says what the tracer knew of the container and the action, cut down to what the trace needs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from trainer.capture.inspector import Inspector
from trainer.capture.model import ActionStart, ContainerInfo
from trainer.capture.threads import join
from trainer.events import Event

TRACES = Path(__file__).parent / "traces"
CONTAINER_ID = "c0ffee123456"
_PATH = re.compile(r"/[\w.+,:@%~-]+(?:/[\w.+,:@%~-]+)*")
_SILENT = re.compile(
    r"^\d+ +[\d.]+ (?:(?:mmap|munmap|mprotect|brk|futex|pread64|prlimit64|getdents64|rt_sig\w+|arch_prctl|set_tid_address|"
    r"set_robust_list|rseq|getrandom|madvise|fadvise64|lseek|sysinfo|uname|getpid|getppid|getpgrp)\(|read\(\d+</usr/lib/[^>]*\.so).*\) += "
)
"""Finished calls that the golden files of cases that are not full leave out."""
_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def load(name: str, folder: Path = TRACES) -> tuple[dict[str, Any], list[Event]]:
    """Head and events of a recorded trace."""
    head_text, *lines = (folder / f"{name}.strace").read_text(encoding="utf-8").splitlines()
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
        host_pid=head.get("host_pid", False),
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
            head.get("tty", False),
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


class RecordingInspector(Inspector):
    """Keeps what it is given; put in the place of the capture's own."""

    started: dict[str, RecordingInspector] = {}  # noqa: RUF012
    """By action."""

    def start(self, action: ActionStart) -> None:
        self.action, self.lines = action, list[str]()
        self.started[action.action_id or ""] = self
        super().start(action)

    def feed(self, line: str) -> list[Event]:
        self.lines.append(line)
        return super().feed(line)

    def container_ended(self, code: int, time_ns: int) -> list[Event]:
        for tid, thread in sorted(self._threads.items()):
            if thread.alive:
                how = f"exited with {code}" if tid == 1 else "killed by SIGKILL"
                self.lines.append(f"{tid} {time_ns // 10**9}.{time_ns % 10**9:09} +++ {how} +++")
        return super().container_ended(code, time_ns)


def write(name: str, folder: Path, *, trim: bool, stdin: bool, full: bool) -> None:
    """The trace of the action ``name``, after it ran."""
    inspector = RecordingInspector.started[name]
    inspector.lines = list(_short(inspector.lines, trim, full))
    action, container = inspector.action, inspector.action.container
    env = [f"{key}={value}" for key, value in action.env.items()]
    paths = _paths("\n".join((*inspector.lines, *env, *action.argv, *container.main)), container, action.cwd)
    head = {
        "vpid": action.vpid,
        "uid": action.uid,
        "gid": action.gid,
        "caps": action.caps,
        "bounding": container.bounding,
        "cwd": action.cwd,
        "env": env,
        "argv": action.argv,
        "user": action.user,
        "tty": action.tty,
        "network": container.bridge_ip is not None,
        "trim": trim,
        "main": container.main,
        "stdin": stdin,
        "host_pid": container.host_pid,
        "no_new_privileges": container.no_new_privileges,
        "links": {path: target for path, target in sorted(container.links.items()) if path in paths},
        "shebangs": {path: line for path, line in sorted(container.shebangs.items()) if path in paths},
        "files": sorted(container.files & paths),
        "setuid": {path: ids for path, ids in sorted(container.setuid.items()) if path in paths},
        "owners": {path: uid for path, uid in sorted(container.owners.items()) if path in paths},
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([json.dumps(head), *inspector.lines, ""])
    (folder / f"{name}.strace").write_text(text, encoding="utf-8")


def _short(lines: Iterable[str], trim: bool, full: bool) -> Iterator[str]:
    """Without what is not compared."""
    begun = program = False
    for line in lines:
        program = program or " execve(" in line
        begun = begun or (program and not trim) or ' access("/mark"' in line
        if not begun and " execve(" not in line:
            continue
        if full or not _SILENT.search(line):
            yield line


def _paths(text: str, container: ContainerInfo, cwd: str) -> set[str]:
    """Paths that are named in a text, those that they lead to, and the folders above."""
    words = set(re.findall(r"[\w.+,@%~-]+", text))
    named = set(_PATH.findall(text)) | {f"{folder}/{word}" for folder in (*_FOLDERS, cwd.rstrip("/")) for word in words}
    found: set[str] = set()
    while named:
        path = named.pop()
        for head in _above([path]):
            target = container.links.get(head)
            if target is not None:
                step = join(head.rpartition("/")[0] or "/", target) + path[len(head) :]
                named |= {step} - found
            found.add(head)
    return found


def _above(paths: Iterable[str]) -> Iterable[str]:
    for path in paths:
        parts = path.split("/")
        yield from ("/".join(parts[:end]) for end in range(2, len(parts) + 1))
