"""Reading a rule item: a definition, a switch, an append, an override."""

from __future__ import annotations

from trainer.diagnostics import Code
from trainer.engine.rules import collector
from trainer.engine.rules.context import Context, Sink, error
from trainer.engine.rules.decode import (
    boolean,
    context_of,
    invalid,
    mandatory_boolean,
    number,
    optional_scalar,
    scalar,
    strings,
)
from trainer.engine.rules.definitions import SYSCALL, Definitions, Entry, ExceptionDef, Priority, RuleDef, RuleUpdate
from trainer.source import MappedText, YamlMapping, YamlNode, YamlScalar, YamlSequence, is_null

RULE_KEYS = (
    "rule",
    "append",
    "override",
    "condition",
    "output",
    "desc",
    "priority",
    "source",
    "enabled",
    "capture",
    "capture_duration",
    "tags",
    "exceptions",
    "warn_evttypes",
    "skip-if-unknown-filter",
)
_OVERRIDABLE = (
    "capture",
    "capture_duration",
    "condition",
    "desc",
    "enabled",
    "exceptions",
    "output",
    "priority",
    "skip-if-unknown-filter",
    "tags",
    "warn_evttypes",
)
_DEEPEST = 4
"""Lists in lists of an exception's values; Falco looks at two levels."""
_ENABLED_DEPRECATED = (
    "The standalone 'enabled' key usage is deprecated. "
    "The correct approach requires also a 'replace' entry under the 'override' key (i.e. 'enabled: replace')."
)


def read_rule(
    item: YamlMapping,
    name: str,
    append: bool,
    appended: set[str],
    replaced: set[str],
    known: Definitions,
    sink: Sink,
    context: Context,
) -> None:
    if append or appended:
        # With `append: true` only the condition and the exceptions count.
        keys = {"condition", "exceptions"} if append else appended
        if not append:
            _check_present(item, "append", appended, context)
        collector.append_rule(known, _update(item, name, keys, sink, context, appending=True))
    if replaced:
        _check_present(item, "replace", replaced - appended, context)
        collector.replace_rule(known, _update(item, name, replaced - appended, sink, context, appending=False))
    if appended or replaced:
        _check_unexpected(item, appended | replaced, context)
    if append or appended or replaced:
        return
    if all(item.get(key) is None for key in ("condition", "output", "desc", "priority")):
        enabled = mandatory_boolean(item, "enabled", context)
        sink.warn(Code.LOAD_DEPRECATED_ITEM, _ENABLED_DEPRECATED, context)
        collector.enable_rule(known, name, enabled, context)
        return
    collector.define_rule(known, _definition(item, name, sink, context), sink)


def _check_present(item: YamlMapping, verb: str, keys: set[str], context: Context) -> None:
    for key in sorted(keys):
        if item.get(key) is None:
            raise invalid(f"An {verb} override for '{key}' was specified but '{key}' is not defined", context)


def _check_unexpected(item: YamlMapping, named: set[str], context: Context) -> None:
    for key in _OVERRIDABLE:
        node = item.get(key)
        if node is not None and key not in named:
            name = item.key(key)
            place = context.child("overrides", key, node.mark, name.span if name is not None else node.span)
            raise invalid(f"Unexpected key '{key}': no corresponding entry under 'override' is defined.", place)


def _definition(item: YamlMapping, name: str, sink: Sink, context: Context) -> RuleDef:
    condition = scalar(item, "condition", context)
    output = scalar(item, "output", context)
    description = scalar(item, "desc", context)
    priority = _priority(scalar(item, "priority", context), context)
    source = optional_scalar(item, "source", context)
    enabled = boolean(item, "enabled", context)
    warn_evttypes = boolean(item, "warn_evttypes", context)
    skip_unknown = boolean(item, "skip-if-unknown-filter", context)
    capture = boolean(item, "capture", context)
    duration = number(item, "capture_duration", context)
    tags = strings(item, "tags", context) or ()
    exceptions = read_exceptions(item, sink, context, appending=False)
    return RuleDef(
        name,
        context,
        condition.mapped,
        context_of(condition, "rule condition", "", context),
        trimmed(output.mapped),
        context_of(output, "rule output", "", context),
        description.value,
        priority,
        item,
        source=source.value if source is not None else SYSCALL,
        enabled=True if enabled is None else enabled,
        tags=tuple(sorted({tag.value for tag in tags})),
        exceptions=exceptions or (),
        warn_evttypes=True if warn_evttypes is None else warn_evttypes,
        skip_unknown=bool(skip_unknown),
        capture=bool(capture),
        capture_duration=duration or 0,
    )


