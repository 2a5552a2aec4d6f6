"""The field, event and parameter tables of Falco 0.44 (libs 0.25.4 and the plugins container, k8saudit 0.16 and json 0.7), and the lookup of a field.

The table is data.json; descriptions and examples are our own and stand in descriptions.json and examples.json.
"""

from __future__ import annotations

import copy
import functools
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Any

from trainer.engine.fields.examples import FieldExample, load_examples
from trainer.source import frozen

_PARAM_TYPE = {"UID": "UINT32", "GID": "UINT32"}
_INDEX = re.compile(r"[+-]?[0-9]{1,4000}")  # more digits than Python reads are no number


@frozen
class FieldInfo:
    """One field; ``type`` is libsinsp's (CHARBUF, UINT64, ...), ``argument`` is none, optional or required."""

    name: str
    type: str
    class_: str
    argument: str
    argument_kinds: tuple[str, ...]
    is_list: bool
    deprecated: bool
    flags: frozenset[str]
    provider: str
    """``core`` (libsinsp), ``plugin`` (container), ``k8saudit`` or ``json``."""
    source: str
    """The event source whose rules have the field: ``syscall`` or ``k8s_audit``."""
    description: Mapping[str, str] = field(default_factory=dict)

    @property
    def plugin(self) -> bool:
        return self.provider != "core"

    @property
    def filter_only(self) -> bool:
        return "FILTER_ONLY" in self.flags

    @property
    def example(self) -> FieldExample | None:
        return load_examples().get(self.name)

    @property
    def arguments(self) -> tuple[str, ...]:
        """How the field is written with an argument: ``proc.aname[N]``, ``proc.env[KEY]``, ``evt.arg.NAME``."""
        forms = {"index": f"{self.name}[N]", "key": f"{self.name}[KEY]"}
        if not self.plugin:  # a plugin's field takes brackets only, whatever its table says
            forms["name_suffix"] = f"{self.name}.NAME"
        return tuple(forms[kind] for kind in self.argument_kinds if kind in forms)

    def written(self, argument: str | None) -> str:
        """The field as a rule names it with this argument."""
        if argument is None:
            return self.name
        suffixed = "name_suffix" in self.argument_kinds and not self.plugin
        return f"{self.name}.{argument}" if suffixed else f"{self.name}[{argument}]"


@frozen
class FieldProblem:
    """Why a field cannot be used, in Falco's words."""

    message: str


@frozen
class EventInfo:
    """An event of the table: parameters in order (name, type, format, name of the value table), and what it does to descriptors."""

    name: str
    category: str
    fd_flags: frozenset[str]
    params: tuple[tuple[str, ...], ...]


