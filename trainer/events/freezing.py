"""Field values to JSON and back: lists are tuples, bytes are ``{"$bytes": hex}``.

``evt.arg`` (texts) and ``evt.rawarg`` (values) of an event are one map: a value whose text says no more stands for both, else it is a
pair ``[text, value]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.events.model import FieldValue

_DEEPEST = 20
"""Lists and maps inside one another; an event's have three."""


def freeze_map(fields: Mapping[str, Any], level: int = 0) -> dict[str, FieldValue]:
    """Raises ValueError or TypeError where a value is not what the format says."""
    return {
        key: freeze(value, level) if value.__class__ is list or value.__class__ is dict else value
        for key, value in fields.items()
    }


def freeze(value: Any, level: int = 0) -> FieldValue:
    if level > _DEEPEST:
        raise ValueError("a value is nested too deep")
    if isinstance(value, list):
        return tuple([freeze(item, level + 1) for item in value])
    if isinstance(value, dict):
        if len(value) == 1:
            if "$bytes" in value:
                return bytes.fromhex(value["$bytes"])
            if "$map" in value:
                return {key: freeze(item, level + 1) for key, item in value["$map"]}
        return freeze_map(value, level + 1)
    return value  # type: ignore[no-any-return]


def thaw_map(fields: Mapping[str, FieldValue]) -> dict[str, Any]:
    return {key: thaw(fields[key]) for key in sorted(fields)}


def thaw(value: FieldValue) -> Any:
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, tuple):
        return [thaw(item) for item in value]
    if isinstance(value, Mapping):
        if len(value) == 1 and next(iter(value)).startswith("$"):
            return {"$map": [[key, thaw(item)] for key, item in value.items()]}
        return {key: thaw(item) for key, item in value.items()}
    return value


def can_join(texts: object, values: object) -> bool:
    return (
        isinstance(texts, Mapping)
        and isinstance(values, Mapping)
        and list(texts) == list(values)
        and all(isinstance(text, str) for text in texts.values())
    )


def join_args(texts: Mapping[str, str], values: Mapping[str, FieldValue]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for key, text in texts.items():
        value = values[key]
        plain = isinstance(value, str | int) and not isinstance(value, bool) and str(value) == text
        joined[key] = value if plain else [text, thaw(value)]
    return joined


def split_args(joined: Mapping[str, Any]) -> tuple[dict[str, FieldValue], dict[str, FieldValue]]:
    texts: dict[str, FieldValue] = {}
    values: dict[str, FieldValue] = {}
    for key, value in joined.items():
        if value.__class__ is str:
            texts[key] = values[key] = value
        elif value.__class__ is int:
            texts[key], values[key] = str(value), value
        else:
            texts[key], thawed = value
            values[key] = freeze(thawed)
    return texts, values
