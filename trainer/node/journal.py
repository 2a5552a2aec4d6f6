"""The node's journal of the Falco unit, and /var/log/syslog, which has the same lines."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

from trainer.node.place import Place

UNIT = "falco-modern-bpf.service"
UNIT_TITLE = "Falco: Container Native Runtime Security with modern ebpf"
HOST = "node"
SYSLOG = "/var/log/syslog"
_FIRST_PID = 1201
_POLL = 0.2
"""Seconds between two looks of ``journalctl -f``."""
_MESSAGE = re.compile(r"^\w{3} [ \d]\d [\d:]{8} \S+ \w+\[\d+\]: ")


class Journal:
    """Appends lines, and reads them. A message of several lines is several lines of the journal."""

    def __init__(self, place: Place) -> None:
        self._path = place.inside / "journal"
        self._syslog = place.of(SYSLOG)

    def log(self, pid: int, message: str, syslog: bool = True) -> None:
        """What Falco writes."""
        self._add(f"falco[{pid}]", message, syslog)

    def system(self, message: str) -> None:
        """What systemd writes."""
        self._add("systemd[1]", message, True)

    def _add(self, who: str, message: str, syslog: bool) -> None:
        head = f"{time.strftime('%b %e %H:%M:%S')} {HOST} {who}: "
        text = "".join(f"{head}{line}\n" for line in message.splitlines() or [""])
        _append(self._path, text)
        if syslog and self._syslog.parent.is_dir():
            _append(self._syslog, text)

    def lines(self) -> list[str]:
        if not self._path.is_file():
            return []
        return self._path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()

    def message(self, line: str) -> str:
        """A line without its head, as ``journalctl -o cat`` prints it."""
        return _MESSAGE.sub("", line)

    def next_pid(self) -> int:
        """A number for the next start; it grows, as a node's do."""
        found = [int(match[1]) for line in self.lines() if (match := re.search(r" falco\[(\d+)\]: ", line))]
        return max(found) + 59 if found else _FIRST_PID

    def follow(self) -> Iterator[str]:
        """Lines that come; without end."""
        seen = len(self.lines())
        while True:
            time.sleep(_POLL)
            now = self.lines()
            yield from now[seen:]
            seen = len(now)


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
