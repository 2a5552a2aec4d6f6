"""Field values to JSON and back: lists are tuples, bytes are ``{"$bytes": hex}``.

``evt.arg`` (texts) and ``evt.rawarg`` (values) of an event are one map: a value whose text says no more stands for both, else it is a
pair ``[text, value]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.events.model import FieldValue


def freeze_map(fields: Mapping[str, Any]) -> dict[str, FieldValue]:
    return {key: freeze(value) if value.__class__ is list or value.__class__ is dict else value for key, value in fields.items()}


def freeze(value: Any) -> FieldValue:
    if isinstance(value, list):
        return tuple([freeze(item) for item in value])
    if isinstance(value, dict):
        if len(value) == 1:
            if "$bytes" in value:
                return bytes.fromhex(value["$bytes"])
            if "$map" in value:
                return {key: freeze(item) for key, item in value["$map"]}
        return freeze_map(value)
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
