"""Falco's JSON schema of rules files, as far as its warnings show. A schema warning never makes a file invalid.

Types are weak: every scalar is a string, ``5`` is an integer, and only ``true`` and ``false`` are booleans.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from trainer.source import YamlMapping, YamlNode, YamlScalar, YamlSequence, key_text

_INTEGER = re.compile(r"[-+]?[0-9]+")


@dataclass(frozen=True, slots=True)
class _Scalar:
    kind: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Array:
    item: _Schema


@dataclass(frozen=True, slots=True)
class _Object:
    properties: Mapping[str, _Schema]
    required: tuple[str, ...] = ()
    not_empty: bool = False


@dataclass(frozen=True, slots=True)
class _AnyOf:
    options: tuple[_Scalar, ...]


@dataclass(frozen=True, slots=True)
class _Anything:
    pass


_Schema: TypeAlias = _Scalar | _Array | _Object | _AnyOf | _Anything
_STRING, _BOOLEAN = _Scalar("string"), _Scalar("boolean")
_PRIORITY = _Scalar(
    "string",
    ("EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "INFORMATIONAL", "DEBUG"),
)
_VERB = _Scalar("string", ("append", "replace"))
_PLUGIN = {"name": _STRING, "version": _STRING}
_OVERRIDE = _Object(
    dict.fromkeys(
        (
            "append",
            "capture",
            "capture_duration",
            "condition",
            "desc",
            "enabled",
            "exceptions",
            "items",
            "output",
            "priority",
            "skip-if-unknown-filter",
            "tags",
            "warn_evttypes",
        ),
        _VERB,
    ),
    not_empty=True,
)
_EXCEPTION = _Object({"name": _STRING, "fields": _Anything(), "comps": _Anything(), "values": _Anything()}, ("name",))
_ITEM = _Object(
    {
        "append": _BOOLEAN,
        "capture": _BOOLEAN,
        "capture_duration": _Scalar("integer"),
        "condition": _STRING,
        "desc": _STRING,
        "enabled": _BOOLEAN,
        "exceptions": _Array(_EXCEPTION),
        "items": _Array(_AnyOf((_Scalar("integer"), _STRING))),
        "list": _STRING,
        "macro": _STRING,
        "output": _STRING,
        "override": _OVERRIDE,
        "priority": _PRIORITY,
        "required_engine_version": _STRING,
        "required_plugin_versions": _Array(
            _Object({**_PLUGIN, "alternatives": _Array(_Object(_PLUGIN, ("name", "version")))}, ("name", "version"))
        ),
        "rule": _STRING,
        "skip-if-unknown-filter": _BOOLEAN,
        "source": _STRING,
        "tags": _Array(_STRING),
        "warn_evttypes": _BOOLEAN,
    }
)
_ROOT = _Array(_ITEM)
_WRONG_TYPE = "Value type not permitted by 'type' constraint."


def schema_warnings(documents: Sequence[YamlNode | None]) -> list[str] | None:
    """Falco's warnings, or None when it does not look: it needs a first document."""
    if not documents or documents[0] is None:
        return None
    found: list[str] = []
    _check(documents[0], _ROOT, "<root>", found)
    return found


def _check(node: YamlNode, schema: _Schema, path: str, found: list[str]) -> bool:
    """Adds what fails, innermost first."""
    before = len(found)
    match schema:
        case _Scalar():
            if not _is_scalar(node, schema.kind):
                found.append(f"failed for {path}: {_WRONG_TYPE}")
            if schema.words and not (isinstance(node, YamlScalar) and not node.null and node.value in schema.words):
                found.append(f"failed for {path}: Failed to match against any enum values.")
        case _AnyOf():
            _check_any(node, schema, path, found)
        case _Array():
            if isinstance(node, YamlSequence):
                for index, item in enumerate(node.items):
                    if not _check(item, schema.item, f"{path}[{index}]", found):
                        found.append(f"failed for {path}: Failed to validate item #{index} in array.")
            else:
                found.append(f"failed for {path}: {_WRONG_TYPE}")
        case _Object():
            if isinstance(node, YamlMapping):
                _check_object(node, schema, path, found)
            else:
                found.append(f"failed for {path}: {_WRONG_TYPE}")
        case _Anything():
            pass
    return len(found) == before


def _check_any(node: YamlNode, schema: _AnyOf, path: str, found: list[str]) -> None:
    inner: list[str] = []
    for index, option in enumerate(schema.options):
        if _check(node, option, path, inner):
            return
        inner.append(f"failed for {path}: Failed to validate against child schema #{index}.")
    found.extend(inner)
    found.append(f"failed for {path}: Failed to validate against any schemas allowed by anyOf constraint.")


def _check_object(node: YamlMapping, schema: _Object, path: str, found: list[str]) -> None:
    if schema.not_empty and not node.pairs:
        found.append(f"failed for {path}: Object should have no fewer than 1 properties.")
    keys = [key_text(key) or "" for key, _ in node.pairs]
    for name, inner in sorted(schema.properties.items()):
        value = node.get(name)
        if value is not None and not _check(value, inner, f"{path}[{name}]", found):
            found.append(f"failed for {path}: Failed to validate against schema associated with property name '{name}'.")
    unknown = [key for key in keys if key not in schema.properties]
    if unknown or len(set(keys)) < len(keys):
        # A repeated key is one more property than were checked; it is named by nothing.
        found.append(
            f"failed for {path}: Object contains a property that could not be validated using 'properties' "
            f"or 'additionalProperties' constraints: '{unknown[0] if unknown else ''}'."
        )
    found.extend(f"failed for {path}: Missing required property '{name}'." for name in schema.required if name not in keys)


def _is_scalar(node: YamlNode, kind: str) -> bool:
    if not isinstance(node, YamlScalar) or node.null:
        return False
    if kind == "boolean":
        return node.value in ("true", "false")
    if kind == "integer":
        return _INTEGER.fullmatch(node.value) is not None
    return True