class FieldCatalogue:
    """All fields by name; see load_catalogue."""

    def __init__(self, data: Mapping[str, Any], descriptions: Mapping[str, Mapping[str, str]]) -> None:
        self._fields: dict[str, FieldInfo] = {}
        for key, source in (("fields", "syscall"), ("k8s_audit", "k8s_audit")):
            for class_, name, type_, argument, kinds, is_list, deprecated, flags, provider in data[key]:
                self._fields[name] = FieldInfo(
                    name, type_, class_, argument, tuple(kinds), is_list, deprecated, frozenset(flags), provider, source,
                    descriptions.get(name, {}),
                )  # fmt: skip
        self._any_source = frozenset(data["any_source"])
        self._json_sources = frozenset({"k8s_audit"})
        self._required_plugin_fields = [info for info in self._fields.values() if info.plugin and info.argument == "required"]
        self.events: dict[str, EventInfo] = {
            name: EventInfo(name, rows[0]["category"], frozenset(rows[0]["fd_flags"]), tuple(tuple(p) for p in rows[0]["params"]))
            for name, rows in data["events"].items()
        }
        self.param_types: dict[str, str] = {}
        for event in self.events.values():
            for param in event.params:
                self.param_types.setdefault(param[0], _PARAM_TYPE.get(param[1], param[1]))
        self.param_names = frozenset(data["event_param_names"])
        self.syscall_names = frozenset(data["syscall_names"])
        self.event_names = frozenset(self.events) | self.syscall_names

    def all(self) -> list[FieldInfo]:
        return list(self._fields.values())

    def get(self, name: str) -> FieldInfo | None:
        return self._fields.get(name)

    def with_plugins(self, plugins: Collection[str]) -> FieldCatalogue:
        """As Falco has it with these plugins: json names no source of its own and reads the events of each, or it is not there."""
        other = copy.copy(self)
        other._json_sources = frozenset({"syscall", "k8s_audit"} if "json" in plugins else ())
        return other

    def _is_of(self, source: str, info: FieldInfo) -> bool:
        """Whether rules of ``source`` have the field."""
        if info.provider == "json":
            return source in self._json_sources
        return info.source == source or info.name in self._any_source

    def sources(self, info: FieldInfo) -> tuple[str, ...]:
        """The event sources whose rules have the field."""
        return tuple(source for source in ("syscall", "k8s_audit") if self._is_of(source, info))

    def lookup(self, name: str, argument: str | None, source: str = "syscall") -> FieldInfo | FieldProblem:
        """The field ``name[argument]`` in rules of ``source``; ``evt.arg.flags`` and other suffix forms come under their whole name."""
        full = name if argument is None else f"{name}[{argument}]"
        info = self._fields.get(name)
        if info is None:
            return self._by_suffix(name, full, source, _missing(full))
        if not self._is_of(source, info):
            return _missing(full)
        if info.plugin:
            return _plugin_argument(info, full, argument) or info
        if argument is None:
            return FieldProblem(f"filter syntax error: {name}") if info.argument == "required" else info
        return self._core_argument(info, full, argument, _missing(full)) or info

    def _core_argument(self, info: FieldInfo, full: str, argument: str, missing: FieldProblem) -> FieldProblem | None:
        """What is wrong with the argument of a field of libsinsp; every class of fields has its own words."""
        if info.name == "evt.rawarg":
            return FieldProblem("evt.arg fields must be expressed explicitly")
        if info.argument == "none":
            return missing
        if "index" not in info.argument_kinds:
            # evt.type.is and thread.cgroup take a suffix and no brackets; evt.abspath has a form without a suffix.
            if "key" in info.argument_kinds:
                return None
            return FieldProblem(f"filter syntax error: {full}") if info.argument == "required" else missing
        if "key" in info.argument_kinds or _INDEX.fullmatch(argument):
            return None
        return missing if info.class_ == "process" else FieldProblem(f"{argument} is not a valid number")

    def _by_suffix(self, name: str, full: str, source: str, missing: FieldProblem) -> FieldInfo | FieldProblem:
        if full != name:
            return missing
        if source == "syscall" and (found := self._by_core_suffix(name, missing)) is not None:
            return found
        # A plugin's field that is a prefix of the name is taken for the field, and then misses its argument.
        prefixes = [info for info in self._required_plugin_fields if name.startswith(info.name) and self._is_of(source, info)]
        longest = max(prefixes, key=lambda info: len(info.name), default=None)
        return missing if longest is None else _plugin_argument(longest, name, None) or longest

    def _by_core_suffix(self, name: str, missing: FieldProblem) -> FieldInfo | FieldProblem | None:
        for prefix in ("evt.arg.", "evt.rawarg."):
            if name.startswith(prefix):
                suffix = name[len(prefix) :]
                if suffix in self.param_names:
                    return self._fields[prefix[:-1]]
                return FieldProblem(f"unknown event argument {suffix}")
        for base in ("evt.type.is", "thread.cgroup", "evt.abspath", "proc.env", "proc.aenv"):
            if name.startswith(base + "."):
                info = self._fields[base]
                if base == "evt.abspath" and name not in ("evt.abspath.src", "evt.abspath.dst"):
                    return missing
                if base == "evt.type.is" and name[len(base) + 1 :] not in self.event_names:
                    return FieldProblem(f"unknown event type {name[len(base) + 1 :]}")
                return info
        return None


def _missing(full: str) -> FieldProblem:
    return FieldProblem(f"filter_check called with nonexistent field {full}")


def _plugin_argument(info: FieldInfo, full: str, argument: str | None) -> FieldProblem | None:
    if argument is None and info.argument == "required":
        return FieldProblem(f"filter '{full}': {info.name} requires an argument but none provided")
    if argument is not None and info.argument == "none":
        return FieldProblem(
            f"filter '{full}': {info.name} does not allow nor require an argument but one is provided: {argument}"
        )
    if argument is not None and info.argument_kinds == ("index",) and (wrong := _index_problem(argument)):
        return FieldProblem(f"filter {full} {info.name} {wrong}: {argument}")
    return None


def _index_problem(argument: str) -> str:
    if re.search(r"[^0-9]", argument):
        return "has an invalid index argument not composed only by digits"
    if not argument or (len(argument) > 1 and argument[0] == "0"):
        return "has an invalid index argument starting with 0"
    return "has an invalid index argument not representable on 64 bit" if len(argument) > 20 or int(argument) >= 1 << 64 else ""


@functools.cache
def load_catalogue() -> FieldCatalogue:
    """The catalogue, read once; it is never changed."""
    from importlib import resources  # late: it costs more than this package

    folder = resources.files("trainer.engine.fields")
    data = json.loads(folder.joinpath("data.json").read_text(encoding="utf-8"))
    described = folder.joinpath("descriptions.json")
    descriptions = json.loads(described.read_text(encoding="utf-8")) if described.is_file() else {}
    return FieldCatalogue(data, descriptions)
