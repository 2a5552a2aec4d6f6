"""The learner's falco.yaml against what is asked for, compared as Falco reads the file, and told in YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from trainer.engine import Priority
from trainer.grading.handed_in import Found, handed_in
from trainer.grading.report import Submission
from trainer.grading.sentences import say
from trainer.source import SourceFile, YamlMapping, YamlNode, YamlScalar, YamlSequence, boolean, compose, plain

CONFIG_FILE: Final = "falco.yaml"
_RULES_FILES: Final = ("rules_files", "rules_file")
"""The key and its old name: a path or a list of paths, of files and of folders."""
_BARE: Final = re.compile(r"[A-Za-z0-9_./%~+@=-][A-Za-z0-9_./%~+@= -]*")
"""Texts that YAML takes as they stand, also inside brackets."""


def check_config(submission: Submission, params: Mapping[str, object], lang: str) -> Found:
    """``params["keys"]``: dotted keys with the values that they should have."""
    keys = params.get("keys")
    wanted = {str(key): value for key, value in keys.items()} if isinstance(keys, Mapping) else {}
    expected = say(lang, "config.expected", what=_settings({key: yaml_text(value) for key, value in wanted.items()}))
    text = handed_in(submission, CONFIG_FILE)
    if text is None:
        missing = say(lang, "answer.missing", file=CONFIG_FILE)
        return Found(False, missing, expected, missing)
    composed = compose(SourceFile(CONFIG_FILE, text))
    if composed.error is not None:
        position = composed.error.span.position
        error = f"{position.line}:{position.column}: {composed.error.message}"
        sentence = say(lang, "config.invalid", error=error)
        return Found(False, sentence, expected, sentence)
    document = composed.documents[0] if composed.documents else None
    found = {key: _dotted(document, key) for key in wanted}
    shown = {key: say(lang, "absent") if node is None else _shown(node, wanted[key]) for key, node in found.items()}
    bad = {key: node for key, node in found.items() if node is None or not _same(key, node, wanted[key])}
    if not bad:
        return Found(True, _settings(shown), expected)
    return Found(False, _settings(shown), expected, say(lang, "config.differs", what=_settings({key: shown[key] for key in bad})))


def _dotted(document: YamlNode | None, key: str) -> YamlNode | None:
    if key in _RULES_FILES and isinstance(document, YamlMapping):
        return next((node for name in _RULES_FILES if (node := document.get(name)) is not None), None)
    node = document
    for part in key.split("."):
        node = node.get(part) if isinstance(node, YamlMapping) else None
    return node


def _same(key: str, node: YamlNode, wanted: object) -> bool:
    if key in _RULES_FILES:
        paths = wanted if isinstance(wanted, list | tuple) else [wanted]
        return [_path(path) for path in _texts(node)] == [_path(str(path)) for path in paths]
    if key == "priority" and isinstance(node, YamlScalar) and (level := Priority.parse(str(wanted))) is not None:
        return Priority.parse(node.value) is level
    return _equal(node, wanted)


def _equal(node: YamlNode, wanted: object) -> bool:
    """Whether a node has a value when it is read as that value's type, as Falco does: quotes make no difference."""
    if isinstance(wanted, Mapping):
        if not isinstance(node, YamlMapping):
            return False
        same = {str(plain(key)): value for key, value in node.pairs}
        return set(same) == {str(key) for key in wanted} and all(_equal(same[str(key)], one) for key, one in wanted.items())
    if isinstance(wanted, list | tuple):
        items = node.items if isinstance(node, YamlSequence) else None
        return items is not None and len(items) == len(wanted) and all(map(_equal, items, wanted))
    if not isinstance(node, YamlScalar):
        return False
    if isinstance(wanted, bool):
        return boolean(node) is wanted
    if isinstance(wanted, int | float):
        value = plain(replace(node, style="", tag=""))
        return isinstance(value, int | float) and not isinstance(value, bool) and value == wanted
    return node.null if wanted is None else not node.null and node.value == str(wanted)


def _texts(node: YamlNode) -> list[str]:
    items = node.items if isinstance(node, YamlSequence) else (node,)
    return [item.value if isinstance(item, YamlScalar) else "" for item in items]


def _path(path: str) -> str:
    """Falco takes a folder with and without a slash behind it; a file's name with one is no file."""
    bare = path.rstrip("/")
    return path if bare.endswith((".yaml", ".yml")) else bare or path


def _shown(node: YamlNode, wanted: object) -> str:
    """The learner's value, as written where the spelling makes the difference."""
    if isinstance(node, YamlScalar) and not node.null:
        return yaml_text(wanted) if _equal(node, wanted) else node.value
    return yaml_text(plain(node))


def yaml_text(value: object) -> str:
    """A value as YAML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{yaml_text(key)}: {yaml_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(yaml_text, value)) + "]"
    text = str(value)
    if not isinstance(value, str):
        return text
    document = compose(SourceFile(CONFIG_FILE, text)).documents
    read = document[0] if document else None
    bare = _BARE.fullmatch(text) and isinstance(read, YamlScalar) and plain(read) == text and boolean(read) is None
    return text if bare else '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _settings(settings: Mapping[str, str]) -> str:
    return "; ".join(f"{key}: {value}" for key, value in settings.items())
