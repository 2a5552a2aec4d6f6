"""From YAML items to definitions: Falco's structure of a rules file, key by key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trainer.diagnostics import Code
from trainer.engine.rules import collector
from trainer.engine.rules.context import Context, Sink, error
from trainer.engine.rules.decode import boolean, context_of, invalid, mandatory_strings, scalar, unsigned
from trainer.engine.rules.definitions import ENGINE_VERSION, Definitions, ListDef, MacroDef, PluginRequirement
from trainer.engine.rules.read_rule import RULE_KEYS, read_rule
from trainer.source import YamlMapping, YamlNode, YamlSequence, is_null

_MACRO_NAME = re.compile(r"[a-zA-Z]+[a-zA-Z0-9_]*")
_LIST_NAME = re.compile(r"[^()\"'\s=,]+")
_VERSION = re.compile(r"\s*\+?([0-9]+)\.\s*\+?([0-9]+)\.\s*\+?([0-9]+)")
_APPEND_DEPRECATED = "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead."
_BOTH = (
    "Keys 'override' and 'append: true' cannot be used together. "
    "Add an 'append' entry (e.g. 'condition: append') under 'override' instead."
)


_KEYS: dict[str, Sequence[str]] = {
    "list": ("list", "items", "append", "override"),
    "macro": ("macro", "condition", "append", "override"),
    "rule": RULE_KEYS,
}


def read_item(item: YamlNode, known: Definitions, sink: Sink, parent: Context) -> None:
    """One top-level item; raises Refused with its first error."""
    if not isinstance(item, YamlMapping):
        raise invalid(
            "Unexpected element type. Each element should be a yaml associative array.",
            context_of(item, "rules content item", "", parent),
        )
    if item.get("required_engine_version") is not None:
        _engine_version(item, parent)
    elif item.get("required_plugin_versions") is not None:
        _plugin_versions(item, known, parent)
    elif item.get("list") is not None:
        _list(item, known, sink, parent)
    elif item.get("macro") is not None:
        _macro(item, known, sink, parent)
    elif item.get("rule") is not None:
        _rule(item, known, sink, parent)
    else:
        sink.warn(Code.LOAD_UNKNOWN_ITEM, "Unknown top level item", _item_context(item, "rules content item", "", parent))
    warn_unknown_keys(item, sink, parent)


def _item_context(item: YamlMapping, item_type: str, name: str, parent: Context) -> Context:
    """An item's context; what is underlined is its first key and value, not all its lines."""
    first, value = item.pairs[0] if item.pairs else (item, item)
    for key in ("list", "macro", "rule"):
        if (node := item.get(key)) is not None and (name_node := item.key(key)) is not None:
            first, value = name_node, node
            break
    span = first.span
    end = value.span.end if "\n" not in value.span.text else span.end
    return parent.child(item_type, name, item.mark, span.file.span(span.start, max(end, span.end)))


def parse_version(text: str) -> tuple[int, int, int] | None:
    """The first three numbers; what follows them is not looked at, as in Falco."""
    match = _VERSION.match(text)
    if match is None:
        return None
    # Of a number that nobody writes the first digits are enough: it is too big either way.
    first, second, third = (int(digits.lstrip("0")[:20] or 0) for digits in match.groups())
    return first, second, third


def _engine_version(item: YamlMapping, parent: Context) -> None:
    node = item.get("required_engine_version")
    assert node is not None
    context = context_of(item, "required_engine_version", "", parent)
    text = scalar(item, "required_engine_version", context).value
    plain = unsigned(text)
    version = (0, plain, 0) if plain is not None else parse_version(text)
    if version is None:
        raise invalid(f"Unable to parse engine version '{text}' as a semver string. Expected \"x.y.z\" semver format.", context)
    if version[0] != ENGINE_VERSION[0] or version > ENGINE_VERSION:
        shown = text if plain is None else f"0.{plain}.0"
        engine = ".".join(map(str, ENGINE_VERSION))
        raise error(
            Code.LOAD_ERR_VALIDATE, f"Rules require engine version {shown}, but engine version is {engine}", context, node.span
        )


def _plugin_versions(item: YamlMapping, known: Definitions, parent: Context) -> None:
    node = item.get("required_plugin_versions")
    assert node is not None
    context = context_of(node, "required plugin versions", "", parent)
    if not isinstance(node, YamlSequence):
        raise invalid("Value of required_plugin_versions must be a sequence", context)
    for entry in node.items:
        place = context_of(entry, "required plugin versions entry", "", context)
        if not isinstance(entry, YamlMapping):
            raise invalid("Plugin version must be a mapping", place)
        name = scalar(entry, "name", place).value
        place = context_of(entry, "required plugin versions entry", name, context)
        version = scalar(entry, "version", place).value
        alternatives: list[tuple[str, str]] = []
        others = entry.get("alternatives")
        if others is not None:
            if not isinstance(others, YamlSequence):
                raise invalid("Value of plugin version alternatives must be a sequence", place)
            for other in others.items:
                inner = context_of(other, "required plugin versions alternative", "", place)
                if not isinstance(other, YamlMapping):
                    raise invalid("Plugin version must be a mapping", inner)
                other_name = scalar(other, "name", inner).value
                inner = context_of(other, "required plugin versions alternative", other_name, place)
                alternatives.append((other_name, scalar(other, "version", inner).value))
        _define_plugin(known, PluginRequirement(name, version, tuple(alternatives), place))


