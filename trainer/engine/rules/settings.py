"""The keys of falco.yaml that a learner meets, and what they do to a rule set.

Facts: language.md sections 2.8 and 5. Keys that change nothing here (outputs over the network, engine, plugins' own settings) are not read.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trainer.engine.evaluate import CompileError, Output, compile_output
from trainer.engine.rules.definitions import SYSCALL, Priority
from trainer.engine.rules.ruleset import CompiledRule, Ruleset
from trainer.source import SourceFile, YamlMapping, YamlNode, YamlScalar, YamlSequence, boolean, compose, plain

SUGGESTED = (
    "container_id=%container.id container_name=%container.name container_image_repository=%container.image.repository"
    " container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name k8s_ns_name=%k8s.ns.name"
)
"""What ``suggested_output: true`` puts behind the output of a syscall rule."""


class SettingsProblem(Exception):
    """A value that Falco would not take; ``line`` is 1-based, 0 when no line is to blame."""

    def __init__(self, message: str, line: int, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.help = help


@dataclass(frozen=True, slots=True)
class AppendOutput:
    """One entry of ``append_output``. None or empty: not asked for."""

    source: str | None = None
    rule: str | None = None
    tags: frozenset[str] = frozenset()
    extra_output: str = ""
    extra_fields: tuple[tuple[str, str | None], ...] = ()
    """Name and format; without format the field's own value."""
    suggested: bool = False

    def wants(self, rule: CompiledRule) -> bool:
        return self.source in (None, rule.source) and self.rule in (None, rule.name) and self.tags <= set(rule.tags)


@dataclass(frozen=True, slots=True)
class RuleSelection:
    """One entry of ``rules``: by name, in which ``*`` stands for anything, or by tag."""

    enable: bool
    rule: str | None = None
    tag: str | None = None

    def chooses(self, rule: CompiledRule) -> bool:
        if self.rule is not None:
            return fnmatch.fnmatchcase(rule.name, self.rule.replace("[", "[[]").replace("?", "[?]"))
        return self.tag in rule.tags


@dataclass(frozen=True, slots=True)
class FalcoSettings:
    """Defaults are Falco 0.44's without a falco.yaml, so that nothing is appended."""

    rules_files: tuple[str, ...] = ()
    json_output: bool = False
    json_include_output_property: bool = True
    json_include_tags_property: bool = True
    json_include_output_fields_property: bool = True
    iso_time: bool = False
    rule_matching: str = "first"
    priority: Priority = Priority.DEBUG
    stdout_enabled: bool = True
    syslog_enabled: bool = False
    file_enabled: bool = False
    file_name: str = ""
    append_output: tuple[AppendOutput, ...] = ()
    selections: tuple[RuleSelection, ...] = ()
    plugins: tuple[str, ...] = ()
    """``load_plugins``."""
    buffered: bool = False
    """``buffered_outputs``: alerts may wait before they are written."""
    watch_config_files: bool = True
    """A running Falco loads its files anew when they change."""

    def apply(self, ruleset: Ruleset) -> Ruleset:
        """The rule set with rules switched on and off and outputs extended. Raises SettingsProblem for an output that does not compile."""
        if not (self.append_output or self.selections):
            return ruleset
        return replace(ruleset, rules=tuple(self._extended(self._selected(rule)) for rule in ruleset.rules))

    def _selected(self, rule: CompiledRule) -> CompiledRule:
        enabled = rule.enabled
        for selection in self.selections:
            if selection.chooses(rule):
                enabled = selection.enable
        return rule if enabled == rule.enabled else replace(rule, enabled=enabled)

    def _extended(self, rule: CompiledRule) -> CompiledRule:
        text, extra = rule.output_text, dict(rule.extra_fields)
        for entry in self.append_output:
            if not entry.wants(rule):
                continue
            if entry.suggested and rule.source == SYSCALL:
                text += " " + SUGGESTED
            if entry.extra_output:
                text += " " + entry.extra_output
            for name, form in entry.extra_fields:
                extra[name] = (_compiled(f"%{name}" if form is None else form, rule), form is None)
        if text == rule.output_text and not extra:
            return rule
        return replace(rule, output=_compiled(text, rule), output_text=text, extra_fields=extra)


def _compiled(text: str, rule: CompiledRule) -> Output:
    made = compile_output("*" + text, rule.source)
    if isinstance(made, CompileError):
        raise SettingsProblem(
            f"append_output: the output of rule {rule.name!r} would not compile: {made.message}",
            0,
            "mend the entry in falco.yaml",
        )
    return made


def read_settings(file: SourceFile) -> FalcoSettings:
    """Raises SettingsProblem for what Falco would refuse or what has the wrong type; unknown keys are Falco's own business."""
    composed = compose(file)
    if composed.error is not None:
        raise SettingsProblem(composed.error.message, composed.error.span.position.line, "mend the YAML")
    document = composed.documents[0] if composed.documents else None
    if document is None or (isinstance(document, YamlScalar) and document.null):
        return FalcoSettings()
    if not isinstance(document, YamlMapping):
        raise SettingsProblem("falco.yaml must be a mapping of keys", document.span.position.line, "write key: value lines")
    return _Reader(document).settings()


