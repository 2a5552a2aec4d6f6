"""Time that the wall clock cannot give: readings of a clock that counts from the machine's start, also while it sleeps.

Within one start of the machine only that clock counts. Across starts the wall clock says how long the machine was off, and the
time since the start is the least that can have passed, so that setting the wall clock back gives nothing.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the clocks."""

    boot_id: str
    """Names this start of the machine; empty where the system does not tell."""
    boot_seconds: float
    """Since the start, sleep included."""
    wall_seconds: float
    """Since the epoch, as the wall clock says."""


class Clock(Protocol):
    def read(self) -> Reading: ...


class SystemClock:
    """The clocks of this machine."""

    def read(self) -> Reading:
        return Reading(_boot_id(), _boot_seconds(), time.time())


def seconds_between(before: Reading, now: Reading) -> float:
    """Seconds that passed between two readings, never below 0.

    Same start of the machine: what its own clock says, whatever the wall clock was set to. Another start, or a clock that went
    back (a restored snapshot): what the wall clock says, and at least the time since this start. Where the system does not name
    its starts, the longer of both clocks.
    """
    wall = max(0.0, now.wall_seconds - before.wall_seconds)
    since = now.boot_seconds - before.boot_seconds
    if not (before.boot_id and now.boot_id):
        return max(wall, since if since >= 0 else now.boot_seconds)
    if now.boot_id != before.boot_id:
        return max(wall, now.boot_seconds)
    return since if since >= 0 else wall


def _boot_seconds() -> float:
    # Linux: CLOCK_BOOTTIME. macOS: CLOCK_MONOTONIC_RAW goes on in sleep there, time.monotonic does not.
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC_RAW"):
        number = getattr(time, name, None)
        if number is not None:
            return time.clock_gettime(number)
    return time.monotonic()


@lru_cache(maxsize=1)
def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        pass
    try:
        asked = subprocess.run(["sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