def _define_plugin(known: Definitions, new: PluginRequirement) -> None:
    seen: set[str] = set()
    for name, version in ((new.name, new.version), *new.alternatives):
        if parse_version(version) is None:
            raise error(Code.LOAD_ERR_VALIDATE, f"Invalid required version '{version}' for plugin '{name}'", new.context)
        if name in seen:
            raise error(
                Code.LOAD_ERR_VALIDATE, f"Defined multiple alternative version requirements for plugin '{name}'", new.context
            )
        seen.add(name)
    known.plugins.append(new)


def warn_unknown_keys(item: YamlNode, sink: Sink, parent: Context) -> None:
    """Comes last in Falco, so that an item with an error has no such warning."""
    if not isinstance(item, YamlMapping):
        return
    kind = next((kind for kind in _KEYS if item.get(kind) is not None), None)
    if kind is None or any(item.get(key) is not None for key in ("required_engine_version", "required_plugin_versions")):
        return
    allowed = _KEYS[kind]
    context = _item_context(item, kind, getattr(item.get(kind), "value", ""), parent)
    for name, _ in item.pairs:
        key = getattr(name, "value", "") if not is_null(name) else "null"
        if key not in allowed:
            sink.warn(Code.LOAD_UNKNOWN_KEY, f"Unknown key '{key}'. The key will be ignored.", context, name.span, key=key)


def read_overrides(
    item: YamlMapping, appendable: Sequence[str], replaceable: Sequence[str], context: Context
) -> tuple[set[str], set[str]]:
    """Keys under ``override`` with ``append`` and with ``replace``."""
    node = item.get("override")
    appended, replaced = set[str](), set[str]()
    if node is None:
        return appended, replaced
    place = context.child("overrides", "", item.mark, node.span)
    if isinstance(node, YamlSequence):
        raise error(
            Code.LOAD_ERR_VALIDATE,
            "invalid node; this may result from using a map iterator as a sequence iterator, or vice-versa",
            context.parent or context,
            node.span,
        )
    if not isinstance(node, YamlMapping):
        return appended, replaced
    for name, value in node.pairs:
        key = getattr(name, "value", "") if not is_null(name) else "null"
        verb = getattr(value, "value", None) if not is_null(value) else "null"
        if verb is None:
            raise invalid("bad conversion", context_of(value, "value for", key, place))
        inner = context_of(name, "overrides", key, place)
        if verb == "append":
            if key not in appendable:
                raise invalid(f"Key '{key}' cannot be appended to, use 'replace' instead", inner)
            appended.add(key)
        elif verb == "replace":
            if key not in replaceable:
                raise invalid(f"Key '{key}' cannot be replaced", inner)
            replaced.add(key)
        else:
            words = [word for word, keys in (("append", appendable), ("replace", replaceable)) if key in keys]
            raise invalid(
                f"Invalid override operation for key '{key}': '{verb}'. Allowed values are: {' '.join(words)} ",
                context_of(value, "value for", key, place),
            )
    return appended, replaced


def _append_flag(item: YamlMapping, sink: Sink, context: Context) -> bool:
    append = boolean(item, "append", context) or False
    if append:
        key = item.key("append")
        sink.warn(Code.LOAD_DEPRECATED_ITEM, _APPEND_DEPRECATED, context, key.span if key else None)
    return append


def _list(item: YamlMapping, known: Definitions, sink: Sink, parent: Context) -> None:
    name = scalar(item, "list", _item_context(item, "list", "", parent))
    context = _item_context(item, "list", name.value, parent)
    if not _LIST_NAME.fullmatch(name.value):
        sink.warn(
            Code.LOAD_INVALID_LIST_NAME,
            "List has an invalid name. List names should match a regular expression: ([^()\"'[:space:]=,]+)",
            context,
        )
    items = tuple(node.value for node in mandatory_strings(item, "items", context))
    append = _append_flag(item, sink, context)
    appended, replaced = read_overrides(item, ("items",), ("items",), context)
    if append and (appended or replaced):
        raise invalid(_BOTH, context)
    new = ListDef(name.value, items, context)
    if append or appended:
        collector.append_list(known, new)
    else:
        collector.define_list(known, new)


def _macro(item: YamlMapping, known: Definitions, sink: Sink, parent: Context) -> None:
    name = scalar(item, "macro", _item_context(item, "macro", "", parent))
    context = _item_context(item, "macro", name.value, parent)
    if not _MACRO_NAME.fullmatch(name.value):
        sink.warn(
            Code.LOAD_INVALID_MACRO_NAME,
            "Macro has an invalid name. Macro names should match a regular expression: ([a-zA-Z]+[a-zA-Z0-9_]*)",
            context,
        )
    condition = scalar(item, "condition", context)
    append = _append_flag(item, sink, context)
    appended, replaced = read_overrides(item, ("condition",), ("condition",), context)
    if append and (appended or replaced):
        raise invalid(_BOTH, context)
    new = MacroDef(name.value, condition.mapped, context, context_of(condition, "macro condition", "", context))
    if append or appended:
        collector.append_macro(known, new)
    else:
        collector.define_macro(known, new)


def _rule(item: YamlMapping, known: Definitions, sink: Sink, parent: Context) -> None:
    name = scalar(item, "rule", _item_context(item, "rule", "", parent))
    context = _item_context(item, "rule", name.value, parent)
    append = _append_flag(item, sink, context)
    appended, replaced = read_overrides(item, APPENDABLE, REPLACEABLE, context)
    if append and (appended or replaced):
        raise invalid(_BOTH, context)
    read_rule(item, name.value, append, appended, replaced, known, sink, context)


APPENDABLE = ("condition", "output", "desc", "tags", "exceptions")
REPLACEABLE = (
    "condition",
    "output",
    "desc",
    "priority",
    "capture",
    "capture_duration",
    "tags",
    "exceptions",
    "enabled",
    "warn_evttypes",
    "skip-if-unknown-filter",
)
