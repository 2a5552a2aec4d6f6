"""Where a node's files really are: ``/etc/falco/falco.yaml`` of the node is that path below the private directory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

INSIDE = ".node"
"""Folder of the private directory with what belongs to the trainer and not to the node."""
FALCO_FOLDER = "/etc/falco"
CONFIG = "/etc/falco/falco.yaml"
SCALED = "scaled"
"""Name of the answer file that ``kubectl scale`` writes: lines ``NAMESPACE/NAME REPLICAS``, sorted, of what was changed."""


@dataclass(frozen=True)
class Place:
    """The private directory at ``root``. Paths of the node are absolute POSIX paths, as the learner writes them."""

    root: Path

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What ``trainer.node.opening`` wrote of the scenario; see ``Facts`` there."""
        data = json.loads((self.inside / "node.json").read_text(encoding="utf-8"))
        assert isinstance(data, dict)
        return data

    @property
    def inside(self) -> Path:
        return self.root / INSIDE

    def of(self, path: str) -> Path:
        """The real place of a path that is written to. A relative one is the shell's business; ``..`` does not lead out."""
        given = Path(path)
        if not given.is_absolute() or self._below(given):
            return given
        parts: list[str] = []
        for part in given.parts[1:]:
            if part == "..":
                del parts[-1:]
            else:
                parts.append(part)
        return self.root.joinpath(*parts)

    def reading(self, path: str) -> Path:
        """The real place of a path that is read: the node's file, or where there is none this machine's."""
        mapped = self.of(path)
        return Path(path) if not mapped.exists() and Path(path).exists() else mapped

    def shown(self, path: Path) -> str:
        """As the node calls it."""
        return "/" + path.relative_to(self.root).as_posix() if self._below(path) else str(path)

    def _below(self, path: Path) -> bool:
        return path.is_relative_to(self.root)