def trimmed(text: MappedText) -> MappedText:
    blanks = " \t\n\r\v\f"
    start = len(text.text) - len(text.text.lstrip(blanks))
    end = len(text.text.rstrip(blanks))
    return text.slice(start, max(start, end)) if (start, end) != (0, len(text.text)) else text


def _priority(node: YamlScalar, context: Context) -> Priority:
    found = Priority.parse(node.value)
    if found is None:
        place = context_of(node, "rule priority", "", context)
        raise error(Code.LOAD_ERR_YAML_VALIDATE, "Invalid priority", place, node.span, priority=node.value)
    return found


def _update(item: YamlMapping, name: str, keys: set[str], sink: Sink, context: Context, *, appending: bool) -> RuleUpdate:
    def text(key: str) -> YamlScalar | None:
        return optional_scalar(item, key, context) if key in keys else None

    condition, output, description = text("condition"), text("output"), text("desc")
    priority = text("priority")
    tags = strings(item, "tags", context) if "tags" in keys else None
    source = item.get("source")
    shown = source.value if isinstance(source, YamlScalar) and not source.null and source.value else None
    return RuleUpdate(
        name,
        context,
        condition=condition.mapped if condition is not None else None,
        condition_context=context_of(condition, "rule condition", "", context) if condition is not None else None,
        output=output.mapped if output is not None else None,
        output_context=context_of(output, "rule output", "", context) if output is not None else None,
        description=description.value if description is not None else None,
        priority=_priority(priority, context) if priority is not None else None,
        source=shown,
        enabled=boolean(item, "enabled", context) if "enabled" in keys else None,
        tags=tuple(sorted({tag.value for tag in tags})) if tags is not None else None,
        exceptions=read_exceptions(item, sink, context, appending=appending) if "exceptions" in keys else None,
        warn_evttypes=boolean(item, "warn_evttypes", context) if "warn_evttypes" in keys else None,
        skip_unknown=boolean(item, "skip-if-unknown-filter", context) if "skip-if-unknown-filter" in keys else None,
        capture=boolean(item, "capture", context) if "capture" in keys else None,
        capture_duration=number(item, "capture_duration", context) if "capture_duration" in keys else None,
    )


def read_exceptions(item: YamlMapping, sink: Sink, context: Context, *, appending: bool) -> tuple[ExceptionDef, ...] | None:
    node = item.get("exceptions")
    if node is None or is_null(node):
        return None
    place = context_of(node, "exceptions", "", context)
    if not isinstance(node, YamlSequence):
        raise invalid("Rule exceptions must be a sequence", place)
    found: list[ExceptionDef] = []
    for entry in node.items:
        inner = context_of(entry, "exception", "", place)
        if not isinstance(entry, YamlMapping):
            raise invalid("Rule exception must be a mapping", inner)
        name = scalar(entry, "name", inner)
        inner = context.child("exception", name.value, entry.mark, name.span)
        if any(other.name == name.value for other in found):
            sink.warn(
                Code.LOAD_EXCEPTION_NAME_NOT_UNIQUE,
                f"Multiple definitions of exception '{name.value}' in the same rule",
                inner,
                exception=name.value,
            )
        fields = _entry(entry, "fields", inner, optional=appending)
        comps = _entry(entry, "comps", inner, optional=True)
        found.append(ExceptionDef(name.value, inner, fields, comps, _values(entry, sink, inner, appending)))
    return tuple(found)


def _entry(item: YamlMapping, key: str, context: Context, *, optional: bool) -> Entry | None:
    node = item.get(key)
    if node is None:
        if optional:
            return None
        raise error(Code.LOAD_ERR_YAML_VALIDATE, f"Item has no mapping for key '{key}'", context, missing=key)
    if is_null(node):
        return None
    return _any_entry(node, context_of(node, "value for", key, context))


def _any_entry(node: YamlNode, context: Context, depth: int = 0) -> Entry:
    if isinstance(node, YamlScalar):
        return Entry(MappedText("", node.span) if node.null else node.mapped)
    if isinstance(node, YamlSequence):
        if depth == _DEEPEST:
            return Entry()
        children = ((child, context_of(child, "exception value", "", context)) for child in node.items)
        return Entry(items=tuple(_any_entry(child, place, depth + 1) for child, place in children))
    raise invalid("Can't decode YAML exception value", context)


def _values(item: YamlMapping, sink: Sink, context: Context, appending: bool) -> tuple[Entry, ...]:
    node = item.get("values")
    if node is None:
        if appending:
            sink.warn(Code.LOAD_APPEND_NO_VALUES, "Overriding/appending exception with no values", context)
        return ()
    place = context_of(node, "exception values", "", context)
    if not isinstance(node, YamlSequence):
        raise invalid("Rule exception values must be a sequence", place)
    return tuple(_any_entry(child, context_of(child, "exception value", "", place)) for child in node.items)
