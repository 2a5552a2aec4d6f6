"""Rules ready to run: matching an event, and the alert that Falco would print."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from trainer.engine.evaluate import Compiled, Explanation, Output, explain, format_time
from trainer.engine.rules.definitions import Priority
from trainer.events import Event
from trainer.source import SourceFile, Span, frozen


@frozen
class MacroInfo:
    name: str
    condition: str
    span: Span
    file: SourceFile


@frozen
class ListInfo:
    name: str
    items: tuple[str, ...]
    span: Span
    file: SourceFile


@frozen
class CompiledRule:
    name: str
    file: SourceFile
    span: Span
    desc: str
    priority: Priority
    source: str
    tags: tuple[str, ...]
    enabled: bool
    condition: Compiled
    output: Output
    index: int
    condition_text: str
    """The condition as written, with appended parts, before lists and exceptions."""
    output_text: str
    extra_fields: Mapping[str, tuple[Output, bool]] = field(default_factory=dict)
    """What falco.yaml's ``append_output`` adds to output_fields: name to format, and whether the field's own value is meant."""


@frozen
class Alert:
    rule: str
    priority: Priority
    source: str
    tags: tuple[str, ...]
    time_ns: int
    event_num: int
    output: str
    """The message alone."""
    output_fields: Mapping[str, Any]
    hostname: str = ""

    def text_line(self, iso: bool = False) -> str:
        return f"{format_time(self.time_ns, iso)}: {self.priority.label} {self.output}"

    def json_line(self, iso: bool = False, event_num: bool = True, without: Collection[str] = ()) -> str:
        """Falco's JSON line; ``event_num`` adds evt.num to output_fields, which tells alerts of a recording apart.

        ``without`` names what falco.yaml leaves out: output, output_fields, tags.
        """
        fields = dict(self.output_fields)
        if event_num:
            fields.setdefault("evt.num", self.event_num)
        whole = {
            "hostname": self.hostname,
            "output": self.text_line(iso),
            "output_fields": {key: _plain(fields[key]) for key in sorted(fields)},
            "priority": self.priority.label,
            "rule": self.rule,
            "source": self.source,
            "tags": list(self.tags),
            "time": _utc_time(self.time_ns),
        }
        return json.dumps(
            {key: value for key, value in whole.items() if key not in without}, ensure_ascii=False, separators=(",", ":")
        )


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _is_transformer(name: str) -> bool:
    """``tolower(proc.name)`` is printed, but output_fields hold proc.name only."""
    return "(" in name.split("[", 1)[0]


def _utc_time(time_ns: int) -> str:
    return format_time(time_ns, True).replace("+0000", "Z")


@lru_cache(maxsize=1)
def _hostname() -> str:
    import socket  # late: few runs need it

    return socket.gethostname()


@dataclass(frozen=True)
class Ruleset:
    rules: tuple[CompiledRule, ...] = ()
    macros: Mapping[str, MacroInfo] = field(default_factory=dict)
    lists: Mapping[str, ListInfo] = field(default_factory=dict)
    place: Callable[[Span], Span] = field(default=lambda span: span, repr=False, compare=False)
    """From a place in a condition's tree or explanation, which is in an excerpt of a file, to the place in the file."""

    def __post_init__(self) -> None:
        any_type = [rule for rule in self.rules if rule.enabled and rule.condition.event_types is None]
        names = {name for rule in self.rules if rule.enabled for name in rule.condition.event_types or ()}
        object.__setattr__(self, "_by_type", {name: self._for_type(name) for name in names})
        object.__setattr__(self, "_any_type", tuple(any_type))
        object.__setattr__(self, "_by_name", {rule.name: rule for rule in self.rules})

    def _for_type(self, name: str) -> tuple[CompiledRule, ...]:
        return tuple(
            rule
            for rule in self.rules
            if rule.enabled and (rule.condition.event_types is None or name in rule.condition.event_types)
        )

    def match(self, event: Event, matching: Literal["first", "all"] | str = "first") -> list[Alert]:
        """Alerts of one event, in rule order; ``first`` stops after the first rule, as Falco does by default."""
        found: list[Alert] = []
        for rule in self._candidates(event.type):
            if rule.source == event.source and rule.condition.matches(event):
                found.append(self._alert(rule, event))
                if matching == "first":
                    break
        return found

    def _candidates(self, event_type: str) -> tuple[CompiledRule, ...]:
        by_type: dict[str, tuple[CompiledRule, ...]] = self.__dict__["_by_type"]
        rules: tuple[CompiledRule, ...] = by_type.get(event_type, self.__dict__["_any_type"])
        return rules

    def _alert(self, rule: CompiledRule, event: Event) -> Alert:
        fields = {name: value for name, value in rule.output.field_values(event).items() if not _is_transformer(name)}
        fields["evt.time"] = event.time_ns
        for name in fields:
            if name.startswith(("evt.time.", "evt.datetime")):
                fields[name] = event.time_ns
        for name, (form, own_value) in rule.extra_fields.items():
            fields[name] = form.field_values(event).get(name) if own_value else form.render(event)
        return Alert(
            rule.name,
            rule.priority,
            rule.source,
            rule.tags,
            event.time_ns,
            event.num,
            rule.output.render(event),
            fields,
            _hostname(),
        )

    def rule(self, name: str) -> CompiledRule | None:
        by_name: dict[str, CompiledRule] = self.__dict__["_by_name"]
        return by_name.get(name)

    def explain(self, rule_name: str, event: Event) -> Explanation:
        """Why a rule matched the event or not. KeyError for an unknown rule."""
        rule = self.rule(rule_name)
        if rule is None:
            raise KeyError(rule_name)
        return explain(rule.condition, event)

    def __iter__(self) -> Iterator[CompiledRule]:
        return iter(self.rules)
