"""Proposals of fields: names, suffixes such as those of evt.arg, and arguments in brackets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from trainer.engine.assist.model import Item
from trainer.engine.assist.scope import Scope
from trainer.engine.assist.texts import described, few, say, word
from trainer.engine.evaluate.constants import kind_of
from trainer.engine.evaluate.extract import ANCESTORS
from trainer.engine.fields import FieldCatalogue, FieldInfo, FieldProblem
from trainer.engine.rules.plugins import catalogue_of

COMMON: Final = (
    "evt.type",
    "proc.name",
    "proc.cmdline",
    "proc.args",
    "proc.pname",
    "proc.exepath",
    "proc.aname",
    "fd.name",
    "fd.directory",
    "fd.typechar",
    "container.id",
    "container.name",
    "container.image.repository",
    "user.name",
    "user.uid",
    "k8s.ns.name",
    "k8s.pod.name",
    "ka.verb",
    "ka.target.resource",
    "ka.user.name",
)
"""Fields that most rules use; they come first among those that fit alike."""
_HIDDEN = frozenset({"TABLE_ONLY", "PRINT_ONLY"})
_SUFFIXED = ("evt.arg", "evt.rawarg", "evt.type.is", "evt.abspath")
"""Fields whose argument is a suffix of known names."""
_INDEXES = 4


def type_name(type_: str, language: str) -> str:
    """A field's type in plain words."""
    named = type_.lower() if type_ in ("PORT", "RELTIME", "ABSTIME") else kind_of(type_)
    return say("types", named, language)


def available(info: FieldInfo, sources: Iterable[str], catalogue: FieldCatalogue) -> bool:
    """Whether rules of one of the sources have the field, whatever its argument."""
    for source in sources:
        found = catalogue.lookup(info.name, None, source)
        if not isinstance(found, FieldProblem) or not found.message.startswith("filter_check called with nonexistent"):
            return True
    return False


def detail(info: FieldInfo, language: str) -> str:
    text = f"{info.type} · {described(info.description, language)}"
    return f"({word('deprecated', language)}) {text}" if info.deprecated else text


@lru_cache(maxsize=32)
def _listed(sources: tuple[str, ...], plugins: frozenset[str], language: str) -> tuple[tuple[FieldInfo, Item], ...]:
    """The fields of the sources with their proposals, common ones first."""
    catalogue = catalogue_of(plugins)
    common = {name: index for index, name in enumerate(COMMON)}
    infos = [info for info in catalogue.all() if not info.flags & _HIDDEN and available(info, sources, catalogue)]
    infos.sort(key=lambda info: (common.get(info.name, len(common)), info.name))
    return tuple((info, Item(_label(info), _label(info), "field", detail(info, language), info.deprecated)) for info in infos)


def _label(info: FieldInfo) -> str:
    """The name, and the character that must come behind it."""
    if info.argument != "required":
        return info.name
    return f"{info.name}[" if info.plugin or "name_suffix" not in info.argument_kinds else f"{info.name}."


def field_items(scope: Scope, *, output: bool = False, takes: Callable[[FieldInfo], bool] | None = None) -> list[Item]:
    """All fields of the place; an output can print no field that is for conditions only."""
    return [
        item
        for info, item in _listed(scope.sources, scope.known.plugins, scope.language)
        if not (output and info.filter_only) and (takes is None or takes(info))
    ]


def suffix_items(scope: Scope, typed: str, events: list[str]) -> list[Item]:
    """``evt.arg.flags`` and the like, when ``typed`` has come that far; parameters of the condition's events come first."""
    base = next((base for base in _SUFFIXED if typed.lower().startswith(f"{base}.")), None)
    info = scope.catalogue.get(base) if base is not None else None
    if base is None or info is None or not available(info, scope.sources, scope.catalogue):
        return []
    if base == "evt.abspath":
        return [Item(f"{base}.{name}", f"{base}.{name}", "field", detail(info, scope.language)) for name in ("src", "dst")]
    if base == "evt.type.is":
        names = sorted(scope.catalogue.event_names)
        return [
            Item(f"{base}.{name}", f"{base}.{name}", "field", event_detail(scope.catalogue, name, scope.language))
            for name in names
        ]
    users = _users(scope.catalogue)
    first = [param[0] for name in events if name in scope.catalogue.events for param in scope.catalogue.events[name].params]
    names = list(dict.fromkeys((*first, *sorted(scope.catalogue.param_names))))
    return [Item(f"{base}.{name}", f"{base}.{name}", "field", _param_detail(scope, name, users, events)) for name in names]


@lru_cache(maxsize=8)
def _users(catalogue: FieldCatalogue) -> dict[str, tuple[list[str], str]]:
    """Parameter to the events that have it, and its type."""
    found: dict[str, tuple[list[str], str]] = {}
    for event in catalogue.events.values():
        for param in event.params:
            found.setdefault(param[0], ([], param[1]))[0].append(event.name)
    return found


def _param_detail(scope: Scope, name: str, users: dict[str, tuple[list[str], str]], events: list[str]) -> str:
    if name not in users:
        return ""
    names, type_ = users[name]
    near = [event for event in events if event in names] or names
    return f"{type_} · {word('param_of', scope.language, events=few(near, scope.language))}"


def event_detail(catalogue: FieldCatalogue, name: str, language: str) -> str:
    event = catalogue.events.get(name)
    if event is None:
        return word("generic", language)
    params = ", ".join(param[0] for param in event.params)
    return word("params", language, params=params) if params else word("no_params", language)


def argument_items(scope: Scope, name: str, events: list[str]) -> list[Item]:
    """What may stand in the brackets behind the field's name; its text closes the bracket."""
    info = scope.catalogue.get(name)
    if info is None or "index" not in info.argument_kinds or info.is_list or name == "evt.around":  # evt.around's is a time
        return []
    if name == "evt.arg":
        return _event_arguments(scope, events)
    return [
        Item(str(n), f"{n}]", "value", _index_detail(name, n, scope.language))
        for n in range(_INDEXES)
        if any(isinstance(scope.catalogue.lookup(name, str(n), source), FieldInfo) for source in scope.sources)
    ]


def _event_arguments(scope: Scope, events: list[str]) -> list[Item]:
    event = next((scope.catalogue.events[name] for name in events if name in scope.catalogue.events), None)
    if event is None:
        return [Item(str(n), f"{n}]", "value", word("nth_any", scope.language, n=n)) for n in range(_INDEXES)]
    return [
        Item(str(n), f"{n}]", "value", word("nth_param", scope.language, name=param[0], event=event.name))
        for n, param in enumerate(event.params)
    ]


def _index_detail(name: str, n: int, language: str) -> str:
    if name in ANCESTORS and name != "proc.aargs":
        return word(("self", "parent", "grandparent")[n] if n < 3 else "ancestor", language, n=n)
    return word("nth_argument" if name == "proc.args" else "nth", language, n=n)
