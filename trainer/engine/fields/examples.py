"""An example of each field: a value, and a condition that is true of it.

They stand in examples.json, which is read when the first example is asked for: a rule needs none. There, ``value`` has the shape that it has
in an event (BYTEBUF bytes as ``{"$bytes": hex}``), and ``text`` is what Falco prints where that is not the value itself.
"""

from __future__ import annotations

import functools
import json
from typing import Any

from trainer.source import frozen


@frozen
class FieldExample:
    """One example; ``argument`` is what the field has in brackets or behind a dot, where it needs one."""

    argument: str | None
    value_text: str | None
    """The value as Falco prints it; None for a field that never has one. A field for conditions only, which is not printed, has here what it
    compares with."""
    condition: str | None
    """None where no rule should ask: deprecated, for outputs only, or never with a useful value."""
    output: str | None
    """How an output prints it, for a field that serves nothing else."""


@functools.cache
def load_examples() -> dict[str, FieldExample]:
    """The examples by field name, read once."""
    from importlib import resources  # late: it costs more than this package

    entries = json.loads(resources.files("trainer.engine.fields").joinpath("examples.json").read_text(encoding="utf-8"))
    return {
        name: FieldExample(entry.get("argument"), _text(entry), entry["condition"], entry.get("output"))
        for name, entry in entries.items()
    }


def _text(entry: dict[str, Any]) -> str | None:
    if "text" in entry:
        return str(entry["text"])
    value = entry["value"]
    return value if value is None or isinstance(value, str) else json.dumps(value)
