"""What ``falco -L`` and ``falco -l RULE`` say of loaded rules: two columns of text, or JSON.

Facts: language.md section 3.4; falco_engine.cpp (describe_rule) and app/actions/helpers_generic.cpp (the columns). Of the JSON's
``details`` the compiled forms and the names used are given; positions and plugin versions are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trainer.engine.filter import to_string
from trainer.engine.filter.ast import BinaryCheckExpr, FieldExpr, MacroExpr, UnaryCheckExpr
from trainer.engine.filter.printer import Node, children_of
from trainer.engine.rules.definitions import ENGINE_VERSION
from trainer.engine.rules.ruleset import CompiledRule, Ruleset

_INDENT = 51
_WIDTH = 110


class NoSuchRule(LookupError):
    """``falco -l`` names a rule that no file defines."""


def describe_text(ruleset: Ruleset, name: str | None = None) -> str:
    """Rule and description, one rule after the other. Raises NoSuchRule."""
    lines = [_columns("Rule", "Description"), _columns("----", "-----------")]
    for rule in _chosen(ruleset, name):
        lines += [_columns(rule.name, _wrapped(rule.desc)), ""]
    return "\n".join(lines) + "\n"


def describe_json(ruleset: Ruleset, name: str | None = None) -> dict[str, Any]:
    """The object that Falco prints with json_output; macros and lists only where all rules are asked for. Raises NoSuchRule."""
    rules = [_rule(rule) for rule in _chosen(ruleset, name)]
    if name is not None:
        return {"rules": rules}
    macros = [
        {"info": {"name": macro.name, "condition": macro.condition.strip()}, "details": {}} for macro in ruleset.macros.values()
    ]
    lists = [{"info": {"name": one.name, "items": list(one.items)}, "details": {}} for one in ruleset.lists.values()]
    version = ".".join(map(str, ENGINE_VERSION))
    return {"required_engine_version": version, "required_plugin_versions": [], "rules": rules, "macros": macros, "lists": lists}


def _chosen(ruleset: Ruleset, name: str | None) -> tuple[CompiledRule, ...]:
    if name is None:
        return ruleset.rules
    rule = ruleset.rule(name)
    if rule is None:
        raise NoSuchRule(name)
    return (rule,)


def _columns(left: str, right: str) -> str:
    return f"{left:<50} {right}"


def _wrapped(text: str) -> str:
    """Words filled up to the line's width, the further lines under the second column."""
    lines, length = [""], 0
    for word in text.split():
        if length + len(word) + 1 > _WIDTH - _INDENT and length:
            lines.append(" " * _INDENT)
            length = 0
        lines[-1] += word + " "
        length += len(word) + 1
    return "\n".join(lines)


def _rule(rule: CompiledRule) -> Mapping[str, Any]:
    nodes = list(_nodes(rule.condition.expr))
    fields = [node.full_name for node in nodes if isinstance(node, FieldExpr)]
    return {
        "info": {
            "name": rule.name,
            "condition": rule.condition_text.strip(),
            "description": rule.desc,
            "output": rule.output_text,
            "priority": rule.priority.label,
            "source": rule.source,
            "enabled": rule.enabled,
            "tags": list(rule.tags),
        },
        "details": {
            "condition_compiled": to_string(rule.condition.expr),
            "condition_fields": sorted(set(fields)),
            "condition_operators": sorted(
                {node.operator for node in nodes if isinstance(node, BinaryCheckExpr | UnaryCheckExpr)}
            ),
            "macros": sorted({node.name for node in nodes if isinstance(node, MacroExpr)}),
            "events": sorted(rule.condition.event_types or ()),
            "output_compiled": rule.output_text,
        },
    }


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in children_of(node):
        yield from _nodes(child)
