"""The kinds of criteria: which keys each has, and reading them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from typing import Final

import re2

from trainer.content.model import Criterion
from trainer.content.reading import Fields
from trainer.source import YamlNode, YamlScalar, boolean, plain
from trainer.source.yaml import key_text

Reader = Callable[[Fields, str], object]

PRIORITIES: Final = ("EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "INFORMATIONAL", "DEBUG")
KEEPABLE: Final = ("condition", "output", "desc", "priority", "tags")
TAKEN: Final = (
    "/",
    "/etc/falco/falco.yaml",
    "/etc/falco/falco_rules.yaml",
    "/etc/falco/falco_rules.local.yaml",
    "/var/log/syslog",
)
"""Paths of the node that no answer file may have."""
GATES: Final = frozenset({"fires", "output", "priority", "rule", "answer", "config"})
"""Kinds of which one must be needed by a criterion that an untouched file would pass."""


def _texts(fields: Fields, key: str) -> object:
    return fields.texts(key, required=True)


def _text(fields: Fields, key: str) -> object:
    return fields.text(key, required=True)


def _priority(fields: Fields, key: str) -> object:
    text = fields.text(key, required=True).upper()
    if text and text not in PRIORITIES:
        fields.problems.error(fields.at(key), f"{text!r} is not a priority", f"priorities: {', '.join(PRIORITIES)}")
    return text


def _flag(fields: Fields, key: str) -> object:
    return fields.flag(key)


def _count(fields: Fields, key: str) -> object:
    return fields.integer(key, low=0)


def _positive(fields: Fields, key: str) -> object:
    return fields.integer(key, low=1)


def _keep(fields: Fields, key: str) -> object:
    kept = fields.texts(key, required=True)
    for index, name in enumerate(kept):
        if name not in KEEPABLE:
            fields.problems.error(fields.at_item(key, index), f"{name!r} cannot be kept", f"one of: {', '.join(KEEPABLE)}")
    return kept


def _pattern(fields: Fields, key: str) -> object:
    text = fields.text(key, required=True)
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options)
    except re2.error as error:
        fields.problems.error(fields.at(key), f"{text!r} is not an RE2 pattern: {_re2_message(error)}")
    return text


def _re2_message(error: Exception) -> str:
    """RE2 gives its message as bytes."""
    first = error.args[0] if error.args else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


def _node_path(fields: Fields, key: str) -> object:
    """Where the node shell has an answer file: an absolute path without turns."""
    text = fields.text(key, required=True)
    if not text.startswith("/") or posixpath.normpath(text) != text or text.startswith("//") or "\0" in text:
        fields.problems.error(fields.at(key), f"{text!r} is not an absolute path", "write it whole: /opt/falco/alerts.log")
    elif text in TAKEN or text.startswith(("/.", "/bin/")):
        fields.problems.error(fields.at(key), f"{text} is the node's own file", "choose another path")
    return text


def _settings(fields: Fields, key: str) -> object:
    """Dotted keys of falco.yaml with their values, read as Falco reads them: ``yes`` is a boolean."""
    mapping = fields.mapping(key, required=True)
    return {} if mapping is None else {key_text(name): _setting(value) for name, value in mapping.node.pairs}


def _setting(node: YamlNode) -> object:
    if isinstance(node, YamlScalar) and (truth := boolean(node)) is not None:
        return truth
    return plain(node)


_KINDS: Final[dict[str, tuple[dict[str, Reader], tuple[str, ...]]]] = {
    "loads": ({}, ()),
    "fires": ({"actions": _texts, "rule": _text, "most": _positive}, ("actions",)),
    "silent": ({"actions": _texts, "rule": _text}, ("actions",)),
    "output": ({"rule": _text, "line": _text, "fields": _texts, "actions": _texts}, ()),
    "priority": ({"rule": _text, "priority": _priority}, ("priority",)),
    "rule": ({"name": _text, "tags": _texts, "source": _text, "enabled": _flag}, ("name",)),
    "override": ({"rule": _text, "keep": _keep}, ("rule",)),
    "answer": (
        {
            "file": _text,
            "path": _node_path,
            "accept": _texts,
            "line_pattern": _pattern,
            "min_lines": _count,
            "max_lines": _positive,
            "distinct": _flag,
        },
        ("file",),
    ),
    "config": ({"keys": _settings}, ("keys",)),
}
KINDS: Final = tuple(_KINDS)


def read_criterion(fields: Fields, languages: Sequence[str]) -> Criterion:
    kind = fields.choice("kind", KINDS, "loads")
    keys, required = _KINDS[kind]
    params = {key: read(fields, key) for key, read in keys.items() if fields.has(key) or key in required}
    fields.ignore(*keys)
    criterion = Criterion(
        id=fields.text("id", required=True),
        kind=kind,
        points=fields.integer("points", required=True, high=100),
        text=fields.localised("text", languages),
        params=params,
        needs=fields.texts("needs"),
        hidden=fields.flag("hidden"),
    )
    if kind == "output" and ("line" in params) == ("fields" in params):
        fields.problems.error(fields.span, "an output criterion has one of: line, fields")
    if kind == "answer" and ("accept" in params) == ("line_pattern" in params):
        fields.problems.error(fields.span, "an answer criterion has one of: accept, line_pattern")
    for extra in ("min_lines", "max_lines", "distinct"):
        if kind == "answer" and extra in params and "line_pattern" not in params:
            fields.problems.error(fields.at(extra), f"{extra!r} counts lines of a line_pattern, and there is none")
    least, most = params.get("min_lines", 0), params.get("max_lines")
    if isinstance(most, int) and isinstance(least, int) and least > most:
        fields.problems.error(fields.at("max_lines"), f"'max_lines' is {most}, less than 'min_lines'")
    fields.done(f"a criterion of kind {kind}")
    return criterion


def check_needs(entries: Sequence[tuple[Fields, Criterion]]) -> None:
    """Every need exists and stands before; what an untouched file would pass hangs on something that it would not."""
    seen: dict[str, Criterion] = {}
    for fields, criterion in entries:
        for index, need in enumerate(criterion.needs):
            if need not in seen:
                where = "needs itself" if need == criterion.id else f"needs {need!r}, which does not stand before it"
                fields.problems.error(fields.at_item("needs", index), f"criterion {criterion.id!r} {where}")
        gate = {"silent": frozenset({"fires"}), "override": GATES}.get(criterion.kind)
        if gate and not any(need in seen and seen[need].kind in gate for need in criterion.needs):
            fields.problems.error(
                fields.at("needs"),
                f"criterion {criterion.id!r} ({criterion.kind}) must need one of kind {', '.join(sorted(gate))}",
                "otherwise an empty file would earn its points",
            )
        if criterion.id in seen:
            fields.problems.error(fields.at("id"), f"criterion {criterion.id!r} stands here twice")
        seen[criterion.id] = criterion
