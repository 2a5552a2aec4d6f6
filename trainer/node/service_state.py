"""What is kept of the node's service between two commands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from trainer.node.place import Place

RUNNING, STOPPED, FAILED = "active", "inactive", "failed"
"""As ``systemctl is-active`` prints them."""
_FILE = "service.json"


@dataclass(frozen=True, slots=True)
class ServiceState:
    state: str
    pid: int
    since: float
    """Seconds since the epoch."""
    files: tuple[str, ...] = ()
    """falco.yaml and the rules files that were loaded, as they really are."""
    fingerprint: str = ""
    """Of the files when they were loaded, or looked at last."""
    watch: bool = False
    message: str = ""
    """Why it failed."""

    def with_state(self, state: str) -> ServiceState:
        return replace(self, state=state)

    def seen_again(self) -> ServiceState:
        """The files were looked at, and nothing came of it."""
        return replace(self, fingerprint=fingerprint(self.files))


def fingerprint(files: Sequence[str]) -> str:
    """Changes with what any of the files holds, and when one appears or goes."""
    digest = hashlib.sha256()
    for name in files:
        path = Path(name)
        if path.is_dir():
            data = "\0".join(sorted(one.name for one in path.iterdir())).encode("utf-8", "surrogateescape")
        else:
            data = path.read_bytes() if path.is_file() else b"\0"
        digest.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
    return digest.hexdigest()


def read_state(place: Place) -> ServiceState | None:
    """None before the first start, and where what was kept cannot be read."""
    path = place.inside / _FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return ServiceState(**{**data, "files": tuple(data["files"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_state(place: Place, state: ServiceState) -> None:
    path = place.inside / _FILE
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(state)), encoding="utf-8")
    new.replace(path)
