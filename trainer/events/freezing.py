"""Field values to JSON and back: lists are tuples, bytes are ``{"$bytes": hex}``."""

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
