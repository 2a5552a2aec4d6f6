"""Reading values out of an item's mapping, with Falco's messages."""

from __future__ import annotations

import re

from trainer.diagnostics import Code
from trainer.engine.rules.context import Context, Refused, error
from trainer.source import YamlMapping, YamlNode, YamlScalar, YamlSequence, is_null

_TRUE = ("y", "yes", "true", "on")
_FALSE = ("n", "no", "false", "off")
_NUMBER = re.compile(r"\s*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")


def invalid(message: str, context: Context) -> Refused:
    return error(Code.LOAD_ERR_YAML_VALIDATE, message, context)


def context_of(node: YamlNode, item_type: str, name: str, parent: Context) -> Context:
    return parent.child(item_type, name, node.mark, node.span)


def scalar(item: YamlMapping, key: str, context: Context) -> YamlScalar:
    """A mandatory non-empty scalar."""
    found = optional_scalar(item, key, context)
    if found is None:
        raise error(Code.LOAD_ERR_YAML_VALIDATE, f"Item has no mapping for key '{key}'", context, missing=key)
    return found


def optional_scalar(item: YamlMapping, key: str, context: Context) -> YamlScalar | None:
    node = item.get(key)
    if node is None:
        return None
    if is_null(node):
        raise error(Code.LOAD_ERR_YAML_VALIDATE, f"Mapping for key '{key}' is empty", context, node.span, empty=key)
    place = context_of(node, "value for", key, context)
    if not isinstance(node, YamlScalar):
        raise invalid("Value is not a scalar value", place)
    if not node.value:
        raise invalid("Value must be non-empty", place)
    return node


def boolean(item: YamlMapping, key: str, context: Context) -> bool | None:
    node = optional_scalar(item, key, context)
    return None if node is None else _boolean(node, key, context)


def mandatory_boolean(item: YamlMapping, key: str, context: Context) -> bool:
    return _boolean(scalar(item, key, context), key, context)


def _boolean(node: YamlScalar, key: str, context: Context) -> bool:
    word = node.value
    if word in (word.lower(), word.upper(), word.capitalize()):
        if word.lower() in _TRUE:
            return True
        if word.lower() in _FALSE:
            return False
    raise invalid("Can't decode YAML scalar value", context_of(node, "value for", key, context))


def unsigned(text: str) -> int | None:
    """A C++ unsigned 32 bit number, in any base that a prefix says."""
    match = _NUMBER.fullmatch(text.rstrip())
    if match is None:
        return None
    word = match.group(1)
    base = 16 if word[:2].lower() == "0x" else 8 if word.startswith("0") and len(word) > 1 else 10
    value = int(word, base) if len(word) < 30 else 1 << 32
    return value if value < 1 << 32 else None


def number(item: YamlMapping, key: str, context: Context) -> int | None:
    node = optional_scalar(item, key, context)
    if node is None:
        return None
    value = unsigned(node.value)
    if value is None:
        raise invalid("Can't decode YAML scalar value", context_of(node, "value for", key, context))
    return value


def strings(item: YamlMapping, key: str, context: Context) -> tuple[YamlScalar, ...] | None:
    """A sequence of scalars, None where the key is absent."""
    node = item.get(key)
    if node is None:
        return None
    place = context_of(node, "value for", key, context)
    if not isinstance(node, YamlSequence):
        raise invalid("Value is not a sequence", place)
    found: list[YamlScalar] = []
    for entry in node.items:
        if not isinstance(entry, YamlScalar) or entry.null:
            raise invalid("sequence value is not scalar", context_of(entry, "list item", "", place))
        found.append(entry)
    return tuple(found)


def mandatory_strings(item: YamlMapping, key: str, context: Context) -> tuple[YamlScalar, ...]:
    found = strings(item, key, context)
    if found is None:
        raise error(Code.LOAD_ERR_YAML_VALIDATE, f"Item has no mapping for key '{key}'", context, missing=key)
    return found
