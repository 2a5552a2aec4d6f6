"""A small JSON Schema validator: the keywords that docs/schemas uses, and an error for any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}
_SAYS_NOTHING = {"$schema", "$defs", "title", "description"}


def problems(value: Any, schema: Any, root: Any = None, at: str = "") -> list[str]:
    """What is wrong with a value, with its path."""
    root = schema if root is None else root
    if isinstance(schema, bool):
        return [] if schema else [f"{at}: not allowed"]
    return [found for word, wanted in schema.items() for found in _keyword(word, wanted, value, schema, root, at)]


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _keyword(word: str, wanted: Any, value: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    if word in _SAYS_NOTHING:
        return
    if word == "$ref":
        yield from problems(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, at)
    elif word == "type":
        if not any(_is(value, name) for name in ([wanted] if isinstance(wanted, str) else wanted)):
            yield f"{at}: is no {wanted}"
    elif word in ("const", "enum"):
        if value not in ([wanted] if word == "const" else wanted):
            yield f"{at}: is not {wanted}"
    elif word == "oneOf":
        if sum(not problems(value, one, root, at) for one in wanted) != 1:
            yield f"{at}: is not exactly one of them"
    elif word == "anyOf":
        if all(problems(value, one, root, at) for one in wanted):
            yield f"{at}: is none of them"
    elif word in ("pattern", "minLength"):
        if isinstance(value, str) and not (re.search(wanted, value) if word == "pattern" else len(value) >= wanted):
            yield f"{at}: {word}"
    elif word in ("minimum", "maximum"):
        if _is(value, "number") and (value < wanted if word == "minimum" else value > wanted):
            yield f"{at}: {word}"
    elif word in ("minItems", "items", "contains"):
        if isinstance(value, list):
            yield from _of_array(word, wanted, value, root, at)
    elif word in ("required", "minProperties", "properties", "additionalProperties", "propertyNames"):
        if isinstance(value, dict):
            yield from _of_object(word, wanted, value, schema, root, at)
    else:
        raise AssertionError(f"the validator does not know {word!r}")


def _of_array(word: str, wanted: Any, value: list[Any], root: Any, at: str) -> Iterator[str]:
    if word == "items":
        for index, item in enumerate(value):
            yield from problems(item, wanted, root, f"{at}[{index}]")
    elif word == "minItems" and len(value) < wanted:
        yield f"{at}: has too few items"
    elif word == "contains" and not any(not problems(item, wanted, root) for item in value):
        yield f"{at}: has none that fits"


def _of_object(word: str, wanted: Any, value: dict[str, Any], schema: Any, root: Any, at: str) -> Iterator[str]:
    if word == "required":
        yield from (f"{at}: has no {key}" for key in wanted if key not in value)
    elif word == "minProperties":
        yield from [f"{at}: is empty"] if len(value) < wanted else []
    elif word == "properties":
        for key, sub in wanted.items():
            if key in value:
                yield from problems(value[key], sub, root, f"{at}.{key}")
    elif word == "additionalProperties":
        for key in value.keys() - schema.get("properties", {}).keys():
            yield from problems(value[key], wanted, root, f"{at}.{key}")
    elif word == "propertyNames":
        for key in value:
            yield from problems(key, wanted, root, f"{at}.{key}")
