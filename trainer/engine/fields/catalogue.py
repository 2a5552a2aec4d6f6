"""The field, event and parameter tables of Falco 0.44 (libs 0.25.4 and the container and k8saudit plugins), and the lookup of a field.

The table is data.json; descriptions are our own and stand in descriptions.json.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

_PARAM_TYPE = {"UID": "UINT32", "GID": "UINT32"}
_INDEX = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
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
    plugin: bool
    source: str
    description: Mapping[str, str] = field(default_factory=dict)

    @property
    def filter_only(self) -> bool:
        return "FILTER_ONLY" in self.flags


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why a field cannot be used, in Falco's words."""

    message: str


@dataclass(frozen=True, slots=True)
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
                    name, type_, class_, argument, tuple(kinds), is_list, deprecated, frozenset(flags), provider == "plugin", source,
                    descriptions.get(name, {}),
                )  # fmt: skip
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

    def lookup(self, name: str, argument: str | None, source: str = "syscall") -> FieldInfo | FieldProblem:
        """The field ``name[argument]``; ``evt.arg.flags`` and other suffix forms come under their whole name."""
        full = name if argument is None else f"{name}[{argument}]"
        info = self._fields.get(name)
        missing = FieldProblem(f"filter_check called with nonexistent field {full}")
        if info is None:
            return missing if argument is not None else self._by_suffix(name, missing)
        if info.source != source and info.class_ != "evt":
            return missing
        if argument is None:
            if info.argument == "required":
                return FieldProblem(
                    f"filter '{name}': {name} requires an argument but none provided"
                    if info.plugin
                    else f"filter syntax error: {name}"
                )
            return info
        if info.argument == "none":
            if info.plugin:
                return FieldProblem(
                    f"filter '{full}': {name} does not allow nor require an argument but one provided: {argument}"
                )
            return missing
        if not info.plugin and "index" in info.argument_kinds and "key" not in info.argument_kinds:
            signed = argument[1:] if argument[:1] in ("-", "+") else argument
            if not _INDEX.fullmatch(signed):
                return missing
        return info

    def _by_suffix(self, name: str, missing: FieldProblem) -> FieldInfo | FieldProblem:
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
        return missing


@functools.cache
def load_catalogue() -> FieldCatalogue:
    """The catalogue, read once; it is never changed."""
    folder = resources.files("trainer.engine.fields")
    data = json.loads(folder.joinpath("data.json").read_text(encoding="utf-8"))
    described = folder.joinpath("descriptions.json")
    descriptions = json.loads(described.read_text(encoding="utf-8")) if described.is_file() else {}
    return FieldCatalogue(data, descriptions)
