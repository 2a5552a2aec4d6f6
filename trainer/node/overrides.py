"""``falco -o key=value``: one value of falco.yaml set on the command line (yaml_helper.h: ``a.b``, ``list[1]``, ``list[]`` appends)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from trainer.engine import SettingsProblem
from trainer.source import SourceFile, YamlMapping, compose, plain

_STEP = re.compile(r"([^.\[\]]+)((?:\[\d{0,4}\])*)")


def overridden(file: SourceFile, pairs: Sequence[str]) -> SourceFile:
    """falco.yaml with these values in it, under the same name. Raises SettingsProblem; line 0 where an option is to blame."""
    if not pairs:
        return file
    composed = compose(file)
    if composed.error is not None:
        raise SettingsProblem(composed.error.message, composed.error.span.position.line, "mend the YAML")
    document = composed.documents[0] if composed.documents else None
    data = plain(document) if isinstance(document, YamlMapping) else {}
    assert isinstance(data, dict)
    for pair in pairs:
        key, equals, value = pair.partition("=")
        steps = _steps(key)
        if not equals or not steps:
            raise SettingsProblem(f"Error parsing config option {pair!r}. Must be of the form key=val or key.subkey=val", 0, "")
        _set(data, steps, _value(value), key)
    return SourceFile(file.name, json.dumps(data, ensure_ascii=False))


def _steps(key: str) -> list[str | int]:
    """``a.b[2]`` is ``["a", "b", 2]``; ``[]`` is -1. Empty where the key cannot be read."""
    steps: list[str | int] = []
    for part in key.split("."):
        match = _STEP.fullmatch(part)
        if match is None:
            return []
        steps.append(match[1])
        steps += [int(digits) if digits else -1 for digits in re.findall(r"\[(\d*)\]", match[2])]
    return steps


def _value(text: str) -> object:
    composed = compose(SourceFile("-o", text))
    if composed.error is not None or len(composed.documents) != 1:
        return text
    return plain(composed.documents[0])


def _set(data: dict[str, Any], steps: Sequence[str | int], value: object, key: str) -> None:
    holder: Any = data
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        last = following is None
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if not isinstance(holder, list) or step > len(holder):
                raise SettingsProblem(f"-o {key}: there is no such entry", 0, "entries are counted from 0; [] adds one")
            if step in (-1, len(holder)):
                holder.append(empty)
                step = len(holder) - 1
        elif not isinstance(holder, dict):
            raise SettingsProblem(f"-o {key}: {step} is below a value that has no keys", 0, "see falco.yaml for its keys")
        if last:
            holder[step] = value
        else:
            current = holder[step] if isinstance(step, int) else holder.get(step)
            if not isinstance(current, list if isinstance(following, int) else dict):
                holder[step] = empty
            holder = holder[step]
