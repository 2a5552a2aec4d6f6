"""What may stand where YAML's keys and their values are: Falco's structure of a rules file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from trainer.engine.assist import operands
from trainer.engine.assist.condition import list_items, operator_item
from trainer.engine.assist.fields import field_items, suffix_items
from trainer.engine.assist.items import KINDS
from trainer.engine.assist.model import Item, Kind
from trainer.engine.assist.place import Place
from trainer.engine.assist.scalar import Style
from trainer.engine.assist.scan import LISTS, MODIFIERS, STRING
from trainer.engine.assist.scope import Scope
from trainer.engine.assist.texts import say, shortened, word
from trainer.engine.rules.definitions import ENGINE_VERSION, Priority
from trainer.engine.rules.plugins import VERSIONS, sources_of
from trainer.engine.rules.reader import APPENDABLE, REPLACEABLE

STARTS: Final = ("rule", "macro", "list", "required_engine_version", "required_plugin_versions")
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "rule": (
        "desc",
        "condition",
        "output",
        "priority",
        "tags",
        "source",
        "enabled",
        "exceptions",
        "override",
        "warn_evttypes",
        "skip-if-unknown-filter",
        "capture",
        "capture_duration",
        "append",
    ),
    "macro": ("condition", "override", "append"),
    "list": ("items", "override", "append"),
    "required_engine_version": (),
    "required_plugin_versions": (),
    "": STARTS,
}
"""Kind of item to the keys that it may have besides its name, in the order in which they are mostly written."""
OVERRIDES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "rule": (APPENDABLE, REPLACEABLE),
    "macro": (("condition",), ("condition",)),
    "list": (("items",), ("items",)),
}
"""Kind of item to the keys that can be appended to, and to those that can be replaced."""
BOOLEANS: Final = frozenset({"enabled", "warn_evttypes", "skip-if-unknown-filter", "capture", "append"})
_EXCEPTION = ("name", "fields", "comps", "values")
_PLUGIN = ("name", "version", "alternatives")
_NEEDS_QUOTES = re.compile(r"^[\s\-?:,\[\]{}#&*!|>'\"%@`]|:\s|:$|\s#|\s$")


def start_items(scope: Scope) -> list[Item]:
    """Beginnings of an item."""
    return [Item(f"- {name}:", f"- {name}: ", "key", say("keys", name, scope.language)) for name in STARTS]


def key_items(scope: Scope, place: Place) -> list[Item]:
    """Keys of the mapping that the cursor is in, without those that are there."""
    item = place.item
    kind = item.kind if item is not None else ""
    typed_itself = item.text[place.start : place.end] if item is not None and place.path == () else None
    there = [key for key in place.siblings if key != typed_itself]
    if not place.path:
        if kind == typed_itself:
            return [_key(scope, place, name) for name in STARTS]
        return [_key(scope, place, name) for name in KEYS[kind] if name not in there]
    if place.path == ("override",) and kind in OVERRIDES:
        names = [name for name in KEYS[kind] if name in {*OVERRIDES[kind][0], *OVERRIDES[kind][1]}]
        present = item.keys if item is not None else ()
        names.sort(key=lambda name: name not in present)
        return [_key(scope, place, name) for name in names if name not in there]
    if place.path == ("exceptions", "*"):
        return [_key(scope, place, name) for name in _EXCEPTION if name not in there]
    if place.path == ("exceptions",) and not there:
        return [Item("- name:", "- name: ", "key", say("keys", "name", scope.language))]
    if place.path in (("required_plugin_versions", "*"), ("required_plugin_versions", "*", "alternatives", "*")):
        names = list(_PLUGIN if len(place.path) == 2 else _PLUGIN[:2])
        return [_key(scope, place, name) for name in names if name not in there]
    return []


def _key(scope: Scope, place: Place, name: str) -> Item:
    """A key with what must come behind it."""
    detail = say("keys", name, scope.language)
    deprecated = name == "append" and place.path == ()
    if place.has_colon:
        return Item(name, name, "key", detail, deprecated)
    if name in ("override", "exceptions") and not place.path and not place.flow:
        below = " " * (place.column + 2)
        return Item(name, f"{name}:\n{below}{'- name: ' if name == 'exceptions' else ''}", "key", detail, deprecated)
    return Item(name, f"{name}: ", "key", detail, deprecated)


def value_items_of(scope: Scope, place: Place, typed: str) -> list[Item]:
    """Values of a key whose values are known."""
    kind = place.item.kind if place.item is not None else ""
    path, language = place.path, scope.language
    if len(path) == 1:
        return _item_values(scope, place, path[0], kind)
    if path[0] == "override" and len(path) == 2 and kind in OVERRIDES:
        appendable, replaceable = OVERRIDES[kind]
        legal = [("append", appendable), ("replace", replaceable)]
        return [Item(verb, verb, "value", say("verbs", verb, language)) for verb, keys in legal if path[1] in keys]
    if path == ("tags", "*"):
        return [Item(tag, tag, "tag") for tag in _tags(scope)]
    if path == ("items", "*"):
        return list_items(scope)
    if path[:2] == ("exceptions", "*") and len(path) > 2:
        return _exception_values(scope, path[2:], typed)
    if path[-1] == "name" and path[0] == "required_plugin_versions":
        return [Item(name, name, "value", ".".join(map(str, VERSIONS[name]))) for name in sorted(VERSIONS)]
    return []


def _item_values(scope: Scope, place: Place, key: str, kind: str) -> list[Item]:
    language = scope.language
    style = place.scalar.style if place.scalar is not None else "plain"
    if key in KINDS[2:] and key == kind:
        return _names(scope, key, style)
    if key == "priority" and kind == "rule":
        return [_described("priorities", level.label, "priority", language) for level in Priority]
    if key == "source" and kind == "rule":
        names = sorted(sources_of(scope.known.plugins), reverse=True)
        return [_described("sources", name, "source", language) for name in names]
    if key in BOOLEANS and (kind == "rule" or key == "append"):
        return [Item(name, name, "value", say("keys", key, language) if name == "true" else "") for name in ("true", "false")]
    if key == "required_engine_version":
        version = ".".join(map(str, ENGINE_VERSION))
        return [Item(version, version, "value", word("engine", language))]
    return []


def _described(group: str, name: str, kind: Kind, language: str) -> Item:
    return Item(name, name, kind, say(group, name, language))


def _names(scope: Scope, key: str, style: Style) -> list[Item]:
    """Names that are defined before: an item with one of them replaces or extends it."""
    if key == "rule":
        return [Item(name, _quoted(name, style), "rule", shortened(rule.detail)) for name, rule in scope.known.rules.items()]
    if key == "macro":
        return [Item(name, _quoted(name, style), "macro", shortened(macro.text)) for name, macro in scope.known.macros.items()]
    return [
        Item(name, _quoted(name, style), "list", shortened(", ".join(each.items))) for name, each in scope.known.lists.items()
    ]


def _quoted(name: str, style: Style) -> str:
    """A name as plain YAML, in quotes where it needs them."""
    return json.dumps(name, ensure_ascii=False) if style == "plain" and _NEEDS_QUOTES.search(name) else name


_TAGS = re.compile(r"^[ \t]+tags:[ \t]*\[([^\]\n]*)", re.MULTILINE)


def _tags(scope: Scope) -> list[str]:
    own = {tag.strip() for found in _TAGS.finditer(scope.text) for tag in found.group(1).split(",")}
    there = _there(scope, "tags")
    return sorted(tag for tag in {*scope.known.tags, *own} if tag and tag not in there)


def _there(scope: Scope, key: str) -> set[str]:
    entry = scope.item.entry(key) if scope.item is not None else None
    if entry is None:
        return set()
    return set(re.findall(r"[^\s\[\],\"']+", scope.text[entry.value : entry.end]))


def _exception_values(scope: Scope, path: tuple[str, ...], typed: str) -> list[Item]:
    if path in (("fields",), ("fields", "*")):
        return [*field_items(scope), *suffix_items(scope, typed, [])]
    if path == ("comps",):
        return _comparisons(scope, [*LISTS, *_with_modifiers(STRING)])
    if path == ("comps", "*"):
        return _comparisons(scope, [*operands.ORDER, *_with_modifiers(STRING)])
    if path[0] == "values" and len(path) > 1:
        return list_items(scope)
    return []


def _with_modifiers(names: Iterable[str]) -> list[str]:
    return [f"{name} {modifier}" for name in names for modifier in MODIFIERS]


def _comparisons(scope: Scope, names: list[str]) -> list[Item]:
    """A single field is compared with a list, so by one of the list's operators or one with a modifier."""
    items: list[Item] = []
    for name in names:
        base, _, modifier = name.partition(" ")
        item = operator_item(modifier or base, scope.language)
        items.append(Item(name, name, "operator", item.detail))
    return items
