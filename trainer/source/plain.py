"""A YAML tree as Python values, by YAML 1.2's core types."""

from __future__ import annotations

import re

from trainer.source.nodes import YamlMapping, YamlNode, YamlScalar, YamlSequence

MAX_PLAIN = 2_000_000
"""Values that ``plain`` may make: aliases of aliases grow without bound."""
_INT = re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_YES, _NO = ("y", "yes", "true", "on"), ("n", "no", "false", "off")
"""What yaml-cpp takes for a boolean: in small letters, capitalised or in capitals."""


def plain(node: YamlNode | None) -> object:
    """A node as Python values: YAML 1.2's core types. A tree that aliases blow up beyond reason is cut to None."""
    return _plain(node, [MAX_PLAIN])


def _plain(node: YamlNode | None, budget: list[int]) -> object:
    budget[0] -= 1
    if node is None or budget[0] < 0:
        return None
    if isinstance(node, YamlSequence):
        # No comprehension: it would take a second frame of the interpreter's stack for every level.
        items: list[object] = []
        for item in node.items:
            items.append(_plain(item, budget))
        return items
    if isinstance(node, YamlMapping):
        found: dict[object, object] = {}
        for key, value in node.pairs:
            name = _plain(key, budget)
            if isinstance(name, list | dict):
                name = key.span.text
            if name not in found:
                found[name] = _plain(value, budget)
        return found
    return plain_scalar(node)


def boolean(node: YamlScalar) -> bool | None:
    """A scalar as yaml-cpp, and so Falco, reads a boolean, in quotes too; None where it is none."""
    value = node.value
    if node.null or value not in (value.lower(), value.upper(), value.capitalize()):
        return None
    return True if value.lower() in _YES else False if value.lower() in _NO else None


def plain_scalar(node: YamlScalar) -> object:
    value = node.value
    if node.null:
        return None
    if node.style or node.tag in ("!", "!!str"):
        return value
    if value in _TRUE or value in _FALSE:
        return value in _TRUE
    if _INT.fullmatch(value) and len(value) < 4000:
        return int(value, 16 if value.startswith("0x") else 8 if value.startswith("0o") else 10)
    if _FLOAT.fullmatch(value):
        return float(value)
    if value.lower() in (".inf", "+.inf", "-.inf", ".nan"):
        return float(value.replace(".", ""))
    return value