@dataclass(frozen=True, slots=True)
class _Reader:
    top: YamlMapping

    def settings(self) -> FalcoSettings:
        stdout, file = self._mapping("stdout_output"), self._mapping("file_output")
        syslog = self._mapping("syslog_output")
        return FalcoSettings(
            rules_files=self._texts("rules_files") or self._texts("rules_file"),
            json_output=self._flag(self.top, "json_output", False),
            json_include_output_property=self._flag(self.top, "json_include_output_property", True),
            json_include_tags_property=self._flag(self.top, "json_include_tags_property", True),
            json_include_output_fields_property=self._flag(self.top, "json_include_output_fields_property", True),
            iso_time=self._flag(self.top, "time_format_iso_8601", False),
            rule_matching=self._matching(),
            priority=self._priority(),
            stdout_enabled=True if stdout is None else self._flag(stdout, "enabled", True),
            syslog_enabled=False if syslog is None else self._flag(syslog, "enabled", False),
            file_enabled=False if file is None else self._flag(file, "enabled", False),
            file_name=self._file_name(file),
            append_output=tuple(self._append(entry) for entry in self._entries("append_output")),
            selections=tuple(self._selection(entry) for entry in self._entries("rules")),
            plugins=self._texts("load_plugins"),
            buffered=self._flag(self.top, "buffered_outputs", False),
            watch_config_files=self._flag(self.top, "watch_config_files", True),
        )

    def _flag(self, holder: YamlMapping, key: str, default: bool) -> bool:
        node = holder.get(key)
        if node is None:
            return default
        value = boolean(node) if isinstance(node, YamlScalar) else None
        if value is None:
            raise _wrong(
                f"{key} is no boolean: {' '.join(node.span.text.split())[:60]}", node, "use true or false, without quotes"
            )
        return value

    def _text(self, holder: YamlMapping, key: str) -> str | None:
        node = holder.get(key)
        if node is None:
            return None
        if not isinstance(node, YamlScalar):
            raise _wrong(f"{key} must be a text", node, f"write {key}: and one value")
        return node.value

    def _texts(self, key: str) -> tuple[str, ...]:
        node = self.top.get(key)
        if node is None:
            return ()
        if isinstance(node, YamlScalar):
            return () if node.null else (node.value,)
        if not isinstance(node, YamlSequence) or not all(isinstance(item, YamlScalar) for item in node.items):
            raise _wrong(f"{key} must be a list of texts", node, "write one `- entry` a line")
        return tuple(item.value for item in node.items if isinstance(item, YamlScalar))

    def _mapping(self, key: str) -> YamlMapping | None:
        node = self.top.get(key)
        if node is None or isinstance(node, YamlMapping):
            return node
        raise _wrong(f"{key} must be a mapping", node, f"write {key}: and its keys below, indented")

    def _entries(self, key: str) -> Sequence[YamlMapping]:
        node = self.top.get(key)
        if node is None or (isinstance(node, YamlScalar) and node.null):
            return ()
        if not isinstance(node, YamlSequence):
            raise _wrong(f"{key} must be a list", node, "begin each entry with `- `")
        for item in node.items:
            if not isinstance(item, YamlMapping):
                raise _wrong(f"an entry of {key} must be a mapping", item, "see the comments of falco.yaml")
        return [item for item in node.items if isinstance(item, YamlMapping)]

    def _matching(self) -> str:
        value = self._text(self.top, "rule_matching") or "first"
        if value not in ("first", "all"):
            raise _wrong(f"rule_matching is {value!r}", self.top.get("rule_matching"), "use first or all")
        return value

    def _priority(self) -> Priority:
        text = self._text(self.top, "priority") or "debug"
        found = Priority.parse(text)
        if found is None:
            raise _wrong(f"unknown priority {text!r}", self.top.get("priority"), "use one of emergency .. debug")
        return found

    def _file_name(self, file: YamlMapping | None) -> str:
        if file is None:
            return ""
        name = self._text(file, "filename") or ""
        if self._flag(file, "enabled", False) and not name:
            raise _wrong("file_output is enabled without a filename", file, "write filename: and a path under file_output")
        return name

    def _append(self, entry: YamlMapping) -> AppendOutput:
        match = entry.get("match")
        wanted = match if isinstance(match, YamlMapping) else YamlMapping((), entry.span, entry.mark)
        tags = plain(wanted.get("tags"))
        fields: list[tuple[str, str | None]] = []
        extra = plain(entry.get("extra_fields"))
        for item in extra if isinstance(extra, list) else []:
            if isinstance(item, Mapping):
                fields.extend((str(name), str(form)) for name, form in item.items())
            else:
                fields.append((str(item), None))
        return AppendOutput(
            self._text(wanted, "source"),
            self._text(wanted, "rule"),
            frozenset(map(str, tags)) if isinstance(tags, list) else frozenset(),
            self._text(entry, "extra_output") or "",
            tuple(fields),
            self._flag(entry, "suggested_output", False),
        )

    def _selection(self, entry: YamlMapping) -> RuleSelection:
        for word, enable in (("enable", True), ("disable", False)):
            chosen = entry.get(word)
            if isinstance(chosen, YamlMapping):
                rule, tag = self._text(chosen, "rule"), self._text(chosen, "tag")
                if (rule is None) != (tag is None):
                    return RuleSelection(enable, rule, tag)
        raise _wrong("an entry of rules must enable or disable a rule or a tag", entry, "write `- disable: {rule: NAME}`")


def _wrong(message: str, node: YamlNode | None, help: str) -> SettingsProblem:
    return SettingsProblem(message, node.span.position.line if node is not None else 0, help)
