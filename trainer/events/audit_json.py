"""JSON as the k8saudit plugin holds it: strings keep their escapes and numbers their digits, so that any part of an event prints as it was sent."""

from __future__ import annotations

import json
import re
from typing import Final, TypeAlias

MAX_DEPTH = 300
"""What is nested deeper is refused, as the plugin's parser does."""


class Number(str):
    """A number's digits as they stand in the text; ``1.50`` stays ``1.50``."""

    __slots__ = ()


Node: TypeAlias = "dict[str, Node] | list[Node] | str | bool | None"
"""None is JSON's null; a string is what stands between the quotes, escapes and all."""

MISSING: Final[Node] = Number()
"""No value, which is not null: no number is written with no digits."""

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_INDEX = re.compile(r"[+-]?[0-9]{1,9}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(text: str) -> Node:
    """The value that ``text`` holds. Raises ValueError for what is no JSON, and for what is nested too deep."""
    kept = _ESCAPE.sub(_escaped_again, text) if "\\" in text else text
    try:
        node: Node = json.loads(kept, parse_int=Number, parse_float=Number, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if text.count("{") + text.count("[") > MAX_DEPTH and _is_deep(node):
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    return node


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _escaped_again(found: re.Match[str]) -> str:
    character = found[1]
    return "\\\\\\" + character if character in '"\\' else "\\\\" + character


def _is_deep(node: Node) -> bool:
    level = [node]
    for _ in range(MAX_DEPTH + 1):
        inside: list[Node] = []
        for item in level:
            if isinstance(item, dict):
                inside.extend(item.values())
            elif isinstance(item, list):
                inside.extend(item)
        if not inside:
            return False
        level = inside
    return True


def get(node: Node, *keys: str) -> Node:
    """What stands under ``keys``; a decimal number is a place in an array. MISSING where there is nothing."""
    for key in keys:
        if isinstance(node, dict):
            node = node[key] if key in node else _by_plain_key(node, key)
        elif isinstance(node, list):
            place = int(key) if _INDEX.fullmatch(key) else -1
            node = node[place] if 0 <= place < len(node) else MISSING
        else:
            return MISSING
    return node


def _by_plain_key(node: dict[str, Node], key: str) -> Node:
    """Keys have escapes too; they are rare, so they are looked at last."""
    return next((value for raw, value in node.items() if "\\" in raw and unescaped(raw) == key), MISSING)


def gather(node: Node, index: int | None, *keys: str) -> list[Node] | None:
    """All values under ``keys``, through every array on the way, or through its ``index``-th item alone.

    An item that lacks the value counts as MISSING. None when the way is not there at all.
    """
    for place, key in enumerate(keys):
        if isinstance(node, list):
            if index is None:
                found: list[Node] = []
                for item in node:
                    inner = gather(item, None, *keys[place:])
                    found.extend([MISSING] if inner is None else inner)
                return found
            if index >= len(node):
                return None
            node = node[index]
        node = get(node, key)
        if node is MISSING:
            return None
    return [node]


def is_text(node: Node) -> bool:
    """Whether ``node`` is a JSON string."""
    return isinstance(node, str) and not isinstance(node, Number)


def to_text(node: Node) -> str:
    """A string's characters; anything else as compact JSON."""
    if isinstance(node, Number):
        return str(node)
    return unescaped(node) if isinstance(node, str) else compact(node)


def unescaped(raw: str) -> str:
    """What a string's text between the quotes stands for; an escape that JSON does not know stays as it is."""
    if "\\" not in raw:
        return raw
    try:
        return _SURROGATE.sub("\ufffd", json.loads(f'"{raw}"'))
    except ValueError:
        return raw


def compact(node: Node) -> str:
    """JSON without blanks."""
    if isinstance(node, dict):
        return "{" + ",".join([f'"{key}":{compact(value)}' for key, value in node.items()]) + "}"
    if isinstance(node, list):
        return "[" + ",".join([compact(item) for item in node]) + "]"
    return _scalar(node)


def indented(node: Node, depth: int = 0) -> str:
    """JSON over many lines, two blanks a level."""
    inner, outer = "\n" + "  " * (depth + 1), "\n" + "  " * depth
    if isinstance(node, dict) and node:
        items = [f'"{key}": {indented(value, depth + 1)}' for key, value in node.items()]
        return "{" + inner + f",{inner}".join(items) + outer + "}"
    if isinstance(node, list) and node:
        return "[" + inner + f",{inner}".join([indented(item, depth + 1) for item in node]) + outer + "]"
    return compact(node)


def _scalar(node: str | bool | None) -> str:
    if isinstance(node, str):
        return str(node) if isinstance(node, Number) else f'"{node}"'
    return "null" if node is None else "true" if node else "false"
