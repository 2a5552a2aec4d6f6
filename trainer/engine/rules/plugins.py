"""The plugins that a Falco can have loaded, and what they add to the rule language: event sources and fields."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from trainer.engine.fields import FieldCatalogue, load_catalogue
from trainer.engine.rules.definitions import SYSCALL
from trainer.events import Event

VERSIONS: Final = {"container": (0, 7, 1), "k8saudit": (0, 16, 0), "json": (0, 7, 4)}
"""Version of each plugin that the trainer knows."""

ALWAYS: Final = frozenset({"container"})
"""What Falco 0.44 loads by itself."""

KNOWN_PLUGINS: Final = frozenset(VERSIONS) - ALWAYS
"""What can be loaded besides."""

AUDIT_PLUGINS: Final = frozenset({"k8saudit", "json"})
"""What a node with rules for Kubernetes audit events has in ``load_plugins``."""

_SOURCES: Final = {"k8saudit": "k8s_audit"}


def loaded_version(name: str, plugins: frozenset[str]) -> tuple[int, int, int] | None:
    """Version of a plugin, where it is loaded."""
    return VERSIONS.get(name) if name in plugins | ALWAYS else None


@lru_cache(maxsize=8)
def sources_of(plugins: frozenset[str]) -> frozenset[str]:
    """The event sources of a Falco with these plugins; rules of any other source are skipped."""
    return frozenset({SYSCALL, *(source for name, source in _SOURCES.items() if name in plugins)})


@lru_cache(maxsize=8)
def catalogue_of(plugins: frozenset[str]) -> FieldCatalogue:
    """The fields of a Falco with these plugins."""
    return load_catalogue().with_plugins(plugins)


def plugins_for(events: Iterable[Event]) -> frozenset[str]:
    """The plugins without which Falco could not have seen the events."""
    return plugins_of({event.source for event in events})


def plugins_of(sources: Iterable[str]) -> frozenset[str]:
    """The plugins of a Falco that has these event sources."""
    return AUDIT_PLUGINS if set(sources) & set(_SOURCES.values()) else frozenset()
