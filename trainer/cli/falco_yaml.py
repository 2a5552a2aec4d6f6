"""The keys of falco.yaml that change what `run` prints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trainer.engine import Priority
from trainer.errors import TrainerError
from trainer.source import compose, plain, read_source


@dataclass(frozen=True, slots=True)
class FalcoSettings:
    """Defaults are Falco 0.44's, but for append_output: without a file nothing is appended."""

    json_output: bool = False
    iso_time: bool = False
    rule_matching: str = "first"
    priority: Priority = Priority.DEBUG

    @classmethod
    def read(cls, path: Path | None) -> FalcoSettings:
        """Raises TrainerError when the file is not a mapping of known kinds."""
        if path is None:
            return cls()
        composed = compose(read_source(path))
        if composed.error is not None:
            raise TrainerError(f"{path}: {composed.error.message}", "mend the YAML")
        data = plain(composed.documents[0]) if composed.documents and composed.documents[0] is not None else {}
        if not isinstance(data, dict):
            raise TrainerError(f"{path}: falco.yaml must be a mapping", "see the keys at the top of the file")
        matching = str(data.get("rule_matching", "first"))
        if matching not in ("first", "all"):
            raise TrainerError(f"{path}: rule_matching is {matching!r}", "use first or all")
        priority = Priority.parse(str(data.get("priority", "debug")))
        if priority is None:
            raise TrainerError(f"{path}: unknown priority {data.get('priority')!r}", "use one of emergency .. debug")
        for key in ("json_output", "time_format_iso_8601"):
            if not isinstance(data.get(key, False), bool):
                raise TrainerError(f"{path}: {key} is {data[key]!r}", "use true or false, without quotes")
        return cls(data.get("json_output", False), data.get("time_format_iso_8601", False), matching, priority)
